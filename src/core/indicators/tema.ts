// The triple exponential moving average.
import { ema, emaStream } from "./ema.ts";

/**
 * `3 · e1 − 3 · e2 + e3`, where e1 is the exponential average of the values, e2 that of e1 and e3 that of e2. Same length as `values`; NaN
 * until `3 · period − 2` values are there. A value that is not finite gives NaN, and the average begins anew after it. `out` receives the
 * result and must not be `values` itself. Throws RangeError for a period that is not a positive integer.
 *
 * Source: P. Mulloy, Smoothing Data with Less Lag, Technical Analysis of Stocks & Commodities 12 (1994); TA-Lib, TEMA.
 */
export function tema(
  values: Float64Array,
  period: number,
  out: Float64Array = new Float64Array(values.length),
): Float64Array {
  const once = ema(values, period);
  const twice = ema(once, period);
  const thrice = ema(twice, period, out);
  for (let i = 0; i < values.length; i++) {
    out[i] = 3 * ((once[i] ?? Number.NaN) - (twice[i] ?? Number.NaN)) + (thrice[i] ?? Number.NaN);
  }
  return out;
}

/** The streaming form of `tema`. */
export function temaStream(period: number): { next(value: number): number } {
  const first = emaStream(period);
  const second = emaStream(period);
  const third = emaStream(period);
  return {
    next(value) {
      const once = first.next(value);
      const twice = second.next(once);
      return 3 * (once - twice) + third.next(twice);
    },
  };
}
