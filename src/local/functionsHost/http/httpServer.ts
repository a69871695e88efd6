// The host's HTTP front: start page, /admin and the functions, on one loopback port.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { categories, type Log, messageOf } from "../hostEvents.ts";
import { answerEmpty } from "./messages.ts";

/** Longer request lines are refused, as Kestrel does. */
const maxRequestLineBytes = 8192;

type Handler = (
  request: IncomingMessage,
  response: ServerResponse,
  target: { readonly segments: readonly string[]; readonly query: URLSearchParams },
) => Promise<void>;

export type HttpFront = {
  readonly port: number;
  /** Refuses new connections from now on, and lets the open ones end with their answer. */
  close(): void;
  /** Resolves when every request is answered. */
  idle(): Promise<void>;
  /** Breaks what is still open. */
  destroy(): void;
};

/** Listens on 127.0.0.1. Rejects with the system's error (`EADDRINUSE`) when it cannot. */
export async function startHttpFront(options: {
  readonly port: number;
  readonly serveAdmin: Handler;
  /** Everything else but the start page. */
  readonly serveFunction: Handler;
  readonly log: Log;
}): Promise<HttpFront> {
  const { port, log } = options;
  const server = createServer({ maxHeaderSize: 64 * 1024, requestTimeout: 0, keepAliveTimeout: 130_000 });
  const open = new Set<ServerResponse>();
  let closing = false;
  let answered = Promise.withResolvers<void>();
  server.on("request", (request, response) => {
    open.add(response);
    response.once("close", () => {
      open.delete(response);
      answered.resolve();
      answered = Promise.withResolvers();
    });
    response.setHeader("Server", "Kestrel");
    if (closing) response.setHeader("Connection", "close");
    route(request, response, options).catch((failure: unknown) => {
      log("error", categories.host, `${request.method} ${request.url?.split("?")[0]} failed: ${messageOf(failure)}`);
      if (response.headersSent) response.destroy();
      else answerEmpty(response, 500);
    });
  });
  await listen(server, port);
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : port,
    close: () => {
      closing = true;
      for (const response of open) if (!response.headersSent) response.setHeader("Connection", "close");
      server.close();
      server.closeIdleConnections();
    },
    idle: async () => {
      while (open.size > 0) await answered.promise;
    },
    destroy: () => server.closeAllConnections(),
  };
}

const listen = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject).listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });

async function route(
  request: IncomingMessage,
  response: ServerResponse,
  { serveAdmin, serveFunction }: { readonly serveAdmin: Handler; readonly serveFunction: Handler },
): Promise<void> {
  const { method = "GET", url = "/" } = request;
  if (`${method} ${url} HTTP/1.1\r\n`.length > maxRequestLineBytes) {
    return answerEmpty(response, 414, { Connection: "close" });
  }
  const [path = "", search = ""] = splitOnce(url, "?");
  const target = { segments: segmentsOf(path), query: new URLSearchParams(search) };
  if (path === "/") return method === "GET" || method === "HEAD" ? startPage(response) : answerEmpty(response, 404);
  const [first = "", ...rest] = target.segments;
  if (first.toLowerCase() !== "admin") return await serveFunction(request, response, target);
  return await serveAdmin(request, response, { ...target, segments: rest });
}

const splitOnce = (text: string, separator: string): readonly string[] => {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
};

/** The decoded parts of a path; one slash at its end does not count, a doubled one gives an empty part that no route fits. */
const segmentsOf = (path: string): readonly string[] =>
  path.replace(/^\//, "").replace(/\/$/, "").split("/").map(decode);

function decode(text: string): string {
  try {
    // An encoded slash stays as it is: it does not part segments.
    return decodeURIComponent(text.replaceAll(/%2f/gi, "%252F"));
  } catch {
    return text;
  }
}

const title = "Your Azure Function App is up and running.";

function startPage(response: ServerResponse): void {
  response
    .writeHead(200, { "Content-Type": "text/html" })
    .end(`<!DOCTYPE html><html lang="en"><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`);
}
