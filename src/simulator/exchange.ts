// The exchange: one pure step from a state and an event to the next state and what came of it.

import {
  type ExchangeEvent,
  type ExchangeState,
  isOpen,
  type OrderRequest,
  type Refusal,
  type Stepped,
} from "./exchangeState.ts";
import { intervene } from "./interventions.ts";
import type { MarketTape } from "./marketTape.ts";
import { place } from "./newOrder.ts";
import { openOrders } from "./orderBook.ts";
import { end } from "./orderLifecycle.ts";
import { isRefusal, judgeOrder } from "./orderRules.ts";
import { advance } from "./passageOfTime.ts";
import { uuidOf } from "./random.ts";
import { orderIsOver, orderNotFound } from "./refusals.ts";
import { replace } from "./replaceOrder.ts";
import { latestSession, sessionBefore } from "./sessions.ts";
import { inTurn } from "./stepping.ts";
import { endIfOpen } from "./trading.ts";

export type ExchangeOptions = {
  readonly seed: number;
  readonly nowMs: number;
  /** US dollars as a decimal string. */
  readonly startingCash: string;
  readonly multiplier: "1" | "2" | "4";
  /** The share of orders, from 0 to 1, that are executed in two parts; none unless given. Alpaca's paper trading does so with 0.1. */
  readonly partialFillShare?: number;
};

/** A new account with cash and nothing else. */
export function openExchange(options: ExchangeOptions): ExchangeState {
  const { seed, nowMs, startingCash, multiplier, partialFillShare = 0 } = options;
  const id = uuidOf(`${seed}|account`);
  const latest = latestSession(nowMs);
  const closed = latest && (nowMs >= latest.closeMs ? latest : sessionBefore(latest));
  return {
    schemaVersion: 2,
    seed,
    partialFillShare,
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
    openSerials: [],
    positions: [],
    fills: [],
    disturbances: { haltedSymbols: [], ordersToReject: 0, ordersToSilence: 0 },
    watchlists: { made: 0, lists: [] },
  };
}

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

function apply(tape: MarketTape, state: ExchangeState, event: ExchangeEvent): Stepped {
  switch (event.type) {
    case "advanceTo":
      return [state, []];
    case "changeWatchlists":
      return [{ ...state, watchlists: event.watchlists }, [{ type: "watchlistsChanged" }]];
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
      return inTurn(
        state,
        openOrders(state).map(
          ({ serial }) =>
            (current) =>
              endIfOpen(current, serial, "canceled", state.nowMs),
        ),
      );
    case "replaceOrder":
      return replace(tape, state, event.id, event.replacement);
    case "intervene":
      return intervene(tape, state, event.intervention);
  }
}

const refused = (state: ExchangeState, refusal: Refusal): Stepped => [state, [{ type: "refused", refusal }]];

function submit(tape: MarketTape, state: ExchangeState, request: OrderRequest): Stepped {
  const verdict = judgeOrder(state, tape, request);
  return isRefusal(verdict) ? refused(state, verdict) : place(tape, state, request, verdict);
}

function cancel(state: ExchangeState, id: string): Stepped {
  const order = state.orders.find((each) => each.id === id);
  if (order === undefined) return refused(state, orderNotFound(id));
  return isOpen(order) ? end(state, order, "canceled", state.nowMs) : refused(state, orderIsOver(order));
}
