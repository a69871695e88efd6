// The extreme of a moving window, in three comparisons a value whatever the period and the values.
//
// The series is cut into blocks as long as the window. A window then is a tail of one block and a head of the next: its maximum is the
// greater of the tail's and the head's. The head's grows with each bar; those of all tails are found in one pass back over a finished block.
// After a gap the tails of before it are left as they are: they reach into the warm-up alone, which gives NaN.
// Source: M. van Herk, Pattern Recognition Letters 13 (1992); J. Gil and M. Werman, IEEE PAMI 15 (1993).

/** 1 seeks maxima, −1 minima: those are maxima of the series turned upside down. */
export type Side = 1 | -1;

/** Writes the extreme of each window of `period` values within `[from, to)` to `out`; all values there are finite. */
export function rollingExtreme(
  values: Float64Array,
  from: number,
  to: number,
  period: number,
  side: Side,
  out: Float64Array,
): void {
  if (to - from < period) return;
  const tails = new Float64Array(period + 1).fill(Number.NEGATIVE_INFINITY);
  for (let start = from; start < to; start += period) {
    const end = Math.min(start + period, to);
    let head = Number.NEGATIVE_INFINITY;
    for (let i = start; i < end; i++) {
      const value = side * (values[i] ?? Number.NaN);
      if (value > head) head = value;
      const tail = tails[i - start + 1] ?? Number.NaN;
      out[i] = side * (tail > head ? tail : head);
    }
    let tail = Number.NEGATIVE_INFINITY;
    for (let i = end - 1; i >= start; i--) {
      const value = side * (values[i] ?? Number.NaN);
      if (value > tail) tail = value;
      tails[i - start] = tail;
    }
  }
  out.fill(Number.NaN, from, from + period - 1);
}

/** The streaming form: each value in, the extreme of the newest `period` out; NaN until they are there, and anew after a value that is not finite. */
export function rollingExtremeStream(period: number, side: Side): { next(value: number): number } {
  // Below `at` the values of the block under way, from there on the tails of the block before it.
  const block = new Float64Array(period + 1).fill(Number.NEGATIVE_INFINITY);
  const state = { head: Number.NEGATIVE_INFINITY, at: 0, missing: period };
  return {
    next(input) {
      if (!Number.isFinite(input)) {
        Object.assign(state, { head: Number.NEGATIVE_INFINITY, at: 0, missing: period });
        return Number.NaN;
      }
      const value = side * input;
      if (value > state.head) state.head = value;
      block[state.at++] = value;
      if (state.missing > 0) state.missing--;
      const extreme = side * Math.max(state.head, block[state.at] ?? Number.NaN);
      if (state.at === period) {
        for (let i = period - 2; i >= 0; i--) block[i] = Math.max(block[i] ?? Number.NaN, block[i + 1] ?? Number.NaN);
        state.head = Number.NEGATIVE_INFINITY;
        state.at = 0;
      }
      return state.missing > 0 ? Number.NaN : extreme;
    },
  };
}
