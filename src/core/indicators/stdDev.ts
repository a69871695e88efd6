// The standard deviation of a moving window.
import { rollingMoments, rollingMomentsStream, type Spread } from "./rollingMoments.ts";

/**
 * `√(Σ(value − mean)² / period)` over each value and the `period − 1` before it, in the unit of the values; with `spread` as `"sample"`
 * divided by `period − 1`. Same length as `values`; NaN until `period` values are there. A value that is not finite gives NaN, and the window
 * begins anew after it. `out` receives the result instead of a new array; it must not be `values` itself. Throws RangeError for a period
 * that is not a positive integer, and for a sample of one.
 *
 * Source: TA-Lib, STDDEV, whose multiple `nbDev` is left to the caller.
 */
export function stdDev(
  values: Float64Array,
  period: number,
  out: Float64Array = new Float64Array(values.length),
  spread: Spread = "population",
): Float64Array {
  rollingMoments(values, period, spread, out);
  return out;
}

/** The streaming form of `stdDev`: each value in, the deviation so far out. */
export function stdDevStream(period: number, spread: Spread = "population"): { next(value: number): number } {
  const moments = rollingMomentsStream(period, spread);
  return { next: (value) => moments.next(value).deviation };
}
