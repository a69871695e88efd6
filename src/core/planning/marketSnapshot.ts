// Judges the data of each symbol: what is fit to decide on goes into the snapshot, the rest is excluded with its reason.
import type { AssetFlags, BarSeries, Exclusion, ExclusionCode, LatestPrice, MarketSnapshot } from "../model/market.ts";
import { isPositive } from "../model/money.ts";
import { type Instant, instantFromMs, type TradingDay } from "../model/time.ts";
import { tradingDayOf } from "../schedule/tradingCalendar.ts";

export type FetchedData = {
  readonly asOf: Instant;
  readonly feed: string;
  readonly adjustment: string;
  readonly symbols: readonly string[];
  readonly bars: ReadonlyMap<string, BarSeries>;
  readonly latest: ReadonlyMap<string, LatestPrice>;
  readonly assets: ReadonlyMap<string, Omit<AssetFlags, "symbol">>;
  /** The newest closed trading day: its bar must be there. */
  readonly newestDay: TradingDay;
  /** How many closed daily bars the strategies need; 0 for none. */
  readonly requiredBars: number;
};

/** Every symbol of `symbols` ends either in the snapshot or among its exclusions, with the first fault found. */
export function judgeSymbols(data: FetchedData): MarketSnapshot {
  const bars: BarSeries[] = [];
  const latest: LatestPrice[] = [];
  const excluded: Exclusion[] = [];
  for (const symbol of [...data.symbols].sort()) {
    const series = data.bars.get(symbol) ?? emptySeries(symbol);
    const price = data.latest.get(symbol);
    const fault = faultOf(series, price, data);
    if (fault !== undefined) excluded.push({ symbol, ...fault });
    else if (price !== undefined) {
      bars.push(series);
      latest.push(price);
    }
  }
  const assets = latest.flatMap(({ symbol }) => {
    const flags = data.assets.get(symbol);
    return flags === undefined ? [] : [{ symbol, ...flags }];
  });
  return { asOf: data.asOf, feed: data.feed, adjustment: data.adjustment, bars, latest, assets, excluded };
}

type SymbolFault = { readonly code: ExclusionCode; readonly detail: string };

function faultOf(series: BarSeries, price: LatestPrice | undefined, data: FetchedData): SymbolFault | undefined {
  const count = series.timeMs.length;
  if (price === undefined) {
    return count === 0
      ? { code: "NO_DATA", detail: "the feed has no bar and no price" }
      : { code: "NO_PRICE", detail: "the feed has no latest price" };
  }
  const priceDay = tradingDayOf(price.at);
  if (priceDay !== tradingDayOf(data.asOf)) {
    return { code: "NO_PRICE", detail: `no trade today; the newest is of ${priceDay}` };
  }
  if (!isPositive(price.price)) return { code: "BAD_DATA", detail: `the latest price is ${price.price}` };
  return data.requiredBars === 0 ? undefined : historyFault(series, data);
}

function historyFault(series: BarSeries, { requiredBars, newestDay }: FetchedData): SymbolFault | undefined {
  const count = series.timeMs.length;
  if (count < requiredBars) {
    return { code: "NOT_ENOUGH_HISTORY", detail: `${count} daily bars of the ${requiredBars} needed` };
  }
  const newest = tradingDayOf(instantFromMs(series.timeMs[count - 1] ?? 0));
  if (newest !== newestDay) {
    return { code: "STALE_DATA", detail: `the newest daily bar is of ${newest}, not of ${newestDay}` };
  }
  return badBar(series);
}

function badBar({ timeMs, open, high, low, close }: BarSeries): SymbolFault | undefined {
  for (let i = 0; i < timeMs.length; i++) {
    const [o = 0, h = 0, l = 0, c = 0, at = 0] = [open[i], high[i], low[i], close[i], timeMs[i]];
    const possible = l > 0 && l <= Math.min(o, c) && h >= Math.max(o, c) && Number.isFinite(h);
    if (!possible) {
      return { code: "BAD_DATA", detail: `the bar of ${instantFromMs(at).slice(0, 10)} has impossible prices` };
    }
    if (i > 0 && at <= (timeMs[i - 1] ?? 0)) return { code: "BAD_DATA", detail: "bars are not in time order" };
  }
  return undefined;
}

const emptySeries = (symbol: string): BarSeries => {
  const none = new Float64Array(0);
  return { symbol, timeframe: "1Day", timeMs: none, open: none, high: none, low: none, close: none, volume: none };
};
