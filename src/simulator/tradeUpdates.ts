// The `trade_updates` stream: who may listen, and what is sent for each thing that happens to an order.
import type { RawData, WebSocket } from "ws";
import { instantFromMs } from "../core/model/time.ts";
import type { Effect, OrderUpdate } from "./exchangeState.ts";
import type { StreamFaultKind } from "./faults.ts";
import { uuidOf } from "./random.ts";
import { orderJson } from "./wireShapes.ts";

export type TradeUpdates = {
  /** Speaks with a new connection. */
  readonly accept: (socket: WebSocket) => void;
  /** Sends what came of a step to everyone who listens. */
  readonly publish: (effects: readonly Effect[]) => void;
};

export type TradeUpdatesOptions = {
  readonly keyId: string;
  readonly secret: string;
  /** The fault that hits the next event, if any. */
  readonly takeFault: () => StreamFaultKind | undefined;
};

export function createTradeUpdates(options: TradeUpdatesOptions): TradeUpdates {
  const listeners = new Set<WebSocket>();
  /** An event that the next one is to overtake. */
  let heldBack: unknown;
  const sendToAll = (message: unknown): void => {
    for (const socket of listeners) send(socket, message);
  };

  function sendEvent(message: unknown): void {
    if (listeners.size === 0) return;
    const fault = options.takeFault();
    if (fault === "cutStream") {
      for (const socket of listeners) socket.terminate();
      listeners.clear();
    } else if (fault === "reorderEvents" && heldBack === undefined) {
      heldBack = message;
    } else {
      sendToAll(message);
      if (fault === "duplicateEvent") sendToAll(message);
      if (heldBack !== undefined) sendToAll(heldBack);
      heldBack = undefined;
    }
  }

  return {
    accept: (socket) => converse(socket, listeners, options),
    publish: (effects) => {
      for (const data of tradeUpdatesOf(effects)) sendEvent({ stream: "trade_updates", data });
    },
  };
}

/** Answers what a client says; `listeners` has it while it listens. */
function converse(socket: WebSocket, listeners: Set<WebSocket>, { keyId, secret }: TradeUpdatesOptions): void {
  let authorized = false;
  const authorization = (action: string): void =>
    send(socket, { stream: "authorization", data: { status: authorized ? "authorized" : "unauthorized", action } });
  socket.on("close", () => listeners.delete(socket));
  socket.on("message", (raw) => {
    const message = readMessage(raw);
    if (message.action === "auth" || message.action === "authenticate") {
      const { key, secret: givenSecret, key_id = key, secret_key = givenSecret } = { ...message, ...message.data };
      authorized = key_id === keyId && secret_key === secret;
      if (!authorized) listeners.delete(socket);
      authorization("authenticate");
    } else if (message.action === "listen" && !authorized) {
      authorization("listen");
    } else if (message.action === "listen") {
      const streams = listOf(message.data?.streams).filter((name) => name === "trade_updates");
      if (streams.length > 0) listeners.add(socket);
      else listeners.delete(socket);
      send(socket, { stream: "listening", data: { streams } });
    } else {
      send(socket, { action: "error", data: { error_message: "invalid command" } });
    }
  });
}

/** The `data` of each update, in the order in which it happened. */
export const tradeUpdatesOf = (effects: readonly Effect[]): readonly Record<string, unknown>[] =>
  effects.flatMap((effect) => (effect.type === "orderUpdate" ? [updateJson(effect)] : []));

function updateJson({ event, order, atMs, fill, positionQty }: OrderUpdate): Record<string, unknown> {
  return {
    event,
    execution_id: fill?.id ?? uuidOf(`${order.id}|${event}|${order.updatedAtMs}`),
    timestamp: instantFromMs(atMs).replace("Z", "000137Z"),
    order: orderJson(order),
    ...(fill && { price: fill.price, qty: fill.qty, position_qty: positionQty }),
  };
}

type Message = Readonly<Record<string, unknown>> & { readonly data?: Readonly<Record<string, unknown>> };

/** Text and binary frames are taken alike; one that is no JSON object is an empty message. */
function readMessage(raw: RawData): Message {
  try {
    const value: unknown = JSON.parse(String(raw));
    return typeof value === "object" && value !== null ? (value as Message) : {};
  } catch {
    return {};
  }
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** In binary frames, as Alpaca sends them on this stream. */
const send = (socket: WebSocket, message: unknown): void => socket.send(Buffer.from(JSON.stringify(message)));
