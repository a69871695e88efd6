// When and at what price the market does something with an order next, given the tape: a pure question about one order.
import { remainingQty } from "./account.ts";
import { type Decimal, dec, larger, sharesDown, smaller, zero } from "./decimal.ts";
import type { Order } from "./exchangeState.ts";
import { firstEndingAfter, type MarketTape, type TradingInterval } from "./marketTape.ts";
import type { Session } from "./sessions.ts";
import { awaitsTrigger, followTrades } from "./triggers.ts";

export type Execution = {
  readonly atMs: number;
  readonly price: string;
  readonly qty: Decimal;
  /** When what is left of the order is looked at again. */
  readonly restUntilMs: number;
};

export type Happening =
  | ({ readonly kind: "execution" } & Execution)
  | { readonly kind: "trigger"; readonly atMs: number; readonly order: Order };

/**
 * What happens to a live order first in a trading day after `afterMs` and not after `toMs`. It is executed at once at the quote of an
 * interval if that is good enough, or at its limit when an interval that began after it went live has traded through that price: then at
 * the interval's end, because only then is it known. The answer does not depend on how a stretch of time is cut into calls.
 */
export function nextHappening(
  tape: MarketTape,
  order: Order,
  session: Session,
  afterMs: number,
  toMs: number,
): Happening | undefined {
  if (order.liveSinceMs === null || order.timeInForce === "opg" || order.timeInForce === "cls") return undefined;
  const intervals = tape.intervals(order.symbol, session.day);
  if (awaitsTrigger(order)) {
    const { order: followed, triggeredAtMs } = followTrades(order, intervals, afterMs, toMs);
    return triggeredAtMs === undefined ? undefined : { kind: "trigger", atMs: triggeredAtMs, order: followed };
  }
  const execution = nextExecution(order, order.liveSinceMs, intervals, afterMs, toMs);
  return execution && { kind: "execution", ...execution };
}

function nextExecution(
  order: Order,
  liveSinceMs: number,
  intervals: readonly TradingInterval[],
  afterMs: number,
  toMs: number,
): Execution | undefined {
  const { side, limitPrice } = order;
  for (let index = firstEndingAfter(intervals, Math.max(afterMs, liveSinceMs)); ; index++) {
    const interval = intervals[index];
    if (interval === undefined || interval.fromMs > toMs) return undefined;
    if (interval.extended && !order.extendedHours) continue;
    const atMs = Math.max(interval.fromMs, liveSinceMs);
    const quoted = side === "buy" ? interval.ask : interval.bid;
    if (atMs > afterMs && atMs <= toMs && accepts(order, quoted)) {
      return executionOf(order, String(quoted), atMs, Math.min(interval.toMs, atMs + 60_000));
    }
    const through = interval.fromMs >= liveSinceMs && interval.toMs <= toMs;
    if (through && limitPrice !== null && tradesThrough(order, limitPrice, interval)) {
      return executionOf(order, limitPrice, interval.toMs, interval.toMs);
    }
  }
}

/** Whether the order may be executed at the price. Numbers written with as few digits as prices compare exactly. */
export function accepts({ limitPrice, side }: Order, price: number): boolean {
  if (limitPrice === null) return true;
  return side === "buy" ? Number(limitPrice) >= price : Number(limitPrice) <= price;
}

const tradesThrough = ({ side }: Order, limitPrice: string, { low, high }: TradingInterval): boolean =>
  side === "buy" ? Number(limitPrice) > low : Number(limitPrice) < high;

/** As much of the order as may be executed at once; undefined when that is nothing, or not all of an order that is all or nothing. */
export function executionOf(order: Order, price: string, atMs: number, restUntilMs: number): Execution | undefined {
  const whole = order.notional === null ? remainingQty(order) : sharesDown(dec(order.notional).div(price));
  const untouched = dec(order.filledQty).eq(0);
  const part = untouched && order.firstPart !== null ? smaller(whole, dec(order.firstPart)) : whole;
  const ceiling = order.fillCeiling === null ? part : larger(dec(order.fillCeiling).minus(order.filledQty), zero);
  const qty = smaller(part, ceiling);
  if (order.fillCeiling !== null && qty.eq(0)) return undefined;
  if (order.timeInForce === "fok" && qty.lt(whole)) return undefined;
  return { atMs, price, qty, restUntilMs };
}
