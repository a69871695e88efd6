// Market data as decisions see it: closed bars in columns, the latest price of each symbol, and what had to be left out and why.
import { z } from "zod";
import type { Price } from "./money.ts";
import type { Instant } from "./time.ts";

/** How long a bar is, from the shortest to the longest. Days, weeks and months are those of the exchange's sessions. */
export const timeframeSchema = z.enum(["1Min", "5Min", "15Min", "30Min", "1Hour", "1Day", "1Week", "1Month"]);
export type Timeframe = z.infer<typeof timeframeSchema>;

/** Closed bars of one symbol, oldest first; all columns have the same length. Prices in US dollars, volume in shares. */
export type BarSeries = {
  readonly symbol: string;
  readonly timeframe: Timeframe;
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

/** What the broker lets be done with a symbol. */
export type AssetFlags = {
  readonly symbol: string;
  readonly tradable: boolean;
  readonly fractionable: boolean;
  readonly shortable: boolean;
};

export const exclusionCodes = [
  "NO_DATA",
  "NOT_ENOUGH_HISTORY",
  "NO_PRICE",
  "STALE_DATA",
  "DATA_GAP",
  "BAD_DATA",
  "IMPLAUSIBLE_PRICE",
  "ADJUSTMENT_MISMATCH",
] as const;
export type ExclusionCode = (typeof exclusionCodes)[number];

/** A symbol that takes no part in this run. */
export type Exclusion = { readonly symbol: string; readonly code: ExclusionCode; readonly detail: string };

/**
 * What a run decides on. Symbols are sorted, series by symbol and then timeframe; a symbol is either in `latest`, with a series for each
 * timeframe that the task's strategies ask for, or in `excluded`.
 */
export type MarketSnapshot = {
  readonly asOf: Instant;
  readonly feed: string;
  readonly adjustment: string;
  readonly bars: readonly BarSeries[];
  readonly latest: readonly LatestPrice[];
  /** Of every symbol in `latest`, sorted. */
  readonly assets: readonly AssetFlags[];
  readonly excluded: readonly Exclusion[];
};
