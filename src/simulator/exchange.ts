// The exchange: one pure step from a state and an event to the next state and what came of it.

import { dayMs } from "../core/model/time.ts";
import { accountFigures, type MarkOf } from "./account.ts";
import { text } from "./decimal.ts";
import {
  type Effect,
  type ExchangeEvent,
  type ExchangeState,
  isOpen,
  type Order,
  type OrderRequest,
  type Refusal,
  type Stepped,
} from "./exchangeState.ts";
import type { MarketTape } from "./marketTape.ts";
import { immediateExecution, nextExecution } from "./matching.ts";
import { activate, end, execute, updated } from "./orderLifecycle.ts";
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
      configuration: {
        suspendTrade: false,
        noShorting: false,
        fractionalTrading: true,
        maxMarginMultiplier: multiplier,
        maxOptionsTradingLevel: 0,
        disableOvernightTrading: false,
        ptpNoExceptionEntry: false,
        tradeConfirmEmail: "all",
      },
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
    case "configure":
      return [
        { ...state, account: { ...state.account, configuration: event.configuration } },
        [{ type: "configured" }],
      ];
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
  const [active, live, routed] = activate(added, order, state.nowMs);
  const execution = immediateExecution(tape, live, state.nowMs);
  if (execution === undefined) return [active, [arrival, routed]];
  const [filled, fills] = execute(active, live, execution);
  return [filled, [arrival, routed, ...fills]];
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

function cancel(state: ExchangeState, id: string): Stepped {
  const order = state.orders.find((each) => each.id === id);
  if (order === undefined) return refused(state, { status: 404, code: 40410000, message: `order not found for ${id}` });
  if (!isOpen(order)) {
    return refused(state, { status: 422, code: 42210000, message: `order is already in "${order.status}" state` });
  }
  return end(state, order, "canceled", state.nowMs);
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
        const [next, , routed] = activate(current, order, session.openMs);
        take([next, [routed]]);
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
