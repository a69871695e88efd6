// Moving average convergence/divergence.
import { emaStream } from "./ema.ts";
import { exponentialMean } from "./exponentialMean.ts";
import { assertPeriod } from "./period.ts";
import { warmUp } from "./warmUp.ts";

/** In the unit of the values: the difference of the two averages, its own average, and the first minus the second. */
export type Macd<Of> = { readonly macd: Of; readonly signal: Of; readonly histogram: Of };

/**
 * The exponential average of `fast` minus that of `slow` values; the exponential average of that over `signal`; their difference. Same length
 * as `values`. `macd` is NaN until `slow` values are there, the others until `slow + signal − 1` are. Both averages give their first result
 * at the `slow`th value, so that the fast one is begun with the mean of the `fast` values up to there. A value that is not finite gives NaN,
 * and the indicator begins anew after it. `out` receives the result; none of its arrays may be `values` itself. Throws RangeError for
 * periods that are not positive integers, and unless `fast` is less than `slow`.
 *
 * Source: G. Appel, The Moving Average Convergence-Divergence Trading Method (1979); TA-Lib, MACD.
 */
export function macd(
  values: Float64Array,
  fast = 12,
  slow = 26,
  signal = 9,
  out: Macd<Float64Array> = {
    macd: new Float64Array(values.length),
    signal: new Float64Array(values.length),
    histogram: new Float64Array(values.length),
  },
): Macd<Float64Array> {
  assertPeriods(fast, slow, signal);
  const line = out.macd;
  const fastWeight = 2 / (fast + 1);
  const slowWeight = 2 / (slow + 1);
  let i = warmUp(values, 0, slow, line);
  while (i < values.length) {
    let fastMean = mean(values, i - fast + 1, i);
    let slowMean = mean(values, i - slow + 1, i);
    line[i] = fastMean - slowMean;
    for (i++; i < values.length; i++) {
      const value = values[i] ?? Number.NaN;
      if (!Number.isFinite(value)) break;
      fastMean += fastWeight * (value - fastMean);
      slowMean += slowWeight * (value - slowMean);
      line[i] = fastMean - slowMean;
    }
    i = warmUp(values, i, slow, line);
  }
  const smooth = exponentialMean(line, signal, 2 / (signal + 1), out.signal);
  for (let j = 0; j < values.length; j++) out.histogram[j] = (line[j] ?? Number.NaN) - (smooth[j] ?? Number.NaN);
  return out;
}

/** The streaming form of `macd`. */
export function macdStream(fast = 12, slow = 26, signal = 9): { next(value: number): Macd<number> } {
  assertPeriods(fast, slow, signal);
  const fastMean = emaStream(fast);
  const slowMean = emaStream(slow);
  const smooth = emaStream(signal);
  let count = 0;
  return {
    next(value) {
      count = Number.isFinite(value) ? count + 1 : 0;
      const left = count > slow - fast ? fastMean.next(value) : fastMean.next(Number.NaN);
      const line = left - slowMean.next(value);
      const average = smooth.next(line);
      return { macd: line, signal: average, histogram: line - average };
    },
  };
}

function assertPeriods(fast: number, slow: number, signal: number): void {
  assertPeriod(fast, "fast");
  assertPeriod(slow, "slow");
  assertPeriod(signal, "signal");
  if (fast >= slow) throw new RangeError(`fast must be less than slow, not ${fast} and ${slow}`);
}

/** Summed up as a running mean, as `emaStream` begins. */
function mean(values: Float64Array, from: number, to: number): number {
  let result = 0;
  for (let i = from; i <= to; i++) result += (1 / (i - from + 1)) * ((values[i] ?? Number.NaN) - result);
  return result;
}
