// What holds for every strategy of the registry, a new one included, on random series.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BarSeries, Timeframe } from "../../../src/core/model/market.ts";
import { dayMs, minuteMs, msFromInstant } from "../../../src/core/model/time.ts";
import { runStrategies } from "../../../src/core/strategies/multiStrategyRunner.ts";
import { findStrategy, strategies } from "../../../src/core/strategies/registry.ts";
import type { StrategyView } from "../../../src/core/strategies/strategy.ts";
import { at, exampleInputs, exampleMarket, exampleTask } from "../examples.ts";
import { held, viewOf } from "./exampleView.ts";

/** The example's symbols are what the strategies are tried on, so that those that name symbols have theirs. */
const symbols = ["AGG", "KO", "PEP", "SPY"];
/** Late enough that a session has bars, early enough that nobody leaves because of the hour. */
const asOf = at("2026-06-15T18:30Z");

/** Numbers from 0 to 1 that follow from the seed alone. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A walk of closed bars up to `asOf`: calm or wild, with gaps, and now and then a price that stays. */
function walk(symbol: string, timeframe: Timeframe, count: number, seed: number): BarSeries {
  const random = randomFrom(seed);
  const wildness = 0.002 + 0.08 * random() ** 3;
  let last = 1 + 500 * random();
  const rows = Array.from({ length: count }, () => {
    const open = last * (1 + wildness * (random() - 0.5));
    const close = random() < 0.1 ? open : open * (1 + 2 * wildness * (random() - 0.5));
    last = close;
    const [high, low] = [
      Math.max(open, close) * (1 + wildness * random()),
      Math.min(open, close) * (1 - wildness * random()),
    ];
    return { open, high, low, close, volume: Math.floor(1e6 * random()) };
  });
  const column = (of: (row: (typeof rows)[number]) => number): Float64Array => Float64Array.from(rows, of);
  const step = timeframe === "5Min" ? 5 * minuteMs : dayMs;
  return {
    symbol,
    timeframe,
    timeMs: Float64Array.from(rows, (_, index) => msFromInstant(asOf) - (count - index) * step),
    open: column(({ open }) => open),
    high: column(({ high }) => high),
    low: column(({ low }) => low),
    close: column(({ close }) => close),
    volume: column(({ volume }) => volume),
  };
}

const anySeed = fc.integer({ min: 0, max: 2 ** 31 });
/** Some of the symbols hold something, on either side. */
const anyPositions = fc
  .array(fc.tuple(fc.constantFrom(...symbols), fc.integer({ min: -50, max: 50 })), { maxLength: 4 })
  .map((pairs) => held(Object.fromEntries(pairs.map(([symbol, shares]) => [symbol, [shares, shares * 100] as const]))));

