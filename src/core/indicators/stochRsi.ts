// The stochastic oscillator of the relative strength index.
import { rsi, rsiStream } from "./rsi.ts";
import { type Stochastic, stochastic, stochasticStream } from "./stochastic.ts";

/**
 * Where the RSI stands in its own range of the last `kPeriod` bars, averaged over `kSmooth` (`k`), and the average of that over `dPeriod` (`d`);
 * both 0 to 100. `flat` is the value where that range is empty: 0 as in TA-Lib. Same length as `values`; `k` is NaN until `rsiPeriod + kPeriod +
 * kSmooth − 1` values are there, `d` for `dPeriod − 1` more. A value that is not finite gives NaN, and the indicator begins anew after it. `out`
 * receives the result; none of its arrays may be `values` itself. Throws RangeError for periods that are not positive integers.
 *
 * Source: T. Chande and S. Kroll, The New Technical Trader (1994); TA-Lib, STOCHRSI, which has no `kSmooth`. Charting software mostly sets 14, 14, 3, 3.
 */
export function stochRsi(
  values: Float64Array,
  rsiPeriod = 14,
  kPeriod = 5,
  kSmooth = 1,
  dPeriod = 3,
  out?: Stochastic<Float64Array>,
  flat = 0,
): Stochastic<Float64Array> {
  const strength = rsi(values, rsiPeriod);
  return stochastic(strength, strength, strength, kPeriod, kSmooth, dPeriod, out, flat);
}

/** The streaming form of `stochRsi`. */
export function stochRsiStream(
  rsiPeriod = 14,
  kPeriod = 5,
  kSmooth = 1,
  dPeriod = 3,
  flat = 0,
): { next(value: number): Stochastic<number> } {
  const strength = rsiStream(rsiPeriod);
  const place = stochasticStream(kPeriod, kSmooth, dPeriod, flat);
  return {
    next(value) {
      const now = strength.next(value);
      return place.next(now, now, now);
    },
  };
}
