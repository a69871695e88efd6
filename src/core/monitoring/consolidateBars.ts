// Longer bars put together from shorter ones, columns from columns.
import type { BarSeries, Timeframe } from "../model/market.ts";
import { bucketEnd, bucketStart, contains, partAt, type Span, widthOf } from "./barBuckets.ts";

export type Consolidation = {
  /** Bars that end later, in milliseconds since the epoch, are left out: they are not closed yet. */
  readonly closedByMs: number;
  /** Whether minutes before the open and after the close make bars too; bars of their own, and no part of a day's. */
  readonly extendedHours?: boolean;
};

/**
 * The bars of a timeframe out of minutes, or weeks and months out of days; the input is in time order. A bar without a trade is absent. Nothing
 * is made for a single bar of the input but its place in the columns. Throws RangeError for a timeframe that is not made of these bars.
 */
export function consolidateBars(
  series: BarSeries,
  timeframe: Timeframe,
  { closedByMs, extendedHours = false }: Consolidation,
): BarSeries {
  const days = timeframe === "1Week" || timeframe === "1Month";
  if (series.timeframe !== (days ? "1Day" : "1Min")) {
    throw new RangeError(`bars of ${timeframe} are not made of bars of ${series.timeframe}`);
  }
  const { timeMs, open, high, low, close, volume } = series;
  const empty = (): Float64Array => new Float64Array(timeMs.length);
  const out = { timeMs: empty(), open: empty(), high: empty(), low: empty(), close: empty(), volume: empty() };
  const width = widthOf(timeframe);
  let count = 0;
  let part: Span = nowhere;
  let startMs = 0;
  let endMs = 0;
  for (let i = 0; i < timeMs.length; i++) {
    const at = timeMs[i] ?? 0;
    if (at >= startMs && at < endMs) {
      const last = count - 1;
      out.high[last] = Math.max(out.high[last] ?? 0, high[i] ?? 0);
      out.low[last] = Math.min(out.low[last] ?? 0, low[i] ?? 0);
      out.close[last] = close[i] ?? 0;
      out.volume[last] = (out.volume[last] ?? 0) + (volume[i] ?? 0);
      continue;
    }
    if (width !== undefined) {
      if (!contains(part, at)) part = partAt(at, extendedHours) ?? nowhere;
      startMs = at - ((at - part.startMs) % width);
      endMs = Math.min(startMs + width, part.endMs);
    } else {
      startMs = bucketStart(at, timeframe);
      endMs = Number.isNaN(startMs) ? startMs : bucketEnd(startMs, timeframe);
    }
    // Not in one of the parts of which bars are made.
    if (Number.isNaN(startMs)) continue;
    if (endMs > closedByMs) break;
    out.timeMs[count] = startMs;
    out.open[count] = open[i] ?? 0;
    out.high[count] = high[i] ?? 0;
    out.low[count] = low[i] ?? 0;
    out.close[count] = close[i] ?? 0;
    out.volume[count] = volume[i] ?? 0;
    count++;
  }
  return rowsOf({ symbol: series.symbol, timeframe, ...out }, 0, count);
}

/** Contains nothing. */
const nowhere: Span = { startMs: Number.NaN, endMs: Number.NaN };

/** The bars from one index to before another, in the memory of the whole. */
export const rowsOf = ({ symbol, timeframe, ...columns }: BarSeries, from: number, to: number): BarSeries => ({
  symbol,
  timeframe,
  timeMs: columns.timeMs.subarray(from, to),
  open: columns.open.subarray(from, to),
  high: columns.high.subarray(from, to),
  low: columns.low.subarray(from, to),
  close: columns.close.subarray(from, to),
  volume: columns.volume.subarray(from, to),
});
