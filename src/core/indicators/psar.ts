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
  let highBefore = Number.NaN;
  let lowBefore = Number.NaN;
  for (let i = 0; i < high.length; i++) {
    const top = high[i] ?? Number.NaN;
    const bottom = low[i] ?? Number.NaN;
    out[i] = stopAt(trend, top, bottom, highBefore, lowBefore);
    highBefore = top;
    lowBefore = bottom;
  }
  return out;
}

/** The streaming form of `psar`. */
export function psarStream(acceleration = 0.02, maximum = 0.2): { next(high: number, low: number): number } {
  const trend = noTrend(acceleration, maximum);
  const before = { high: Number.NaN, low: Number.NaN };
  return {
    next(high, low) {
      const stop = stopAt(trend, high, low, before.high, before.low);
      before.high = high;
      before.low = low;
      return stop;
    },
  };
}

/** `side` is 1 in a rise, −1 in a fall and 0 before the second bar. Prices are times `side`, so that every trend rises: `stop` is of the next bar. */
type Trend = {
  readonly acceleration: number;
  readonly maximum: number;
  side: number;
  stop: number;
  extreme: number;
  factor: number;
};

function noTrend(acceleration: number, maximum: number): Trend {
  if (!(acceleration > 0 && acceleration <= maximum))
    throw new RangeError(`acceleration must be more than 0 and at most maximum, not ${acceleration} and ${maximum}`);
  return { acceleration, maximum, side: 0, stop: Number.NaN, extreme: Number.NaN, factor: acceleration };
}

function stopAt(trend: Trend, high: number, low: number, highBefore: number, lowBefore: number): number {
  const range = high - low;
  const rangeBefore = highBefore - lowBefore;
  // Only of finite ranges is either less itself 0.
  if (range - range + (rangeBefore - rangeBefore) !== 0) {
    trend.side = 0;
    return Number.NaN;
  }
  if (trend.side !== 0) return advance(trend, high, low, highBefore, lowBefore);
  begin(trend, high, low, highBefore, lowBefore);
  // The trend knows of no bar before its first.
  return advance(trend, high, low, high, low);
}

function begin(trend: Trend, high: number, low: number, highBefore: number, lowBefore: number): void {
  const fall = lowBefore - low;
  const falls = fall > 0 && fall > high - highBefore;
  trend.side = falls ? -1 : 1;
  trend.extreme = falls ? -low : high;
  trend.stop = falls ? -highBefore : lowBefore;
  trend.factor = trend.acceleration;
}

/** The stop of the newest bar. The next one is made ready: it may not enter the range of the newest two bars. */
function advance(trend: Trend, high: number, low: number, highBefore: number, lowBefore: number): number {
  const { side, stop } = trend;
  const top = side > 0 ? high : -low;
  const bottom = side > 0 ? low : -high;
  if (bottom > stop) {
    if (top > trend.extreme) {
      trend.extreme = top;
      trend.factor = Math.min(trend.maximum, trend.factor + trend.acceleration);
    }
    const next = stop + trend.factor * (trend.extreme - stop);
    trend.stop = Math.min(next, side > 0 ? lowBefore : -highBefore, bottom);
    return side * stop;
  }
  const turned = Math.max(trend.extreme, top);
  trend.side = -side;
  trend.extreme = -bottom;
  trend.factor = trend.acceleration;
  const next = -turned + trend.factor * (turned - bottom);
  trend.stop = Math.min(next, side > 0 ? -highBefore : lowBefore, -top);
  return side * turned;
}