describe.each(strategies.map((strategy) => ({ name: strategy.name, strategy })))("$name", ({ strategy }) => {
  const params = strategy.example();
  const { timeframe, bars: needed, warmUp = 0 } = strategy.needs(params);
  const seriesOf = (seed: number, count: number): BarSeries[] =>
    symbols.map((symbol, index) => walk(symbol, timeframe, count, seed + 7919 * index));
  const view = (seed: number, count: number, changes: Partial<StrategyView> = {}): StrategyView =>
    viewOf(seriesOf(seed, count), { asOf, ...changes });
  const everywhere = (check: (seed: number, positions: StrategyView["positions"]) => void): void =>
    fc.assert(fc.property(anySeed, anyPositions, check), { numRuns: 40 });

  test("fits into client order ids, is found by its name and tells what it is", () => {
    expect(strategy.name).toMatch(/^[a-zA-Z0-9]{1,32}$/);
    expect(findStrategy(strategy.name)).toBe(strategy);
    expect(strategy.title).toMatch(/^[A-Z]/);
    for (const part of ["Source: ", "Assumes ", /\b[Ff]ails |Loses |worse|too early|declin/])
      expect(strategy.doc).toMatch(part);
  });

  test("accepts its own example, has a schema for each parameter, and knows no others", () => {
    expect(strategy.paramsFault(params)).toEqual([]);
    const { properties, additionalProperties } = strategy.paramsSchema();
    expect(Object.keys(properties ?? {})).toEqual(expect.arrayContaining(Object.keys(params)));
    expect(additionalProperties).toBe(false);
    expect(strategy.paramsFault({ ...params, colour: "red" })).toEqual([
      { path: "colour", message: "is not known here" },
    ]);
  });

  test("asks for whole numbers of bars, some of them its own", () => {
    expect(Number.isInteger(needed) && Number.isInteger(warmUp)).toBe(true);
    expect(warmUp).toBeGreaterThanOrEqual(0);
    expect(needed === 0 ? warmUp === 0 : warmUp < needed).toBe(true);
  });

  test("says the same of the same view, and leaves it as it was", () => {
    everywhere((seed, positions) => {
      const given = view(seed, needed + 3, { positions });
      const before = structuredClone(given);
      const first = strategy.decide(given, params);
      expect(strategy.decide(given, params)).toEqual(first);
      expect(given).toEqual(before);
    });
  });

  test("is taken by the runner: known symbols, weights from −1 to 1, numbers throughout", () => {
    everywhere((seed, positions) => {
      const market = {
        ...exampleMarket(Object.fromEntries(symbols.map((each) => [each, 100]))),
        bars: seriesOf(seed, needed),
      };
      const inputs = exampleInputs({ asOf, market });
      const task = exampleTask({ symbols, strategies: [{ name: strategy.name, params: { ...params }, weight: 1 }] });
      const portfolio = { ...inputs.portfolio, positions: [...positions.values()] };
      const { failures, signals } = runStrategies({ ...inputs, portfolio, task });
      expect(failures).toEqual([]);
      expect(signals.reduce((sum, { targetWeight }) => sum + Math.abs(targetWeight), 0)).toBeLessThanOrEqual(1 + 1e-9);
    });
  });

  test("never needs more than it asks for: older bars change nothing but what they warm up", () => {
    if (warmUp > 0) return;
    everywhere((seed, positions) => {
      const series = seriesOf(seed, needed + 50);
      const newest = series.map((each) => newestBars(each, needed));
      const [all, few] = [series, newest].map((given) => strategy.decide(viewOf(given, { asOf, positions }), params));
      expect(few?.map(rounded)).toEqual(all?.map(rounded));
    });
  });

  test("says nothing on a symbol with fewer bars than it cannot do without", () => {
    if (needed === 0) return;
    everywhere((seed, positions) => {
      const [first, ...others] = seriesOf(seed, needed);
      if (first === undefined) return;
      const given = [newestBars(first, needed - warmUp - 1), ...others];
      const signals = strategy.decide(viewOf(given, { asOf, positions }), params);
      expect(signals.filter(({ symbol }) => symbol === first.symbol)).toEqual([]);
    });
  });

  test("speaks on no symbol that is left out of the run", () => {
    everywhere((seed, positions) => {
      const given = view(seed, needed);
      const bars = new Map([...given.bars].slice(1));
      const spoken = strategy.decide({ ...given, bars, positions }, params).map(({ symbol }) => symbol);
      expect(spoken.filter((symbol) => !bars.has(symbol))).toEqual([]);
      expect(new Set(spoken).size).toBe(spoken.length);
    });
  });

  test("decides on a symbol by its own bars alone, unless it names others that it sees with it", () => {
    const together = strategy.together(params, symbols);
    everywhere((seed, positions) => {
      const series = seriesOf(seed, needed);
      const other = symbols[seed % symbols.length] ?? "";
      const changed = series.map((each) => (each.symbol === other ? walk(other, timeframe, needed, seed + 1) : each));
      const seesOther = (symbol: string): boolean =>
        symbol === other || (together.includes(symbol) && together.includes(other));
      const [before, after] = [series, changed].map((given) =>
        strategy.decide(viewOf(given, { asOf, positions }), params).filter(({ symbol }) => !seesOther(symbol)),
      );
      expect(after).toEqual(before);
    });
  });

  test("wishes the same whatever unit prices are in", () => {
    everywhere((seed, positions) => {
      const series = seriesOf(seed, needed);
      // A power of two leaves every digit as it is.
      const dearer = series.map((each, index) => (index % 2 === 0 ? each : inUnits(each, 8)));
      const [plain, scaled] = [series, dearer].map((given) =>
        strategy.decide(viewOf(given, { asOf, positions }), params),
      );
      expect(scaled?.map(rounded)).toEqual(plain?.map(rounded));
    });
  });

  test("speaks at all", () => {
    const spoken = Array.from(
      { length: 60 },
      (_, seed) => strategy.decide(view(seed * 104_729, needed), params).length,
    );
    expect(Math.max(...spoken)).toBeGreaterThan(0);
  });
});

test("the registry's names are unique and sorted", () => {
  const names = strategies.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)].sort());
});

const columns = ["timeMs", "open", "high", "low", "close", "volume"] as const;
const newestBars = (series: BarSeries, count: number): BarSeries => ({
  ...series,
  ...Object.fromEntries(columns.map((name) => [name, series[name].subarray(series[name].length - count)])),
});
const inUnits = (series: BarSeries, factor: number): BarSeries => ({
  ...series,
  ...Object.fromEntries(
    (["open", "high", "low", "close"] as const).map((name) => [name, series[name].map((price) => price * factor)]),
  ),
});
/** Without its reasons, some of which are prices. */
const rounded = (signal: ReturnType<(typeof strategies)[number]["decide"]>[number]) => {
  const digits = (value: number | undefined): number | undefined => value && Number(value.toFixed(9));
  const { symbol, targetWeight, strength, stopFraction, targetFraction } = signal;
  return [symbol, digits(targetWeight), digits(strength), digits(stopFraction), digits(targetFraction)];
};
