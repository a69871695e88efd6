// What every moving window, volume indicator and trend line has in common, over a table of them: above all that streams equal batches.
import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { extremesAndTrends } from "./extremesAndTrends.ts";
import type { Bar, Bars, Column, Indicator, Outputs } from "./indicatorShape.ts";
import { statistics } from "./statistics.ts";

const market = "../shared/data/market/daily";
/** Past one spike of the market at least; each step takes many times as long where mutants are counted. */
const driftSteps = process.env.INSTRUMENTED === undefined ? 1_000_000 : 120_000;
/** Past the last spike. */
const batchSteps = 110_000;
const none = Number.NaN;
const columns: readonly Column[] = ["high", "low", "close", "volume", "market"];
const notFinite = fc.constantFrom(none, Infinity, -Infinity);

/** Prices in steps of 1/64, so that doubling and moving them is exact, and few enough that extremes are often reached twice. */
const wholeBar = fc
  .tuple(
    fc.integer({ min: 64, max: 800 }),
    fc.nat(60),
    fc.nat(60),
    fc.integer({ min: 1, max: 900 }),
    fc.integer({ min: 64, max: 800 }),
  )
  .map(([close, above, below, volume, other]): Bar => {
    return { high: (close + above) / 64, low: (close - below) / 64, close: close / 64, volume, market: other / 64 };
  });
// Without the size, fast-check would hardly try more than ten bars.
const wholeBars = fc.array(wholeBar, { maxLength: 70, size: "max" });

/** The same with a value here and there that is not finite. */
const barsWithGaps = fc
  .tuple(
    wholeBars,
    fc.array(fc.tuple(fc.nat(69), fc.constantFrom(...columns), notFinite), { maxLength: 4, size: "max" }),
  )
  .map(([bars, gaps]) =>
    gaps.reduce((changed, [at, column, value]) => {
      return changed.map((bar, index) => (index === at ? { ...bar, [column]: value } : bar));
    }, bars),
  );

describe.each([...statistics, ...extremesAndTrends])("$name", (indicator) => {
  const periods = fc.integer({ min: indicator.leastPeriod, max: 12 });

  test("gives in a stream what it gives in a batch, bit for bit, gaps or not", () => {
    fc.assert(
      fc.property(barsWithGaps, periods, (bars, period) => {
        expect(streamed(indicator, bars, period)).toEqual(batched(indicator, bars, period));
      }),
    );
  });

  test.skipIf(!existsSync(market)).each(["AIG", "BAC", "IBM"])(
    "gives the same in both forms for the bars of %s beside those of SPY",
    (symbol) => {
      const bars = marketBars(symbol);
      for (const period of [indicator.leastPeriod, 5, 14, 60]) {
        expect(streamed(indicator, bars, period)).toEqual(batched(indicator, bars, period));
      }
    },
  );

  test.skipIf(indicator.definition === undefined)("is what its definition says of each window", () => {
    fc.assert(
      fc.property(wholeBars, periods, (bars, period) => {
        const actual = batched(indicator, bars, period);
        const window = Math.max(...Object.values(indicator.needs(period)));
        for (let end = window; end <= bars.length; end++) {
          const expected = indicator.definition?.(bars.slice(end - window, end), period) ?? {};
          for (const [output, value] of Object.entries(expected))
            expectClose([actual[output]?.[end - 1] ?? none], [value], 1e-11);
        }
      }),
    );
  });

  test("has its first result as soon as its windows are full, and one at each bar from then on", () => {
    fc.assert(
      fc.property(wholeBars, periods, (bars, period) => {
        const actual = batched(indicator, bars, period);
        for (const [output, needs] of Object.entries(indicator.needs(period))) {
          expect(actual[output]?.map(Number.isFinite)).toEqual(bars.map((_, index) => index >= needs - 1));
        }
      }),
    );
  });

  test("begins anew after a value that is not finite, as if nothing had been before", () => {
    fc.assert(
      fc.property(wholeBars, wholeBars, wholeBar, periods, notFinite, (before, after, bar, period, value) => {
        for (const column of indicator.reads) {
          const joined = batched(indicator, [...before, { ...bar, [column]: value }, ...after], period);
          const apart = [before, after].map((bars) => batched(indicator, bars, period));
          for (const [output, values] of Object.entries(joined)) {
            expect(values).toEqual([...(apart[0]?.[output] ?? []), none, ...(apart[1]?.[output] ?? [])]);
          }
        }
      }),
    );
  });

  test("takes prices twice as high as its laws say", () => {
    fc.assert(
      fc.property(wholeBars, periods, (bars, period) => {
        const scaled = batched(
          indicator,
          bars.map((bar) => repriced(bar, (price) => 2 * price)),
          period,
        );
        for (const [output, values] of Object.entries(batched(indicator, bars, period))) {
          const factor = indicator.laws[output]?.scaled === "doubles" ? 2 : 1;
          expect(scaled[output]).toEqual(values.map((value) => factor * value));
        }
      }),
    );
  });

  test("takes prices moved up as its laws say", () => {
    fc.assert(
      fc.property(wholeBars, periods, fc.integer({ min: 1, max: 1000 }), (bars, period, shift) => {
        const moved = batched(
          indicator,
          bars.map((bar) => repriced(bar, (price) => price + shift)),
          period,
        );
        for (const [output, values] of Object.entries(batched(indicator, bars, period))) {
          const law = indicator.laws[output]?.shifted;
          const by = law === "moves" ? shift : 0;
          if (law !== "changes")
            expectClose(
              moved[output] ?? [],
              values.map((value) => value + by),
              1e-9,
            );
        }
      }),
    );
  });

  test("writes into given buffers, whatever they held, and leaves its input as it was", () => {
    fc.assert(
      fc.property(barsWithGaps, periods, (bars, period) => {
        const columnsBefore = columnsOf(bars);
        const input = columnsOf(bars);
        const expected = indicator.batch(input, period);
        expect(input).toEqual(columnsBefore);
        const out = Object.fromEntries(
          Object.keys(expected).map((output) => [output, new Float64Array(bars.length).fill(7)]),
        );
        const written = indicator.batch(input, period, out);
        for (const [output, values] of Object.entries(expected)) {
          expect(written[output]).toBe(out[output]);
          expect(written[output]).toEqual(values);
        }
      }),
    );
  });

  test.skipIf(!indicator.hasPeriod).each([0, -1, 1.5, none, Infinity])(
    "refuses a period of %s in both forms",
    (period) => {
      expect(() => indicator.batch(columnsOf([]), period)).toThrow(RangeError);
      expect(() => indicator.stream(period)).toThrow(RangeError);
    },
  );

  test.skipIf(indicator.leastPeriod === 1)("refuses a period of 1, which says nothing here", () => {
    expect(() => indicator.batch(columnsOf([]), 1)).toThrow("period must be at least 2");
    expect(() => indicator.stream(1)).toThrow("period must be at least 2");
  });

  test.skipIf(indicator.reads.length === 1)("refuses columns of different lengths", () => {
    const bars = columnsOf(fc.sample(wholeBar, 3));
    for (const column of indicator.reads) {
      expect(() => indicator.batch({ ...bars, [column]: Float64Array.of(1, 2) }, 2)).toThrow(
        "all columns must be of one length",
      );
    }
  });

  // A million steps show what ten million do: errors that pile up are far above the tolerance by then.
  test.skipIf(indicator.definition === undefined)(
    "does not drift over a million streaming steps, nor over many in a batch",
    () => {
      const next = indicator.stream(30);
      const bars = walk(driftSteps);
      let last: Outputs<number> = {};
      for (const bar of bars) last = next(bar);
      const window = Math.max(...Object.values(indicator.needs(30)));
      const whole = indicator.batch(columnsOf(bars.slice(-batchSteps)), 30);
      for (const [output, value] of Object.entries(indicator.definition?.(bars.slice(-window), 30) ?? {})) {
        expectClose([last[output] ?? none, whole[output]?.at(-1) ?? none], [value, value], 1e-12);
      }
    },
  );
});

