// Prices: history as bars in columns, and the newest trade.
import type { BarSeries, LatestPrice } from "../core/model/market.ts";
import type { Instant, TradingDay } from "../core/model/time.ts";
import type { Tick } from "../core/monitoring/intradayBars.ts";

/** Throws as Broker reads do. A symbol the source does not know, or has nothing for, is absent from the map. */
export type MarketData = {
  readonly feed: string;
  readonly adjustment: string;
  /** Daily bars of the trading days from `from` to `to`, both included. */
  dailyBars(symbols: readonly string[], from: TradingDay, to: TradingDay): Promise<ReadonlyMap<string, BarSeries>>;
  /** Single trades at or after `from` and before `to`, in no particular order; corrections among them where the feed gives any. */
  trades(symbols: readonly string[], from: Instant, to: Instant): Promise<readonly Tick[]>;
  latestPrices(symbols: readonly string[]): Promise<ReadonlyMap<string, LatestPrice>>;
};
