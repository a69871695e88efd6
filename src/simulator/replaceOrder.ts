// Replacing an open order: a new one with other terms takes its place, its fills and its relatives.

import { duplicateId } from "./accountRules.ts";
import { legsCross } from "./complexOrderRules.ts";
import { dec, text } from "./decimal.ts";
import type { ExchangeState, Order, OrderRequest, Refusal, Replacement, Stepped } from "./exchangeState.ts";
import { isOpen } from "./exchangeState.ts";
import type { MarketTape } from "./marketTape.ts";
import { expiryOf, meetMarket } from "./newOrder.ts";
import { awaitsEntry, counterpartOf, legsOf, parentOf, withNewOrder, withOrder } from "./orderBook.ts";
import { type Acceptance, isRefusal, judgeReplacement } from "./orderRules.ts";
import { updated } from "./orderUpdates.ts";
import { uuidOf } from "./random.ts";
import { firstRefusal, malformed, orderIsOver, orderNotFound, unprocessable } from "./refusals.ts";
import { isFractional, requestRules } from "./requestRules.ts";
import { inTurn } from "./stepping.ts";
import { awaitsTrigger, isStop, trailedStop } from "./triggers.ts";

/** Takes the place of an open order by a new one; only what is not filled yet is still executed. */
export function replace(tape: MarketTape, state: ExchangeState, id: string, change: Replacement): Stepped {
  const order = state.orders.find((each) => each.id === id);
  if (order === undefined) return [state, [{ type: "refused", refusal: orderNotFound(id) }]];
  const terms = isOpen(order) ? changedTerms(order, change) : order;
  const verdict = refuseChange(order, change) ?? judge(tape, state, order, terms, change);
  if (isRefusal(verdict)) return [state, [{ type: "refused", refusal: verdict }]];
  const successor = successorOf(state, order, terms, change, verdict);
  const replaced: Order = {
    ...order,
    status: "replaced",
    replacedBy: successor.id,
    replacedAtMs: state.nowMs,
    updatedAtMs: state.nowMs,
  };
  const next = adopt(withNewOrder(withOrder(state, replaced), successor), order, successor);
  const pending: Order = successor.status === "held" ? successor : { ...successor, status: "pending_new" };
  const told = [updated("pending_new", pending, state.nowMs), updated("replaced", replaced, state.nowMs)];
  const [met, effects] = inTurn(next, [meetMarket(tape, successor.serial)]);
  const routed = successor.status === "held" ? [] : [updated("new", successor, state.nowMs)];
  return [met, [...told, ...routed, ...effects]];
}

function refuseChange(order: Order, change: Replacement): Refusal | undefined {
  if (!isOpen(order)) return orderIsOver(order);
  if (order.status === "accepted" || order.status === "pending_new") {
    return unprocessable(`order in "${order.status}" state cannot be replaced`);
  }
  const { qty, stopPrice, trail, timeInForce } = change;
  if (isFractional(order)) return unprocessable("fractional orders cannot be replaced");
  if (qty !== null && isFractional({ qty, notional: null }))
    return unprocessable("qty must be a whole number of shares");
  if (qty !== null && dec(qty).lte(order.filledQty)) return unprocessable("qty must be more than filled_qty");
  if (qty !== null && order.orderClass !== "simple") {
    return unprocessable(`qty of ${order.orderClass} orders cannot be replaced`);
  }
  if (timeInForce !== null && timeInForce !== "day" && timeInForce !== "gtc") {
    return unprocessable("time_in_force of a replacement must be day or gtc");
  }
  if (trail !== null && order.type !== "trailing_stop") return malformed("trail is only for trailing stop orders");
  const triggered = isStop(order) && !awaitsTrigger(order);
  if (triggered && (stopPrice !== null || trail !== null)) return unprocessable("the stop price was reached already");
  if (stopPrice !== null && order.type === "trailing_stop") {
    return malformed("trailing stop orders require no stop price");
  }
  return undefined;
}

type Terms = Pick<Order, "qty" | "limitPrice" | "stopPrice" | "trailPrice" | "trailPercent" | "timeInForce">;

