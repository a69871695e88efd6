// Rules about what was ordered before: how often, the same again, and what a symbol has just lost.
import { compare, isPositive } from "../model/money.ts";
import type { BrokerOrder } from "../model/order.ts";
import { addMs, type Instant, minuteMs } from "../model/time.ts";
import { allOrNothing, numbers, onlyReduces, type Rule } from "./rule.ts";

/** Orders of ours in the last minute and on this trading day, those of the batch counted; told is the span with less room. */
export const orderRate: Rule = (intent, { limits, past, approved }) => {
  const { maxOrdersPerMinute: perMinute, maxOrdersPerDay: perDay } = limits;
  if (perMinute === undefined && perDay === undefined) return undefined;
  const spans = [
    { span: "minute", limit: perMinute ?? Number.POSITIVE_INFINITY, before: past.inMinute() + approved.count },
    { span: "day", limit: perDay ?? Number.POSITIVE_INFINITY, before: past.today() + approved.count },
  ] as const;
  const [minute, day] = spans;
  const { span, limit, before } = minute.limit - minute.before <= day.limit - day.before ? minute : day;
  return allOrNothing(
    "ORDER_RATE",
    before < limit,
    intent,
    () => numbers("orderRate", limit, before + 1, `orders a ${span}`, limit - before),
    () => `it would be order ${before + 1} of this ${span}; the limit is ${limit}`,
  );
};

/** Executed orders of the task in the same symbol and side, since a person last resumed trading at the most. */
export const repeatedExecution: Rule = (intent, { limits, past, asOf, lossMarks, taskId }) => {
  const limit = limits.breakers?.repeatedExecution;
  if (limit === undefined) return undefined;
  const from = latest(addMs(asOf, -limit.minutes * minuteMs), lossMarks?.executionsAfter);
  const executed = past
    .like(intent)
    .filter(
      ({ clientOrderId, submittedAt, filledQty }) =>
        clientOrderId.startsWith(`tw.${taskId}@`) && submittedAt > from && isPositive(filledQty),
    ).length;
  return allOrNothing(
    "REPEATED_EXECUTION",
    executed < limit.orders,
    intent,
    () => numbers("repeatedExecution", limit.orders, executed, `orders in ${limit.minutes} minutes`),
    () =>
      `${executed} orders to ${intent.side} ${intent.symbol} were executed in ${limit.minutes} minutes; only a person lets more through`,
  );
};

/** The same symbol, side and size again, whoever sent it, unless the broker refused it or it was taken back unfilled. */
export const duplicateOrder: Rule = (intent, { limits: { duplicateWindowSeconds: seconds }, past, asOf }) => {
  if (seconds === undefined) return undefined;
  const since = addMs(asOf, -seconds * 1000);
  const twins = past
    .like(intent)
    .filter(
      (order) =>
        order.submittedAt > since &&
        order.qty !== null &&
        compare(order.qty, intent.qty) === 0 &&
        !cameToNothing(order),
    );
  return allOrNothing(
    "DUPLICATE_ORDER",
    twins.length === 0,
    intent,
    () => numbers("duplicateOrder", 0, twins.length, `orders in ${seconds} seconds`),
    () => `${twins[0]?.clientOrderId} has the same symbol, side and size, ${seconds} seconds ago at the most`,
  );
};

/** What adds exposure in a symbol that has just lost: a stop of ours was hit, or shares were left at a worse price than they had cost. */
export const cooldown: Rule = (intent, { limits: { cooldownMinutes: minutes }, losses, asOf, meets }) => {
  if (minutes === undefined) return undefined;
  const lostAt = losses[intent.symbol];
  const cools = lostAt !== undefined && lostAt > addMs(asOf, -minutes * minuteMs) && !onlyReduces(intent, meets);
  return {
    code: "COOLDOWN",
    figure: () => ({
      rule: "cooldown",
      limit: `${minutes} minutes`,
      figure: lostAt ?? "no loss",
      headroom: cools ? "0 shares" : `${intent.qty} shares`,
    }),
    maxQty: cools ? meets.reducible : intent.qty,
    message: () => `${intent.symbol} lost at ${lostAt} and is not added to for ${minutes} minutes`,
  };
};

const cameToNothing = ({ status, filledQty }: BrokerOrder): boolean =>
  ["rejected", "canceled", "expired"].includes(status) && !isPositive(filledQty);
const latest = (a: Instant, b: Instant | undefined): Instant => (b !== undefined && b > a ? b : a);
