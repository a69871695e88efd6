// When a stop price is reached, and how that of a trailing stop follows the market.
import { dec, text } from "./decimal.ts";
import type { Order, OrderRequest } from "./exchangeState.ts";
import { firstEndingAfter, type TradingInterval } from "./marketTape.ts";

export const isStop = ({ type }: Pick<OrderRequest, "type">): boolean =>
  type === "stop" || type === "stop_limit" || type === "trailing_stop";

export const awaitsTrigger = (order: Order): boolean => isStop(order) && order.triggeredAtMs === null;

type Trail = Pick<Order, "side" | "trailPrice" | "trailPercent">;

/** The stop price at a distance from a mark, in whole cents or, below a dollar, hundredths of a cent. */
export function trailedStop({ side, trailPrice, trailPercent }: Trail, mark: string): string {
  const distance =
    trailPrice === null
      ? dec(mark)
          .times(trailPercent ?? "0")
          .div(100)
      : dec(trailPrice);
  const stop = side === "sell" ? dec(mark).minus(distance) : dec(mark).plus(distance);
  return text(stop.round(stop.gte(1) ? 2 : 4));
}

/** The order once the market has traded at the price: a trailing stop moves its mark where the price is better. */
export function trail(order: Order, price: number): Order {
  const { highWaterMark, side } = order;
  if (order.type !== "trailing_stop" || order.triggeredAtMs !== null) return order;
  const known = highWaterMark === null ? undefined : Number(highWaterMark);
  if (known !== undefined && (side === "sell" ? price <= known : price >= known)) return order;
  const mark = String(price);
  return { ...order, highWaterMark: mark, stopPrice: trailedStop(order, mark) };
}

const reaches = ({ side, stopPrice }: Order, price: number): boolean =>
  stopPrice !== null && (side === "sell" ? price <= Number(stopPrice) : price >= Number(stopPrice));

/**
 * Follows the trades of a regular session after `afterMs` and not after `toMs`: the open price of an interval at once, its low and
 * high once it is over. Gives the order as it is then or, with `triggeredAtMs`, as it was when its stop price was reached.
 * Within one interval the bad price is taken to come before the good one.
 */
export function followTrades(
  order: Order,
  intervals: readonly TradingInterval[],
  afterMs: number,
  toMs: number,
): { readonly order: Order; readonly triggeredAtMs?: number } {
  const liveSinceMs = order.liveSinceMs ?? Number.POSITIVE_INFINITY;
  let current = order;
  for (let index = firstEndingAfter(intervals, Math.max(afterMs, liveSinceMs)); ; index++) {
    const interval = intervals[index];
    if (interval === undefined || interval.fromMs > toMs) return { order: current };
    if (interval.extended) continue;
    const atMs = Math.max(interval.fromMs, liveSinceMs);
    if (atMs > afterMs && atMs <= toMs) {
      if (reaches(current, interval.open)) return { order: current, triggeredAtMs: atMs };
      current = trail(current, interval.open);
    }
    if (interval.fromMs < liveSinceMs || interval.toMs > toMs) continue;
    const [bad, good] = order.side === "sell" ? [interval.low, interval.high] : [interval.high, interval.low];
    if (reaches(current, bad)) return { order: current, triggeredAtMs: interval.toMs };
    current = trail(current, good);
  }
}
