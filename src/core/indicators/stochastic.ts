// The stochastic oscillator.
import { placeInRange, placeInRangeStream } from "./placeInRange.ts";
import { sma, smaStream } from "./sma.ts";

/** %K and %D, both 0 to 100. */
export type Stochastic<Of> = { readonly k: Of; readonly d: Of };

/**
 * `k`: where the close stands in the range of the last `kPeriod` bars, 0 at the lowest low and 100 at the highest high, and `flat` where the
 * range is empty (0 as in TA-Lib; 50 is common too), averaged over `kSmooth`. `d`: the average of `k` over `dPeriod`. A `kSmooth` of 1 gives
 * the fast stochastic. Same length as the columns; `k` is NaN until `kPeriod + kSmooth − 1` bars are there, `d` for `dPeriod − 1` more. A bar
 * with a value that is not finite gives NaN, and the oscillator begins anew after it. `out` receives the result; none of its arrays may be
 * one of the columns. Throws RangeError for periods that are not positive integers and for columns of different lengths.
 *
 * Source: G. Lane, Lane's Stochastics, Technical Analysis of Stocks & Commodities 2 (1984); TA-Lib, STOCH and STOCHF.
 */
export function stochastic(
  high: Float64Array,
  low: Float64Array,
  close: Float64Array,
  kPeriod = 5,
  kSmooth = 3,
  dPeriod = 3,
  out: Stochastic<Float64Array> = { k: new Float64Array(high.length), d: new Float64Array(high.length) },
  flat = 0,
): Stochastic<Float64Array> {
  sma(placeInRange(high, low, close, kPeriod, flat, out.d), kSmooth, out.k);
  sma(out.k, dPeriod, out.d);
  return out;
}

/** The streaming form of `stochastic`. */
export function stochasticStream(
  kPeriod = 5,
  kSmooth = 3,
  dPeriod = 3,
  flat = 0,
): { next(high: number, low: number, close: number): Stochastic<number> } {
  const place = placeInRangeStream(kPeriod, flat);
  const smoothK = smaStream(kSmooth);
  const smoothD = smaStream(dPeriod);
  return {
    next(high, low, close) {
      const k = smoothK.next(place.next(high, low, close));
      return { k, d: smoothD.next(k) };
    },
  };
}
