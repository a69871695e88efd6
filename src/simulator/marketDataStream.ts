// The market data stream: who may listen to it, what each connection has subscribed to, and what it is sent.
import type { WebSocket } from "ws";
import {
  type ClientMessage,
  type Codec,
  changedBy,
  countOf,
  readMessage,
  type Subscriptions,
  wants,
  written,
} from "./dataSubscriptions.ts";
import type { Effect } from "./exchangeState.ts";
import { type DataMessage, dataChannels, messagesBetween, statusOf } from "./marketDataMessages.ts";
import type { MarketTape } from "./marketTape.ts";
import type { DataPlan } from "./wireTypes.ts";

export const feeds = ["iex", "sip", "delayed_sip", "test"] as const;
export type Feed = (typeof feeds)[number];

type Keys = { readonly key: unknown; readonly secret: unknown };

/** `keys` are those of the HTTP headers, where the client gave any. */
export type NewConnection = {
  readonly socket: WebSocket;
  readonly feed: Feed;
  readonly codec: Codec;
  readonly keys?: Keys | undefined;
};

export type MarketDataStream = {
  readonly accept: (connection: NewConnection) => void;
  /** Sends what happened on the tape since the last time, up to the present. */
  readonly tell: () => void;
  /** Tells of halts, where there are any among the effects. */
  readonly publish: (effects: readonly Effect[]) => void;
};

export type MarketDataStreamOptions = {
  readonly tape: MarketTape;
  readonly keyId: string;
  readonly secret: string;
  readonly plan: DataPlan;
  /** The exchange's time. */
  readonly nowMs: () => number;
  /** In real time. */
  readonly authTimeoutMs?: number;
};

type Connection = {
  readonly feed: Feed;
  readonly send: (messages: readonly object[]) => void;
  readonly close: () => void;
  /** No longer once its client has begun to close it. */
  readonly isOpen: () => boolean;
  readonly authTimeout: NodeJS.Timeout;
  subscriptions: Subscriptions;
};

type Hub = { readonly options: MarketDataStreamOptions; readonly authenticated: Set<Connection>; toldMs: number };

export function createMarketDataStream(options: MarketDataStreamOptions): MarketDataStream {
  const { nowMs } = options;
  const hub: Hub = { options, authenticated: new Set(), toldMs: nowMs() };
  return {
    accept: (connection) => accept(hub, connection),
    tell: () => tell(hub),
    publish: (effects) =>
      send(
        hub,
        effects.flatMap((each) => (each.type === "intervened" ? statusOf(each.intervention, nowMs()) : [])),
      ),
  };
}

const errors = {
  400: "invalid syntax",
  401: "not authenticated",
  402: "auth failed",
  403: "already authenticated",
  404: "auth timeout",
  405: "symbol limit exceeded",
  406: "connection limit exceeded",
  409: "insufficient subscription",
} as const;
type ErrorCode = keyof typeof errors;

const refuse = (connection: Connection, code: ErrorCode): void =>
  connection.send([{ T: "error", code, msg: errors[code] }]);

function accept(hub: Hub, { socket, feed, codec, keys }: NewConnection): void {
  const authTimeout = setTimeout(() => {
    refuse(connection, 404);
    connection.close();
  }, hub.options.authTimeoutMs ?? 10_000);
  const connection: Connection = {
    feed,
    send: (messages) => socket.send(written(messages, codec)),
    close: () => socket.close(),
    isOpen: () => socket.readyState === socket.OPEN,
    authTimeout,
    subscriptions: {},
  };
  socket.on("close", () => {
    clearTimeout(authTimeout);
    hub.authenticated.delete(connection);
  });
  socket.on("message", (raw) => hear(hub, connection, readMessage(raw, codec)));
  connection.send([{ T: "success", msg: "connected" }]);
  if (keys !== undefined) authenticate(hub, connection, keys);
}

function hear(hub: Hub, connection: Connection, message: ClientMessage | undefined): void {
  if (message?.action === "auth") authenticate(hub, connection, { key: message.key, secret: message.secret });
  else if (message?.action !== "subscribe" && message?.action !== "unsubscribe") refuse(connection, 400);
  else if (!hub.authenticated.has(connection)) refuse(connection, 401);
  else subscribe(hub, connection, changedBy(message, connection.subscriptions));
}

function authenticate({ options, authenticated }: Hub, connection: Connection, keys: Keys): void {
  const fault = authFault(options, authenticated, connection, keys);
  if (fault === undefined) {
    clearTimeout(connection.authTimeout);
    authenticated.add(connection);
    connection.send([{ T: "success", msg: "authenticated" }]);
    return;
  }
  refuse(connection, fault);
  if (fault !== 403) connection.close();
}

function authFault(
  { keyId, secret, plan }: MarketDataStreamOptions,
  authenticated: ReadonlySet<Connection>,
  connection: Connection,
  keys: Keys,
): ErrorCode | undefined {
  if (authenticated.has(connection)) return 403;
  if (keys.key !== keyId || keys.secret !== secret) return 402;
  if (plan === "basic" && connection.feed === "sip") return 409;
  return [...authenticated].some(({ feed, isOpen }) => feed === connection.feed && isOpen()) ? 406 : undefined;
}

/** Trades and quotes together, on the free plan. */
const freeSymbols = 30;

function subscribe(hub: Hub, connection: Connection, next: Subscriptions): void {
  if (hub.options.plan === "basic" && countOf(next, "trades") + countOf(next, "quotes") > freeSymbols) {
    refuse(connection, 405);
    return;
  }
  // What happened before is none of a new subscription's business.
  tell(hub);
  connection.subscriptions = next;
  connection.send([{ T: "subscription", ...next }]);
}

function tell(hub: Hub): void {
  const { tape, nowMs } = hub.options;
  const [fromMs, toMs] = [hub.toldMs, nowMs()];
  if (toMs <= fromMs) return;
  hub.toldMs = toMs;
  const subscriptions = [...hub.authenticated].map((connection) => connection.subscriptions);
  const wanted = (symbol: string): boolean =>
    subscriptions.some((each) => dataChannels.some((channel) => wants(each, channel, symbol)));
  if (subscriptions.length > 0) send(hub, messagesBetween(tape, tape.symbols().filter(wanted), fromMs, toMs));
}

function send({ authenticated }: Hub, told: readonly DataMessage[]): void {
  for (const connection of authenticated) {
    const own = told.filter(({ channel, symbol }) => wants(connection.subscriptions, channel, symbol));
    if (own.length > 0) connection.send(own.map(({ message }) => message));
  }
}
