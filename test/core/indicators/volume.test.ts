// On-balance volume, volume-weighted average price and money flow, by worked examples.
import { expect, test } from "vitest";
import { mfi } from "../../../src/core/indicators/mfi.ts";
import { obv } from "../../../src/core/indicators/obv.ts";
import { rollingVwap, vwap, vwapStream } from "../../../src/core/indicators/vwap.ts";

const of = (...values: readonly number[]): Float64Array => Float64Array.from(values);
const none = Number.NaN;

test("adds and takes away the ten days of Investopedia's example of on-balance volume, which begins at 0", () => {
  const close = of(10, 10.15, 10.17, 10.13, 10.11, 10.15, 10.2, 10.2, 10.22, 10.21);
  const volume = of(25_200, 30_000, 25_600, 32_000, 23_000, 40_000, 36_000, 20_500, 23_000, 27_500);
  const expected = [0, 30_000, 55_600, 23_600, 600, 40_600, 76_600, 76_600, 99_600, 72_100];
  expect([...obv(close, volume)].map((total) => total - 25_200)).toEqual(expected);
});

// Instrumented it takes half a minute.
test.skipIf(process.env.INSTRUMENTED !== undefined)("counts ten million volumes exactly", () => {
  const close = Float64Array.from({ length: 10_000_000 }, (_, index) => index % 3);
  const volume = new Float64Array(10_000_000).fill(1_000_001);
  // Of three bars two rise and one falls; the first counts as a rise.
  expect(obv(close, volume).at(-1)).toBe(1_000_001 * 3_333_334);
});

const price = of(10, 12, 11, 20, 22);
const shares = of(100, 300, 0, 50, 50);

test("averages a session from its beginning on, and begins anew where the session has another number", () => {
  const session = of(20260615, 20260615, 20260615, 20260616, 20260616);
  expect([...vwap(price, price, price, shares, session)]).toEqual([10, 11.5, 11.5, 20, 21]);
  expect(vwap(price, price, price, shares).at(-1)).toBe((1000 + 3600 + 1000 + 1100) / 500);
  const stream = vwapStream();
  expect(
    [...price.keys()].map((at) =>
      stream.next(price[at] ?? none, price[at] ?? none, price[at] ?? none, shares[at] ?? none, session[at]),
    ),
  ).toEqual([10, 11.5, 11.5, 20, 21]);
});

test("takes the mean of high, low and close for the price of a bar", () => {
  expect(vwap(of(12), of(9), of(9), of(1))[0]).toBe(10);
});

test("has no average where nothing has traded", () => {
  expect([...vwap(price, price, price, of(0, 0, 5, 0, 0))]).toEqual([none, none, 11, 11, 11]);
  expect([...rollingVwap(price, price, price, of(0, 0, 5, 0, 0), 2)]).toEqual([none, none, 11, 11, none]);
});

test("takes a session without a number for a gap", () => {
  expect([...vwap(price, price, price, shares, of(1, 1, none, 1, 1))]).toEqual([10, 11.5, none, 20, 21]);
  const stream = vwapStream();
  expect([1, 1, none, 1].map((session) => stream.next(20, 20, 20, 5, session))).toEqual([20, 20, none, 20]);
});

test("measures the money that flowed on rising bars as part of all that moved", () => {
  // Flows, by hand: +12·300, −11·100, +20·50, and none on the bar whose price stayed.
  const close = of(10, 12, 11, 20, 20);
  const flows = mfi(close, close, close, of(100, 300, 100, 50, 999), 3);
  expect([...flows].map((flow) => Math.round(flow * 1e9) / 1e9)).toEqual([
    none,
    none,
    none,
    80.701754386,
    47.619047619,
  ]);
});

test("takes a market without any flow for the bottom, as TA-Lib does, or for what is asked", () => {
  const still = new Float64Array(5).fill(0.1);
  expect(mfi(still, still, still, still, 2).at(-1)).toBe(0);
  expect(mfi(still, still, still, still, 2, undefined, 50).at(-1)).toBe(50);
});
