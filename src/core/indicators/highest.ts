// The highest value of a moving window.
import { finiteRuns } from "./finiteRuns.ts";
import { assertPeriod } from "./period.ts";
import { rollingExtreme, rollingExtremeStream } from "./rollingExtreme.ts";

/**
 * The greatest of each value and the `period − 1` before it. Same length as `values`; NaN until `period` values are there. A value that is not
 * finite gives NaN, and the window begins anew after it. `out` receives the result instead of a new array; it must not be `values` itself.
 * Throws RangeError for a period that is not a positive integer. Source: TA-Lib, MAX.
 */
export function highest(
  values: Float64Array,
  period: number,
  out: Float64Array = new Float64Array(values.length),
): Float64Array {
  assertPeriod(period);
  out.fill(Number.NaN);
  for (const { from, to } of finiteRuns(values)) rollingExtreme(values, from, to, period, 1, out);
  return out;
}

/** The streaming form of `highest`: each value in, the maximum so far out. */
export function highestStream(period: number): { next(value: number): number } {
  assertPeriod(period);
  return rollingExtremeStream(period, 1);
}
