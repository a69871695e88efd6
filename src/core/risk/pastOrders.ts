// The orders of the last day as the rules ask for them: how many were ours, and which are like one.
import { type BrokerOrder, isOwnOrder, type OrderIntent } from "../model/order.ts";
import { addMs, type Instant, minuteMs } from "../model/time.ts";
import { dayStart, tradingDayOf } from "../schedule/tradingCalendar.ts";

type Kind = Pick<OrderIntent, "symbol" | "side">;

export type PastOrders = {
  /** Of ours, within the last minute and on this trading day. */
  readonly inMinute: () => number;
  readonly today: () => number;
  /** Those of the same symbol and side, whoever sent them; by client order id. */
  readonly like: (order: Kind) => readonly BrokerOrder[];
};

/** Counted once a batch at the most, for every order of it is held against them; and not at all where no limit asks. */
export function pastOrders(recent: readonly BrokerOrder[], asOf: Instant): PastOrders {
  const own = once(() => recent.filter(isOwnOrder));
  const byKind = once(() => Map.groupBy(recent, kindOf));
  return {
    inMinute: once(() => {
      const minuteAgo = addMs(asOf, -minuteMs);
      return own().filter(({ submittedAt }) => submittedAt > minuteAgo).length;
    }),
    today: once(() => {
      const midnight = dayStart(tradingDayOf(asOf));
      return own().filter(({ submittedAt }) => submittedAt >= midnight).length;
    }),
    like: (order) => byKind().get(kindOf(order)) ?? [],
  };
}

const kindOf = ({ symbol, side }: Kind): string => `${side} ${symbol}`;

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
