// One strategy traded over real bars, run by run through the pure middle, filled at the price that it was planned at.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { BarSeries, Timeframe } from "../../../src/core/model/market.ts";
import {
  addQty,
  addUsd,
  isPositive,
  isZero,
  negateQty,
  notional,
  price,
  type Qty,
  subtractUsd,
  type Usd,
  usd,
} from "../../../src/core/model/money.ts";
import type { PortfolioSnapshot } from "../../../src/core/model/portfolio.ts";
import type { RunTask } from "../../../src/core/model/task.ts";
import { type Instant, instantFromMs, minuteMs, type TradingDay } from "../../../src/core/model/time.ts";
import { assessRisk } from "../../../src/core/risk/assessRisk.ts";
import { isSessionOpen, tradingDayOf } from "../../../src/core/schedule/tradingCalendar.ts";
import { sizeTargets } from "../../../src/core/sizing/sizeTargets.ts";
import { runStrategies } from "../../../src/core/strategies/multiStrategyRunner.ts";
import { exampleInputs } from "../examples.ts";

export const marketFolder = join(import.meta.dirname, "../../../../shared/data/market");

/** The bars of a file as it stands. */
export function readBars(file: string, timeframe: Timeframe): BarSeries {
  const rows = readFileSync(join(marketFolder, file), "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((row) => row.split(","));
  const column = (index: number): Float64Array => Float64Array.from(rows, (row) => Number(row[index]));
  return {
    symbol: rows[0]?.[0] ?? "",
    timeframe,
    timeMs: Float64Array.from(rows, ([, time = ""]) => Date.parse(time)),
    open: column(2),
    high: column(3),
    low: column(4),
    close: column(5),
    volume: column(6),
  };
}

/** What a run can see: the closed bars of each symbol, and the price of each. */
export type Moment = {
  readonly asOf: Instant;
  readonly bars: readonly BarSeries[];
  readonly prices: Readonly<Record<string, number>>;
};

export type GoldenRun = {
  /** `2014-02-04 IBM in, SPY out`: the runs at which a wish took another direction. */
  readonly changes: readonly string[];
  /** `2014-02-04 buy 132 IBM 172.9`, with what the risk rules let through. */
  readonly orders: readonly string[];
  /** Cash and positions at the prices of the last run. */
  readonly equity: Usd;
};

type Account = { readonly cash: Usd; readonly held: ReadonlyMap<string, Qty> };

/** `label` is how a run is called in the lists. */
export function goldenRun(task: RunTask, moments: Iterable<Moment>, label: (asOf: Instant) => string): GoldenRun {
  const directions = new Map<string, number>();
  const [changes, orders]: [string[], string[]] = [[], []];
  let account: Account = { cash: usd(100_000), held: new Map() };
  let equity = account.cash;
  for (const { asOf, bars, prices } of moments) {
    const portfolio = portfolioOf(account, prices);
    equity = portfolio.account.equity;
    const market = marketOf(asOf, bars, prices);
    const inputs = exampleInputs({ task, asOf, market, portfolio });
    const { signals, targets, failures } = runStrategies(inputs);
    if (failures.length > 0) throw new Error(JSON.stringify(failures));
    const turned = signals.filter(({ symbol, targetWeight }) => directions.get(symbol) !== Math.sign(targetWeight));
    for (const { symbol, targetWeight } of turned) directions.set(symbol, Math.sign(targetWeight));
    if (turned.length > 0) {
      const words = turned.map(
        ({ symbol, targetWeight }) => `${symbol} ${directionNames[Math.sign(targetWeight) + 1]}`,
      );
      changes.push(`${label(asOf)} ${words.join(", ")}`);
    }
    const { intents } = sizeTargets({ task, market, portfolio, targets });
    if (intents.length === 0) continue;
    for (const { intent, qty } of assessRisk(intents, inputs).verdicts) {
      if (!isPositive(qty)) continue;
      const { side, symbol, referencePrice } = intent;
      orders.push(`${label(asOf)} ${side} ${qty} ${symbol} ${referencePrice}`);
      const signed = side === "buy" ? qty : negateQty(qty);
      const now = addQty(account.held.get(symbol) ?? ("0" as Qty), signed);
      account = {
        cash: subtractUsd(account.cash, notional(referencePrice, signed)),
        held: new Map(account.held).set(symbol, now),
      };
    }
  }
  return { changes, orders, equity };
}

const directionNames = ["short", "out", "in"];

export const hashOf = (lines: readonly string[]): string =>
  createHash("sha256").update(lines.join("\n")).digest("hex").slice(0, 16);

const marketOf = (asOf: Instant, bars: readonly BarSeries[], prices: Moment["prices"]) => {
  const symbols = Object.keys(prices).sort();
  return {
    asOf,
    feed: "sip",
    adjustment: "raw",
    bars,
    latest: symbols.map((symbol) => ({ symbol, price: price(prices[symbol] ?? 0), at: asOf })),
    assets: symbols.map((symbol) => ({ symbol, tradable: true, fractionable: true, shortable: true })),
    excluded: [],
  };
};

function portfolioOf({ cash, held }: Account, prices: Moment["prices"]): PortfolioSnapshot {
  const positions = [...held]
    .filter(([, qty]) => !isZero(qty))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([symbol, qty]) => {
      const each = price(prices[symbol] ?? 0);
      return { symbol, qty, available: qty, averagePrice: each, marketValue: notional(each, qty) };
    });
  const equity = addUsd(cash, ...positions.map(({ marketValue }) => marketValue));
  const account = { accountId: "A-1", equity, cash, buyingPower: cash };
  return { account, positions, openOrders: [], uncertainOrders: [], exits: [] };
}

