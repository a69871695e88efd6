// The standard score: how far a value lies from the mean of its window, in standard deviations.
import { rollingMoments, rollingMomentsStream, type Spread } from "./rollingMoments.ts";

/**
 * `(value − mean) / deviation` over each value and the `period − 1` before it; 0 where all of them are equal. The deviation is that of the
 * population, or of a sample where `spread` says so. Same length as `values`; NaN until `period` values are there. A value that is not finite
 * gives NaN, and the window begins anew after it. `out` receives the result instead of a new array; it must not be `values` itself. Throws
 * RangeError for a period that is not a positive integer, and for a sample of one.
 *
 * Source: E. Kreyszig, Advanced Engineering Mathematics (1979), the standardized variable.
 */
export function zScore(
  values: Float64Array,
  period: number,
  out: Float64Array = new Float64Array(values.length),
  spread: Spread = "population",
): Float64Array {
  const deviations = new Float64Array(values.length);
  rollingMoments(values, period, spread, deviations, out);
  for (let i = 0; i < out.length; i++) out[i] = score(out[i] ?? Number.NaN, deviations[i] ?? Number.NaN);
  return out;
}

/** The streaming form of `zScore`: each value in, its score out. */
export function zScoreStream(period: number, spread: Spread = "population"): { next(value: number): number } {
  const moments = rollingMomentsStream(period, spread);
  return {
    next(value) {
      const { offset, deviation } = moments.next(value);
      return score(offset, deviation);
    },
  };
}

const score = (offset: number, deviation: number): number => (deviation === 0 ? 0 : offset / deviation);
