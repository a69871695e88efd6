// What can happen to one order once it is there: going live, being triggered, being executed, ending.
import { bookFill, cashChangeOf, heldForOrders, promisedBy } from "./account.ts";
import { afterFill } from "./complexOrders.ts";
import { type Decimal, dec, larger, smaller, text, zero } from "./decimal.ts";
import type { ExchangeState, Fill, Order, Stepped } from "./exchangeState.ts";
import type { MarketTape } from "./marketTape.ts";
import type { Execution } from "./matching.ts";
import { isClosing, legsOf, openRelatives, withOrder } from "./orderBook.ts";
import { type Ending, ended, updated } from "./orderUpdates.ts";
import { uuidOf } from "./random.ts";
import { trail } from "./triggers.ts";

/** From here on the market can execute or trigger the order, and with it the stop of an exit pair. */
export function activate(tape: MarketTape, state: ExchangeState, order: Order, atMs: number): Stepped {
  const started: Order = { ...order, status: "new", liveSinceMs: atMs, updatedAtMs: atMs };
  const traded = tape.lastTrade(order.symbol, atMs);
  const live = traded === undefined ? started : trail(started, traded.price);
  const stops = order.orderClass === "oco" ? legsOf(state, order) : [];
  const active = stops.reduce(
    (current, stop) => withOrder(current, { ...stop, liveSinceMs: atMs, updatedAtMs: atMs }),
    withOrder(state, live),
  );
  return [active, [updated("new", live, atMs)]];
}

/** The stop price is reached: the order may be executed from now on. A held stop becomes visible with that. */
export function trigger(state: ExchangeState, order: Order, atMs: number): Stepped {
  const triggered: Order = { ...order, status: "new", triggeredAtMs: atMs, liveSinceMs: atMs, updatedAtMs: atMs };
  return [withOrder(state, triggered), order.status === "held" ? [updated("new", triggered, atMs)] : []];
}

/** Books an execution: the order, the fill, cash and position, and what it does to the rest of a complex order. */
export function execute(state: ExchangeState, order: Order, execution: Execution): Stepped {
  const { atMs, price } = execution;
  const qty = text(executable(state, order, execution.qty));
  if (dec(qty).eq(0)) return end(state, order, "canceled", atMs);
  const filledQty = dec(order.filledQty).plus(qty);
  const leaves = order.qty === null ? zero : dec(order.qty).minus(filledQty);
  const done = leaves.eq(0);
  const filled: Order = {
    ...order,
    status: done ? "filled" : "partially_filled",
    filledQty: text(filledQty),
    filledValue: text(dec(order.filledValue).plus(dec(price).times(qty))),
    filledAtMs: atMs,
    updatedAtMs: atMs,
    liveSinceMs: done ? order.liveSinceMs : execution.restUntilMs,
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
  const booked = bookFill(withOrder(state, filled), fill);
  const positionQty = booked.positions.find(({ symbol }) => symbol === fill.symbol)?.qty ?? "0";
  const update = { ...updated(done ? "fill" : "partial_fill", filled, atMs), fill, positionQty };
  const [next, more] = afterFill(booked, filled, fill);
  return [next, [{ type: "fill", fill }, update, ...more]];
}

/** An amount of money can turn out to be more shares than the position has for it. */
function executable(state: ExchangeState, order: Order, offered: Decimal): Decimal {
  if (order.notional === null || !isClosing(order)) return offered;
  const held = dec(state.positions.find(({ symbol }) => symbol === order.symbol)?.qty ?? "0").abs();
  const promisedToOthers = heldForOrders(state, order.symbol).minus(promisedBy(state, order));
  return smaller(offered, larger(held.minus(promisedToOthers), zero));
}

/** The order ends without (further) fills, and with it whatever is left of the complex order it belongs to. */
export function end(state: ExchangeState, order: Order, how: Ending, atMs: number): Stepped {
  const both = [order, ...openRelatives(state, order)].map((each) => ended(each, how, atMs));
  return [both.reduce(withOrder, state), both.map((each) => updated(how, each, atMs))];
}
