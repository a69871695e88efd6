// A backtest that decides only where a signal can change, against one that decides on every bar.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Backtest, backtest } from "../../../src/core/backtest/backtest.ts";
import type { BacktestInputs } from "../../../src/core/backtest/simulatedAccount.ts";
import { watchCross } from "../../../src/core/backtest/watchCross.ts";
import type { RiskLimits } from "../../../src/core/model/limits.ts";
import type { BarSeries } from "../../../src/core/model/market.ts";
import { usd } from "../../../src/core/model/money.ts";
import { type Sizing, sizingSchema } from "../../../src/core/model/sizing.ts";
import { at, exampleControl, exampleLimits, exampleTask } from "../examples.ts";

type Periods = { readonly fast: number; readonly slow: number };

/** Bars a minute apart from 9:31 in New York on; each opens at the close before it. */
function barsOf(closes: readonly number[]): BarSeries {
  const column = Float64Array.from(closes);
  return {
    symbol: "AAA",
    timeframe: "1Day",
    timeMs: Float64Array.from(closes, (_, index) => Date.parse(at("2026-06-15T13:31Z")) + index * 60_000),
    open: Float64Array.from(closes, (close, index) => closes[index - 1] ?? close),
    high: column,
    low: column,
    close: column,
    volume: column,
  };
}

const wholeEquity = sizingSchema.parse({ method: "percentOfEquity", equityFraction: 1 });

function inputsOf(
  closes: readonly number[],
  periods: Periods,
  changes: { readonly sizing?: Sizing; readonly limits?: Partial<RiskLimits> } = {},
): BacktestInputs {
  return {
    series: barsOf(closes),
    task: exampleTask({
      symbols: ["AAA"],
      strategies: [{ name: "movingAverageCross", params: periods, weight: 1 }],
      sizing: changes.sizing ?? wholeEquity,
    }),
    control: exampleControl(),
    limits: exampleLimits(changes.limits),
    flags: { tradable: true, fractionable: true, shortable: true },
    cash: usd(100_000),
    windowBars: periods.slow,
  };
}

const watched = (inputs: BacktestInputs, periods: Periods): Backtest =>
  backtest(inputs, watchCross(inputs.series, periods, inputs.task));

describe("a backtest", () => {
  const periods = { fast: 1, slow: 2 };

  test("decides on a close and fills whole at the next open", () => {
    const { trades, equity } = backtest(inputsOf([10, 10, 20, 20.5, 8, 9, 5], periods));
    expect(trades).toEqual([
      { bar: 3, side: "buy", qty: "5000", price: "20" },
      { bar: 5, side: "sell", qty: "5000", price: "8" },
      // Bought at 9 on the next close, and still held at 5: the sale is decided on the last bar and does not fill.
      { bar: 6, side: "buy", qty: "4444", price: "9" },
    ]);
    expect(equity).toBe("22224");
  });

  test("obeys the risk limits as a run does", () => {
    const { trades } = backtest(inputsOf([10, 10, 20, 20, 8, 8], periods, { limits: { maxOrderNotionalUsd: 1000 } }));
    expect(trades[0]).toMatchObject({ side: "buy", qty: "50" });
  });

  test("without a bar or with too few of them trades nothing", () => {
    for (const closes of [[], [10]]) expect(backtest(inputsOf(closes, periods)).trades).toEqual([]);
  });
});

describe("a watch for crossings", () => {
  const periods = fc.record({ fast: fc.integer({ min: 1, max: 8 }), extra: fc.integer({ min: 1, max: 12 }) });
  const sizings = fc
    .constantFrom(
      { method: "percentOfEquity", equityFraction: 1 },
      { method: "percentOfEquity", equityFraction: 1, rebalanceBandFraction: 0 },
      { method: "percentOfEquity", equityFraction: 0.6, rebalanceBandFraction: 0.05 },
      { method: "targetWeights", cashBufferFraction: 0.1, slippageFraction: 0.002, feePerShareUsd: 0.01 },
      { method: "percentOfEquity", equityFraction: 0.5, rebalanceBandFraction: 0.002, fractionalShares: true },
    )
    .map((given) => sizingSchema.parse(given));
  const limits = fc.constantFrom<Partial<RiskLimits>>(
    {},
    { maxOrderNotionalUsd: 30_000 },
    { maxPositionFraction: 0.3, maxOrdersPerMinute: 1 },
    { duplicateWindowSeconds: 600, maxOrdersPerDay: 4 },
  );
  /** Steps of a cent to some dollars, and many of none: averages are equal often, and their sums differ in the last bit. */
  const steps = fc.array(
    fc.oneof(fc.constant(0), fc.integer({ min: -3, max: 3 }), fc.integer({ min: -400, max: 400 })),
    {
      minLength: 60,
      maxLength: 120,
    },
  );
  const closesOf = (cents: readonly number[]): readonly number[] => {
    let price = 5_000;
    return cents.map((step) => {
      price = Math.max(100, price + step);
      return price / 100;
    });
  };

  test("leads to the very same trades as deciding on every bar, and decides less often", () => {
    let [decided, all, trades] = [0, 0, 0];
    fc.assert(
      fc.property(periods, sizings, limits, steps, ({ fast, extra }, sizing, limit, cents) => {
        const both = { fast, slow: fast + extra };
        const inputs = inputsOf(closesOf(cents), both, { sizing, limits: limit });
        const [every, some] = [backtest(inputs), watched(inputs, both)];
        expect(some.trades).toEqual(every.trades);
        expect(some.equity).toBe(every.equity);
        expect(every.decisions).toBe(cents.length);
        decided += some.decisions;
        all += every.decisions;
        trades += some.trades.length;
      }),
      { numRuns: 150 },
    );
    expect(trades).toBeGreaterThan(500);
    expect(decided).toBeLessThan(all * 0.8);
  });

  test.each([
    { method: "percentOfEquity", equityFraction: 1 },
    { method: "percentOfEquity", equityFraction: 0.2, rebalanceBandFraction: 0.05 },
    { method: "targetWeights", cashBufferFraction: 0.3, rebalanceBandFraction: 0.1 },
    { method: "targetWeights", slippageFraction: 0.1, feePerShareUsd: 5, rebalanceBandFraction: 0.1 },
  ])("decides at crossings alone while nothing drifts: %j", (given) => {
    const closes = Array.from({ length: 600 }, (_, index) => 100 + Math.round(1000 * Math.sin(index / 30)) / 100);
    const both = { fast: 5, slow: 20 };
    const { decisions, trades } = watched(inputsOf(closes, both, { sizing: sizingSchema.parse(given) }), both);
    expect(trades.length).toBeGreaterThan(5);
    expect(decisions).toBeLessThan(2 * trades.length);
  });

  test("refuses a sizing whose targets move with more than price and equity", () => {
    const inputs = inputsOf([10, 11], { fast: 1, slow: 2 });
    const sizing = sizingSchema.parse({ method: "fixedNotional", notionalUsd: 100 });
    expect(() => watchCross(inputs.series, { fast: 1, slow: 2 }, { sizing })).toThrow(
      new RangeError("sizing by fixedNotional is not watched: let every bar be decided"),
    );
  });
});
