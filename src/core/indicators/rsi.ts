// The relative strength index.
import { assertPeriod } from "./period.ts";
import { warmUp } from "./warmUp.ts";

/**
 * `100 · gain / (gain + loss)`, 0 to 100, where gain and loss are the means of the upward and of the downward changes, smoothed as Wilder does:
 * `mean += (change − mean) / period`, begun with the plain mean of the first `period` changes. Where there is neither gain nor loss it is
 * `flat`: 0 as in TA-Lib; 50 and 100 are common too. Same length as `values`; NaN until `period + 1` values are there. A value that is not
 * finite gives NaN, and the index begins anew after it. `out` receives the result and must not be `values` itself. Throws RangeError for a
 * period that is not a positive integer.
 *
 * Source: J. W. Wilder, New Concepts in Technical Trading Systems (1978); TA-Lib, RSI.
 */
export function rsi(
  values: Float64Array,
  period = 14,
  out: Float64Array = new Float64Array(values.length),
  flat = 0,
): Float64Array {
  assertPeriod(period);
  const weight = 1 / period;
  let i = warmUp(values, 0, period + 1, out);
  while (i < values.length) {
    let gain = 0;
    let loss = 0;
    for (let j = i - period + 1; j <= i; j++) {
      const change = (values[j] ?? Number.NaN) - (values[j - 1] ?? Number.NaN);
      gain += rise(change);
      loss += rise(-change);
    }
    gain /= period;
    loss /= period;
    out[i] = indexOf(gain, loss, flat);
    for (i++; i < values.length; i++) {
      const value = values[i] ?? Number.NaN;
      if (!Number.isFinite(value)) break;
      const change = value - (values[i - 1] ?? Number.NaN);
      gain += weight * (rise(change) - gain);
      loss += weight * (rise(-change) - loss);
      out[i] = indexOf(gain, loss, flat);
    }
    i = warmUp(values, i, period + 1, out);
  }
  return out;
}

/** The streaming form of `rsi`. */
export function rsiStream(period = 14, flat = 0): { next(value: number): number } {
  assertPeriod(period);
  const weight = 1 / period;
  let before = Number.NaN;
  let count = 0;
  let gain = 0;
  let loss = 0;
  return {
    next(value) {
      const change = value - before;
      before = value;
      if (!Number.isFinite(change)) {
        count = 0;
        gain = 0;
        loss = 0;
        return Number.NaN;
      }
      if (count === period) {
        gain += weight * (rise(change) - gain);
        loss += weight * (rise(-change) - loss);
        return indexOf(gain, loss, flat);
      }
      gain += rise(change);
      loss += rise(-change);
      if (++count < period) return Number.NaN;
      gain /= period;
      loss /= period;
      return indexOf(gain, loss, flat);
    },
  };
}

/** The change where it is upward, else 0; exact, and without a branch that nobody can predict. */
const rise = (change: number): number => (Math.abs(change) + change) / 2;

const indexOf = (gain: number, loss: number, flat: number): number => {
  const total = gain + loss;
  return total === 0 ? flat : 100 * (gain / total);
};
