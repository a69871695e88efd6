// Highest, lowest and what is made of them, by worked examples.
import { expect, test } from "vitest";
import { aroon } from "../../../src/core/indicators/aroon.ts";
import { donchian } from "../../../src/core/indicators/donchian.ts";
import { highest } from "../../../src/core/indicators/highest.ts";
import { ichimoku } from "../../../src/core/indicators/ichimoku.ts";
import { lowest } from "../../../src/core/indicators/lowest.ts";

const of = (...values: readonly number[]): Float64Array => Float64Array.from(values);
const none = Number.NaN;

test.each([
  ["a series", of(3, 1, 4, 1, 5, 9, 2, 6), 3, [none, none, 4, 4, 5, 9, 9, 9], [none, none, 1, 1, 1, 1, 2, 2]],
  ["a period of one, which is the series itself", of(5, 7), 1, [5, 7], [5, 7]],
  ["a period longer than the series, which has no value", of(5, 7), 3, [none, none], [none, none]],
  ["values below zero", of(-3, -1, -2), 2, [none, -1, -1], [none, -3, -2]],
  [
    "a gap, after which it warms up anew",
    of(9, 2, none, 4, 3, 8),
    2,
    [none, 9, none, none, 4, 8],
    [none, 2, none, none, 3, 3],
  ],
  ["an empty series", of(), 3, [], []],
])("finds the extremes of %s", (_, values, period, high, low) => {
  expect([...highest(values, period)]).toEqual(high);
  expect([...lowest(values, period)]).toEqual(low);
});

// Code that is instrumented takes longer, whatever it does.
test.skipIf(process.env.INSTRUMENTED !== undefined)(
  "takes no longer for a series that only falls, where a search begun anew at each bar would",
  () => {
    const values = Float64Array.from({ length: 200_000 }, (_, index) => -index);
    const started = performance.now();
    const result = highest(values, 100_000);
    expect(result.at(-1)).toBe(-100_000);
    expect(performance.now() - started).toBeLessThan(1000);
  },
);

test("lays the channel from the highest high to the lowest low", () => {
  const { upper, middle, lower } = donchian(of(5, 6, 9, 7), of(4, 2, 8, 6), 2);
  expect([...upper]).toEqual([none, 6, 9, 9]);
  expect([...middle]).toEqual([none, 4, 5.5, 7.5]);
  expect([...lower]).toEqual([none, 2, 2, 6]);
});

test("counts the bars since the latest of equal extremes", () => {
  const { up, down } = aroon(of(5, 9, 9, 7, 8, 7), of(1, 3, 2, 2, 1, 1), 4);
  expect([...up]).toEqual([none, none, none, none, 50, 25]);
  expect([...down]).toEqual([none, none, none, none, 100, 100]);
});

test("moves the spans on by the displacement, and leaves them in place where it is 0", () => {
  const prices = of(10, 12, 14, 16, 18, 20);
  const cloud = ichimoku(prices, prices, 1, 2, 3, 2);
  expect([...cloud.conversion]).toEqual([10, 12, 14, 16, 18, 20]);
  expect([...cloud.base]).toEqual([none, 11, 13, 15, 17, 19]);
  expect([...cloud.spanA]).toEqual([none, none, none, 11.5, 13.5, 15.5]);
  expect([...cloud.spanB]).toEqual([none, none, none, none, 12, 14]);
  const here = ichimoku(prices, prices, 1, 2, 3, 0);
  expect([...here.spanA]).toEqual([none, 11.5, 13.5, 15.5, 17.5, 19.5]);
  expect([...here.spanB]).toEqual([none, none, 12, 14, 16, 18]);
});

test("names the period that it refuses", () => {
  const prices = of(1, 2);
  expect(() => ichimoku(prices, prices, 9, 0)).toThrow("basePeriod must be a positive integer, not 0");
  expect(() => ichimoku(prices, prices, 9, 26, 52, -1)).toThrow("displacement must be a positive integer, not -1");
});
