// Ready-made values for the core's tests: each is valid and unremarkable, so that a test shows only what it is about.
import type { ControlState } from "../../src/core/model/control.ts";
import { type RiskLimits, riskLimitsSchema } from "../../src/core/model/limits.ts";
import type { BarSeries, MarketSnapshot } from "../../src/core/model/market.ts";
import { notional, price, qty, usd } from "../../src/core/model/money.ts";
import type { BrokerOrder, OrderIntent, Side } from "../../src/core/model/order.ts";
import type { PortfolioSnapshot } from "../../src/core/model/portfolio.ts";
import type { RunInputs } from "../../src/core/model/run.ts";
import { type TradingWindow, tradingWindowSchema } from "../../src/core/model/settings.ts";
import { type RunTask, runTaskSchema, type Task, taskSchema } from "../../src/core/model/task.ts";
import {
  type Instant,
  msFromInstant,
  parseInstant,
  parseTradingDay,
  type TradingDay,
} from "../../src/core/model/time.ts";
import { sessionsBetween } from "../../src/core/schedule/tradingCalendar.ts";

/** An instant as tests write it: `at("2026-06-15T14:00Z")`. */
export function at(text: string): Instant {
  const instant = parseInstant(text);
  if (instant === undefined) throw new RangeError(`"${text}" is no instant`);
  return instant;
}

export function day(text: string): TradingDay {
  const parsed = parseTradingDay(text);
  if (parsed === undefined) throw new RangeError(`"${text}" is no day`);
  return parsed;
}

export const exampleWindow = (changes: Partial<TradingWindow> = {}): TradingWindow =>
  tradingWindowSchema.parse({
    zone: "America/New_York",
    weekdays: [1, 2, 3, 4, 5],
    ranges: [{ start: "09:30", end: "16:00" }],
    ...changes,
  });

export const exampleControl = (changes: Partial<ControlState> = {}): ControlState => ({
  automation: "started",
  tradingState: "running",
  reason: "first start",
  actor: "operator",
  changedAt: at("2026-06-01T12:00Z"),
  restrictions: [],
  scheduled: [],
  ...changes,
});

export const exampleTask = (changes: Partial<Task> = {}): RunTask =>
  runTaskSchema.parse(
    taskSchema.parse({
      id: "trend",
      name: "Trend",
      schedule: { cron: "*/5 9-16 * * 1-5" },
      symbols: ["AAA", "BBB", "CCC"],
      strategies: [{ name: "targetWeights", params: { weights: { AAA: 0.5, BBB: 0.25 } } }],
      sizing: { method: "percentOfEquity", equityFraction: 1, rebalanceBandFraction: 0 },
      ...changes,
    }),
  );

export const everyMinute = (zone = "America/New_York"): Partial<Task> => ({ schedule: { cron: "* * * * *", zone } });

/** Daily bars of the trading days up to 2026-06-12 whose closes are these, oldest first. */
export function exampleBars(symbol: string, closes: readonly number[]): BarSeries {
  const days = sessionsBetween(day("2024-01-02"), day("2026-06-12")).slice(
    closes.length === 0 ? Infinity : -closes.length,
  );
  const column = (of: (close: number) => number): Float64Array => Float64Array.from(closes, of);
  return {
    symbol,
    timeframe: "1Day",
    timeMs: Float64Array.from(days, ({ openAt }) => msFromInstant(openAt)),
    open: column((close) => close),
    high: column((close) => close + 1),
    low: column((close) => close - 1),
    close: column((close) => close),
    volume: column(() => 1000),
  };
}

/** A market in which each symbol trades at its price and has forty rising daily bars; at 10:00 New York on a Monday. */
export function exampleMarket(prices: Readonly<Record<string, string | number>> = {}): MarketSnapshot {
  const symbols = Object.keys(prices).sort();
  const asOf = at("2026-06-15T14:00Z");
  return {
    asOf,
    feed: "iex",
    adjustment: "raw",
    bars: symbols.map((symbol) =>
      exampleBars(
        symbol,
        Array.from({ length: 40 }, (_, index) => 60 + index),
      ),
    ),
    latest: symbols.map((symbol) => ({ symbol, price: price(prices[symbol] ?? 0), at: asOf })),
    assets: symbols.map((symbol) => ({ symbol, tradable: true, fractionable: true, shortable: true })),
    excluded: [],
  };
}

/** An account with this equity, all of it cash and buying power, less what the positions cost. Positions as `{AAA: [shares, value]}`. */
export function examplePortfolio(
  holdings: {
    readonly equity?: string | number;
    readonly buyingPower?: string | number;
    readonly blocked?: string;
    readonly positions?: Readonly<Record<string, readonly [shares: string | number, value: string | number]>>;
    readonly openOrders?: readonly BrokerOrder[];
    readonly uncertainOrders?: PortfolioSnapshot["uncertainOrders"];
  } = {},
): PortfolioSnapshot {
  const {
    equity = 100_000,
    buyingPower = equity,
    blocked,
    positions = {},
    openOrders = [],
    uncertainOrders = [],
  } = holdings;
  return {
    account: {
      accountId: "A-1",
      equity: usd(equity),
      cash: usd(equity),
      buyingPower: usd(buyingPower),
      ...(blocked === undefined ? {} : { blocked }),
    },
    positions: Object.entries(positions)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([symbol, [shares, value]]) => ({
        symbol,
        qty: qty(shares),
        available: qty(shares),
        averagePrice: price(1),
        marketValue: usd(value),
      })),
    openOrders,
    uncertainOrders,
    exits: [],
  };
}

export const exampleOrder = (changes: Partial<BrokerOrder> & Pick<BrokerOrder, "symbol" | "side">): BrokerOrder => ({
  brokerOrderId: "b-1",
  clientOrderId: "other-1",
  qty: qty(10),
  filledQty: qty(0),
  filledAvgPrice: null,
  limitPrice: null,
  stopPrice: null,
  status: "new",
  submittedAt: at("2026-06-15T13:50Z"),
  ...changes,
});

export const exampleLimits = (changes: Partial<RiskLimits> = {}): RiskLimits => ({
  ...riskLimitsSchema.parse({ maxOrderNotionalUsd: 1_000_000, maxPositionFraction: 1, maxGrossFraction: 4 }),
  ...changes,
});

export const exampleInputs = (changes: Partial<RunInputs> = {}): RunInputs => ({
  runId: "trend@20260615T140000Z",
  task: exampleTask(),
  slot: at("2026-06-15T14:00Z"),
  asOf: at("2026-06-15T14:00Z"),
  market: exampleMarket({ AAA: 100, BBB: "50.5", CCC: 20 }),
  portfolio: examplePortfolio({ positions: { CCC: [30, 600] } }),
  recentOrders: [],
  lossMarks: undefined,
  losses: {},
  clockSkewMs: 0,
  trades: { mode: "paper", expectedAccountId: undefined },
  control: exampleControl(),
  window: exampleWindow(),
  limits: exampleLimits(),
  ...changes,
});

export function exampleIntent(side: Side, symbol: string, shares: number | string, each: number | string): OrderIntent {
  const [count, referencePrice] = [qty(shares), price(each)];
  return {
    strategy: "targetWeights",
    symbol,
    side,
    qty: count,
    referencePrice,
    notional: notional(referencePrice, count),
    sizing: "",
    attribution: [{ strategy: "targetWeights", weight: 1 }],
  };
}
