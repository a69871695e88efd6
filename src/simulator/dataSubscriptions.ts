// What the messages of the market data stream say: frames in msgpack or JSON, and the symbols subscribed to on each channel.
import { decode, encode } from "@msgpack/msgpack";
import type { RawData } from "ws";
import { type DataChannel, dataChannels } from "./marketDataMessages.ts";

export type Codec = "msgpack" | "json";
export type ClientMessage = Readonly<Record<string, unknown>>;

/** Undefined for what is no message in this codec. */
export function readMessage(raw: RawData, codec: Codec): ClientMessage | undefined {
  try {
    const value = codec === "json" ? JSON.parse(String(raw)) : decode(raw as Buffer);
    return typeof value === "object" && value !== null ? (value as ClientMessage) : undefined;
  } catch {
    return undefined;
  }
}

/** JSON in text frames; msgpack in binary frames, with times as timestamps. */
export function written(messages: readonly object[], codec: Codec): string | Uint8Array {
  if (codec === "json") return JSON.stringify(messages);
  return encode(messages.map((each) => ("t" in each ? { ...each, t: new Date(String(each.t)) } : each)));
}

/** Channels that can be subscribed to; on the last ones this market has nothing to tell. */
const channels = [...dataChannels, "updatedBars", "lulds", "corrections", "cancelErrors"] as const;

/** The symbols by channel; `*` is all of them. */
export type Subscriptions = Readonly<Record<string, readonly string[]>>;

/** The subscriptions once a client has said `subscribe` or `unsubscribe`. */
export function changedBy(message: ClientMessage, before: Subscriptions): Subscriptions {
  const next = channels.map((name) => {
    const old = before[name] ?? [];
    const given = Array.isArray(message[name]) ? message[name].map(String) : [];
    const symbols = message.action === "subscribe" ? [...old, ...given] : old.filter((each) => !given.includes(each));
    return [name, [...new Set(symbols)]] as const;
  });
  return Object.fromEntries(next);
}

export const wants = (subscriptions: Subscriptions, channel: DataChannel, symbol: string): boolean =>
  subscriptions[channel]?.some((each) => each === symbol || each === "*") ?? false;

export const countOf = (subscriptions: Subscriptions, channel: DataChannel): number =>
  subscriptions[channel]?.length ?? 0;
