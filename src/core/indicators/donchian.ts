// Donchian channels.
import { finiteRuns } from "./finiteRuns.ts";
import { assertPeriod, assertSameLength } from "./period.ts";
import { rollingExtreme, rollingExtremeStream } from "./rollingExtreme.ts";

/** `upper` and `lower` are the highest high and the lowest low of the window, `middle` is half-way between them. */
type Channel<T> = { readonly upper: T; readonly middle: T; readonly lower: T };

/**
 * The channel of each bar and the `period − 1` before it, in the unit of the prices; the bar itself is part of its window, so a close never
 * leaves it: for breakouts compare with the channel of the bar before. Same length as the columns; NaN until `period` bars are there. A bar
 * with a value that is not finite gives NaN, and the channel begins anew after it. `out` receives the result. Throws RangeError for a
 * period that is not a positive integer and for columns of different lengths.
 *
 * Source: R. Donchian's four-week rule, in: P. Kaufman, Trading Systems and Methods (2013).
 */
export function donchian(
  high: Float64Array,
  low: Float64Array,
  period = 20,
  out: Channel<Float64Array> = {
    upper: new Float64Array(high.length),
    middle: new Float64Array(high.length),
    lower: new Float64Array(high.length),
  },
): Channel<Float64Array> {
  assertPeriod(period);
  assertSameLength(high, low);
  const { upper, middle, lower } = out;
  upper.fill(Number.NaN);
  lower.fill(Number.NaN);
  for (const { from, to } of finiteRuns(high, low)) {
    rollingExtreme(high, from, to, period, 1, upper);
    rollingExtreme(low, from, to, period, -1, lower);
  }
  for (let i = 0; i < middle.length; i++) middle[i] = ((upper[i] ?? Number.NaN) + (lower[i] ?? Number.NaN)) / 2;
  return out;
}

/** The streaming form of `donchian`. */
export function donchianStream(period = 20): { next(high: number, low: number): Channel<number> } {
  assertPeriod(period);
  const highs = rollingExtremeStream(period, 1);
  const lows = rollingExtremeStream(period, -1);
  return {
    next(high, low) {
      const whole = Number.isFinite(high + low);
      const upper = highs.next(whole ? high : Number.NaN);
      const lower = lows.next(whole ? low : Number.NaN);
      return { upper, middle: (upper + lower) / 2, lower };
    },
  };
}
