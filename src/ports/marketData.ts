// Prices: history as bars in columns, and the newest trade.
import type { BarSeries, BaseTimeframe, LatestPrice } from "../core/model/market.ts";
import type { Instant } from "../core/model/time.ts";
import type { Tick } from "../core/monitoring/intradayBars.ts";

/** Bars that start at or after `from` and before `to`. */
export type BarQuery = {
  readonly symbols: readonly string[];
  readonly timeframe: BaseTimeframe;
  readonly from: Instant;
  readonly to: Instant;
};

/** Throws as Broker reads do. A symbol the source does not know, or has nothing for, is absent from the map. */
export type MarketData = {
  readonly feed: string;
  readonly adjustment: string;
  /** As the source has them, extended hours included: one that is not over yet is among them where the time asked for reaches so far. */
  bars(query: BarQuery): Promise<ReadonlyMap<string, BarSeries>>;
  /** Single trades at or after `from` and before `to`, in no particular order; corrections among them where the feed gives any. */
  trades(symbols: readonly string[], from: Instant, to: Instant): Promise<readonly Tick[]>;
  /** With their quotes and the close before, where the source has them: all in one answer. */
  latestPrices(symbols: readonly string[]): Promise<ReadonlyMap<string, LatestPrice>>;
};
