// Keltner channels.
import { atr, atrStream } from "./atr.ts";
import { ema, emaStream } from "./ema.ts";
import { assertPeriod, assertSameLength } from "./period.ts";
import type { FirstRange } from "./trueRange.ts";

/** `middle` is the average close, `upper` and `lower` lie `k` average true ranges from it. */
type Channel<T> = { readonly upper: T; readonly middle: T; readonly lower: T };

/**
 * The exponential average of the close over `period` bars, and `k` times the average true range over `atrPeriod` bars above and below it, in
 * the unit of the prices. Same length as the columns; `middle` is NaN until `period` bars are there, the others until there is an average
 * true range too. `first` is what atr.ts says. A bar with a value that is not finite gives NaN, and the channel begins anew after it. `out`
 * receives the result; none of its arrays may be one of the columns. Throws RangeError for periods that are not positive integers and for
 * columns of different lengths.
 *
 * Source: L. Raschke's form of the channels in C. Keltner, How to Make Money in Commodities (1960), who took simple averages of the typical
 * price and of high − low over ten days.
 */
export function keltner(
  high: Float64Array,
  low: Float64Array,
  close: Float64Array,
  period = 20,
  atrPeriod = 10,
  k = 2,
  out: Channel<Float64Array> = {
    upper: new Float64Array(high.length),
    middle: new Float64Array(high.length),
    lower: new Float64Array(high.length),
  },
  first: FirstRange = "none",
): Channel<Float64Array> {
  assertPeriod(period);
  assertPeriod(atrPeriod, "atrPeriod");
  assertSameLength(high, low, close);
  const { upper, middle, lower } = out;
  for (let i = 0; i < close.length; i++) {
    // A gap in any column is a gap of the average too: only a finite range less itself is 0.
    const range = (high[i] ?? Number.NaN) - (low[i] ?? Number.NaN);
    middle[i] = range - range === 0 ? (close[i] ?? Number.NaN) : Number.NaN;
  }
  ema(middle, period, middle);
  atr(high, low, close, atrPeriod, upper, first);
  for (let i = 0; i < close.length; i++) {
    const mean = middle[i] ?? Number.NaN;
    const reach = k * (upper[i] ?? Number.NaN);
    upper[i] = mean + reach;
    lower[i] = mean - reach;
  }
  return out;
}

/** The streaming form of `keltner`. */
export function keltnerStream(
  period = 20,
  atrPeriod = 10,
  k = 2,
  first: FirstRange = "none",
): { next(high: number, low: number, close: number): Channel<number> } {
  assertPeriod(period);
  assertPeriod(atrPeriod, "atrPeriod");
  const average = emaStream(period);
  const ranges = atrStream(atrPeriod, first);
  return {
    next(high, low, close) {
      const middle = average.next(Number.isFinite(high - low) ? close : Number.NaN);
      const reach = k * ranges.next(high, low, close);
      return { upper: middle + reach, middle, lower: middle - reach };
    },
  };
}
