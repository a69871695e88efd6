// What can happen to one order once it is there: going live, being executed, ending.
import { bookFill, cashChangeOf } from "./account.ts";
import { dec, smaller, text } from "./decimal.ts";
import type { Effect, ExchangeState, Fill, Order, OrderEventName, Stepped } from "./exchangeState.ts";
import type { Execution } from "./matching.ts";
import { uuidOf } from "./random.ts";

/** Tells of an order as it is from then on. */
export const updated = (event: OrderEventName, order: Order, atMs: number): Effect => ({
  type: "orderUpdate",
  event,
  order,
  atMs,
});

const withOrder = (state: ExchangeState, order: Order): ExchangeState => ({
  ...state,
  orders: state.orders.with(order.serial - 1, order),
});

/** From here on the order can be executed. */
export function activate(state: ExchangeState, order: Order, atMs: number): readonly [ExchangeState, Order, Effect] {
  const live: Order = { ...order, status: "new", liveSinceMs: atMs, updatedAtMs: atMs };
  return [withOrder(state, live), live, updated("new", live, atMs)];
}

/** Books an execution: the order, the fill, cash and position. */
export function execute(state: ExchangeState, order: Order, { atMs, price, qty: offered }: Execution): Stepped {
  const held = dec(state.positions.find(({ symbol }) => symbol === order.symbol)?.qty ?? "0").abs();
  // An amount of money can turn out to be more shares than the position has.
  const closes = order.notional !== null && order.positionIntent.endsWith("_to_close");
  const qty = text(closes ? smaller(offered, held) : offered);
  if (dec(qty).eq(0)) return end(state, order, "canceled", atMs);
  const filledQty = dec(order.filledQty).plus(qty);
  const leaves = order.qty === null ? dec(0) : dec(order.qty).minus(filledQty);
  const done = leaves.eq(0);
  const filled: Order = {
    ...order,
    status: done ? "filled" : "partially_filled",
    filledQty: text(filledQty),
    filledValue: text(dec(order.filledValue).plus(dec(price).times(qty))),
    filledAtMs: atMs,
    updatedAtMs: atMs,
  };
  const serial = state.fills.length + 1;
  const fill: Fill = {
    serial,
    id: uuidOf(`${state.seed}|fill|${serial}`),
    orderId: order.id,
    clientOrderId: order.clientOrderId,
    symbol: order.symbol,
    side: order.side,
    qty,
    price,
    cashChange: cashChangeOf(order.side, qty, price),
    cumulativeQty: filled.filledQty,
    leavesQty: text(leaves),
    orderStatus: filled.status,
    atMs,
  };
  const update = updated(done ? "fill" : "partial_fill", filled, atMs);
  return [bookFill(withOrder(state, filled), fill), [{ type: "fill", fill }, update]];
}

/** The order ends without (further) fills. */
export function end(state: ExchangeState, order: Order, how: "canceled" | "expired", atMs: number): Stepped {
  const stamp = how === "canceled" ? { canceledAtMs: atMs } : { expiredAtMs: atMs };
  const ended: Order = { ...order, ...stamp, status: how, updatedAtMs: atMs };
  return [withOrder(state, ended), [updated(how, ended, atMs)]];
}
