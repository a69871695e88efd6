// Requests and answers of Node's HTTP server as the simulator's own.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Served } from "./service.ts";
import type { WireRequest } from "./wireTypes.ts";

const maxBodyBytes = 1_000_000;

/** Undefined when the body is too large. */
export async function readRequest(incoming: IncomingMessage): Promise<WireRequest | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += (chunk as Buffer).length;
    // The rest is read and dropped: an answer before the end would reach few clients.
    if (size <= maxBodyBytes) chunks.push(chunk as Buffer);
  }
  if (size > maxBodyBytes) return undefined;
  const [path = "/", query = ""] = (incoming.url ?? "/").split(/\?(.*)/s, 2);
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  );
  const body = Buffer.concat(chunks).toString("utf8");
  return { method: incoming.method ?? "GET", path, query: new URLSearchParams(query), headers, body };
}

export function send(outgoing: ServerResponse, { status, headers, text }: NonNullable<Served>): void {
  outgoing.writeHead(status, { ...headers, ...(text !== "" && { "Content-Length": Buffer.byteLength(text) }) });
  outgoing.end(text);
}