function changedTerms(order: Order, change: Replacement): Terms {
  const trailPrice = order.trailPrice && (change.trail ?? order.trailPrice);
  const trailPercent = order.trailPercent && (change.trail ?? order.trailPercent);
  const moved = change.trail !== null && order.highWaterMark !== null;
  return {
    qty: change.qty ?? order.qty,
    limitPrice: change.limitPrice ?? order.limitPrice,
    stopPrice: moved
      ? trailedStop({ side: order.side, trailPrice, trailPercent }, order.highWaterMark)
      : (change.stopPrice ?? order.stopPrice),
    trailPrice,
    trailPercent,
    timeInForce: change.timeInForce ?? order.timeInForce,
  };
}

/** Judges what is left to be executed, in a state without the order and the exit it shares its shares with. */
function judge(
  tape: MarketTape,
  state: ExchangeState,
  order: Order,
  terms: Terms,
  change: Replacement,
): Acceptance | Refusal {
  const request = requestOf(order, terms, change);
  const counterpart = counterpartOf(state, order);
  const crossed = counterpart && legsCross(exitsOf({ ...order, ...terms }, counterpart), order.side === "sell");
  if (crossed) return crossed;
  // An exit that waits for its entry trades against a position that is not there yet.
  if (awaitsEntry(order)) {
    return (
      duplicateId(state, request) ??
      firstRefusal(requestRules, request) ?? {
        positionIntent: order.positionIntent,
        expectedPrice: order.expectedPrice,
      }
    );
  }
  const gone = new Set([order.serial, counterpart?.serial]);
  const without = { ...state, openSerials: state.openSerials.filter((serial) => !gone.has(serial)) };
  return judgeReplacement(without, tape, request);
}

function requestOf(order: Order, terms: Terms, change: Replacement): OrderRequest {
  const triggered = isStop(order) && !awaitsTrigger(order);
  const type = !triggered ? order.type : order.limitPrice === null ? "market" : "limit";
  const trailing = type === "trailing_stop";
  return {
    ...order,
    ...terms,
    type,
    qty: text(dec(terms.qty ?? "0").minus(order.filledQty)),
    stopPrice: triggered || trailing ? null : terms.stopPrice,
    trailPrice: trailing ? terms.trailPrice : null,
    trailPercent: trailing ? terms.trailPercent : null,
    takeProfit: null,
    stopLoss: null,
    clientOrderId: change.clientOrderId,
  };
}

const exitsOf = (order: Pick<Order, "type" | "limitPrice" | "stopPrice">, other: Order) => {
  const [profit, stop] = order.type === "limit" ? [order, other] : [other, order];
  return { takeProfit: { limitPrice: profit.limitPrice }, stopLoss: { stopPrice: stop.stopPrice, limitPrice: null } };
};

function successorOf(
  state: ExchangeState,
  order: Order,
  terms: Terms,
  change: Replacement,
  { expectedPrice }: Acceptance,
): Order {
  const { nowMs, seed } = state;
  const serial = state.orders.length + 1;
  return {
    ...order,
    ...terms,
    serial,
    id: uuidOf(`${seed}|order|${serial}`),
    clientOrderId: change.clientOrderId ?? uuidOf(`${seed}|client order|${serial}`),
    status: order.status === "held" ? "held" : "new",
    expectedPrice,
    firstPart: null,
    replaces: order.id,
    submittedAtMs: nowMs,
    updatedAtMs: nowMs,
    expiresAtMs: terms.timeInForce === order.timeInForce ? order.expiresAtMs : expiryOf({ ...order, ...terms }, nowMs),
    liveSinceMs: order.liveSinceMs === null ? null : nowMs,
  };
}

/** Parent and legs belong to the successor from now on. */
function adopt(state: ExchangeState, order: Order, successor: Order): ExchangeState {
  const parent = parentOf(state, order);
  const renamed = (serial: number): number => (serial === order.serial ? successor.serial : serial);
  const changedParent = parent && { ...parent, legSerials: parent.legSerials.map(renamed) };
  const legs = legsOf(state, order).map((leg): Order => ({ ...leg, parentSerial: successor.serial }));
  return [...(changedParent ? [changedParent] : []), ...legs].reduce(withOrder, state);
}
