// The HTTP operations in process: a request finds its function as on the host, and the registered handler answers it over the memory stack.
import { HttpRequest, InvocationContext } from "@azure/functions";
import { createRedaction } from "../../src/adapters/telemetry/redact.ts";
import { httpFunctions, type Operation } from "../../src/api/operation.ts";
import { operations } from "../../src/api/operations.ts";
import type { App } from "../../src/app/app.ts";
import type { Callers } from "../../src/config.ts";
import type { Composed } from "../../src/getApp.ts";
import { parseRoute } from "../../src/local/functionsHost/http/routeTemplate.ts";
import type { EventFields } from "../../src/ports/telemetry.ts";

export type ApiReply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined where nothing was sent. */
  readonly text: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: tests look at whatever comes back
  readonly body: any;
  /** The function that answered; undefined: the host, which knows no such route. */
  readonly operation: Operation | undefined;
};

export type ApiCall = {
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. */
  readonly body?: unknown;
};

export type LoggedEvent = { readonly level: string; readonly name: string; readonly fields: EventFields };

/** `events` takes what the edge logs, each with the fields of the request that it belongs to. */
export function openApiClient(
  app: App | (() => Promise<never>),
  {
    callers = { easyAuth: false, keyNames: [] },
    events = [],
    redact = (value) => value,
  }: { callers?: Callers; events?: LoggedEvent[]; redact?: Composed["redact"] } = {},
) {
  const redaction = createRedaction(redact);
  let shared: EventFields = {};
  const telemetry: Composed["telemetry"] = {
    event: (level, name, fields) =>
      void events.push({ level, name, fields: redaction.fields({ ...shared, ...fields }) }),
    within: (fields, work) => {
      shared = fields;
      return work();
    },
  };
  const load =
    typeof app === "function" ? app : async (): Promise<Composed> => ({ ...app, callers, telemetry, redact });
  const routes = httpFunctions(operations, load)
    .map(({ name, options }) => ({ ...options, name, ...parseRoute(`api/${options.route}`) }))
    .sort((a, b) => (a.precedence < b.precedence ? -1 : a.precedence > b.precedence ? 1 : 0));

  /** `target` as in a request line, without `/api`. */
  return async (method: string, target: string, { headers = {}, body }: ApiCall = {}): Promise<ApiReply> => {
    const [path = "", search = ""] = target.split("?", 2);
    const segments = `api${path}`.replace(/\/$/, "").split("/").map(decode);
    const found = routes
      .filter(({ methods }) => (methods as readonly string[]).includes(method))
      .map((route) => ({ route, params: route.match(segments) }))
      .find(({ params }) => params !== undefined);
    if (found?.params === undefined)
      return { status: 404, headers: {}, text: undefined, body: undefined, operation: undefined };
    const { route, params } = found;
    const bytes = method === "GET" || method === "HEAD" ? undefined : bytesOf(body);
    const type = body !== undefined && typeof body !== "string" && !(body instanceof Uint8Array);
    const request = new HttpRequest({
      method,
      url: `http://127.0.0.1/api${path}`,
      params: { ...params },
      query: joined(new URLSearchParams(search)),
      headers: { ...(type ? { "content-type": "application/json" } : {}), ...headers },
      ...(bytes === undefined ? {} : { body: { bytes } }),
    });
    const context = new InvocationContext({
      invocationId: "11111111-2222-3333-4444-555555555555",
      functionName: route.name,
      logHandler: (level, ...args) => void events.push({ level, name: "context", fields: { text: args.join(" ") } }),
    });
    const answer = (await route.handler(request, context)) as { status: number; headers: object; body?: string };
    const text = answer.body;
    return {
      status: answer.status,
      headers: Object.fromEntries(Object.entries(answer.headers)),
      text,
      body: text === undefined ? undefined : JSON.parse(text),
      operation: operations.find(({ name }) => name === route.name),
    };
  };
}

export type ApiClient = ReturnType<typeof openApiClient>;

const bytesOf = (body: unknown): Uint8Array | undefined =>
  body === undefined
    ? undefined
    : body instanceof Uint8Array
      ? body
      : Buffer.from(typeof body === "string" ? body : JSON.stringify(body));

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll(/%2f/gi, "%252F"));
  } catch {
    return text;
  }
}

/** The host joins what is given twice. */
const joined = (query: URLSearchParams): Record<string, string> =>
  Object.fromEntries([...new Set(query.keys())].map((name) => [name, query.getAll(name).join(",")]));
