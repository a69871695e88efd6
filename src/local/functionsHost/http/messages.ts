// HTTP messages on their way to a function and back: a request becomes the worker's data, the worker's data a response.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { HttpCookie, HttpData, TypedData } from "../rpc.ts";

/** The largest body a function gets; one byte more is a 500, as on the host. */
const maxBodyBytes = 104_857_600;

/** The whole body, or undefined when it is over the host's limit. */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  if (tooLong(request)) return undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBodyBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

/** Whether the announced length alone is over the limit. */
export const tooLong = (request: IncomingMessage): boolean =>
  Number(request.headers["content-length"] ?? 0) > maxBodyBytes;

/** Header names are lower case; a header sent twice arrives once, joined by a comma; an empty one does not arrive. */
export const requestHeaders = (request: IncomingMessage): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(request.headersDistinct)
      .map(([name, values = []]) => [name, values.join(",")] as const)
      .filter(([, value]) => value !== ""),
  );

/** The address as the client wrote it, with the host it asked for. */
export const requestUrl = (request: IncomingMessage): string =>
  `http://${request.headers.host ?? "localhost"}${request.url ?? "/"}`;

/** What the worker is told of a request. A query parameter given twice arrives once, its values joined by a comma. */
export function toHttpData(
  request: IncomingMessage,
  { params, body }: { readonly params: Readonly<Record<string, string>>; readonly body: Buffer },
): TypedData {
  const url = requestUrl(request);
  const query = new Map<string, string>();
  for (const [name, value] of new URL(url).searchParams) {
    const before = query.get(name);
    query.set(name, before === undefined ? value : `${before},${value}`);
  }
  const http: HttpData = {
    method: request.method ?? "GET",
    url,
    nullableHeaders: nullable(requestHeaders(request)),
    nullableQuery: nullable(Object.fromEntries(query)),
    nullableParams: nullable(params),
    ...(body.length === 0 ? {} : { body: { bytes: body } }),
  };
  return { http };
}

const nullable = (values: Readonly<Record<string, string>>): Record<string, { readonly value: string }> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]));

/** Answers with a status and nothing else, as the host does for every fault of its own. */
export function answerEmpty(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent || response.destroyed) return;
  const length = status === 204 || status === 202 ? {} : { "Content-Length": "0" };
  response.writeHead(status, { ...length, ...headers }).end();
}

/** Answers with what the function gave back; nothing at all is a 204. */
export function answerWithHttpData(response: ServerResponse, returned: TypedData | null | undefined): void {
  const data = returned?.http;
  if (data === undefined) {
    answerEmpty(response, 204);
    return;
  }
  const status = Number(data.statusCode ?? 200);
  const body = bodyOf(data.body);
  response.statusCode = status;
  for (const [name, value] of Object.entries(data.headers ?? {})) {
    if (name.toLowerCase() !== "transfer-encoding") response.setHeader(name, value);
  }
  const cookies = (data.cookies ?? []).map(setCookie);
  if (cookies.length > 0) response.setHeader("Set-Cookie", cookies);
  if (status === 204 || status === 205 || status === 304) response.end();
  else if (body.length === 0) response.setHeader("Content-Length", "0").end();
  // Headers that leave before the body make it chunked, as the host's are.
  else response.writeHead(status).end(body);
}

function bodyOf(body: TypedData | null | undefined): Uint8Array {
  if (body?.bytes !== undefined) return body.bytes;
  return Buffer.from(body?.string ?? body?.json ?? "");
}

function setCookie(cookie: HttpCookie): string {
  const { name, value, domain, path, expires, secure, httpOnly, sameSite = "none", maxAge } = cookie;
  const given = <T>(option: { readonly value?: T } | null | undefined, text: (value: T) => string): string[] =>
    option?.value === undefined ? [] : [text(option.value)];
  return [
    `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
    ...given(expires, ({ seconds }) => `expires=${new Date(seconds * 1000).toUTCString()}`),
    ...given(maxAge, (seconds) => `max-age=${Math.floor(seconds)}`),
    ...given(domain, (text) => `domain=${text}`),
    `path=${path?.value ?? "/"}`,
    ...(secure?.value === true ? ["secure"] : []),
    ...(sameSite === "none" ? [] : [`samesite=${sameSite === "explicitNone" ? "none" : sameSite}`]),
    ...(httpOnly?.value === true ? ["httponly"] : []),
  ].join("; ");
}
