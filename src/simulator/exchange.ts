// The exchange: one pure step from a state and an event to the next state and what came of it.

import { dayMs } from "../core/model/time.ts";
import { accountFigures, bookFill, cashChangeOf, type MarkOf } from "./account.ts";
import { dec, smaller, text } from "./decimal.ts";
import {
  type Effect,
  type ExchangeEvent,
  type ExchangeState,
  type Fill,
  isOpen,
  type Order,
  type OrderEventName,
  type OrderRequest,
  type Refusal,
  type Stepped,
} from "./exchangeState.ts";
import type { MarketTape } from "./marketTape.ts";
import { type Execution, immediateExecution, nextExecution } from "./matching.ts";
import { type Acceptance, isRefusal, judgeOrder } from "./orderRules.ts";
import { uuidOf } from "./random.ts";
import {
  currentOrNextSession,
  latestSession,
  openSessionAt,
  type Session,
  sessionBefore,
  sessionsTouching,
} from "./sessions.ts";

export type ExchangeOptions = {
  readonly seed: number;
  readonly nowMs: number;
  /** US dollars as a decimal string. */
  readonly startingCash: string;
  readonly multiplier: "1" | "2" | "4";
};

/** A new account with cash and nothing else. */
export function openExchange({ seed, nowMs, startingCash, multiplier }: ExchangeOptions): ExchangeState {
  const id = uuidOf(`${seed}|account`);
  const latest = latestSession(nowMs);
  const closed = latest && (nowMs >= latest.closeMs ? latest : sessionBefore(latest));
  return {
    schemaVersion: 1,
    seed,
    nowMs,
    account: {
      id,
      number: `PA3${id.slice(0, 8).toUpperCase()}`,
      createdAtMs: nowMs,
      startingCash,
      cash: startingCash,
      multiplier,
      lastEquity: startingCash,
      lastMaintenanceMargin: "0",
      balanceAsOf: closed?.day ?? "",
      tradingBlocked: false,
      tradeSuspendedByUser: false,
    },
    orders: [],
    positions: [],
    fills: [],
  };
}

/** Good-till-cancelled orders end after this. */
const gtcDays = 90;

/**
 * The step function over a tape. It first lets time run to the event's instant (never back), then applies the event. Equal states and
 * events give equal results, and how time is cut into `advanceTo` events makes no difference to what happens in it.
 */
export function createExchange(tape: MarketTape): (state: ExchangeState, event: ExchangeEvent) => Stepped {
  return (state, event) => {
    const [now, passed] = advance(tape, state, event.atMs);
    const [next, effects] = apply(tape, now, event);
    return [next, [...passed, ...effects]];
  };
}

export const markAt =
  (tape: MarketTape, ms: number): MarkOf =>
  (symbol) =>
    tape.lastTrade(symbol, ms)?.price;

function apply(tape: MarketTape, state: ExchangeState, event: ExchangeEvent): Stepped {
  switch (event.type) {
    case "advanceTo":
      return [state, []];
    case "submitOrder":
      return submit(tape, state, event.request);
    case "cancelOrder":
      return cancel(state, event.id);
    case "cancelAllOrders":
      return state.orders.filter(isOpen).reduce<Stepped>(
        ([current, effects], order) => {
          const [next, more] = cancel(current, order.id);
          return [next, [...effects, ...more]];
        },
        [state, []],
      );
  }
}

const refused = (state: ExchangeState, refusal: Refusal): Stepped => [state, [{ type: "refused", refusal }]];

function submit(tape: MarketTape, state: ExchangeState, request: OrderRequest): Stepped {
  const verdict = judgeOrder(state, tape, request);
  if (isRefusal(verdict)) return refused(state, verdict);
  const open = openSessionAt(state.nowMs);
  const order = newOrder(state, request, verdict, open);
  const added: ExchangeState = { ...state, orders: [...state.orders, order] };
  const arrival = updated(open === undefined ? "accepted" : "pending_new", order, state.nowMs);
  if (open === undefined) return [added, [arrival]];
  const [live, effects] = activate(added, order, state.nowMs);
  const execution = immediateExecution(tape, effects.order, state.nowMs);
  if (execution === undefined) return [live, [arrival, effects.update]];
  const [filled, fills] = execute(live, effects.order, execution);
  return [filled, [arrival, effects.update, ...fills]];
}

