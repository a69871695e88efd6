// The simulator over HTTP: one origin that serves the paths of Alpaca's trading and data hosts, and a control surface beside them.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { type Instant, instantFromMs } from "../core/model/time.ts";
import { createAlpacaWire } from "./alpacaWire.ts";
import { openExchange } from "./exchange.ts";
import { type Effect, type ExchangeState, isOpen, type Side } from "./exchangeState.ts";
import { createFaults, type Fault, faultReply, readFault } from "./faults.ts";
import type { MarketTape } from "./marketTape.ts";
import { createRateBudget } from "./rateBudget.ts";
import { loadState, saveState } from "./stateFile.ts";
import { averagePrice, orderJson } from "./wireShapes.ts";
import { type DataPlan, errorReply, type Reply, type WireRequest } from "./wireTypes.ts";

export type { Fault } from "./faults.ts";

/** What happened, for a person who watches. Amounts are decimal strings, times those of the exchange. */
export type SimulatorEvent =
  | {
      readonly type: "order";
      readonly clientOrderId: string;
      readonly symbol: string;
      readonly side: Side;
      /** Null for an order by amount. */
      readonly qty: string | null;
      readonly status: string;
      readonly filledQty: string;
      readonly filledAvgPrice: string | null;
      readonly at: Instant;
    }
  | {
      readonly type: "fill";
      readonly clientOrderId: string;
      readonly symbol: string;
      readonly side: Side;
      readonly qty: string;
      readonly price: string;
      readonly at: Instant;
    }
  | { readonly type: "request"; readonly method: string; readonly path: string; readonly status: number };

export type SimulatorOptions = {
  readonly tape: MarketTape;
  /** The exchange's time. It may stand still or run fast; a step back is ignored. */
  readonly nowMs: () => number;
  readonly seed: number;
  /** 0, the default: any free one. */
  readonly port?: number;
  readonly startingCash?: string;
  readonly multiplier?: "1" | "2" | "4";
  /** Where the state is kept, saved after every change before the reply leaves. A state found there is taken up. */
  readonly stateFile?: string;
  readonly keyId: string;
  readonly secret: string;
  readonly onEvent?: (event: SimulatorEvent) => void;
  /** Of real time, for each of the two hosts; 0: no limit. */
  readonly requestsPerMinute?: number;
  readonly dataPlan?: DataPlan;
};

export type Simulator = {
  readonly url: string;
  readonly port: number;
  /** How many requests each route has had, `{"GET /v2/orders": 3}`. */
  readonly requests: () => Record<string, number>;
  readonly arm: (fault: Fault) => void;
  readonly stop: () => Promise<void>;
};

const maxBodyBytes = 1_000_000;
/** How often resting orders are looked at while nobody asks, in real time. */
const restingCheckMs = 250;

