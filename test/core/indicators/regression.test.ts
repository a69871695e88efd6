// Regression, correlation and beta, by worked examples from the literature.
import { expect, test } from "vitest";
import { beta } from "../../../src/core/indicators/beta.ts";
import { correlation } from "../../../src/core/indicators/correlation.ts";
import { linearRegression } from "../../../src/core/indicators/linearRegression.ts";

const of = (...values: readonly number[]): Float64Array => Float64Array.from(values);
const none = Number.NaN;

// F. Anscombe, Graphs in Statistical Analysis, The American Statistician 27 (1973): four sets of one line, y = 3 + x / 2, and r = 0.816.
const x = of(10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5);
const eights = of(8, 8, 8, 8, 8, 8, 8, 19, 8, 8, 8);
const sets: readonly (readonly [string, Float64Array, Float64Array])[] = [
  ["first", x, of(8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68)],
  ["second", x, of(9.14, 8.14, 8.74, 8.77, 9.26, 8.1, 6.13, 3.1, 9.13, 7.26, 4.74)],
  ["third", x, of(7.46, 6.77, 12.74, 7.11, 7.81, 8.84, 6.08, 5.39, 8.15, 6.42, 5.73)],
  ["fourth", eights, of(6.58, 5.76, 7.71, 8.84, 8.47, 7.04, 5.25, 12.5, 5.56, 7.91, 6.89)],
];

test.each(sets)("correlates Anscombe's %s set as he says", (_, x, y) => {
  expect(correlation(x, y, 11).at(-1)).toBeCloseTo(0.816, 2);
  // With "returns" beta is the slope of y over x, the market, however they came about.
  expect(beta(y, x, 11, undefined, "returns").at(-1)).toBeCloseTo(0.5, 2);
});

test.each(sets.slice(0, 3))("draws the line of Anscombe's %s set, whose x are 4 to 14 in order", (_, x, y) => {
  const ordered = Float64Array.from(
    [...x.keys()].sort((a, b) => (x[a] ?? 0) - (x[b] ?? 0)),
    (index) => y[index] ?? none,
  );
  const { slope, intercept, end, r2 } = linearRegression(ordered, 11);
  expect(slope.at(-1)).toBeCloseTo(0.5, 2);
  expect(intercept.at(-1)).toBeCloseTo(3 + 4 / 2, 2);
  expect(end.at(-1)).toBeCloseTo(3 + 14 / 2, 2);
  expect(r2.at(-1)).toBeCloseTo(0.667, 2);
});

test("explains a straight line wholly, and a level one not at all", () => {
  const line = Float64Array.from({ length: 50 }, (_, index) => 100.1 - 0.3 * index);
  const { slope, end, r2 } = linearRegression(line, 7);
  for (let i = 6; i < 50; i++) {
    expect(slope[i]).toBeCloseTo(-0.3, 12);
    expect(end[i]).toBeCloseTo(line[i] ?? none, 12);
    expect(r2[i]).toBeCloseTo(1, 12);
    expect(r2[i]).toBeLessThanOrEqual(1);
  }
  const level = linearRegression(new Float64Array(20).fill(0.1), 7);
  expect([level.slope.at(-1), level.end.at(-1), level.r2.at(-1)]).toEqual([0, 0.1, 0]);
});

test("correlates fully, either way, and not at all with what does not vary", () => {
  const values = of(3, 1, 4, 1, 5, 9, 2, 6);
  const twice = values.map((value) => 2 * value + 0.1);
  const against = values.map((value) => 7 - value / 3);
  expect(correlation(values, twice, 4).at(-1)).toBeCloseTo(1, 12);
  expect(correlation(values, against, 4).at(-1)).toBeCloseTo(-1, 12);
  expect(correlation(values, new Float64Array(8).fill(0.1), 4).at(-1)).toBe(0);
  expect(correlation(values, values, 1).at(-1)).toBe(0);
});

test("stays within −1 and 1, where rounding would lead beyond", () => {
  const values = Float64Array.from({ length: 2000 }, (_, index) => Math.sin(index) * 10);
  const results = correlation(
    values,
    values.map((value) => value / 3),
    5,
  ).subarray(4);
  expect(Math.max(...results)).toBe(1);
});

test("finds how much further a price moves than its market", () => {
  const market = of(100, 101, 99, 102, 100, 104);
  const doubled = market.slice();
  for (let i = 1; i < market.length; i++) {
    doubled[i] = (doubled[i - 1] ?? none) * (1 + 2 * ((market[i] ?? none) / (market[i - 1] ?? none) - 1));
  }
  expect(beta(doubled, market).at(-1)).toBeCloseTo(2, 12);
  expect(beta(market, doubled).at(-1)).toBeCloseTo(0.5, 12);
  expect([...beta(market, new Float64Array(6).fill(7))]).toEqual([none, none, none, none, none, 0]);
});

test("takes a price of 0 for a gap, as nothing returns from it", () => {
  expect([...beta(of(1, 2, 0, 2, 3, 4), of(1, 2, 1, 2, 1, 2), 1)].map(Number.isFinite)).toEqual([
    false,
    true,
    true,
    false,
    true,
    true,
  ]);
});
