// With enableHttpStream bodies do not pass through the worker's messages: the request is forwarded to the library's own small server.
import { request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { TypedData } from "../rpc.ts";
import { requestHeaders, requestUrl } from "./messages.ts";

const hopHeaders = ["connection", "keep-alive", "transfer-encoding", "host", "expect", "upgrade"];

export type Forwarded = {
  /** Whether the function's answer began to arrive: false when the connection broke before. */
  readonly began: Promise<boolean>;
  /** Resolves when that answer has gone out whole; rejects when it broke off. */
  readonly answered: Promise<void>;
  /** Ends the connection to the library: the function gave no answer over it. */
  abandon(): void;
};

/** Sends `request` on to the library's server at `httpUri`, which hands it to the function, and streams its answer to `response`. */
export function forward(
  request: IncomingMessage,
  response: ServerResponse,
  { httpUri, invocationId }: { readonly httpUri: string; readonly invocationId: string },
): Forwarded {
  const { port } = new URL(httpUri);
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !hopHeaders.includes(name)));
  const outgoing = httpRequest({
    // The library listens on every interface, and its own address says localhost.
    host: "localhost",
    port,
    method: request.method,
    path: request.url,
    headers: {
      ...headers,
      "x-ms-invocation-id": invocationId,
      "x-forwarded-host": request.headers.host ?? "localhost",
      "x-forwarded-proto": "http",
    },
  });
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once("response", resolve).once("error", reject);
  });
  const answered = answer.then(async (incoming) => {
    for (const [name, value] of Object.entries(incoming.headers)) {
      if (value !== undefined && !hopHeaders.includes(name)) response.setHeader(name, value);
    }
    response.writeHead(incoming.statusCode ?? 200);
    response.flushHeaders();
    await pipeline(incoming, response);
  });
  answered.catch(() => {});
  pipeline(request, outgoing).catch(() => outgoing.destroy());
  const began = answer.then(
    () => true,
    () => false,
  );
  return { began, answered, abandon: () => outgoing.destroy() };
}

/** In this mode headers and route parameters travel beside the body. */
export const streamMetadata = (
  request: IncomingMessage,
  params: Readonly<Record<string, string>>,
): Readonly<Record<string, TypedData>> => ({
  ...Object.fromEntries(Object.entries(params).map(([name, value]) => [name, { string: value }])),
  Headers: { json: JSON.stringify(requestHeaders(request)) },
  Query: { json: JSON.stringify(Object.fromEntries(new URL(requestUrl(request)).searchParams)) },
});
