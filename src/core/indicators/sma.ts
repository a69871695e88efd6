// The simple moving average.
import { assertPeriod } from "./period.ts";
import { warmUp } from "./warmUp.ts";

/**
 * The arithmetic mean of each value and the `period − 1` before it. Same length as `values`; NaN until `period` values are there, and
 * wherever one of them is not finite. `out` receives the result instead of a new array; it must not be `values` itself. Throws RangeError
 * for a period that is not a positive integer.
 *
 * Source: TA-Lib, SMA.
 */
export function sma(
  values: Float64Array,
  period: number,
  out: Float64Array = new Float64Array(values.length),
): Float64Array {
  assertPeriod(period);
  let i = warmUp(values, 0, period, out);
  while (i < values.length) {
    let sum = 0;
    for (let j = i - period + 1; j <= i; j++) sum += values[j] ?? Number.NaN;
    out[i] = sum / period;
    let fresh = 0;
    let age = 0;
    for (i++; i < values.length; i++) {
      const value = values[i] ?? Number.NaN;
      if (!Number.isFinite(value)) break;
      sum += value - (values[i - period] ?? Number.NaN);
      fresh += value;
      // Once in a period a sum that nothing was ever taken from takes over, so that rounding errors do not pile up.
      if (++age === period) {
        sum = fresh;
        fresh = 0;
        age = 0;
      }
      out[i] = sum / period;
    }
    i = warmUp(values, i, period, out);
  }
  return out;
}

/** The streaming form of `sma`. */
export function smaStream(period: number): { next(value: number): number } {
  assertPeriod(period);
  const ring = new Float64Array(period);
  let at = 0;
  let full = false;
  let sum = 0;
  let fresh = 0;
  return {
    next(value) {
      if (!Number.isFinite(value)) {
        at = 0;
        full = false;
        fresh = 0;
        return Number.NaN;
      }
      sum += value - (ring[at] ?? Number.NaN);
      fresh += value;
      ring[at++] = value;
      if (at === period) {
        at = 0;
        full = true;
        sum = fresh;
        fresh = 0;
      }
      return full ? sum / period : Number.NaN;
    },
  };
}
