// The true range: how far a bar reached, the gap from the close before it included.
import { assertSameLength } from "./period.ts";

/**
 * What a bar without a bar before it gives: nothing, as in TA-Lib, or its own high − low, as in Wilder's book and most charting software.
 */
export type FirstRange = "none" | "highMinusLow";

/**
 * `max(high, close before) − min(low, close before)`, in the unit of the prices. Same length as the columns; NaN on the first bar unless
 * `first` says otherwise. A bar with a value that is not finite gives NaN, and the bar after it counts as the first. `out` receives the
 * result and may be one of the columns. Throws RangeError when the columns differ in length.
 *
 * Source: J. W. Wilder, New Concepts in Technical Trading Systems (1978); TA-Lib, TRANGE.
 */
export function trueRange(
  high: Float64Array,
  low: Float64Array,
  close: Float64Array,
  out: Float64Array = new Float64Array(high.length),
  first: FirstRange = "none",
): Float64Array {
  assertSameLength(high, low, close);
  let i = 0;
  while (i < high.length) {
    let before = close[i] ?? Number.NaN;
    const ownRange = (high[i] ?? Number.NaN) - (low[i] ?? Number.NaN);
    const whole = Number.isFinite(ownRange + before);
    out[i++] = whole && first === "highMinusLow" ? ownRange : Number.NaN;
    if (!whole) continue;
    for (; i < high.length; i++) {
      const top = high[i] ?? Number.NaN;
      const bottom = low[i] ?? Number.NaN;
      const last = close[i] ?? Number.NaN;
      if (!Number.isFinite(top + bottom + last)) break;
      out[i] = rangeFrom(before, top, bottom);
      before = last;
    }
  }
  return out;
}

/** The streaming form of `trueRange`. */
export function trueRangeStream(first: FirstRange = "none"): {
  next(high: number, low: number, close: number): number;
} {
  let before = Number.NaN;
  return {
    next(high, low, close) {
      const whole = Number.isFinite(high + low + close);
      const isFirst = Number.isNaN(before);
      const range = isFirst ? high - low : rangeFrom(before, high, low);
      before = whole ? close : Number.NaN;
      return whole && (!isFirst || first === "highMinusLow") ? range : Number.NaN;
    },
  };
}

/** The true range of a bar after a close. */
export const rangeFrom = (before: number, high: number, low: number): number =>
  (before > high ? before : high) - (before < low ? before : low);
