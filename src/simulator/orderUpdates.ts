// The small changes of an order and how they are told.
import type { Effect, Order, OrderEventName } from "./exchangeState.ts";

/** Tells of an order as it is from then on. */
export const updated = (event: OrderEventName, order: Order, atMs: number): Effect => ({
  type: "orderUpdate",
  event,
  order,
  atMs,
});

export type Ending = "canceled" | "expired" | "rejected";

const stampOf = { canceled: "canceledAtMs", expired: "expiredAtMs", rejected: "failedAtMs" } as const;

export const ended = (order: Order, how: Ending, atMs: number): Order => ({
  ...order,
  [stampOf[how]]: atMs,
  status: how,
  updatedAtMs: atMs,
});
