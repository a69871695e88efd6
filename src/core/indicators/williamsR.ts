// Williams' %R.
import { placeInRange, placeInRangeStream } from "./placeInRange.ts";

/**
 * How far the close stands below the highest high of the last `period` bars, in percent of their range: 0 at the highest high, −100 at the
 * lowest low, and 0 where the range is empty. Same length as the columns; NaN until `period` bars are there. A bar with a value that is not
 * finite gives NaN, and the indicator begins anew after it. `out` receives the result and must not be one of the columns. Throws RangeError
 * for a period that is not a positive integer and for columns of different lengths.
 *
 * Source: L. Williams, How I Made One Million Dollars Last Year Trading Commodities (1973); TA-Lib, WILLR.
 */
export function williamsR(
  high: Float64Array,
  low: Float64Array,
  close: Float64Array,
  period = 14,
  out: Float64Array = new Float64Array(high.length),
): Float64Array {
  placeInRange(high, low, close, period, 100, out);
  for (let i = 0; i < out.length; i++) out[i] = (out[i] ?? Number.NaN) - 100;
  return out;
}

/** The streaming form of `williamsR`. */
export function williamsRStream(period = 14): { next(high: number, low: number, close: number): number } {
  const place = placeInRangeStream(period, 100);
  return { next: (high, low, close) => place.next(high, low, close) - 100 };
}
