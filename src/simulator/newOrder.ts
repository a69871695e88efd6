// A new order that has passed the rules: made, taken, and sent to the market if that is open.
import { dayMs } from "../core/model/time.ts";
import { legsOfNew } from "./complexOrders.ts";
import type { ExchangeState, Order, OrderRequest, Stepped } from "./exchangeState.ts";
import type { MarketTape } from "./marketTape.ts";
import { withNewOrder } from "./orderBook.ts";
import { activate, end } from "./orderLifecycle.ts";
import type { Acceptance } from "./orderRules.ts";
import { updated } from "./orderUpdates.ts";
import { hash32, uuidOf } from "./random.ts";
import { currentOrNextSession, currentOrNextTradingDay, openSessionAt, postCloseMs, tradingDayAt } from "./sessions.ts";
import { inTurn, type Step } from "./stepping.ts";
import { endImmediateOrders, trade } from "./trading.ts";

/** Takes an order. While its market is closed it waits, else it is executed as far as the market goes at this moment. */
export function place(tape: MarketTape, state: ExchangeState, request: OrderRequest, acceptance: Acceptance): Stepped {
  const { nowMs } = state;
  const open = (request.extendedHours ? tradingDayAt(nowMs) : openSessionAt(nowMs)) !== undefined;
  const arrival = open ? "pending_new" : "accepted";
  const alone = newOrder(state, request, acceptance, arrival);
  const { ordersToReject, ordersToSilence } = state.disturbances;
  const rejected = ordersToReject > 0;
  const legs = rejected ? [] : legsOfNew(state.seed, alone, request);
  const order: Order = { ...alone, legSerials: legs.map(({ serial }) => serial) };
  const disturbances = rejected
    ? { ...state.disturbances, ordersToReject: ordersToReject - 1 }
    : { ...state.disturbances, ordersToSilence: Math.max(0, ordersToSilence - 1) };
  const added = [order, ...legs].reduce(withNewOrder, { ...state, disturbances });
  const send: readonly Step[] = [(current) => activate(tape, current, order, nowMs), meetMarket(tape, order.serial)];
  const reject: Step = (current) => end(current, order, "rejected", nowMs);
  const [next, effects] = inTurn(added, rejected ? [reject] : open ? send : []);
  return [next, [updated(arrival, order, nowMs), ...effects]];
}

/** Lets the market at this very moment have the order, its legs, and whatever came after it. */
export const meetMarket =
  (tape: MarketTape, fromSerial: number) =>
  (state: ExchangeState): Stepped => {
    const { nowMs } = state;
    const session = tradingDayAt(nowMs);
    if (session === undefined) return [state, []];
    return inTurn(state, [
      (current) =>
        trade(
          tape,
          current,
          { session, afterMs: nowMs - 1, toMs: nowMs },
          ({ serial, parentSerial }) => serial >= fromSerial || parentSerial === fromSerial,
        ),
      (current) => endImmediateOrders(current, nowMs),
    ]);
  };

function newOrder(
  state: ExchangeState,
  request: OrderRequest,
  acceptance: Acceptance,
  status: "pending_new" | "accepted",
): Order {
  const { takeProfit, stopLoss, ...terms } = request;
  const serial = state.orders.length + 1;
  const id = uuidOf(`${state.seed}|order|${serial}`);
  return {
    ...terms,
    ...acceptance,
    // The limit order of an exit pair is its profit-taking side.
    limitPrice: terms.orderClass === "oco" ? (takeProfit?.limitPrice ?? terms.limitPrice) : terms.limitPrice,
    serial,
    id,
    clientOrderId: request.clientOrderId ?? uuidOf(`${state.seed}|client order|${serial}`),
    status,
    filledQty: "0",
    filledValue: "0",
    highWaterMark: null,
    triggeredAtMs: null,
    firstPart: firstPartOf(state, id, terms),
    fillCeiling: fillCeilingOf(state, terms),
    parentSerial: null,
    legSerials: [],
    replaces: null,
    replacedBy: null,
    replacedAtMs: null,
    submittedAtMs: state.nowMs,
    updatedAtMs: state.nowMs,
    filledAtMs: null,
    canceledAtMs: null,
    expiredAtMs: null,
    failedAtMs: null,
    expiresAtMs: expiryOf(terms, state.nowMs),
    liveSinceMs: null,
  };
}

type Terms = Pick<OrderRequest, "qty" | "timeInForce" | "extendedHours">;

/** Good-till-cancelled orders end after this. */
const gtcDays = 90;

export function expiryOf({ timeInForce, extendedHours }: Terms, nowMs: number): number {
  if (timeInForce === "gtc") {
    const untilMs = nowMs + gtcDays * dayMs;
    return currentOrNextSession(untilMs)?.closeMs ?? untilMs;
  }
  const day = extendedHours ? currentOrNextTradingDay(nowMs) : currentOrNextSession(nowMs);
  return day === undefined ? nowMs : extendedHours ? postCloseMs(day) : day.closeMs;
}

const wholeShares = ({ qty }: Terms): number => Math.floor(Number(qty ?? "0"));

/** Which orders come in two parts, and how large the first is, follows from the seed and the order's id. */
function firstPartOf({ seed, partialFillShare }: ExchangeState, id: string, terms: Terms): string | null {
  const shares = wholeShares(terms);
  if (shares < 2 || terms.timeInForce === "fok") return null;
  if (hash32(`${seed}|partial|${id}`) / 2 ** 32 >= partialFillShare) return null;
  return String(1 + (hash32(`${seed}|first part|${id}`) % (shares - 1)));
}

function fillCeilingOf({ disturbances }: ExchangeState, terms: Terms): string | null {
  return disturbances.ordersToSilence > 0 ? String(Math.floor(wholeShares(terms) / 2)) : null;
}
