// Worked tables from the literature, and the definitions that an option names. The tables are those of StockCharts' ChartSchool, to the
// decimals printed there.
import { expect, test } from "vitest";
import { adx, adxStream } from "../../../src/core/indicators/adx.ts";
import { atr, atrStream } from "../../../src/core/indicators/atr.ts";
import { cci } from "../../../src/core/indicators/cci.ts";
import { ema, emaStream } from "../../../src/core/indicators/ema.ts";
import { kama } from "../../../src/core/indicators/kama.ts";
import { macd, macdStream } from "../../../src/core/indicators/macd.ts";
import { roc, rocStream } from "../../../src/core/indicators/roc.ts";
import { rsi, rsiStream } from "../../../src/core/indicators/rsi.ts";
import { stochastic, stochasticStream } from "../../../src/core/indicators/stochastic.ts";
import { stochRsi } from "../../../src/core/indicators/stochRsi.ts";
import { williamsR } from "../../../src/core/indicators/williamsR.ts";
import { wma } from "../../../src/core/indicators/wma.ts";

const of = (...values: readonly number[]): Float64Array => Float64Array.from(values);
const none = Number.NaN;

test("averages exponentially as in ChartSchool's table of a 10-day average", () => {
  // biome-ignore format: a table
  const closes = of(
    22.27, 22.19, 22.08, 22.17, 22.18, 22.13, 22.23, 22.43, 22.24, 22.29, 22.15, 22.39, 22.38, 22.61, 23.36, 24.05, 23.75, 23.83, 23.95, 23.63,
    23.82, 23.87, 23.65, 23.19, 23.1, 23.33, 22.68, 23.1, 22.4, 22.17,
  );
  // biome-ignore format: a table
  expectTable(ema(closes, 10), 9, 0.01, [
    22.22, 22.21, 22.24, 22.27, 22.33, 22.52, 22.8, 22.97, 23.13, 23.28, 23.34, 23.43, 23.51, 23.53, 23.47, 23.4, 23.39, 23.26, 23.23, 23.08, 22.92,
  ]);
});

test("gives the relative strength of ChartSchool's table", () => {
  // biome-ignore format: a table
  const closes = of(
    44.3389, 44.0902, 44.1497, 43.6124, 44.3278, 44.8264, 45.0955, 45.4245, 45.8433, 46.0826, 45.8931, 46.0328, 45.614, 46.282, 46.282, 46.0028,
    46.0328, 46.4116, 46.2222, 45.6439, 46.2122, 46.2521, 45.7137, 46.4515, 45.7835, 45.3548, 44.0288, 44.1783, 44.2181, 44.5672, 43.4205,
    42.6628, 43.1314,
  );
  // biome-ignore format: a table
  expectTable(rsi(closes, 14), 14, 0.01, [
    70.53, 66.32, 66.55, 69.41, 66.36, 57.97, 62.93, 63.26, 56.06, 62.38, 54.71, 50.42, 39.99, 41.46, 41.87, 45.46, 37.3, 33.08, 37.77,
  ]);
});

test("gives the stochastic oscillator and Williams' %R of ChartSchool's tables", () => {
  // biome-ignore format: a table
  const high = of(
    127.01, 127.62, 126.59, 127.35, 128.17, 128.43, 127.37, 126.42, 126.9, 126.85, 125.65, 125.72, 127.16, 127.72, 127.69, 128.22, 128.27,
    128.09, 128.27, 127.74, 128.77, 129.29, 130.06, 129.12, 129.29, 128.47, 128.09, 128.65, 129.14, 128.64,
  );
  // biome-ignore format: a table
  const low = of(
    125.36, 126.16, 124.93, 126.09, 126.82, 126.48, 126.03, 124.83, 126.39, 125.72, 124.56, 124.57, 125.07, 126.86, 126.63, 126.8, 126.71,
    126.8, 126.13, 125.92, 126.99, 127.81, 128.47, 128.06, 127.61, 127.6, 127, 126.9, 127.49, 127.4,
  );
  // The table prints closes from the 14th bar on; those before it do not count.
  // biome-ignore format: a table
  const close = of(
    126, 127, 126, 127, 127, 127, 127, 126, 126.5, 126, 125, 125, 126, 127.29, 127.18, 128.01, 127.11, 127.73, 127.06, 127.33, 128.71, 127.87,
    128.58, 128.6, 127.93, 128.11, 127.6, 127.6, 128.69, 128.27,
  );
  // biome-ignore format: a table
  const k = [70.44, 67.61, 89.2, 65.81, 81.75, 64.52, 74.53, 98.58, 70.1, 73.06, 73.42, 61.23, 60.96, 40.39, 40.39, 66.83, 56.73];
  const { k: fast, d } = stochastic(high, low, close, 14, 1, 3);
  // The tables were computed from prices with more decimals than they print.
  expectTable(fast, 13, 0.25, k);
  // biome-ignore format: a table
  expectTable(d, 15, 0.25, [75.75, 74.21, 78.92, 70.69, 73.6, 79.21, 81.07, 80.58, 72.2, 69.24, 65.2, 54.19, 47.24, 49.2, 54.65]);
  expectTable(
    williamsR(high, low, close, 14),
    13,
    0.25,
    k.map((value) => value - 100),
  );
});

