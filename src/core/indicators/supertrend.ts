// The supertrend line.
import { atr, atrStream } from "./atr.ts";
import type { FirstRange } from "./trueRange.ts";

/** `supertrend` is the line, in the unit of the prices: below a rise, above a fall. `direction` is 1 in a rise and −1 in a fall. */
type Supertrend<T> = { readonly supertrend: T; readonly direction: T };

/**
 * Two bands lie `multiplier` average true ranges above and below the middle of the bar. Each only closes in, the upper one down and the lower
 * one up, until a close passes it. The line is the upper band until the close rises above it, and then the lower one until the close falls
 * below that; it begins as the upper one. Same length as the columns; NaN until there is an average true range, that is for `period` bars;
 * `first` is what atr.ts says. A bar with a value that is not finite gives NaN, and the line begins anew after it. `out` receives the result;
 * none of its arrays may be one of the columns. Throws RangeError for a period that is not a positive integer and for columns of different
 * lengths.
 *
 * Source: O. Seban, Tout le monde mérite d'être riche (2008), in the form of TradingView's `ta.supertrend`, whose direction has the opposite
 * sign and whose first bar has a range: `first` as `"highMinusLow"`.
 */
export function supertrend(
  high: Float64Array,
  low: Float64Array,
  close: Float64Array,
  period = 10,
  multiplier = 3,
  out: Supertrend<Float64Array> = {
    supertrend: new Float64Array(high.length),
    direction: new Float64Array(high.length),
  },
  first: FirstRange = "none",
): Supertrend<Float64Array> {
  const line = out.supertrend;
  atr(high, low, close, period, line, first);
  const bands = noBands();
  for (let i = 0; i < line.length; i++) {
    const reach = multiplier * (line[i] ?? Number.NaN);
    move(bands, high[i] ?? Number.NaN, low[i] ?? Number.NaN, close[i] ?? Number.NaN, reach);
    line[i] = lineOf(bands);
    out.direction[i] = bands.direction;
  }
  return out;
}

/** The streaming form of `supertrend`. */
export function supertrendStream(
  period = 10,
  multiplier = 3,
  first: FirstRange = "none",
): { next(high: number, low: number, close: number): Supertrend<number> } {
  const ranges = atrStream(period, first);
  const bands = noBands();
  return {
    next(high, low, close) {
      move(bands, high, low, close, multiplier * ranges.next(high, low, close));
      return { supertrend: lineOf(bands), direction: bands.direction };
    },
  };
}

/** The bands and the close of the newest bar; a direction of NaN says that there are none. */
type Bands = { upper: number; lower: number; close: number; direction: number };

const noBands = (): Bands => ({ upper: Number.NaN, lower: Number.NaN, close: Number.NaN, direction: Number.NaN });

function move(bands: Bands, high: number, low: number, close: number, reach: number): void {
  const middle = (high + low) / 2;
  const upper = middle + reach;
  const lower = middle - reach;
  // Written so that a band of NaN, which is none, gives way to the new one.
  bands.upper = upper >= bands.upper && bands.close <= bands.upper ? bands.upper : upper;
  bands.lower = lower <= bands.lower && bands.close >= bands.lower ? bands.lower : lower;
  bands.close = close;
  const rises = bands.direction > 0 ? close >= bands.lower : bands.direction < 0 && close > bands.upper;
  bands.direction = Number.isNaN(reach) ? Number.NaN : rises ? 1 : -1;
}

const lineOf = ({ direction, upper, lower }: Bands): number => {
  if (Number.isNaN(direction)) return Number.NaN;
  return direction > 0 ? lower : upper;
};
