// What every average, oscillator and directional indicator has in common, over a table of them: above all that streams equal batches.
import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Bars, type Indicator, indicators } from "./averagesAndOscillators.ts";

const market = "../shared/data/market/daily";
/** Past one spike of the market at least; each step takes many times as long where mutants are counted. */
const driftSteps = process.env.INSTRUMENTED === undefined ? 1_000_000 : 120_000;
/** Past the last spike. */
const batchSteps = 110_000;
const none = Number.NaN;

/** Bars in steps of 1/64, so that doubling and moving them is exact. */
const wholeBars = fc
  .array(
    fc.tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 64, max: 640_000 }), fc.integer({ min: 0, max: 300 })),
    {
      maxLength: 90,
    },
  )
  .map((rows): Bars => {
    const column = (of: (row: readonly [number, number, number]) => number): Float64Array =>
      Float64Array.from(rows, (row) => of(row) / 64);
    return {
      high: column(([above, close]) => close + above),
      low: column(([, close, below]) => close - below),
      close: column(([, close]) => close),
    };
  });

/** The same with a value here and there that is not finite. */
const barsWithGaps = fc
  .tuple(
    wholeBars,
    fc.array(
      fc.tuple(fc.nat(89), fc.constantFrom("high", "low", "close"), fc.constantFrom(none, Infinity, -Infinity)),
      {
        maxLength: 4,
      },
    ),
  )
  .map(([bars, gaps]) => {
    for (const [at, column, value] of gaps) if (at < bars[column].length) bars[column][at] = value;
    return bars;
  });

const periods = fc.integer({ min: 1, max: 12 });

describe.each(indicators)("$name", (indicator) => {
  test("gives in a stream what it gives in a batch, bit for bit, gaps or not", () => {
    fc.assert(
      fc.property(barsWithGaps, periods, (bars, period) => {
        expect(streamed(indicator, bars, period)).toEqual(batched(indicator, bars, period));
      }),
    );
  });

  test.skipIf(!existsSync(market)).each(["AIG", "BAC", "IBM", "SPY"])(
    "gives the same in both forms for the bars of %s",
    (symbol) => {
      const bars = marketBars(symbol);
      for (const period of [1, 5, 14])
        expect(streamed(indicator, bars, period)).toEqual(batched(indicator, bars, period));
    },
  );

  test("has its first result as soon as its periods are full, and one at each bar from then on", () => {
    fc.assert(
      fc.property(wholeBars, periods, (bars, period) => {
        for (const [output, needs] of Object.entries(indicator.needs(period))) {
          const values = batched(indicator, bars, period)[output];
          expect(values?.map(Number.isFinite)).toEqual(Array.from(bars.close, (_, index) => index >= needs - 1));
        }
      }),
    );
  });

  test("begins anew after a value that is not finite, as if nothing had been before", () => {
    fc.assert(
      fc.property(
        wholeBars,
        wholeBars,
        periods,
        fc.constantFrom(none, Infinity, -Infinity),
        (before, after, period, gap) => {
          const columns = indicator.ofCloses ? (["close"] as const) : (["high", "low", "close"] as const);
          for (const column of columns) {
            const joined = batched(indicator, join(before, gapIn(column, gap), after), period);
            const apart = [before, after].map((bars) => batched(indicator, bars, period));
            for (const [output, values] of Object.entries(joined)) {
              expect(values).toEqual([...(apart[0]?.[output] ?? []), none, ...(apart[1]?.[output] ?? [])]);
            }
          }
        },
      ),
    );
  });

  test(`${indicator.scaled === "doubles" ? "doubles" : "stays as it is"} when all prices are doubled`, () => {
    fc.assert(
      fc.property(wholeBars, periods, (bars, period) => {
        const factor = indicator.scaled === "doubles" ? 2 : 1;
        const expected = batched(indicator, bars, period);
        const scaled = batched(
          indicator,
          mapped(bars, (price) => 2 * price),
          period,
        );
        for (const [output, values] of Object.entries(scaled)) {
          expect(values).toEqual(expected[output]?.map((value) => factor * value));
        }
      }),
    );
  });

  test.skipIf(indicator.shifted === "changes")(
    `${indicator.shifted === "moves" ? "moves along" : "stays as it is"} when all prices are moved up`,
    () => {
      fc.assert(
        fc.property(wholeBars, periods, fc.integer({ min: 1, max: 10_000 }), (bars, period, shift) => {
          const moved = batched(
            indicator,
            mapped(bars, (price) => price + shift),
            period,
          );
          const by = indicator.shifted === "moves" ? shift : 0;
          for (const [output, values] of Object.entries(batched(indicator, bars, period))) {
            expectClose(
              moved[output] ?? [],
              values.map((value) => value + by),
              1e-8,
            );
          }
        }),
      );
    },
  );

  test(`gives ${indicator.flat === "price" ? "the price" : indicator.flat} in a market that does not move`, () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 1e6, noNaN: true }), periods, (price, period) => {
        const column = new Float64Array(60).fill(price);
        const expected = indicator.flat === "price" ? price : indicator.flat;
        for (const values of Object.values(batched(indicator, { high: column, low: column, close: column }, period))) {
          expectClose([values.at(-1) ?? none], [expected], 1e-14 * Math.max(1, price));
        }
      }),
    );
  });

  test("leaves its input as it was", () => {
    fc.assert(
      fc.property(barsWithGaps, periods, (bars, period) => {
        const before = mapped(bars, (price) => price);
        batched(indicator, bars, period);
        expect(bars).toEqual(before);
      }),
    );
  });

  test.skipIf(indicator.name === "trueRange").each([0, -1, 1.5, none, Infinity])(
    "refuses a period of %s in both forms",
    (period) => {
      const column = Float64Array.of(1, 2, 3);
      expect(() => indicator.batch({ high: column, low: column, close: column }, period)).toThrow(RangeError);
      expect(() => indicator.stream(period)).toThrow(RangeError);
    },
  );

  test.skipIf(indicator.ofCloses)("refuses columns of different lengths", () => {
    const column = Float64Array.of(1, 2, 3);
    for (const short of ["high", "low", "close"]) {
      const bars = { high: column, low: column, close: column, [short]: Float64Array.of(1, 2) };
      expect(() => indicator.batch(bars, 2)).toThrow("all columns must be of one length");
    }
  });

  // A million steps show what ten million do: errors that pile up are far above the tolerance by then.
  test("does not drift over a million streaming steps, nor over many in a batch", () => {
    const next = indicator.stream(30);
    const kept = 3000;
    const bars = walk(driftSteps);
    let last: Readonly<Record<string, number>> = {};
    for (let i = 0; i < bars.close.length; i++) {
      last = next(bars.high[i] ?? none, bars.low[i] ?? none, bars.close[i] ?? none);
    }
    const newest = (count: number): Bars => ({
      high: bars.high.slice(-count),
      low: bars.low.slice(-count),
      close: bars.close.slice(-count),
    });
    const tail = newest(kept);
    const whole = indicator.batch(newest(batchSteps), 30);
    for (const [output, values] of Object.entries(indicator.batch(tail, 30))) {
      const expected = values.at(-1) ?? none;
      expectClose([last[output] ?? none, whole[output]?.at(-1) ?? none], [expected, expected], 1e-12);
    }
  });
});

