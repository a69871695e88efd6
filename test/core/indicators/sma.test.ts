// The simple moving average, by a worked example and by its definition.
import fc from "fast-check";
import { expect, test } from "vitest";
import { sma } from "../../../src/core/indicators/sma.ts";

const of = (...values: readonly number[]): Float64Array => Float64Array.from(values);
const none = Number.NaN;

test.each([
  ["a series", of(1, 2, 3, 4, 6), 3, [none, none, 2, 3, 13 / 3]],
  ["a period of one, which is the series itself", of(5, 7), 1, [5, 7]],
  ["a period longer than the series, which has no value", of(5, 7), 3, [none, none]],
  ["an empty series", of(), 3, []],
  ["a gap, after which it warms up anew", of(1, 2, none, 4, 6, 8), 2, [none, 1.5, none, none, 5, 7]],
])("averages %s", (_, values, period, expected) => {
  expect([...sma(values, period)]).toEqual(expected);
});

test("writes into a given buffer, whatever it held", () => {
  const out = of(9, 9, 9);
  expect(sma(of(1, 2, 3), 2, out)).toBe(out);
  expect([...out]).toEqual([none, 1.5, 2.5]);
});

test.each([0, -1, 1.5, none])("refuses a period of %s", (period) => {
  expect(() => sma(of(1), period)).toThrow(RangeError);
});

test("is the mean of each window, however long the series", () => {
  const series = fc.array(fc.double({ min: 0.01, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 400 });
  fc.assert(
    fc.property(series, fc.integer({ min: 1, max: 50 }), (values, period) => {
      const averages = sma(Float64Array.from(values), period);
      for (let i = 0; i < values.length; i++) {
        const window = values.slice(i - period + 1, i + 1);
        if (i < period - 1) expect(averages[i]).toBeNaN();
        else {
          const mean = window.reduce((sum, value) => sum + value, 0) / period;
          // Relative to the largest value of two windows: what has just left the sum may have been far larger than what is in it.
          const scale = Math.max(...values.slice(Math.max(0, i - 2 * period), i + 1));
          expect(Math.abs((averages[i] ?? none) - mean) / scale).toBeLessThan(1e-12);
        }
      }
    }),
  );
});

test("does not drift over a million bars", () => {
  const values = Float64Array.from({ length: 1_000_000 }, (_, index) => 100 + Math.sin(index) * 50 + (index % 7) * 0.1);
  const averages = sma(values, 30);
  const last = values.subarray(-30).reduce((sum, value) => sum + value, 0) / 30;
  expect(Math.abs((averages.at(-1) ?? none) - last)).toBeLessThan(1e-11);
});
