// Wilder's directional movement: +DI, −DI and the average directional index.
import { finiteRuns } from "./finiteRuns.ts";
import { assertPeriod, assertSameLength } from "./period.ts";
import { rangeFrom } from "./trueRange.ts";

/** All 0 to 100. */
export type Adx<Of> = { readonly adx: Of; readonly plusDi: Of; readonly minusDi: Of };

/**
 * What the smoothed sums start from: `"book"` is the sum of the first `period` movements, as in Wilder's book; `"taLib"` is the sum of the
 * first `period − 1`, with the next one smoothed in already. The two agree after some `10 · period` bars.
 */
export type MovementSeed = "taLib" | "book";

/**
 * `plusDi` and `minusDi`: the upward and downward movements of the highs and lows, in percent of the true ranges, each a sum smoothed as Wilder
 * does, `sum += movement − sum / period`. `adx`: the average over `period`, smoothed likewise, of `100 · |plusDi − minusDi| / (plusDi + minusDi)`;
 * a bar without any movement leaves it as it was. Same length as the columns; NaN until `period + 1` bars are there, `adx` until `2 · period` are. A
 * bar with a value that is not finite gives NaN, and all begins anew after it. `out` receives the result; none of its arrays may be one of
 * the columns. Throws RangeError for a period that is not a positive integer and for columns of different lengths.
 *
 * Source: J. W. Wilder, New Concepts in Technical Trading Systems (1978); TA-Lib, ADX, PLUS_DI and MINUS_DI.
 */
export function adx(
  high: Float64Array,
  low: Float64Array,
  close: Float64Array,
  period = 14,
  out: Adx<Float64Array> = {
    adx: new Float64Array(high.length),
    plusDi: new Float64Array(high.length),
    minusDi: new Float64Array(high.length),
  },
  seed: MovementSeed = "taLib",
): Adx<Float64Array> {
  assertPeriod(period);
  assertSameLength(high, low, close);
  const columns = [out.adx, out.plusDi, out.minusDi];
  for (const column of columns) column.fill(Number.NaN);
  for (const { from, to } of finiteRuns(high, low, close)) {
    writeMovements(high, low, close, from + 1, to, out);
    for (const column of columns) sumUp(column, from + 1, to, period, seed);
    writeDirections(out, from + period, to, period);
    for (const column of columns) column.fill(Number.NaN, from, Math.min(from + period, to));
    out.adx.fill(Number.NaN, from, Math.min(from + 2 * period - 1, to));
  }
  return out;
}

/** The streaming form of `adx`. */
export function adxStream(
  period = 14,
  seed: MovementSeed = "taLib",
): { next(high: number, low: number, close: number): Adx<number> } {
  assertPeriod(period);
  const keep = 1 - 1 / period;
  const seeds = seedCount(period, seed);
  const none = { adx: Number.NaN, plusDi: Number.NaN, minusDi: Number.NaN };
  let bars = 0;
  let before = { high: 0, low: 0, close: 0 };
  let range = 0;
  let plus = 0;
  let minus = 0;
  let average = 0;
  return {
    next(high, low, close) {
      if (!Number.isFinite(high + low + close)) {
        bars = 0;
        range = 0;
        plus = 0;
        minus = 0;
        average = 0;
        return none;
      }
      const movements = bars++;
      if (movements > 0) {
        const kept = movements <= seeds ? 1 : keep;
        range = kept * range + rangeFrom(before.close, high, low);
        plus = kept * plus + movement(high - before.high, before.low - low);
        minus = kept * minus + movement(before.low - low, high - before.high);
      }
      before = { high, low, close };
      if (movements < period) return none;
      const plusDi = percentOf(range, plus);
      const minusDi = percentOf(range, minus);
      const count = movements - period + 1;
      average = averaged(average, plusDi, minusDi, count, period);
      return { adx: count < period ? Number.NaN : average, plusDi, minusDi };
    },
  };
}

/** The true ranges to `adx`, and the movements up and down to the other two. */
function writeMovements(
  high: Float64Array,
  low: Float64Array,
  close: Float64Array,
  from: number,
  to: number,
  out: Adx<Float64Array>,
): void {
  for (let i = from; i < to; i++) {
    const top = high[i] ?? Number.NaN;
    const bottom = low[i] ?? Number.NaN;
    const up = top - (high[i - 1] ?? Number.NaN);
    const down = (low[i - 1] ?? Number.NaN) - bottom;
    out.adx[i] = rangeFrom(close[i - 1] ?? Number.NaN, top, bottom);
    out.plusDi[i] = movement(up, down);
    out.minusDi[i] = movement(down, up);
  }
}

/** Puts Wilder's sums in the place of what is summed. */
function sumUp(column: Float64Array, from: number, to: number, period: number, seed: MovementSeed): void {
  const keep = 1 - 1 / period;
  const smoothedFrom = Math.min(from + seedCount(period, seed), to);
  let sum = 0;
  for (let i = from; i < smoothedFrom; i++) {
    sum += column[i] ?? Number.NaN;
    column[i] = sum;
  }
  for (let i = smoothedFrom; i < to; i++) {
    sum = keep * sum + (column[i] ?? Number.NaN);
    column[i] = sum;
  }
}

/** Puts DI and ADX in the place of the sums. */
function writeDirections(out: Adx<Float64Array>, from: number, to: number, period: number): void {
  let average = 0;
  for (let i = from; i < to; i++) {
    const range = out.adx[i] ?? Number.NaN;
    const plusDi = percentOf(range, out.plusDi[i] ?? Number.NaN);
    const minusDi = percentOf(range, out.minusDi[i] ?? Number.NaN);
    average = averaged(average, plusDi, minusDi, i - from + 1, period);
    out.plusDi[i] = plusDi;
    out.minusDi[i] = minusDi;
    out.adx[i] = average;
  }
}

const seedCount = (period: number, seed: MovementSeed): number => (seed === "book" ? period : period - 1);

/** How far a bar went one way, where it went further that way than the other. */
const movement = (way: number, otherWay: number): number => (way > otherWay && way > 0 ? way : 0);

const percentOf = (range: number, sum: number): number => (range === 0 ? 0 : 100 * (sum / range));

/** The average with one more index in it, the `count`th; the first `period` make a plain mean. */
function averaged(average: number, plusDi: number, minusDi: number, count: number, period: number): number {
  const total = plusDi + minusDi;
  if (total === 0) return average;
  const index = 100 * (Math.abs(plusDi - minusDi) / total);
  return average + (1 / period) * (count > period ? index - average : index);
}
