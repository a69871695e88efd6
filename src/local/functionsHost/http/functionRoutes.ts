// The routes of the app's HTTP functions, and one request through its function.
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { categories, type Log, messageOf } from "../hostEvents.ts";
import { type HostedFunction, textOption } from "../hostedFunctions.ts";
import type { Invoker } from "../invoker.ts";
import { accessOf, type Keys, mayCall } from "./keys.ts";
import { answerEmpty, answerWithHttpData, readBody, toHttpData, tooLong } from "./messages.ts";
import { parseRoute, type Route } from "./routeTemplate.ts";
import { forward, streamMetadata } from "./streamProxy.ts";

export const hostCallReason = "This function was programmatically called via the host APIs.";

export type FunctionRoute = Route & {
  readonly hosted: HostedFunction;
  /** The template with the prefix, `api/tasks/{id}`. */
  readonly template: string;
  readonly methods: readonly string[];
  readonly authLevel: string;
};

/** In the order in which they are tried. A template that cannot be read is logged, and its function has no route. */
export function functionRoutes(functions: readonly HostedFunction[], routePrefix: string, log: Log): FunctionRoute[] {
  return functions
    .filter(({ kind }) => kind === "http")
    .flatMap((hosted): FunctionRoute[] => {
      const { trigger, name } = hosted;
      const own = (textOption(trigger, "route") || name).replace(/^\//, "");
      const template = routePrefix === "" ? own : `${routePrefix}/${own}`;
      const methods = (Array.isArray(trigger.methods) ? trigger.methods : ["GET", "POST"]).map((method) =>
        String(method).toUpperCase(),
      );
      const authLevel = (textOption(trigger, "authLevel") ?? "function").toLowerCase();
      try {
        const route = parseRoute(template);
        log("information", categories.routes, `Mapped function route '${template}' [${methods}] to '${name}'`);
        return [{ ...route, hosted, template, methods, authLevel }];
      } catch (failure) {
        log("error", categories.routes, `The '${name}' function is in error: ${messageOf(failure)}`);
        return [];
      }
    })
    .sort((a, b) => (a.precedence < b.precedence ? -1 : a.precedence > b.precedence ? 1 : 0));
}

/** Finds the function of a request, judges its key, runs it and answers. */
export async function serveFunction(
  request: IncomingMessage,
  response: ServerResponse,
  options: {
    readonly segments: readonly string[];
    readonly query: URLSearchParams;
    readonly routes: readonly FunctionRoute[];
    readonly keys: Keys;
    readonly invoker: Invoker;
    /** The library's own server, when the app switched streaming on. */
    readonly httpUri: string | undefined;
  },
): Promise<void> {
  const { segments, query, routes, keys, invoker, httpUri } = options;
  const found = routes
    .filter(({ methods }) => methods.includes(request.method ?? ""))
    .map((route) => ({ route, params: route.match(segments) }))
    .find(({ params }) => params !== undefined);
  if (found?.params === undefined) return answerEmpty(response, 404);
  const { hosted, authLevel } = found.route;
  const header = request.headersDistinct["x-functions-key"]?.join(",");
  if (!mayCall(authLevel, accessOf(keys, { header, query, functionName: hosted.name }))) {
    return answerEmpty(response, 401);
  }
  if (tooLong(request)) return answerEmpty(response, 500, { Connection: "close" });
  const call = { hosted, params: found.params, invoker };
  return httpUri === undefined
    ? await callWhole(request, response, call)
    : await callStreamed(request, response, { ...call, httpUri });
}

/** A function that returned nothing sends nothing through the library's server; what it did send is here in less time than this. */
const noAnswerMs = 250;

type Call = {
  readonly hosted: HostedFunction;
  readonly params: Readonly<Record<string, string>>;
  readonly invoker: Invoker;
};

async function callWhole(request: IncomingMessage, response: ServerResponse, call: Call): Promise<void> {
  const { hosted, params, invoker } = call;
  const body = await readBody(request);
  if (body === undefined) return answerEmpty(response, 500, { Connection: "close" });
  const result = await invoker.invoke(hosted, {
    reason: hostCallReason,
    inputData: [{ name: hosted.triggerName, data: toHttpData(request, { params, body }) }],
  });
  if (!result.ok) return answerEmpty(response, 500);
  answerWithHttpData(response, httpOutput(result.response));
}

/** The answer is the return value, or the output that the binding `http` names. */
const httpOutput = (response: Extract<Awaited<ReturnType<Invoker["invoke"]>>, { ok: true }>["response"]) =>
  response.returnValue?.http === undefined
    ? (response.outputData?.find(({ data }) => data.http !== undefined)?.data ?? response.returnValue)
    : response.returnValue;

async function callStreamed(
  request: IncomingMessage,
  response: ServerResponse,
  { hosted, params, invoker, httpUri }: Call & { readonly httpUri: string },
): Promise<void> {
  const invocationId = randomUUID();
  const forwarded = forward(request, response, { httpUri, invocationId });
  const result = await invoker.invoke(hosted, {
    reason: hostCallReason,
    invocationId,
    inputData: [{ name: hosted.triggerName }],
    triggerMetadata: streamMetadata(request, params),
  });
  if (result.ok && (await Promise.race([forwarded.began, delay(noAnswerMs, false)]))) {
    return await forwarded.answered.catch(() => void response.destroy());
  }
  forwarded.abandon();
  if (response.headersSent) response.destroy();
  else answerEmpty(response, result.ok ? 204 : 500);
}
