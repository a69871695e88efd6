// The exponential moving average.
import { exponentialMean, exponentialMeanStream, type Seed } from "./exponentialMean.ts";
import { assertPeriod } from "./period.ts";

/**
 * `ema += 2 / (period + 1) · (value − ema)`, begun with the mean of the first `period` values, or with the first value alone where `seed` is
 * `"first"`. Same length as `values`; NaN until `period` values are there. A value that is not finite gives NaN, and the average begins anew
 * after it. `out` receives the result instead of a new array and may be `values` itself. Throws RangeError for a period that is not a
 * positive integer.
 *
 * Source: TA-Lib, EMA; P. Haurlan, Measuring Trend Values (1968).
 */
export function ema(
  values: Float64Array,
  period: number,
  out: Float64Array = new Float64Array(values.length),
  seed: Seed = "mean",
): Float64Array {
  assertPeriod(period);
  return exponentialMean(values, period, 2 / (period + 1), out, seed);
}

/** The streaming form of `ema`: each value in, the average so far out. */
export function emaStream(period: number, seed: Seed = "mean"): { next(value: number): number } {
  assertPeriod(period);
  return exponentialMeanStream(period, 2 / (period + 1), seed);
}
