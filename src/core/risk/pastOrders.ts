// The orders of the last day as the rules ask for them: how many were ours, and which are like one.
import { type BrokerOrder, isOwnOrder, type OrderIntent } from "../model/order.ts";
import { addMs, type Instant, minuteMs } from "../model/time.ts";
import { dayStart, tradingDayOf } from "../schedule/tradingCalendar.ts";

type Kind = Pick<OrderIntent, "symbol" | "side">;

export type PastOrders = {
  /** Of ours, within the last minute and on this trading day. */
  readonly inMinute: number;
  readonly today: number;
  /** Those of the same symbol and side, whoever sent them; by client order id. */
  readonly like: (order: Kind) => readonly BrokerOrder[];
};

/** Counted once a batch, for every order of it is held against them. */
export function pastOrders(recent: readonly BrokerOrder[], asOf: Instant): PastOrders {
  const own = recent.filter(isOwnOrder);
  const [minuteAgo, midnight] = [addMs(asOf, -minuteMs), dayStart(tradingDayOf(asOf))];
  const byKind = Map.groupBy(recent, kindOf);
  return {
    inMinute: own.filter(({ submittedAt }) => submittedAt > minuteAgo).length,
    today: own.filter(({ submittedAt }) => submittedAt >= midnight).length,
    like: (order) => byKind.get(kindOf(order)) ?? [],
  };
}

const kindOf = ({ symbol, side }: Kind): string => `${side} ${symbol}`;
