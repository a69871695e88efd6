// On-balance volume.
import { assertSameLength } from "./period.ts";

/**
 * The running total of the volume: that of a bar whose close is above the one before is added, below it taken away. The total begins with
 * the volume of the first bar, as in TA-Lib, so that only its changes mean anything. Same length as the columns. A bar with a value that is
 * not finite gives NaN, and the total begins anew after it. Totals of whole numbers are exact up to 2⁵³. `out` receives the result; it may be
 * one of the columns. Throws RangeError for columns of different lengths.
 *
 * Source: J. Granville, New Key to Stock Market Profits (1963); TA-Lib, OBV.
 */
export function obv(
  close: Float64Array,
  volume: Float64Array,
  out: Float64Array = new Float64Array(close.length),
): Float64Array {
  assertSameLength(close, volume);
  let total = Number.NaN;
  let before = Number.NaN;
  for (let i = 0; i < close.length; i++) {
    const price = close[i] ?? Number.NaN;
    const traded = volume[i] ?? Number.NaN;
    total = totalAfter(total, before, price, traded);
    before = price;
    out[i] = total;
  }
  return out;
}

/** The streaming form of `obv`. */
export function obvStream(): { next(close: number, volume: number): number } {
  const state = { total: Number.NaN, before: Number.NaN };
  return {
    next(close, volume) {
      state.total = totalAfter(state.total, state.before, close, volume);
      state.before = close;
      return state.total;
    },
  };
}

/** A total of NaN says that there is none yet, or that the bar before is a gap. */
function totalAfter(total: number, before: number, close: number, volume: number): number {
  if (close - close !== 0 || volume - volume !== 0) return Number.NaN;
  if (total - total !== 0) return volume;
  // Reckoned, not chosen: whether a price rose cannot be foreseen, and a branch foreseen wrongly costs more than both comparisons.
  return total + (Number(close > before) - Number(close < before)) * volume;
}
