// Judges the history of one symbol in each timeframe asked for, and puts together what strategies will see of it.
import type { RiskLimits } from "../model/limits.ts";
import type { BarSeries, BaseTimeframe, LatestPrice, Timeframe } from "../model/market.ts";
import { type Instant, instantFromMs, type TradingDay } from "../model/time.ts";
import { bucketEnd } from "../monitoring/barBuckets.ts";
import { consolidateBars, rowsOf } from "../monitoring/consolidateBars.ts";
import { dataRules } from "../risk/dataRules.ts";
import { previousTradingDay, tradingDayOf } from "../schedule/tradingCalendar.ts";
import type { SymbolFault } from "./barFaults.ts";
import { type BarWindow, barsIn, windowOf } from "./barWindows.ts";
import { type BarNeed, baseOf, reachOf } from "./dataNeeds.ts";

/** A need with the windows that it is judged by: they are the same for every symbol of a run. */
export type HistoryNeed = BarNeed & {
  readonly base: BaseTimeframe;
  /** Of the bars themselves. */
  readonly window: BarWindow;
  /** Of what their completeness and age is told by: the bars themselves where they are made of minutes, else the days they are made of. */
  readonly judged: BarWindow & { readonly timeframe: Timeframe; readonly bars: number };
};

export function historyNeed(need: BarNeed, asOf: Instant, limits: RiskLimits): HistoryNeed {
  const base = baseOf(need.timeframe);
  const window = windowOf(need.timeframe, reachOf(need, limits), asOf);
  const timeframe = base === "1Day" ? base : need.timeframe;
  // The days since the last whole week or month count too: they tell how old the data is.
  const span = base === "1Day" ? { ...window, toMs: windowOf("1Day", 1, asOf).toMs } : window;
  return { ...need, base, window, judged: { ...span, timeframe, bars: barsIn(timeframe, span) } };
}

export type SymbolHistory = {
  readonly symbol: string;
  /** As fetched, in time order; undefined where the feed has none. */
  readonly series: BarSeries | undefined;
  readonly latest: LatestPrice;
  readonly asOf: Instant;
};

/** The newest bars, exactly as many as are needed and none that is not closed, or why there are not. */
export function judgeHistory(history: SymbolHistory, need: HistoryNeed, limits: RiskLimits): BarSeries | SymbolFault {
  const { symbol, series, latest, asOf } = history;
  const { judged, window, timeframe, bars } = need;
  if (series === undefined || series.timeMs.length === 0) return tooShort(0, need);
  const whole = within(inTimeframe(series, judged.timeframe, judged.toMs), judged);
  const newestMs = whole.timeMs.at(-1);
  if (newestMs === undefined) return tooShort(0, need);
  const stale = staleness(newestMs, need, limits);
  if (stale !== undefined) return { code: "STALE_DATA", detail: stale };
  // A symbol that is traded only since its first bar has no gap before.
  const since = { fromMs: whole.timeMs[0] ?? judged.fromMs, toMs: judged.toMs };
  const expected = whole.timeMs.length >= judged.bars ? judged.bars : barsIn(judged.timeframe, since);
  for (const rule of dataRules) {
    const fault = rule({ symbol, series: whole, expected, latest, asOf }, limits);
    if (fault !== undefined) return fault;
  }
  const asked = timeframe === judged.timeframe ? whole : within(inTimeframe(whole, timeframe, window.toMs), window);
  const count = asked.timeMs.length;
  return count < bars ? tooShort(count, need) : rowsOf(asked, count - bars, count);
}

const tooShort = (count: number, { timeframe, bars }: BarNeed): SymbolFault => ({
  code: "NOT_ENOUGH_HISTORY",
  detail: `${count} bars of ${timeframe}, and ${bars} are needed`,
});

/** Days must be there up to the newest closed one. Minutes without a trade have no bar, so their age may be that of a price. */
function staleness(newestMs: number, { base, judged }: HistoryNeed, { maxPriceAgeSeconds }: RiskLimits) {
  if (base === "1Day") {
    const [newest, wanted] = [dayOf(newestMs), previousTradingDay(dayOf(judged.toMs))];
    return newest === wanted ? undefined : `the newest daily bar is of ${newest}, not of ${wanted}`;
  }
  const endMs = bucketEnd(newestMs, judged.timeframe);
  return judged.toMs - endMs <= maxPriceAgeSeconds * 1000
    ? undefined
    : `the newest bar of ${judged.timeframe} ended at ${instantFromMs(endMs)}, the last one of the session at ${instantFromMs(judged.toMs)}`;
}

const dayOf = (ms: number): TradingDay => tradingDayOf(instantFromMs(ms));

const inTimeframe = (series: BarSeries, timeframe: Timeframe, closedByMs: number): BarSeries =>
  timeframe === "1Day" ? series : consolidateBars(series, timeframe, { closedByMs });

const within = (series: BarSeries, { fromMs, toMs }: BarWindow): BarSeries =>
  rowsOf(series, firstFrom(series.timeMs, fromMs), firstFrom(series.timeMs, toMs));

/** The index of the first bar that starts at this moment or later, by halving. */
function firstFrom(timeMs: Float64Array, ms: number): number {
  let [low, high] = [0, timeMs.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((timeMs[middle] ?? 0) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}
