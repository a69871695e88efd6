// Market data as decisions see it: closed bars in columns, the latest price of each symbol, and what had to be left out and why.
import type { Price } from "./money.ts";
import type { Instant } from "./time.ts";

/** Bars of one symbol, oldest first; all columns have the same length. Prices in US dollars, volume in shares. */
export type BarSeries = {
  readonly symbol: string;
  /** Start of each bar, milliseconds since the Unix epoch. */
  readonly timeMs: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
};

/** The newest trade of a symbol; with the quote where the feed gives one. */
export type LatestPrice = {
  readonly symbol: string;
  readonly price: Price;
  readonly at: Instant;
  readonly bid?: Price;
  readonly ask?: Price;
};

export type ExclusionCode = "NO_DATA" | "NOT_ENOUGH_HISTORY" | "NO_PRICE" | "STALE_DATA" | "BAD_DATA";

/** A symbol that takes no part in this run. */
export type Exclusion = { readonly symbol: string; readonly code: ExclusionCode; readonly detail: string };

/** What a run decides on. Symbols are sorted; a symbol is either in `bars` and `latest` or in `excluded`. */
export type MarketSnapshot = {
  readonly asOf: Instant;
  readonly feed: string;
  readonly adjustment: string;
  readonly bars: readonly BarSeries[];
  readonly latest: readonly LatestPrice[];
  readonly excluded: readonly Exclusion[];
};
