// Rules about what was ordered before: how often, the same again, and what a symbol has just lost.
import { compare, isPositive } from "../model/money.ts";
import { type BrokerOrder, isOwnOrder, type OrderIntent } from "../model/order.ts";
import { addMs, type Instant, minuteMs } from "../model/time.ts";
import { tradingDayOf } from "../schedule/tradingCalendar.ts";
import { allOrNothing, numbers, onlyReduces, type Rule, reducible } from "./rule.ts";

/** Orders of ours in the last minute and on this trading day, those of the batch counted. */
export const orderRate: Rule = (intent, { limits, recentOrders, asOf, approved }) => {
  const { maxOrdersPerMinute: perMinute, maxOrdersPerDay: perDay } = limits;
  if (perMinute === undefined && perDay === undefined) return undefined;
  const today = tradingDayOf(asOf);
  const own = recentOrders.filter(isOwnOrder);
  const inMinute = own.filter(({ submittedAt }) => submittedAt > addMs(asOf, -minuteMs)).length + approved + 1;
  const inDay = own.filter(({ submittedAt }) => tradingDayOf(submittedAt) === today).length + approved + 1;
  const [limit, figure, span] =
    perMinute !== undefined && (perDay === undefined || perMinute - inMinute <= perDay - inDay)
      ? [perMinute, inMinute, "minute"]
      : [perDay ?? 0, inDay, "day"];
  const message = `it would be order ${figure} of this ${span}; the limit is ${limit}`;
  return allOrNothing(
    "ORDER_RATE",
    figure <= limit,
    intent,
    numbers("orderRate", limit, figure, `orders a ${span}`),
    message,
  );
};

/** Executed orders of the task in the same symbol and side, since a person last resumed trading at the most. */
export const repeatedExecution: Rule = (intent, { limits, recentOrders, asOf, lossMarks, taskId }) => {
  const limit = limits.breakers?.repeatedExecution;
  if (limit === undefined) return undefined;
  const from = latest(addMs(asOf, -limit.minutes * minuteMs), lossMarks?.executionsAfter);
  const executed = recentOrders.filter(
    (order) =>
      order.clientOrderId.startsWith(`tw.${taskId}@`) &&
      order.submittedAt > from &&
      isPositive(order.filledQty) &&
      isSame(order, intent),
  ).length;
  return allOrNothing(
    "REPEATED_EXECUTION",
    executed < limit.orders,
    intent,
    numbers("repeatedExecution", limit.orders, executed, `orders in ${limit.minutes} minutes`),
    `${executed} orders to ${intent.side} ${intent.symbol} were executed in ${limit.minutes} minutes; only a person lets more through`,
  );
};

/** The same symbol, side and size again, unless the broker refused it or it was taken back unfilled. */
export const duplicateOrder: Rule = (intent, { limits: { duplicateWindowSeconds: seconds }, recentOrders, asOf }) => {
  if (seconds === undefined) return undefined;
  const since = addMs(asOf, -seconds * 1000);
  const twins = recentOrders.filter(
    (order) =>
      order.submittedAt > since &&
      isSame(order, intent) &&
      order.qty !== null &&
      compare(order.qty, intent.qty) === 0 &&
      !(["rejected", "canceled", "expired"].includes(order.status) && !isPositive(order.filledQty)),
  );
  return allOrNothing(
    "DUPLICATE_ORDER",
    twins.length === 0,
    intent,
    numbers("duplicateOrder", 0, twins.length, `orders in ${seconds} seconds`),
    `${twins[0]?.clientOrderId} has the same symbol, side and size, ${seconds} seconds ago at the most`,
  );
};

/** What adds exposure in a symbol that has just lost: a stop of ours was hit, or shares were left at a worse price than they had cost. */
export const cooldown: Rule = (intent, { limits: { cooldownMinutes: minutes }, losses, asOf, book }) => {
  if (minutes === undefined) return undefined;
  const lostAt = losses[intent.symbol];
  const cools = lostAt !== undefined && lostAt > addMs(asOf, -minutes * minuteMs) && !onlyReduces(intent, book);
  return {
    code: "COOLDOWN",
    figure: {
      rule: "cooldown",
      limit: `${minutes} minutes`,
      figure: lostAt ?? "no loss",
      headroom: cools ? "0 shares" : `${intent.qty} shares`,
    },
    maxQty: cools ? reducible(intent, book) : intent.qty,
    message: `${intent.symbol} lost at ${lostAt} and is not added to for ${minutes} minutes`,
  };
};

const isSame = (order: Pick<BrokerOrder, "symbol" | "side">, intent: OrderIntent): boolean =>
  order.symbol === intent.symbol && order.side === intent.side;
const latest = (a: Instant, b: Instant | undefined): Instant => (b !== undefined && b > a ? b : a);