function newOrder(state: ExchangeState, request: OrderRequest, verdict: Acceptance, open: Session | undefined): Order {
  const serial = state.orders.length + 1;
  const { nowMs } = state;
  const until = request.timeInForce === "gtc" ? nowMs + gtcDays * dayMs : nowMs;
  return {
    ...request,
    ...verdict,
    serial,
    id: uuidOf(`${state.seed}|order|${serial}`),
    clientOrderId: request.clientOrderId ?? uuidOf(`${state.seed}|client order|${serial}`),
    status: open === undefined ? "accepted" : "pending_new",
    filledQty: "0",
    filledValue: "0",
    submittedAtMs: nowMs,
    updatedAtMs: nowMs,
    filledAtMs: null,
    canceledAtMs: null,
    expiredAtMs: null,
    failedAtMs: null,
    expiresAtMs: currentOrNextSession(until)?.closeMs ?? until,
    liveSinceMs: null,
  };
}

const updated = (event: OrderEventName, order: Order, atMs: number): Effect => ({
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
function activate(state: ExchangeState, order: Order, atMs: number): [ExchangeState, { order: Order; update: Effect }] {
  const live: Order = { ...order, status: "new", liveSinceMs: atMs, updatedAtMs: atMs };
  return [withOrder(state, live), { order: live, update: updated("new", live, atMs) }];
}

function execute(state: ExchangeState, order: Order, { atMs, price, qty: offered }: Execution): Stepped {
  const held = dec(state.positions.find(({ symbol }) => symbol === order.symbol)?.qty ?? "0").abs();
  // An amount of money can turn out to be more shares than the position has.
  const closes = order.notional !== null && order.positionIntent.endsWith("_to_close");
  const qty = text(closes ? smaller(offered, held) : offered);
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

function cancel(state: ExchangeState, id: string): Stepped {
  const order = state.orders.find((each) => each.id === id);
  if (order === undefined) return refused(state, { status: 404, code: 40410000, message: `order not found for ${id}` });
  if (!isOpen(order)) {
    return refused(state, { status: 422, code: 42210000, message: `order is already in "${order.status}" state` });
  }
  return end(state, order, "canceled", state.nowMs);
}

function end(state: ExchangeState, order: Order, how: "canceled" | "expired", atMs: number): Stepped {
  const stamp = how === "canceled" ? { canceledAtMs: atMs } : { expiredAtMs: atMs };
  const ended: Order = { ...order, ...stamp, status: how, updatedAtMs: atMs };
  return [withOrder(state, ended), [updated(how, ended, atMs)]];
}

/** Lets time run: opens, executions and closes in the order in which they happen. */
function advance(tape: MarketTape, state: ExchangeState, toMs: number): Stepped {
  if (toMs <= state.nowMs) return [state, []];
  let current = state;
  const effects: Effect[] = [];
  const take = ([next, more]: Stepped): void => {
    current = next;
    effects.push(...more);
  };
  for (const session of sessionsTouching(state.nowMs, toMs)) {
    const opens = session.openMs > state.nowMs;
    if (opens) {
      for (const order of current.orders.filter((each) => isOpen(each) && each.liveSinceMs === null)) {
        const [next, { update }] = activate(current, order, session.openMs);
        take([next, [update]]);
      }
    }
    take(match(tape, current, opens ? session.openMs - 1 : state.nowMs, Math.min(toMs, session.closeMs)));
    if (toMs >= session.closeMs) take(close(tape, current, session));
  }
  return [{ ...current, nowMs: toMs }, effects];
}

function match(tape: MarketTape, state: ExchangeState, afterMs: number, toMs: number): Stepped {
  const executions = state.orders
    .filter(isOpen)
    .flatMap((order) => {
      const execution = nextExecution(tape, order, afterMs, toMs);
      return execution === undefined ? [] : [{ order, execution }];
    })
    .sort((a, b) => a.execution.atMs - b.execution.atMs || a.order.serial - b.order.serial);
  return executions.reduce<Stepped>(
    ([current, effects], { order, execution }) => {
      const [next, more] = execute(current, order, execution);
      return [next, [...effects, ...more]];
    },
    [state, []],
  );
}

/** The close: orders whose time is over expire, and the day's balance is kept. */
function close(tape: MarketTape, state: ExchangeState, session: Session): Stepped {
  const over = state.orders.filter((order) => isOpen(order) && order.expiresAtMs <= session.closeMs);
  const [expired, effects] = over.reduce<Stepped>(
    ([current, before], order) => {
      const [next, more] = end(current, order, "expired", session.closeMs);
      return [next, [...before, ...more]];
    },
    [state, []],
  );
  const figures = accountFigures(expired, markAt(tape, session.closeMs));
  const account = {
    ...expired.account,
    lastEquity: text(figures.equity),
    lastMaintenanceMargin: text(figures.maintenanceMargin),
    balanceAsOf: session.day,
  };
  return [{ ...expired, account }, effects];
}
