// Prices: history as bars in columns, and the newest trade.
import type { BarSeries, LatestPrice } from "../core/model/market.ts";
import type { TradingDay } from "../core/model/time.ts";

/** Throws as Broker reads do. A symbol the source does not know, or has nothing for, is absent from the map. */
export type MarketData = {
  readonly feed: string;
  readonly adjustment: string;
  /** Daily bars of the trading days from `from` to `to`, both included. */
  dailyBars(symbols: readonly string[], from: TradingDay, to: TradingDay): Promise<ReadonlyMap<string, BarSeries>>;
  latestPrices(symbols: readonly string[]): Promise<ReadonlyMap<string, LatestPrice>>;
};
