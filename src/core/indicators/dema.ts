// The double exponential moving average.
import { ema, emaStream } from "./ema.ts";

/**
 * `2 · e1 − e2`, where e1 is the exponential average of the values and e2 that of e1; it lags less than e1. Same length as `values`; NaN until
 * `2 · period − 1` values are there. A value that is not finite gives NaN, and the average begins anew after it. `out` receives the result and
 * must not be `values` itself. Throws RangeError for a period that is not a positive integer.
 *
 * Source: P. Mulloy, Smoothing Data with Faster Moving Averages, Technical Analysis of Stocks & Commodities 12 (1994); TA-Lib, DEMA.
 */
export function dema(
  values: Float64Array,
  period: number,
  out: Float64Array = new Float64Array(values.length),
): Float64Array {
  const once = ema(values, period);
  const twice = ema(once, period, out);
  for (let i = 0; i < values.length; i++) out[i] = 2 * (once[i] ?? Number.NaN) - (twice[i] ?? Number.NaN);
  return out;
}

/** The streaming form of `dema`. */
export function demaStream(period: number): { next(value: number): number } {
  const first = emaStream(period);
  const second = emaStream(period);
  return {
    next(value) {
      const once = first.next(value);
      return 2 * once - second.next(once);
    },
  };
}