/** The newest `count` bars before this index, without copying them. */
function barsBefore(series: BarSeries, index: number, count: number): BarSeries {
  const part = (column: Float64Array): Float64Array => column.subarray(Math.max(0, index - count), index);
  const { timeMs, open, high, low, close, volume } = series;
  return {
    ...series,
    timeMs: part(timeMs),
    open: part(open),
    high: part(high),
    low: part(low),
    close: part(close),
    volume: part(volume),
  };
}

/** Ten o'clock on each trading day from `from` to `to`, at the day's opening prices. The series are of the same days. */
export function* daysOf(
  series: readonly BarSeries[],
  needed: number,
  from: TradingDay,
  to: TradingDay,
): Generator<Moment> {
  const times = series[0]?.timeMs ?? new Float64Array(0);
  for (const [index, midnightMs] of times.entries()) {
    const asOf = instantFromMs(midnightMs + 10 * 60 * minuteMs);
    const day = tradingDayOf(asOf);
    if (day < from || day > to) continue;
    yield {
      asOf,
      bars: series.map((each) => barsBefore(each, index, needed)),
      prices: Object.fromEntries(series.map(({ symbol, open }) => [symbol, open[index] ?? 0])),
    };
  }
}

/** Every five minutes of each session, at the price of the newest of these five-minute bars. */
export function* fiveMinutesOf(series: readonly BarSeries[], needed: number): Generator<Moment> {
  const times = [...new Set(series.flatMap(({ timeMs }) => [...timeMs]))].sort((a, b) => a - b);
  for (const startMs of times) {
    const closed = series.map((each) => barsBefore(each, each.timeMs.filter((ms) => ms <= startMs).length, needed));
    yield {
      asOf: instantFromMs(startMs + 5 * minuteMs),
      bars: closed,
      prices: Object.fromEntries(closed.map(({ symbol, close }) => [symbol, close.at(-1) ?? 0])),
    };
  }
}

/** The five-minute bars of the sessions, from bars of a minute that may lie outside of them. */
export function inFiveMinutes(minutes: BarSeries): BarSeries {
  const buckets = Map.groupBy(minutes.timeMs.keys(), (index) => {
    const ms = minutes.timeMs[index] ?? 0;
    return isSessionOpen(instantFromMs(ms)) ? ms - (ms % (5 * minuteMs)) : 0;
  });
  const inside = [...buckets].filter(([startMs]) => startMs > 0);
  const column = (of: (indices: readonly number[]) => number): Float64Array =>
    Float64Array.from(inside, ([, indices]) => of(indices));
  const valuesOf = (name: "high" | "low" | "volume", indices: readonly number[]): number[] =>
    indices.map((index) => minutes[name][index] ?? 0);
  return {
    symbol: minutes.symbol,
    timeframe: "5Min",
    timeMs: Float64Array.from(inside, ([startMs]) => startMs),
    open: column((indices) => minutes.open[indices[0] ?? 0] ?? 0),
    high: column((indices) => Math.max(...valuesOf("high", indices))),
    low: column((indices) => Math.min(...valuesOf("low", indices))),
    close: column((indices) => minutes.close[indices.at(-1) ?? 0] ?? 0),
    volume: column((indices) => valuesOf("volume", indices).reduce((sum, each) => sum + each, 0)),
  };
}