type Rows = Record<string, number[]>;

const batched = (indicator: Indicator, bars: Bars, period: number): Rows =>
  Object.fromEntries(Object.entries(indicator.batch(bars, period)).map(([output, values]) => [output, [...values]]));

function streamed(indicator: Indicator, bars: Bars, period: number): Rows {
  const next = indicator.stream(period);
  const rows: Rows = Object.fromEntries(Object.keys(indicator.needs(period)).map((output) => [output, []]));
  for (let i = 0; i < bars.close.length; i++) {
    const values = next(bars.high[i] ?? none, bars.low[i] ?? none, bars.close[i] ?? none);
    for (const [output, value] of Object.entries(values)) rows[output]?.push(value);
  }
  return rows;
}

const mapped = ({ high, low, close }: Bars, change: (price: number) => number): Bars => ({
  high: high.map(change),
  low: low.map(change),
  close: close.map(change),
});

const gapIn = (column: keyof Bars, gap: number): Bars => ({
  high: Float64Array.of(100),
  low: Float64Array.of(100),
  close: Float64Array.of(100),
  [column]: Float64Array.of(gap),
});

const join = (...parts: readonly Bars[]): Bars => ({
  high: Float64Array.from(parts.flatMap(({ high }) => [...high])),
  low: Float64Array.from(parts.flatMap(({ low }) => [...low])),
  close: Float64Array.from(parts.flatMap(({ close }) => [...close])),
});

/** A market that wanders between 50 and 150, with a spike to a billion now and then, which a running sum must forget. */
function walk(length: number): Bars {
  const bars = { high: new Float64Array(length), low: new Float64Array(length), close: new Float64Array(length) };
  let state = 1;
  const random = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 32;
  };
  let price = 100;
  for (let i = 0; i < length; i++) {
    price = Math.min(150, Math.max(50, price + random() - 0.5));
    const close = i % 100_003 === 100_002 ? 1e9 : price;
    bars.close[i] = close;
    bars.high[i] = close + random();
    bars.low[i] = close - random();
  }
  return bars;
}

function marketBars(symbol: string): Bars {
  const rows = readFileSync(`${market}/${symbol}.csv`, "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((row) => row.split(","));
  const column = (index: number): Float64Array => Float64Array.from(rows, (row) => Number(row[index]));
  return { high: column(3), low: column(4), close: column(5) };
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
