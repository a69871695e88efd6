// One HTTP operation as data, and the one function that turns operations into handlers: reads the request, calls, answers, maps failures, logs.
import type { HttpHandler, HttpMethod, HttpRequest, InvocationContext } from "@azure/functions";
import { z } from "zod";
import type { By } from "../core/model/control.ts";
import { type Composed, getApp } from "../getApp.ts";
import { inTraceOf } from "./invocationTrace.ts";
import type { AnswerName } from "./openapi/answers.ts";
import type { DocumentName } from "./openapi/documents.ts";
import { callerOf, whoAndWhy } from "./principal.ts";
import { ApiProblem, problemAnswer, problemOf } from "./problem.ts";
import { type ProblemCode, problemCodes } from "./problemCodes.ts";
import { type ApiRequest, readIfMatch, readJson, readParams, readQuery, validated } from "./request.ts";

export type Operation<Params = unknown, Query = unknown, Body = unknown, Tag = unknown> = {
  /** The function's name, by which its key is kept; the document's operationId. */
  readonly name: string;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Without the prefix `/api/`. */
  readonly route: string;
  /** A function that reads changes nothing, so that its key can be given to whoever may only look; `anonymous` needs no key and tells next to nothing. */
  readonly access: "anonymous" | "read" | "control";
  readonly summary: string;
  readonly description?: string;
  readonly params?: z.ZodType<Params>;
  readonly query?: z.ZodType<Query>;
  /** Which If-Match it needs. */
  readonly ifMatch?: z.ZodType<Tag>;
  /** A body that is judged here; it may be left out. */
  readonly body?: z.ZodType<Body>;
  /** A body that is handed on as it is, for the service judges it: its name in the document. Who and why are then in headers. */
  readonly document?: DocumentName;
  /** A content type for it beside application/json. */
  readonly bodyType?: string;
  readonly maxBodyBytes?: number;
  /** Every status with which it answers what it was asked; 503 is the answer of an operation that looks and finds something wrong. */
  readonly answers: Readonly<Partial<Record<AnswerStatus, AnswerNote>>>;
  /** What it refuses, beside what every operation may answer. */
  readonly problems?: readonly ProblemCode[];
  handle(app: Composed, call: Call<Params, Query, Body, Tag>): Promise<Answer>;
};

export type AnswerStatus = 200 | 201 | 202 | 503;
export type AnswerNote = {
  readonly description: string;
  /** The schema in the document. */
  readonly schema: AnswerName;
  readonly etag?: true;
};

export type Call<Params, Query, Body, Tag> = {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly document: unknown;
  readonly ifMatch: Tag;
  /** Who asks and why; of a read it says nothing. */
  readonly by: By;
};

export type Answer = {
  readonly status?: AnswerStatus;
  readonly body: unknown;
  readonly etag?: string;
  readonly location?: string;
};

/** An operation whose handler knows its parameters' types. */
export const operation = <P = unknown, Q = unknown, B = unknown, T = unknown>(
  given: Operation<P, Q, B, T>,
): Operation => given;

/** The function of each operation, ready to be registered. `load` gives the app of this process. */
export const httpFunctions = (
  operations: readonly Operation[],
  load: () => Promise<Composed> = getApp,
): readonly { readonly name: string; readonly options: HttpFunction }[] =>
  operations.map((each) => ({
    name: each.name,
    options: {
      methods: methodsOf(each, operations),
      authLevel: each.access === "anonymous" ? "anonymous" : "function",
      route: each.route,
      handler: handlerOf(each, allowedOn(each.route, operations), load),
    },
  }));

type HttpFunction = {
  readonly methods: HttpMethod[];
  readonly authLevel: "anonymous" | "function";
  readonly route: string;
  readonly handler: HttpHandler;
};

/** The methods of a function: its operation's and, for the first of a route, those that no operation of the route has. */
const methodsOf = (operation: Operation, operations: readonly Operation[]): HttpMethod[] => {
  const allow = allowedOn(operation.route, operations);
  const isFirst = operations.find(({ route }) => route === operation.route)?.name === operation.name;
  return [...ownMethods(operation), ...(isFirst ? ["OPTIONS" as const, ...others(allow)] : [])];
};

/** What reads answers HEAD too. */
const ownMethods = ({ method }: Operation): HttpMethod[] => (method === "GET" ? [method, "HEAD"] : [method]);