test("gives the average true range of ChartSchool's table, which counts the first day's high − low", () => {
  // biome-ignore format: a table
  const high = of(
    48.7, 48.72, 48.9, 48.87, 48.82, 49.05, 49.2, 49.35, 49.92, 50.19, 50.12, 49.66, 49.88, 50.19, 50.36, 50.57, 50.65, 50.43, 49.63, 50.33,
    50.29, 50.17, 49.32, 48.5, 48.3201, 46.8, 47.8, 48.39, 48.66, 48.79,
  );
  // biome-ignore format: a table
  const low = of(
    47.79, 48.14, 48.39, 48.37, 48.24, 48.635, 48.94, 48.86, 49.5, 49.87, 49.2, 48.9, 49.43, 49.725, 49.26, 50.09, 50.3, 49.21, 48.98, 49.61,
    49.2, 49.43, 48.08, 47.64, 41.55, 44.2833, 47.31, 47.2, 47.9, 47.7301,
  );
  // biome-ignore format: a table
  const close = of(
    48.16, 48.61, 48.75, 48.63, 48.74, 49.03, 49.07, 49.32, 49.91, 50.13, 49.53, 49.5, 49.75, 50.03, 50.31, 50.52, 50.41, 49.34, 49.37, 50.23,
    49.2375, 49.93, 48.43, 48.18, 46.57, 45.41, 47.77, 47.72, 48.62, 47.85,
  );
  const table = [0.56, 0.59, 0.59, 0.57, 0.62, 0.62, 0.64, 0.67, 0.69, 0.78, 0.78, 1.21, 1.3, 1.38, 1.37, 1.34, 1.32];
  const ranges = atr(high, low, close, 14, undefined, "highMinusLow");
  expectTable(ranges, 13, 0.011, table);
  const { next } = atrStream(14, "highMinusLow");
  expect([...high].map((top, i) => next(top, low[i] ?? none, close[i] ?? none))).toEqual([...ranges]);
});

test("gives the commodity channel index of ChartSchool's table", () => {
  // biome-ignore format: a table
  const high = of(
    24.2, 24.07, 24.04, 23.87, 23.67, 23.59, 23.8, 23.8, 24.3, 24.15, 24.05, 24.06, 23.88, 25.14, 25.2, 25.07, 25.22, 25.37, 25.36, 25.26, 24.82,
    24.44, 24.65, 24.84, 24.75, 24.51, 24.68, 24.67, 23.84, 24.3,
  );
  // biome-ignore format: a table
  const low = of(
    23.85, 23.72, 23.64, 23.37, 23.46, 23.18, 23.4, 23.57, 24.05, 23.77, 23.6, 23.84, 23.64, 23.94, 24.74, 24.77, 24.9, 24.93, 24.96, 24.93, 24.21,
    24.21, 24.43, 24.44, 24.2, 24.25, 24.21, 24.15, 23.63, 23.76,
  );
  // biome-ignore format: a table
  const close = of(
    23.89, 23.95, 23.67, 23.78, 23.5, 23.32, 23.75, 23.79, 24.14, 23.81, 23.78, 23.86, 23.7, 24.96, 24.88, 24.96, 25.18, 25.07, 25.27, 25, 24.46,
    24.28, 24.62, 24.58, 24.53, 24.35, 24.34, 24.23, 23.76, 24.2,
  );
  // The table was computed from prices with more decimals than it prints.
  const table = [102.31, 30.74, 6.55, 33.3, 34.95, 13.84, -10.75, -11.58, -29.35, -129.36, -73.07];
  expectTable(cci(high, low, close, 20), 19, 1, table);
});

test("gives the rate of change of ChartSchool's table of the Dow Industrials", () => {
  // biome-ignore format: a table
  const closes = of(
    11045.27, 11167.32, 11008.61, 11151.83, 10926.77, 10868.12, 10520.32, 10380.43, 10785.14, 10748.26, 10896.91, 10782.95, 10620.16, 10625.83,
    10510.95, 10444.37, 10068.01, 10193.39, 10066.57, 10043.75,
  );
  expectTable(roc(closes, 12), 12, 0.01, [-3.85, -4.85, -4.52, -6.34, -7.86, -6.21, -4.31, -3.24]);
});

