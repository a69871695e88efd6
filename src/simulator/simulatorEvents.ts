// What happened at the simulator, for a person who watches.
import { type Instant, instantFromMs } from "../core/model/time.ts";
import type { Effect, Side } from "./exchangeState.ts";
import { averagePrice } from "./wireShapes.ts";

/** Amounts are decimal strings, times those of the exchange. */
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
  /** Status 0: the connection was cut. */
  | { readonly type: "request"; readonly method: string; readonly path: string; readonly status: number };

/** Nothing for an effect that is no news of an order. */
export function toEvents(effect: Effect): readonly SimulatorEvent[] {
  if (effect.type === "fill") {
    const { clientOrderId, symbol, side, qty, price, atMs } = effect.fill;
    return [{ type: "fill", clientOrderId, symbol, side, qty, price, at: instantFromMs(atMs) }];
  }
  if (effect.type !== "orderUpdate") return [];
  const { order, atMs } = effect;
  const { clientOrderId, symbol, side, qty, status, filledQty } = order;
  const filledAvgPrice = averagePrice(order);
  return [
    { type: "order", clientOrderId, symbol, side, qty, status, filledQty, filledAvgPrice, at: instantFromMs(atMs) },
  ];
}
