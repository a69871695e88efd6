// The correlation of two series within a moving window.
import { assertPeriod, assertSameLength } from "./period.ts";
import { rollingComoments, rollingComomentsStream } from "./rollingComoments.ts";

/**
 * Pearson's r, −1 to 1, of each pair and the `period − 1` before it; 0 where one of the two series does not vary, as TA-Lib has it. Of
 * prices it says little, as any two trends correlate: give returns. Same length as the series; NaN until `period` pairs are there. A pair
 * with a value that is not finite gives NaN, and the window begins anew after it. `out` receives the result instead of a new array; it must
 * be neither series. Throws RangeError for a period that is not a positive integer and for series of different lengths.
 *
 * Source: TA-Lib, CORREL.
 */
export function correlation(
  x: Float64Array,
  y: Float64Array,
  period = 30,
  out: Float64Array = new Float64Array(x.length),
): Float64Array {
  assertPeriod(period);
  assertSameLength(x, y);
  rollingComoments(x, y, period, "correlation", out);
  return out;
}

/** The streaming form of `correlation`: each pair in, the correlation so far out. */
export function correlationStream(period = 30): { next(x: number, y: number): number } {
  assertPeriod(period);
  return rollingComomentsStream(period, "correlation");
}