/** Starts the simulator on the loopback address. Rejects when the port is taken or the kept state cannot be read. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { tape, seed, stateFile, onEvent } = options;
  const wire = createAlpacaWire({
    tape,
    keyId: options.keyId,
    secret: options.secret,
    plan: options.dataPlan ?? "basic",
  });
  const faults = createFaults();
  const budget = createRateBudget(options.requestsPerMinute ?? 200, () => performance.timeOrigin + performance.now());
  const counts = new Map<string, number>();
  let state: ExchangeState =
    (stateFile === undefined ? undefined : loadState(stateFile, seed)) ??
    openExchange({
      seed,
      nowMs: options.nowMs(),
      startingCash: options.startingCash ?? "100000",
      multiplier: options.multiplier ?? "4",
    });

  function take([next, effects]: readonly [ExchangeState, readonly Effect[]]): void {
    const changed = effects.some(({ type }) => type !== "refused");
    state = next;
    if (changed && stateFile !== undefined) saveState(stateFile, state);
    if (onEvent !== undefined) for (const event of effects.flatMap(toEvent)) onEvent(event);
  }

  function serveControl({ method, path, body }: WireRequest): Reply {
    take(wire.advance(state, options.nowMs()));
    if (path === "/_control/requests" && method === "GET") return { status: 200, body: Object.fromEntries(counts) };
    if (path === "/_control/orders" && method === "GET") return { status: 200, body: state.orders.map(orderJson) };
    if (path !== "/_control/faults") return errorReply(404, "no such control");
    if (method === "GET") return { status: 200, body: faults.armed() };
    if (method === "DELETE") {
      faults.clear();
      return { status: 204 };
    }
    if (method !== "POST") return errorReply(405, "use GET, POST or DELETE");
    const fault = readFault(body);
    if (typeof fault === "string") return errorReply(400, fault);
    faults.arm(fault);
    return { status: 201, body: fault };
  }

  /** Undefined: the connection is to be cut without an answer. */
  async function serveAlpaca(
    request: WireRequest,
  ): Promise<{ reply: Reply; headers: Record<string, string> } | undefined> {
    const route = wire.routeName(request);
    counts.set(route, (counts.get(route) ?? 0) + 1);
    const { allowed, headers } = budget.spend(request.path.startsWith("/v2/stocks/") ? "data" : "trading");
    if (!allowed) return { reply: errorReply(429, "rate limit exceeded", 42910000), headers };
    const fault = faults.take(request.method, request.path);
    if (fault?.kind === "dropBeforeEffect") return undefined;
    const failed = fault && faultReply(fault);
    if (failed !== undefined) return { reply: failed, headers };
    if (fault?.kind === "delay") await delay(fault.delayMs ?? 0);
    const { reply, stepped } = wire.serve(state, request, options.nowMs());
    take(stepped);
    return fault?.kind === "effectThenDrop" ? undefined : { reply, headers };
  }

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const request = await readRequest(incoming);
    if ("status" in request) return send(outgoing, request, { Connection: "close" });
    if (request.path.startsWith("/_control/")) return send(outgoing, serveControl(request), {});
    const served = await serveAlpaca(request);
    onEvent?.({ type: "request", method: request.method, path: request.path, status: served?.reply.status ?? 0 });
    if (served === undefined) incoming.socket.destroy();
    else send(outgoing, served.reply, { "X-Request-ID": requestId(counts), ...served.headers });
  }

  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch((error: unknown) => {
      // A fault of the simulator's own: say so, where Alpaca would say nothing.
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      if (outgoing.headersSent) outgoing.destroy();
      else send(outgoing, errorReply(500, `simulator: ${message}`), {});
    });
  });
  const port = await listen(server, options.port ?? 0);
  const resting = setInterval(() => {
    if (state.orders.some(isOpen)) take(wire.advance(state, options.nowMs()));
  }, restingCheckMs);
  resting.unref();

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests: () => Object.fromEntries(counts),
    arm: faults.arm,
    stop: async () => {
      clearInterval(resting);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

async function readRequest(incoming: IncomingMessage): Promise<WireRequest | Reply> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += (chunk as Buffer).length;
    // The rest is read and dropped: an answer before the end would reach few clients.
    if (size <= maxBodyBytes) chunks.push(chunk as Buffer);
  }
  if (size > maxBodyBytes) return errorReply(413, "request body is too large");
  const [path = "/", query = ""] = (incoming.url ?? "/").split(/\?(.*)/s, 2);
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  );
  const body = Buffer.concat(chunks).toString("utf8");
  return { method: incoming.method ?? "GET", path, query: new URLSearchParams(query), headers, body };
}

function send(outgoing: ServerResponse, { status, body, html }: Reply, headers: Record<string, string>): void {
  const text = html ?? (body === undefined ? "" : JSON.stringify(body));
  const type = html === undefined ? "application/json; charset=UTF-8" : "text/html";
  outgoing.writeHead(status, {
    ...(text !== "" && { "Content-Type": type, "Content-Length": Buffer.byteLength(text) }),
    ...headers,
  });
  outgoing.end(text);
}

const requestId = (counts: ReadonlyMap<string, number>): string =>
  String([...counts.values()].reduce((sum, count) => sum + count, 0)).padStart(32, "0");

function toEvent(effect: Effect): readonly SimulatorEvent[] {
  switch (effect.type) {
    case "refused":
      return [];
    case "fill": {
      const { clientOrderId, symbol, side, qty, price, atMs } = effect.fill;
      return [{ type: "fill", clientOrderId, symbol, side, qty, price, at: instantFromMs(atMs) }];
    }
    case "orderUpdate": {
      const { order, atMs } = effect;
      const { clientOrderId, symbol, side, qty, status, filledQty } = order;
      const filledAvgPrice = averagePrice(order);
      return [
        { type: "order", clientOrderId, symbol, side, qty, status, filledQty, filledAvgPrice, at: instantFromMs(atMs) },
      ];
    }
  }
}
