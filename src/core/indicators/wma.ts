// The linearly weighted moving average.
import { assertPeriod } from "./period.ts";
import { warmUp } from "./warmUp.ts";

/**
 * The mean of `period` values with the weights 1, 2 … `period`, the newest the heaviest. Same length as `values`; NaN until `period` values
 * are there. A value that is not finite gives NaN, and the average begins anew after it. `out` receives the result and must not be `values`
 * itself. Throws RangeError for a period that is not a positive integer.
 *
 * With S the plain and W the weighted sum, the next ones are W − S + period · value and S + value − oldest. Source: TA-Lib, WMA.
 */
export function wma(
  values: Float64Array,
  period: number,
  out: Float64Array = new Float64Array(values.length),
): Float64Array {
  assertPeriod(period);
  const weights = (period * (period + 1)) / 2;
  let i = warmUp(values, 0, period, out);
  while (i < values.length) {
    let sum = 0;
    let weighted = 0;
    for (let j = i - period + 1, age = 1; j <= i; j++, age++) {
      sum += values[j] ?? Number.NaN;
      weighted += age * (values[j] ?? Number.NaN);
    }
    out[i] = weighted / weights;
    let freshSum = 0;
    let freshWeighted = 0;
    let age = 0;
    for (i++; i < values.length; i++) {
      const value = values[i] ?? Number.NaN;
      if (!Number.isFinite(value)) break;
      weighted += period * value - sum;
      sum += value - (values[i - period] ?? Number.NaN);
      freshSum += value;
      freshWeighted += ++age * value;
      // Once in a period sums that nothing was ever taken from take over, so that rounding errors do not pile up.
      if (age === period) {
        sum = freshSum;
        weighted = freshWeighted;
        freshSum = 0;
        freshWeighted = 0;
        age = 0;
      }
      out[i] = weighted / weights;
    }
    i = warmUp(values, i, period, out);
  }
  return out;
}

/** The streaming form of `wma`. */
export function wmaStream(period: number): { next(value: number): number } {
  assertPeriod(period);
  const weights = (period * (period + 1)) / 2;
  const ring = new Float64Array(period);
  let at = 0;
  let full = false;
  let sum = 0;
  let weighted = 0;
  let freshSum = 0;
  let freshWeighted = 0;
  return {
    next(value) {
      if (!Number.isFinite(value)) {
        at = 0;
        full = false;
        freshSum = 0;
        freshWeighted = 0;
        return Number.NaN;
      }
      weighted += period * value - sum;
      sum += value - (ring[at] ?? Number.NaN);
      freshSum += value;
      ring[at++] = value;
      freshWeighted += at * value;
      if (at === period) {
        at = 0;
        full = true;
        sum = freshSum;
        weighted = freshWeighted;
        freshSum = 0;
        freshWeighted = 0;
      }
      return full ? weighted / weights : Number.NaN;
    },
  };
}
