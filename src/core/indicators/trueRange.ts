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
  let before = Number.NaN;
  for (let i = 0; i < high.length; i++) {
    const top = high[i] ?? Number.NaN;
    const bottom = low[i] ?? Number.NaN;
    const last = close[i] ?? Number.NaN;
    const whole = Number.isFinite(top + bottom + last);
    out[i] = whole ? rangeOf(top, bottom, before, first) : Number.NaN;
    before = whole ? last : Number.NaN;
  }
  return out;
}

/** The streaming form of `trueRange`. */
export function trueRangeStream(first: FirstRange = "none"): {
  next(high: number, low: number, close: number): number;
} {
  const state = { before: Number.NaN };
  return {
    next(high, low, close) {
      const whole = Number.isFinite(high + low + close);
      const range = whole ? rangeOf(high, low, state.before, first) : Number.NaN;
      state.before = whole ? close : Number.NaN;
      return range;
    },
  };
}

/** `before` is the close of the bar before, NaN where there is none. */
const rangeOf = (high: number, low: number, before: number, first: FirstRange): number =>
  Number.isNaN(before) && first === "highMinusLow" ? high - low : Math.max(high, before) - Math.min(low, before);
