// A small handmade market for examples: known prices by the minute, and the orders that meet them.

import { createExchange, openExchange } from "../../src/simulator/exchange.ts";
import type { ExchangeEvent, ExchangeState, OrderRequest, Stepped } from "../../src/simulator/exchangeState.ts";
import type { MarketTape, TapeAsset, TradingInterval } from "../../src/simulator/marketTape.ts";
import { newYorkDay, openSessionAt, postCloseMs, preOpenMs, sessionOfDay } from "../../src/simulator/sessions.ts";

/** Monday 2026-06-15, 10:00 in New York: an ordinary session. */
export const monday = "2026-06-15";
export const atNewYork = (time: string, day = monday): number => Date.parse(`${day}T${time}-04:00`);

/** What a minute of the session is like; bid and ask at once, low and high once it is over. */
export type Minute = {
  readonly bid: number;
  readonly ask: number;
  readonly low: number;
  readonly high: number;
  /** The middle of bid and ask unless given. */
  readonly close?: number;
};

export const flat = (price: number): Minute => ({
  bid: price - 0.01,
  ask: price + 0.01,
  low: price - 0.05,
  high: price + 0.05,
});

export type HandmadeSymbol = Partial<Omit<TapeAsset, "symbol">> & {
  /** The minute of the session, counted from the open; undefined when nothing trades. */
  readonly minute: (index: number, day: string) => Minute | undefined;
  /** The same before the open and after the close, counted from 04:00 and from the close; there is none unless given. */
  readonly extendedMinute?: (index: number, day: string) => Minute | undefined;
};

const round = (value: number): number => Math.round(value * 1e4) / 1e4;

/** The last trade is the middle of bid and ask of the current minute or, out of hours, of the last one before. */
export function handmadeTape(symbols: Readonly<Record<string, HandmadeSymbol>>): MarketTape {
  const intervals = (symbol: string, day: string): readonly TradingInterval[] => {
    const session = sessionOfDay(day);
    const made = symbols[symbol];
    if (session === undefined || made === undefined) return [];
    const at = (fromMs: number, minute: Minute | undefined, extended: boolean): TradingInterval[] => {
      if (minute === undefined) return [];
      const middle = round((minute.bid + minute.ask) / 2);
      return [{ fromMs, toMs: fromMs + 60_000, open: middle, close: middle, extended, ...minute }];
    };
    const minutes = (fromMs: number, toMs: number, extended: boolean): TradingInterval[] =>
      Array.from({ length: (toMs - fromMs) / 60_000 }, (_, index) => {
        const minute = extended ? made.extendedMinute : made.minute;
        return at(fromMs + index * 60_000, minute?.(index, day), extended);
      }).flat();
    const { openMs, closeMs } = session;
    const extended = made.extendedMinute !== undefined;
    return [
      ...(extended ? minutes(preOpenMs(session), openMs, true) : []),
      ...minutes(openMs, closeMs, false),
      ...(extended ? minutes(closeMs, postCloseMs(session), true) : []),
    ];
  };
  const current = (symbol: string, ms: number): TradingInterval | undefined => {
    const today = intervals(symbol, newYorkDay(ms)).findLast(({ fromMs, extended }) =>
      extended ? fromMs <= ms : fromMs <= ms && openSessionAt(ms) !== undefined,
    );
    return today ?? intervals(symbol, "2026-06-12").at(-1);
  };
  return {
    symbols: () => Object.keys(symbols).sort(),
    asset: (symbol) =>
      symbols[symbol] && { symbol, tradable: true, fractionable: true, shortable: true, ...symbols[symbol] },
    dailyBars: () => [],
    minuteBars: () => [],
    intervals,
    lastTrade: (symbol, ms) => {
      const at = current(symbol, ms);
      return at && { price: round((at.bid + at.ask) / 2), size: 100, atMs: at.fromMs };
    },
    quote: (symbol, ms) => {
      const at = current(symbol, ms);
      return at && { bid: at.bid, ask: at.ask, bidSize: 1, askSize: 1, atMs: at.fromMs };
    },
  };
}

/** `order({ qty: "5" })`: a market buy of one AAPL for the day, but for what is given. */
export const order = (changes: Partial<OrderRequest> = {}): OrderRequest => ({
  symbol: "AAPL",
  side: "buy",
  type: typeOf(changes),
  timeInForce: "day",
  orderClass: "simple",
  qty: changes.notional ? null : "1",
  notional: null,
  limitPrice: null,
  stopPrice: null,
  trailPrice: null,
  trailPercent: null,
  takeProfit: null,
  stopLoss: null,
  extendedHours: false,
  clientOrderId: null,
  ...changes,
});

function typeOf({ limitPrice, stopPrice, trailPrice, trailPercent }: Partial<OrderRequest>): OrderRequest["type"] {
  if (trailPrice || trailPercent) return "trailing_stop";
  if (stopPrice) return limitPrice ? "stop_limit" : "stop";
  return limitPrice ? "limit" : "market";
}

export const openAccount = (nowMs: number, changes: Partial<Parameters<typeof openExchange>[0]> = {}): ExchangeState =>
  openExchange({ seed: 7, nowMs, startingCash: "100000", multiplier: "4", ...changes });

/** Runs events one after the other; gives the last state and everything that came of them. */
export function play(tape: MarketTape, start: ExchangeState, events: readonly ExchangeEvent[]): Stepped {
  const step = createExchange(tape);
  return events.reduce<Stepped>(
    ([state, before], event) => {
      const [next, effects] = step(state, event);
      return [next, [...before, ...effects]];
    },
    [start, []],
  );
}

export const submit = (atMs: number, changes: Partial<OrderRequest> = {}): ExchangeEvent => ({
  type: "submitOrder",
  atMs,
  request: order(changes),
});
export const advanceTo = (atMs: number): ExchangeEvent => ({ type: "advanceTo", atMs });

/** The names of the order events, in order: `["pending_new", "new", "fill"]`. */
export const eventNames = ([, effects]: Stepped): readonly string[] =>
  effects.flatMap((effect) => (effect.type === "orderUpdate" ? [effect.event] : []));

export const refusalOf = ([, effects]: Stepped) =>
  effects.flatMap((effect) => (effect.type === "refused" ? [effect.refusal] : []))[0];
