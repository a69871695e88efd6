// The market data stream: one conversation for each connection, from the greeting to subscriptions, in msgpack or JSON.
import { decode, encode } from "@msgpack/msgpack";
import type { RawData, WebSocket } from "ws";
import type { Effect } from "./exchangeState.ts";
import { type DataChannel, type DataMessage, dataChannels, messagesBetween, statusOf } from "./marketDataMessages.ts";
import type { MarketTape } from "./marketTape.ts";
import type { DataPlan } from "./wireTypes.ts";

export const feeds = ["iex", "sip", "delayed_sip", "test"] as const;
export type Feed = (typeof feeds)[number];

export type MarketDataStream = {
  /** Speaks with a new connection; `keys` are those of its HTTP headers, where it gave any. */
  readonly accept: (socket: WebSocket, feed: Feed, codec: "msgpack" | "json", keys?: Keys) => void;
  /** Sends what happened on the tape since the last time, up to the present. */
  readonly tell: () => void;
  /** Tells of halts, where there are any among the effects. */
  readonly publish: (effects: readonly Effect[]) => void;
};

type Keys = { readonly key: unknown; readonly secret: unknown };

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

/** Channels that can be subscribed to; on the last ones this market has nothing to tell. */
const channels = [...dataChannels, "updatedBars", "lulds", "corrections", "cancelErrors"] as const;
/** The symbols by channel. */
type Subscriptions = Readonly<Record<string, readonly string[]>>;

/** Trades and quotes together, on the free plan. */
const freeSymbols = 30;

type Connection = {
  readonly feed: Feed;
  readonly send: (messages: readonly object[]) => void;
  readonly close: () => void;
  readonly authTimeout: NodeJS.Timeout;
  subscriptions: Subscriptions;
};

export function createMarketDataStream(options: MarketDataStreamOptions): MarketDataStream {
  const { tape, keyId, secret, plan, nowMs, authTimeoutMs = 10_000 } = options;
  const authenticated = new Set<Connection>();
  let toldMs = nowMs();

  const accept: MarketDataStream["accept"] = (socket, feed, codec, keys) => {
    const send = (messages: readonly object[]): void => socket.send(written(messages, codec));
    const close = (): void => socket.close();
    const authTimeout = setTimeout(() => {
      refuse(connection, 404);
      close();
    }, authTimeoutMs);
    const connection: Connection = { feed, send, close, authTimeout, subscriptions: {} };
    socket.on("close", () => {
      clearTimeout(authTimeout);
      authenticated.delete(connection);
    });
    socket.on("message", (raw) => hear(connection, readMessage(raw, codec)));
    send([{ T: "success", msg: "connected" }]);
    if (keys !== undefined) authenticate(connection, keys);
  };

  function hear(connection: Connection, message: Message | undefined): void {
    if (message?.action === "auth") authenticate(connection, { key: message.key, secret: message.secret });
    else if (message?.action !== "subscribe" && message?.action !== "unsubscribe") refuse(connection, 400);
    else if (!authenticated.has(connection)) refuse(connection, 401);
    else subscribe(connection, changed(connection.subscriptions, message));
  }

  function authenticate(connection: Connection, given: Keys): void {
    const fault = authenticated.has(connection) ? 403 : faultOfAuth(given, connection.feed);
    if (fault === undefined) {
      clearTimeout(connection.authTimeout);
      authenticated.add(connection);
      connection.send([{ T: "success", msg: "authenticated" }]);
      return;
    }
    refuse(connection, fault);
    if (fault !== 403) connection.close();
  }

  function subscribe(connection: Connection, next: Subscriptions): void {
    if (plan === "basic" && count(next, "trades") + count(next, "quotes") > freeSymbols) {
      refuse(connection, 405);
      return;
    }
    // What happened before is none of a new subscription's business.
    tell();
    connection.subscriptions = next;
    connection.send([{ T: "subscription", ...next }]);
  }

  function faultOfAuth(given: Keys, feed: Feed): ErrorCode | undefined {
    if (given.key !== keyId || given.secret !== secret) return 402;
    if (plan === "basic" && feed === "sip") return 409;
    return [...authenticated].some((other) => other.feed === feed) ? 406 : undefined;
  }

  function tell(): void {
    const ms = nowMs();
    if (ms <= toldMs) return;
    const wanted = (symbol: string): boolean =>
      [...authenticated].some(({ subscriptions }) => dataChannels.some((name) => wants(subscriptions, name, symbol)));
    const told = messagesBetween(tape, authenticated.size === 0 ? [] : tape.symbols().filter(wanted), toldMs, ms);
    toldMs = ms;
    sendWanted(told);
  }

  function sendWanted(told: readonly DataMessage[]): void {
    for (const { send, subscriptions } of authenticated) {
      const own = told.filter(({ channel, symbol }) => wants(subscriptions, channel, symbol));
      if (own.length > 0) send(own.map(({ message }) => message));
    }
  }

  const publish = (effects: readonly Effect[]): void =>
    sendWanted(effects.flatMap((each) => (each.type === "intervened" ? statusOf(each.intervention, nowMs()) : [])));

  return { accept, tell, publish };
}

const refuse = ({ send }: Connection, code: ErrorCode): void => send([{ T: "error", code, msg: errors[code] }]);

const count = (subscriptions: Subscriptions, channel: DataChannel): number => subscriptions[channel]?.length ?? 0;

const wants = (subscriptions: Subscriptions, channel: DataChannel, symbol: string): boolean =>
  subscriptions[channel]?.some((each) => each === symbol || each === "*") ?? false;

function changed(before: Subscriptions, message: Message): Subscriptions {
  const next = channels.map((name) => {
    const old = before[name] ?? [];
    const given = Array.isArray(message[name]) ? message[name].map(String) : [];
    const symbols = message.action === "subscribe" ? [...old, ...given] : old.filter((each) => !given.includes(each));
    return [name, [...new Set(symbols)]] as const;
  });
  return Object.fromEntries(next);
}

type Message = Readonly<Record<string, unknown>>;

/** Undefined for what is no message in this codec. */
function readMessage(raw: RawData, codec: "msgpack" | "json"): Message | undefined {
  try {
    const value = codec === "json" ? JSON.parse(String(raw)) : decode(raw as Buffer);
    return typeof value === "object" && value !== null ? (value as Message) : undefined;
  } catch {
    return undefined;
  }
}

/** JSON in text frames; msgpack in binary frames, with times as timestamps. */
function written(messages: readonly object[], codec: "msgpack" | "json"): string | Uint8Array {
  if (codec === "json") return JSON.stringify(messages);
  return encode(messages.map((each) => ("t" in each ? { ...each, t: new Date(String(each.t)) } : each)));
}