test("adapts as in ChartSchool's table of Kaufman's average", () => {
  // biome-ignore format: a table
  const closes = of(
    110.46, 109.8, 110.17, 109.82, 110.15, 109.31, 109.05, 107.94, 107.76, 109.24, 109.4, 108.5, 107.96, 108.55, 108.85, 110.44, 109.89, 110.7,
    110.79, 110.22, 110, 109.27, 106.69, 107.07, 107.92,
  );
  // biome-ignore format: a table
  expectTable(kama(closes, 10), 10, 0.001, [
    109.2449, 109.2165, 109.1173, 109.0981, 109.0894, 109.124, 109.1376, 109.2769, 109.4365, 109.4569, 109.4651, 109.4612, 109.3904, 109.3165,
    109.2924,
  ]);
});

test("weighs the newest value the most: 90, 89, 88, 89 and then 91 over four days", () => {
  // (1 · 90 + 2 · 89 + 3 · 88 + 4 · 89) / 10, and (1 · 89 + 2 · 88 + 3 · 89 + 4 · 91) / 10.
  expectTable(wma(of(90, 89, 88, 89, 91), 4), 3, 1e-12, [88.8, 89.6]);
});

test("begins the exponential average with the first value where the seed says so", () => {
  // 10, then half of the way each time: 12, 14, 10.
  expect([...ema(of(10, 14, 16, 6), 3, undefined, "first")]).toEqual([none, none, 14, 10]);
  const { next } = emaStream(3, "first");
  expect([10, 14, 16, 6].map(next)).toEqual([none, none, 14, 10]);
});

test("begins Wilder's sums with a whole period where the seed says so", () => {
  // Movements up of 2, 0 and 1, down of 0, 1 and 0, true ranges of 3, 1.5 and 2: the sums over two are 2, 1 and 4.5, then 2, 0.5 and 4.25.
  const high = of(10, 12, 11.5, 12.5);
  const low = of(9, 11, 10, 11);
  const close = of(9, 11.5, 10.5, 12);
  const { plusDi, minusDi } = adx(high, low, close, 2, undefined, "book");
  expectTable(plusDi, 2, 1e-12, [200 / 4.5, 200 / 4.25]);
  expectTable(minusDi, 2, 1e-12, [100 / 4.5, 50 / 4.25]);
  const { next } = adxStream(2, "book");
  const rows = [...high].map((top, i) => next(top, low[i] ?? none, close[i] ?? none));
  expect(rows.map((row) => row.plusDi)).toEqual([...plusDi]);
  expect(rows.map((row) => row.minusDi)).toEqual([...minusDi]);
});

test("gives the value asked for where nothing moves", () => {
  const still = of(5, 5, 5, 5, 5);
  expect([...rsi(still, 2, undefined, 50)]).toEqual([none, none, 50, 50, 50]);
  expect([5, 5, 5].map(rsiStream(2, 50).next)).toEqual([none, none, 50]);
  expect([...stochastic(still, still, still, 2, 1, 1, undefined, 50).k]).toEqual([none, 50, 50, 50, 50]);
  expect(stochasticStream(1, 1, 1, 50).next(5, 5, 5)).toEqual({ k: 50, d: 50 });
  expect([...stochRsi(still, 2, 2, 1, 1, undefined, 50).k]).toEqual([none, none, none, 50, 50]);
});

test("knows no rate of change from nothing", () => {
  expect([...roc(of(0, 5, 10), 1)]).toEqual([none, 0, 100]);
  expect([0, 5, 10].map(rocStream(1).next)).toEqual([none, 0, 100]);
});

test("refuses a fast average that is not faster than the slow one", () => {
  expect(() => macd(of(1), 26, 12)).toThrow("fast must be less than slow, not 26 and 12");
  expect(() => macdStream(5, 5)).toThrow("fast must be less than slow, not 5 and 5");
});

test("writes into given buffers, whatever they held", () => {
  const values = of(1, 2, 4, 8);
  const out = { k: of(9, 9, 9, 9), d: of(9, 9, 9, 9) };
  expect(stochastic(values, values, values, 2, 1, 2, out)).toBe(out);
  expect([...out.d]).toEqual([none, none, 100, 100]);
  expect([...ema(values, 2, values)]).toEqual([none, 1.5, 19 / 6, 115 / 18]);
});

function expectTable(values: Float64Array, from: number, tolerance: number, table: readonly number[]): void {
  expect(values.findIndex(Number.isFinite)).toBe(from);
  const printed = [...values.subarray(from, from + table.length)];
  const misses = table.filter((value, index) => !(Math.abs((printed[index] ?? none) - value) <= tolerance));
  expect({ misses, printed: misses.length > 0 ? printed : [] }).toEqual({ misses: [], printed: [] });
}
