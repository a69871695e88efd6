// The HTTP client of the commands: one request, its JSON answer, and for every failure a sentence with what to do.
import { z } from "zod";
import { CommandFailure } from "./failure.ts";
import { problemFailure } from "./problems.ts";
import type { Target } from "./target.ts";
import { waitWith } from "./waiting.ts";
import type { World } from "./world.ts";

export type Request = {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  /** The version that is to be changed. */
  readonly ifMatch?: string;
  /** Why something is changed, where the body is the thing itself. */
  readonly reason?: string | undefined;
  /** What is waited for, such as `halting`. */
  readonly what?: string;
};
export type Answer = { readonly body: unknown; readonly etag: string | undefined };
/** Throws CommandFailure for whatever is not a good answer. A change is sent once: nothing is repeated. */
export type Client = (path: string, request?: Request) => Promise<Answer>;

const readTimeoutMs = 60_000;
/** A halt waits for the orders that are under way; Azure ends an HTTP request after 230 seconds. */
const changeTimeoutMs = 235_000;

export function createClient(target: Target, world: World): Client {
  return async (path, request = {}) => {
    const { method = "GET", what = `${method} ${path}` } = request;
    const timeoutMs = method === "GET" ? readTimeoutMs : changeTimeoutMs;
    const signal = AbortSignal.timeout(timeoutMs);
    const ask = async (): Promise<{ response: Response; text: string }> => {
      // A redirect is never followed: the key is for this host only.
      const options = { method, headers: headersOf(target, request), signal, redirect: "manual" } as const;
      const body = request.body === undefined ? {} : { body: JSON.stringify(request.body) };
      const response = await world.fetch(urlOf(target, path, request.query), { ...options, ...body });
      return { response, text: await response.text() };
    };
    const { response, text } = await waitWith(world, () => what, ask()).catch((failure: unknown) => {
      throw unreachable(failure, target, method, timeoutMs);
    });
    const body = parseJson(text);
    if (!response.ok) throw problemFailure(response, body, target);
    if (body === undefined) throw notTradewind(target, "it does not answer JSON");
    return { body, etag: response.headers.get("etag") ?? undefined };
  };
}

/** The answer as `schema` reads it. Throws CommandFailure when this version of the commands does not understand it. */
export function readAnswer<T>(schema: z.ZodType<T>, { body }: Answer): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw new CommandFailure(
    3,
    "The app answers in a shape that this command does not know.",
    [
      "Use the command of the app's own version; --json prints the answer as it is.",
      ...z.prettifyError(result.error).split("\n").slice(0, 6),
    ],
    { code: "UNKNOWN_ANSWER" },
  );
}

const headersOf = ({ key, token, actor }: Target, { body, method, ifMatch, reason }: Request) => ({
  accept: "application/json",
  ...(key === undefined ? {} : { "x-functions-key": key }),
  ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  ...(body === undefined
    ? {}
    : { "content-type": method === "PATCH" ? "application/merge-patch+json" : "application/json" }),
  ...(ifMatch === undefined ? {} : { "if-match": ifMatch }),
  ...(method === undefined || method === "GET" ? {} : { "x-tradewind-actor": headerText(actor) }),
  ...(reason === undefined ? {} : { "x-tradewind-reason": headerText(reason) }),
});

/** Headers carry ASCII only: whatever else a name or a reason holds is percent-encoded UTF-8, and so is the percent sign. */
const headerText = (text: string): string =>
  text.toWellFormed().replace(/[^\x20-\x24\x26-\x7e]+/gu, (part) => encodeURIComponent(part));

function urlOf({ api }: Target, path: string, query: Request["query"] = {}): URL {
  const url = new URL(path, api);
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, String(value));
  return url;
}

/** An id within a path. */
export const part = encodeURIComponent;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const notTradewind = ({ name }: Target, why: string): CommandFailure =>
  new CommandFailure(
    3,
    `What answers at ${name} is not this app: ${why}.`,
    ["Check the address: it is where /api/health answers."],
    { code: "NOT_TRADEWIND" },
  );

const reasons: Readonly<Record<string, readonly [what: string, advice: string]>> = {
  ECONNREFUSED: ["nothing listens there", "Start the app (on this machine: npm start), or check the port."],
  ENOTFOUND: ["there is no host of this name", "Check the address for a misprint."],
  EAI_AGAIN: ["the host's name cannot be looked up", "Check this machine's network."],
  ECONNRESET: ["the connection was cut", "Look at the app's state, then try again."],
  DEPTH_ZERO_SELF_SIGNED_CERT: ["its certificate is self-signed", "Point NODE_EXTRA_CA_CERTS at a file that holds it."],
  SELF_SIGNED_CERT_IN_CHAIN: ["its certificate is not trusted", "Point NODE_EXTRA_CA_CERTS at a file that holds it."],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [
    "its certificate is not trusted",
    "Point NODE_EXTRA_CA_CERTS at a file that holds it.",
  ],
  CERT_HAS_EXPIRED: ["its certificate has expired", "Have the certificate renewed."],
  ERR_TLS_CERT_ALTNAME_INVALID: ["its certificate is for another host", "Check the address."],
};

function unreachable(failure: unknown, { name }: Target, method: string, timeoutMs: number): CommandFailure {
  const timedOut = failure instanceof Error && failure.name === "TimeoutError";
  const code = codeOf(failure);
  const [what, advice] = timedOut
    ? [`it did not answer within ${timeoutMs / 1000} s`, "Try again, or look at the app's log."]
    : (reasons[code] ?? [causeOf(failure), "Check address and network."]);
  const mayBeDone = method !== "GET" && !["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"].includes(code);
  return new CommandFailure(
    3,
    `${name} is not reachable: ${what}.`,
    [advice, ...(mayBeDone ? ["What was asked may have been done all the same: look before you repeat it."] : [])],
    { code: "NOT_REACHABLE" },
    { cause: failure },
  );
}

/** What failed underneath: fetch itself says only that it failed. */
function causeOf(failure: unknown): string {
  if (!(failure instanceof Error)) return String(failure);
  return failure.cause instanceof Error ? failure.cause.message : failure.message;
}

/** The system's code for why a connection failed; with several addresses tried, the first one's. */
function codeOf(failure: unknown): string {
  if (!(failure instanceof Error)) return "";
  if ("code" in failure && typeof failure.code === "string") return failure.code;
  if (failure instanceof AggregateError) return codeOf(failure.errors[0]);
  return codeOf(failure.cause);
}
