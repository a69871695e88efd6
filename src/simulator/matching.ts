// When and at what price an order is executed next, given the tape: a pure question about one order.
import { remainingQty } from "./account.ts";
import { type Decimal, dec, sharesDown } from "./decimal.ts";
import type { Order } from "./exchangeState.ts";
import type { MarketTape, TradingInterval } from "./marketTape.ts";
import { sessionsTouching } from "./sessions.ts";

export type Execution = { readonly atMs: number; readonly price: string; readonly qty: Decimal };

/**
 * The first execution of a live order after `afterMs` and not after `toMs`. It is executed at once at the quote of an interval if
 * that is good enough, or at its limit when an interval that began after it went live has traded through that price: then at the interval's end,
 * because only then is it known. The answer does not depend on how a stretch of time is cut into calls.
 */
export function nextExecution(tape: MarketTape, order: Order, afterMs: number, toMs: number): Execution | undefined {
  const liveSinceMs = order.liveSinceMs;
  if (liveSinceMs === null) return undefined;
  for (const session of sessionsTouching(afterMs, toMs)) {
    for (const interval of tape.intervals(order.symbol, session.day)) {
      if (interval.toMs <= liveSinceMs) continue;
      if (interval.fromMs > toMs) break;
      const atMs = Math.max(interval.fromMs, liveSinceMs);
      const price = String(order.side === "buy" ? interval.ask : interval.bid);
      if (atMs > afterMs && atMs <= toMs && isMarketable(order, price)) return execution(order, price, atMs);
      const through = interval.fromMs >= liveSinceMs && interval.toMs > afterMs && interval.toMs <= toMs;
      if (through && order.limitPrice !== null && tradesThrough(order, order.limitPrice, interval)) {
        return execution(order, order.limitPrice, interval.toMs);
      }
    }
  }
  return undefined;
}

/** The execution of an order at the very moment it goes live; undefined when nothing trades then or the price is not good enough. */
export const immediateExecution = (tape: MarketTape, order: Order, atMs: number): Execution | undefined =>
  nextExecution(tape, order, atMs - 1, atMs);

function isMarketable({ limitPrice, side }: Order, price: string): boolean {
  if (limitPrice === null) return true;
  return side === "buy" ? dec(limitPrice).gte(price) : dec(limitPrice).lte(price);
}

const tradesThrough = ({ side }: Order, limitPrice: string, { low, high }: TradingInterval): boolean =>
  side === "buy" ? dec(limitPrice).gt(low) : dec(limitPrice).lt(high);

const execution = (order: Order, price: string, atMs: number): Execution => ({
  atMs,
  price,
  qty: order.notional === null ? remainingQty(order) : sharesDown(dec(order.notional).div(price)),
});