const columnsOf = (bars: readonly Bar[]): Bars => ({
  high: Float64Array.from(bars, ({ high }) => high),
  low: Float64Array.from(bars, ({ low }) => low),
  close: Float64Array.from(bars, ({ close }) => close),
  volume: Float64Array.from(bars, ({ volume }) => volume),
  market: Float64Array.from(bars, (bar) => bar.market),
});

const batched = (indicator: Indicator, bars: readonly Bar[], period: number): Record<string, number[]> =>
  Object.fromEntries(
    Object.entries(indicator.batch(columnsOf(bars), period)).map(([output, values]) => [output, [...values]]),
  );

function streamed(indicator: Indicator, bars: readonly Bar[], period: number): Record<string, number[]> {
  const results = bars.map(indicator.stream(period));
  return Object.fromEntries(
    Object.keys(indicator.needs(period)).map((output) => [output, results.map((result) => result[output] ?? none)]),
  );
}

const repriced = (bar: Bar, change: (price: number) => number): Bar => ({
  ...bar,
  high: change(bar.high),
  low: change(bar.low),
  close: change(bar.close),
  market: change(bar.market),
});

/** A market that wanders between 50 and 150, with a spike to a million now and then, which a running sum must forget. */
function walk(length: number): Bar[] {
  let state = 1;
  const random = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 32;
  };
  const step = (price: number): number => Math.min(150, Math.max(50, price + random() - 0.5));
  let [price, other] = [100, 100];
  return Array.from({ length }, (_, index) => {
    price = step(price);
    other = step(other);
    const close = index % 100_003 === 100_002 ? 1e6 : price;
    return { high: close + random(), low: close - random(), close, volume: Math.ceil(1e6 * random()), market: other };
  });
}

function marketBars(symbol: string): readonly Bar[] {
  const rows = (name: string): readonly (readonly number[])[] =>
    readFileSync(`${market}/${name}.csv`, "utf8")
      .trim()
      .split("\n")
      .slice(1)
      .map((row) => row.split(",").map(Number));
  const index = rows("SPY");
  return rows(symbol).map(([, , , high = none, low = none, close = none, volume = none], at) => {
    return { high, low, close, volume, market: index[at]?.[5] ?? none };
  });
}

/** Both are absent at the same places, and no further apart than `tolerance` elsewhere, relative where the values are large. */
function expectClose(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  const misses = expected.filter((value, index) => {
    const other = actual[index] ?? none;
    if (Number.isNaN(value) || Number.isNaN(other)) return Number.isNaN(value) !== Number.isNaN(other);
    return Math.abs(other - value) > tolerance * Math.max(1, Math.abs(value));
  });
  expect(actual.length).toBe(expected.length);
  expect({ misses, actual: misses.length > 0 ? actual : [] }).toEqual({ misses: [], actual: [] });
}
