// The parabolic stop and reverse.
import { assertSameLength } from "./period.ts";

/**
 * The stop of each bar, in the unit of the prices: below the bars of a rise, above those of a fall. It closes in on the extreme price of the
 * trend by a factor of the distance: `acceleration` at first, as much more at each new extreme, up to `maximum`. A bar that reaches the stop
 * turns the trend; the stop then is the extreme of the trend that ended. The first trend is a fall where the second bar's low moved down
 * further than its high moved up, else a rise. Same length as the columns; NaN on the first bar. A bar with a value that is not finite gives
 * NaN, and the stop begins anew after it. `out` receives the result; it may be one of the columns. Throws RangeError where not
 * `0 < acceleration ≤ maximum`, and for columns of different lengths.
 *
 * Source: J. W. Wilder, New Concepts in Technical Trading Systems (1978); TA-Lib, SAR.
 */
export function psar(
  high: Float64Array,
  low: Float64Array,
  acceleration = 0.02,
  maximum = 0.2,
  out: Float64Array = new Float64Array(high.length),
): Float64Array {
  assertSameLength(high, low);
  const trend = noTrend(acceleration, maximum);
  for (let i = 0; i < high.length; i++) out[i] = stopAt(trend, high[i] ?? Number.NaN, low[i] ?? Number.NaN);
  return out;
}

/** The streaming form of `psar`. */
export function psarStream(acceleration = 0.02, maximum = 0.2): { next(high: number, low: number): number } {
  const trend = noTrend(acceleration, maximum);
  return { next: (high, low) => stopAt(trend, high, low) };
}

/** `side` is 1 in a rise, −1 in a fall and 0 before the second bar. Prices are times `side`, so that every trend rises: `stop` is of the next bar. */
type Trend = {
  readonly acceleration: number;
  readonly maximum: number;
  side: number;
  stop: number;
  extreme: number;
  factor: number;
  high: number;
  low: number;
};

function noTrend(acceleration: number, maximum: number): Trend {
  if (!(acceleration > 0 && acceleration <= maximum))
    throw new RangeError(`acceleration must be more than 0 and at most maximum, not ${acceleration} and ${maximum}`);
  const none = Number.NaN;
  return { acceleration, maximum, side: 0, stop: none, extreme: none, factor: acceleration, high: none, low: none };
}

function stopAt(trend: Trend, high: number, low: number): number {
  const highBefore = trend.high;
  const lowBefore = trend.low;
  const range = high - low;
  const whole = range - range === 0;
  trend.high = whole ? high : Number.NaN;
  trend.low = whole ? low : Number.NaN;
  if (!whole || Number.isNaN(highBefore)) {
    trend.side = 0;
    return Number.NaN;
  }
  const fresh = trend.side === 0;
  if (fresh) begin(trend, highBefore, lowBefore);
  // The trend knows of no bar before its first.
  return advance(trend, fresh ? high : highBefore, fresh ? low : lowBefore);
}

function begin(trend: Trend, highBefore: number, lowBefore: number): void {
  const fall = lowBefore - trend.low;
  const falls = fall > 0 && fall > trend.high - highBefore;
  trend.side = falls ? -1 : 1;
  trend.extreme = falls ? -trend.low : trend.high;
  trend.stop = falls ? -highBefore : lowBefore;
  trend.factor = trend.acceleration;
}

/** The stop of the newest bar. The next one is made ready: it may not enter the range of the newest two bars. */
function advance(trend: Trend, highBefore: number, lowBefore: number): number {
  const rises = trend.side > 0;
  const top = rises ? trend.high : -trend.low;
  const bottom = rises ? trend.low : -trend.high;
  const topBefore = rises ? highBefore : -lowBefore;
  const bottomBefore = rises ? lowBefore : -highBefore;
  if (bottom > trend.stop) {
    const stop = trend.side * trend.stop;
    if (top > trend.extreme) {
      trend.extreme = top;
      trend.factor = Math.min(trend.maximum, trend.factor + trend.acceleration);
    }
    const next = trend.stop + trend.factor * (trend.extreme - trend.stop);
    trend.stop = Math.min(next, bottomBefore, bottom);
    return stop;
  }
  const turned = Math.max(trend.extreme, top);
  const stop = trend.side * turned;
  trend.side = -trend.side;
  trend.extreme = -bottom;
  trend.factor = trend.acceleration;
  const next = -turned + trend.factor * (turned - bottom);
  trend.stop = Math.min(next, -topBefore, -top);
  return stop;
}
