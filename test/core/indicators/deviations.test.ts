// Standard deviation, Bollinger bands and standard score, by worked examples and where a careless sum goes wrong.
import { expect, test } from "vitest";
import { bollinger, bollingerStream } from "../../../src/core/indicators/bollinger.ts";
import { stdDev, stdDevStream } from "../../../src/core/indicators/stdDev.ts";
import { zScore, zScoreStream } from "../../../src/core/indicators/zScore.ts";

const of = (...values: readonly number[]): Float64Array => Float64Array.from(values);
const none = Number.NaN;

// The eight grades of Wikipedia's article on the standard deviation: a mean of 5 and a deviation of 2.
const grades = of(2, 4, 4, 4, 5, 5, 7, 9);

test("finds the deviation of a population, and of a sample where asked", () => {
  expect(stdDev(grades, 8).at(-1)).toBe(2);
  expect(stdDev(grades, 8, undefined, "sample").at(-1)).toBeCloseTo(Math.sqrt(32 / 7), 15);
});

test("lays the bands k deviations from the mean", () => {
  const { upper, middle, lower } = bollinger(grades, 8, 2);
  expect([upper.at(-1), middle.at(-1), lower.at(-1)]).toEqual([9, 5, 1]);
});

test("scores a value by its deviations from the mean", () => {
  expect(zScore(grades, 8).at(-1)).toBe(2);
});

// Certified by NIST, Statistical Reference Datasets, univariate summary statistics: 1001 values about a mean, with a deviation of 0.1.
// The tolerance is what is lost in writing the values themselves as binary numbers.
test.each([
  ["NumAcc2", 1.2, 1e-14],
  ["NumAcc3", 1_000_000.2, 1e-9],
  ["NumAcc4", 10_000_000.2, 1e-7],
])("keeps its digits in NIST's %s", (_, mean, tolerance) => {
  const values = Float64Array.from({ length: 1001 }, (_, index) =>
    index === 0 ? mean : mean + (index % 2 === 1 ? -0.1 : 0.1),
  );
  const stream = stdDevStream(1001, "sample");
  const streamed = values.reduce((_, value) => stream.next(value), none);
  for (const deviation of [stdDev(values, 1001, undefined, "sample").at(-1), streamed]) {
    expect(Math.abs((deviation ?? none) - 0.1)).toBeLessThan(tolerance);
  }
  expect(Math.abs((bollinger(values, 1001).middle.at(-1) ?? none) - mean)).toBeLessThan(tolerance);
});

test.each([0.1, 1e-7, 123_456_789.123])(
  "finds no deviation at all in a price that stays at %s, after one that did not",
  (price) => {
    const values = of(1e9, -3, ...Array.from({ length: 40 }, () => price));
    const bands = bollingerStream(7);
    const score = zScoreStream(7);
    for (const [index, value] of values.entries()) {
      const { upper, middle, lower } = bands.next(value);
      const scored = score.next(value);
      if (index >= 8) expect([upper, middle, lower, scored]).toEqual([price, price, price, 0]);
    }
    expect([...stdDev(values, 7).slice(8)]).toEqual(Array.from({ length: 34 }, () => 0));
  },
);

test("gives a single value no deviation, and refuses a sample of one", () => {
  expect([...stdDev(of(5, 6), 1)]).toEqual([0, 0]);
  expect([...zScore(of(5, 6), 1)]).toEqual([0, 0]);
  expect(() => bollinger(of(5, 6), 1, 2, undefined, "sample")).toThrow("period must be at least 2 for a sample, not 1");
  expect(() => zScoreStream(1, "sample")).toThrow(RangeError);
});
