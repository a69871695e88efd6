// Market data as decisions see it: closed bars in columns, the latest price of each symbol, and what had to be left out and why.
import { z } from "zod";
import type { Price } from "./money.ts";
import type { Instant, TradingDay } from "./time.ts";

/** How long a bar is, from the shortest to the longest. Days, weeks and months are those of the exchange's sessions. */
export const timeframeSchema = z.enum(["1Min", "5Min", "15Min", "30Min", "1Hour", "1Day", "1Week", "1Month"]);
export type Timeframe = z.infer<typeof timeframeSchema>;
/** What is asked for at the source: the other timeframes are put together from these. */
export type BaseTimeframe = Extract<Timeframe, "1Min" | "1Day">;

/** Closed bars of one symbol, oldest first; all columns have the same length. Prices in US dollars, volume in shares. */
export type BarSeries = {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** Start of each bar, milliseconds since the Unix epoch; of a day, week or month, midnight in New York as it begins. */
  readonly timeMs: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
};

const column = z
  .custom<readonly number[]>((value) => Array.isArray(value) && value.every(Number.isFinite), "must be finite numbers")
  .transform((values) => Float64Array.from(values));
/** A series as it is stored, its columns as arrays. */
export const barSeriesSchema = z
  .strictObject({
    symbol: z.string(),
    timeframe: timeframeSchema,
    timeMs: column,
    open: column,
    high: column,
    low: column,
    close: column,
    volume: column,
  })
  .refine(
    ({ symbol: _, timeframe: __, ...columns }) =>
      new Set(Object.values(columns).map(({ length }) => length)).size === 1,
    "columns must have the same length",
  );
/** The series as plain JSON values, which `barSeriesSchema` reads back. */
export const encodeSeries = (series: BarSeries): unknown =>
  Object.fromEntries(Object.entries(series).map(([key, of]) => [key, typeof of === "string" ? of : [...of]]));

/** The newest trade of a symbol; with the quote where the feed gives one. */
export type LatestPrice = {
  readonly symbol: string;
  readonly price: Price;
  readonly at: Instant;
  readonly bid?: Price;
  readonly ask?: Price;
  /** What the symbol closed at on an earlier day, as it was traded then: adjusted for nothing. */
  readonly previousClose?: { readonly day: TradingDay; readonly price: Price };
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
