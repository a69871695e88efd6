// The average true range.
import { exponentialMean, exponentialMeanStream } from "./exponentialMean.ts";
import { assertPeriod } from "./period.ts";
import { type FirstRange, trueRange, trueRangeStream } from "./trueRange.ts";

/**
 * The true range smoothed as Wilder does: `atr += (range − atr) / period`, begun with the mean of the first `period` ranges. In the unit of
 * the prices, same length as the columns. The first bar has no true range, so that `period + 1` bars make the first result; with `first`
 * as `"highMinusLow"` it has one, and `period` bars do. A bar with a value that is not finite gives NaN, and the average begins anew after it.
 * `out` receives the result and may be one of the columns. Throws RangeError for a period that is not a positive integer and for columns of
 * different lengths.
 *
 * Source: J. W. Wilder, New Concepts in Technical Trading Systems (1978); TA-Lib, ATR.
 */
export function atr(
  high: Float64Array,
  low: Float64Array,
  close: Float64Array,
  period = 14,
  out: Float64Array = new Float64Array(high.length),
  first: FirstRange = "none",
): Float64Array {
  assertPeriod(period);
  return exponentialMean(trueRange(high, low, close, out, first), period, 1 / period, out);
}

/** The streaming form of `atr`. */
export function atrStream(
  period = 14,
  first: FirstRange = "none",
): { next(high: number, low: number, close: number): number } {
  assertPeriod(period);
  const ranges = trueRangeStream(first);
  const mean = exponentialMeanStream(period, 1 / period);
  return { next: (high, low, close) => mean.next(ranges.next(high, low, close)) };
}
