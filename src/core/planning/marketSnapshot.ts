// Judges the data of each symbol: what is fit to decide on goes into the snapshot, the rest is excluded with its reason.
import { bySymbol } from "../model/bySymbol.ts";
import type { RiskLimits } from "../model/limits.ts";
import type { AssetFlags, BarSeries, BaseTimeframe, Exclusion, LatestPrice, MarketSnapshot } from "../model/market.ts";
import { isPositive } from "../model/money.ts";
import type { Position } from "../model/portfolio.ts";
import type { Instant } from "../model/time.ts";
import { tradingDayOf } from "../schedule/tradingCalendar.ts";
import { adjustmentFault } from "./adjustment.ts";
import { barFault, type SymbolFault, spikeFault } from "./barFaults.ts";
import type { DataNeeds } from "./dataNeeds.ts";
import { type HistoryNeed, historyNeed, judgeHistory } from "./history.ts";

export type FetchedData = {
  readonly asOf: Instant;
  readonly feed: string;
  readonly adjustment: string;
  readonly symbols: readonly string[];
  readonly needs: DataNeeds;
  /** What was asked for, by symbol; a timeframe that nobody needs is absent. */
  readonly bars: ReadonlyMap<BaseTimeframe, ReadonlyMap<string, BarSeries>>;
  readonly latest: ReadonlyMap<string, LatestPrice>;
  readonly assets: ReadonlyMap<string, Omit<AssetFlags, "symbol">>;
  readonly positions: readonly Position[];
  readonly limits: RiskLimits;
};

/** Every symbol of `symbols` ends either in the snapshot or among its exclusions, with the first fault found. */
export function judgeSymbols(data: FetchedData): MarketSnapshot {
  const bars: BarSeries[] = [];
  const latest: LatestPrice[] = [];
  const excluded: Exclusion[] = [];
  const positions = bySymbol(data.positions);
  const needs = data.needs.bars.map((need) => historyNeed(need, data.asOf, data.limits));
  for (const symbol of [...data.symbols].sort()) {
    const price = data.latest.get(symbol);
    if (price === undefined) {
      excluded.push({ symbol, ...noPrice(symbol, data) });
      continue;
    }
    const judged = priceFault(price, data) ?? judgeBars(price, positions.get(symbol), data, needs);
    if ("code" in judged) excluded.push({ symbol, ...judged });
    else {
      bars.push(...judged);
      latest.push(price);
    }
  }
  const assets = latest.flatMap(({ symbol }) => {
    const flags = data.assets.get(symbol);
    return flags === undefined ? [] : [{ symbol, ...flags }];
  });
  return { asOf: data.asOf, feed: data.feed, adjustment: data.adjustment, bars, latest, assets, excluded };
}

const noPrice = (symbol: string, { bars }: FetchedData): SymbolFault =>
  [...bars.values()].some((bySymbol) => bySymbol.has(symbol))
    ? { code: "NO_PRICE", detail: "the feed has no latest price" }
    : { code: "NO_DATA", detail: "the feed has no bar and no price" };

function priceFault({ price, at, bid, ask }: LatestPrice, { asOf, needs }: FetchedData): SymbolFault | undefined {
  const day = tradingDayOf(at);
  if (day !== tradingDayOf(asOf)) return { code: "NO_PRICE", detail: `no trade today; the newest is of ${day}` };
  if (!isPositive(price)) return { code: "BAD_DATA", detail: `the latest price is ${price}` };
  if (!needs.quotes || (bid !== undefined && ask !== undefined)) return undefined;
  return { code: "NO_PRICE", detail: "the feed has no quote with both sides" };
}

/** A series for each timeframe that is needed, or the first fault: of the bars as they came, of their adjustment, of their number and age. */
function judgeBars(
  latest: LatestPrice,
  position: Position | undefined,
  { asOf, bars, limits }: FetchedData,
  needs: readonly HistoryNeed[],
): readonly BarSeries[] | SymbolFault {
  const { symbol } = latest;
  const fetched = [...bars.values()].flatMap((bySymbol) => bySymbol.get(symbol) ?? []);
  for (const series of fetched) {
    const fault = barFault(series) ?? spikeFault(series, limits);
    if (fault !== undefined) return fault;
  }
  const history = bars.get("1Day")?.get(symbol) ?? fetched[0];
  const mismatch = adjustmentFault(history, latest, position);
  if (mismatch !== undefined) return { code: "ADJUSTMENT_MISMATCH", detail: mismatch };
  const found: BarSeries[] = [];
  for (const need of needs) {
    const judged = judgeHistory({ symbol, series: bars.get(need.base)?.get(symbol), latest, asOf }, need, limits);
    if ("code" in judged) return judged;
    found.push(judged);
  }
  return found;
}
