// The commodity channel index.
import { assertPeriod, assertSameLength } from "./period.ts";
import { sma, smaStream } from "./sma.ts";
import { typicalPrice } from "./typicalPrice.ts";

/** The part of a mean that the mean deviation must exceed: below it there is nothing but the rounding of the mean. */
const flatFraction = 1e-13;

/**
 * `(typical − mean) / (0.015 · deviation)`: the typical price (high + low + close) / 3 against its mean over `period` bars, in mean absolute
 * deviations from that mean; 0 where the window is flat. Same length as the columns; NaN until `period` bars are there. A bar with a value that
 * is not finite gives NaN, and the index begins anew after it. `out` receives the result and may be one of the columns. The deviation has
 * no running form: a value costs a pass over its window. Throws RangeError for a period that is not a positive integer and for columns of
 * different lengths.
 *
 * Source: D. Lambert, Commodity Channel Index, Commodities (1980), whose period is 20; TA-Lib, CCI.
 */
export function cci(
  high: Float64Array,
  low: Float64Array,
  close: Float64Array,
  period = 14,
  out: Float64Array = new Float64Array(high.length),
): Float64Array {
  assertSameLength(high, low, close);
  const typical = new Float64Array(high.length);
  for (let i = 0; i < high.length; i++) {
    typical[i] = typicalPrice(high[i] ?? Number.NaN, low[i] ?? Number.NaN, close[i] ?? Number.NaN);
  }
  sma(typical, period, out);
  for (let i = period - 1; i < high.length; i++) {
    const mean = out[i] ?? Number.NaN;
    out[i] = indexOf(typical[i] ?? Number.NaN, mean, distances(typical, i - period + 1, i + 1, mean) / period);
  }
  return out;
}

/** The streaming form of `cci`. */
export function cciStream(period = 14): { next(high: number, low: number, close: number): number } {
  assertPeriod(period);
  const average = smaStream(period);
  const ring = new Float64Array(period);
  let at = 0;
  return {
    next(high, low, close) {
      const typical = typicalPrice(high, low, close);
      const mean = average.next(typical);
      ring[at] = typical;
      at = at + 1 < period ? at + 1 : 0;
      const older = distances(ring, at, period, mean);
      return indexOf(typical, mean, distances(ring, 0, at, mean, older) / period);
    },
  };
}

const indexOf = (typical: number, mean: number, deviation: number): number =>
  deviation <= flatFraction * Math.abs(mean) ? 0 : (typical - mean) / (0.015 * deviation);

/** `sum` and the distances of the values in `[from, to)` from `mean`. */
function distances(values: Float64Array, from: number, to: number, mean: number, sum = 0): number {
  let total = sum;
  for (let i = from; i < to; i++) total += Math.abs((values[i] ?? Number.NaN) - mean);
  return total;
}