/** The host knows neither OPTIONS nor 405 by itself. */
const others = (allow: readonly HttpMethod[]): HttpMethod[] =>
  (["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const).filter((method) => !allow.includes(method));

const allowedOn = (route: string, operations: readonly Operation[]): readonly HttpMethod[] => [
  ...operations.filter((each) => each.route === route).flatMap(ownMethods),
  "OPTIONS",
];

function handlerOf(operation: Operation, allowed: readonly HttpMethod[], load: () => Promise<Composed>): HttpHandler {
  const allow = allowed.join(", ");
  return async (request, context) => {
    const requestId = requestIdOf(request, context);
    const headers = { "cache-control": "no-store", "x-request-id": requestId };
    if (request.method === "OPTIONS") return { status: 204, headers: { ...headers, allow } };
    const answer = (allowed as readonly string[]).includes(request.method)
      ? await answerTo(operation, request, { requestId, context, load })
      : notAllowed(allow, requestId);
    const { body, ...head } = { ...answer, headers: { ...headers, ...answer.headers } };
    return request.method === "HEAD" ? head : { ...head, body };
  };
}

function notAllowed(allow: string, requestId: string): Told {
  const { headers, ...answer } = problemAnswer(
    new ApiProblem("METHOD_NOT_ALLOWED", `There is ${allow} here.`),
    requestId,
  );
  return { ...answer, headers: { ...headers, allow } };
}

/** The caller's own id of the request where it is a plain token: it goes into logs and headers. */
function requestIdOf({ headers }: HttpRequest, { invocationId }: InvocationContext): string {
  const given = headers.get("x-request-id") ?? "";
  return /^[\w.-]{1,64}$/.test(given) ? given : invocationId;
}

type Invocation = {
  readonly requestId: string;
  readonly context: InvocationContext;
  readonly load: () => Promise<Composed>;
};
type Told = { readonly status: number; readonly headers: Record<string, string>; readonly body: string };

async function answerTo(operation: Operation, request: HttpRequest, invocation: Invocation): Promise<Told> {
  const { requestId, context, load } = invocation;
  let app: Composed;
  try {
    app = await load();
  } catch (failure) {
    context.error(`request ${requestId}: ${describe(failure)}`);
    return problemAnswer(toldTo(operation, failure), requestId);
  }
  const { telemetry } = app;
  const answering = async (): Promise<Told> => {
    const fields = { operation: operation.name };
    try {
      const told = success(app.redact(await perform(operation, app, apiRequest(request))));
      if (operation.access === "control") telemetry.event("info", "http.changed", { ...fields, status: told.status });
      return told;
    } catch (failure) {
      const problem = toldTo(operation, failure);
      const { code, status } = problem;
      if (status >= 500) telemetry.event("error", "http.failed", { ...fields, code, message: describe(failure) });
      else if (operation.access === "control") telemetry.event("info", "http.refused", { ...fields, code, status });
      return problemAnswer(problem, requestId);
    }
  };
  return inTraceOf(context, () => telemetry.within({ requestId }, answering, operation.name));
}

/** Whoever needs no key is told no more than what kind of failure it is. */
function toldTo({ access }: Operation, failure: unknown): ApiProblem {
  const problem = problemOf(failure);
  return access === "anonymous" ? new ApiProblem(problem.code, problemCodes[problem.code].remedy) : problem;
}

const describe = (failure: unknown): string => (failure instanceof Error ? failure.message : String(failure));

const apiRequest = (request: HttpRequest): ApiRequest => ({
  method: request.method,
  params: request.params,
  // As the host gives it: a parameter given twice is one value with a comma, and no schema takes that.
  query: request.query,
  header: (name) => request.headers.get(name),
  body: () => request.arrayBuffer(),
});

const noFields = z.strictObject({});

async function perform(operation: Operation, app: Composed, request: ApiRequest): Promise<Answer> {
  const { document, body: bodySchema, bodyType: alsoType, maxBodyBytes: maxBytes } = operation;
  const params = readParams(request, operation.params ?? noFields);
  const query = readQuery(request, operation.query ?? noFields);
  const ifMatch = operation.ifMatch === undefined ? undefined : readIfMatch(request, operation.ifMatch);
  const given = document || bodySchema ? await readJson(request, { alsoType, maxBytes }) : undefined;
  if (document !== undefined && given === undefined) throw new ApiProblem("BAD_BODY", "The body is missing.");
  const body =
    bodySchema && validated(bodySchema, given === undefined ? {} : given, "BAD_BODY", "The body has faults.");
  const by = byOf(operation, app, request, document === undefined ? body : undefined);
  return operation.handle(app, { params, query, body, document: given, ifMatch, by });
}

const whoAndWhySchema = z.object(whoAndWhy);

/** Kept with the change: a secret that somebody writes into it is not. */
function byOf({ method, route }: Operation, { callers, redact }: Composed, request: ApiRequest, body: unknown): By {
  const stated = whoAndWhySchema.safeParse(body ?? {});
  const { principal, reason, claimedActor } = callerOf(request, callers, stated.success ? stated.data : {});
  const path = route.replace(/\{(\w+)\}/g, (_, name: string) => request.params[name] ?? "");
  const actor = claimedActor === undefined ? "" : `, actor ${claimedActor}`;
  return redact({ principal, reason, source: `${method} /api/${path}${actor}` });
}

const success = ({ status = 200, body, etag, location }: Answer): Told => ({
  status,
  headers: {
    "content-type": "application/json; charset=utf-8",
    ...(etag === undefined ? {} : { etag: `"${etag}"` }),
    ...(location === undefined ? {} : { location }),
    // What is not well now may be by the next tick.
    ...(status === 503 ? { "retry-after": "60" } : {}),
  },
  body: JSON.stringify(body),
});

/** If-Match of what counts its versions: `"3"`, or `*` for whatever is there. Another ETag is that of no version, which is 0. */
export const versionTag = z
  .string()
  .regex(/^(?:\*|(?:W\/)?"[!#-~]*")$/, 'must be one ETag: the version in quotes, such as "3", or *')
  .transform((tag): number | "*" => (tag === "*" ? tag : Number(/^"([1-9]\d{0,8})"$/.exec(tag)?.[1] ?? 0)));
