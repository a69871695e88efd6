// The rate of change.
import { earlierStream } from "./earlier.ts";
import { assertPeriod } from "./period.ts";
import { warmUp } from "./warmUp.ts";

/**
 * By how many percent each value is above the one `period` before it: `100 · (value / earlier − 1)`; 0 where the earlier one is 0. Same length
 * as `values`; NaN until `period + 1` values are there. A value that is not finite gives NaN, and the indicator begins anew after it. `out`
 * receives the result and must not be `values` itself. Throws RangeError for a period that is not a positive integer.
 *
 * Source: TA-Lib, ROC.
 */
export function roc(
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
      out[i] = percentAbove(values[i - period] ?? Number.NaN, value);
    }
    i = warmUp(values, i, period + 1, out);
  }
  return out;
}

/** The streaming form of `roc`. */
export function rocStream(period = 10): { next(value: number): number } {
  const earlier = earlierStream(period);
  return { next: (value) => percentAbove(earlier.next(value), value) };
}

const percentAbove = (earlier: number, value: number): number => (earlier === 0 ? 0 : 100 * (value / earlier - 1));
