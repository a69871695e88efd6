// Momentum: how far a value has moved.
import { earlierStream } from "./earlier.ts";
import { assertPeriod } from "./period.ts";
import { warmUp } from "./warmUp.ts";

/**
 * Each value minus the one `period` before it, in the unit of the values. Same length as `values`; NaN until `period + 1` values are there. A
 * value that is not finite gives NaN, and the indicator begins anew after it. `out` receives the result and must not be `values` itself.
 * Throws RangeError for a period that is not a positive integer.
 *
 * Source: TA-Lib, MOM.
 */
export function momentum(
  values: Float64Array,
  period = 10,
  out: Float64Array = new Float64Array(values.length),
): Float64Array {
  assertPeriod(period);
  let i = warmUp(values, 0, period + 1, out);
  while (i < values.length) {
    for (; i < values.length; i++) {
      const value = values[i] ?? Number.NaN;
      if (!Number.isFinite(value)) break;
      out[i] = value - (values[i - period] ?? Number.NaN);
    }
    i = warmUp(values, i, period + 1, out);
  }
  return out;
}

/** The streaming form of `momentum`. */
export function momentumStream(period = 10): { next(value: number): number } {
  const earlier = earlierStream(period);
  return { next: (value) => value - earlier.next(value) };
}
