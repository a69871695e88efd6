// What the market did: the type of a tape.

/** Prices in US dollars, volume in shares; `startMs` is the left edge, for a daily bar midnight in New York. */
export type TapeBar = {
  readonly startMs: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  readonly tradeCount: number;
  readonly vwap: number;
};

export type TapeTrade = { readonly price: number; readonly size: number; readonly atMs: number };

export type TapeQuote = {
  readonly bid: number;
  readonly ask: number;
  readonly bidSize: number;
  readonly askSize: number;
  readonly atMs: number;
};

/**
 * A stretch of a trading day in which the symbol traded. During all of it an order is executed at once at `ask` or `bid`, and the
 * last trade is at `open`; once it is over, everything between `low` and `high` is known to have traded, and `close` was the last.
 */
export type TradingInterval = {
  readonly fromMs: number;
  readonly toMs: number;
  readonly bid: number;
  readonly ask: number;
  readonly open: number;
  readonly low: number;
  readonly high: number;
  readonly close: number;
  /** Before the open or after the close, where only orders for extended hours are executed. */
  readonly extended: boolean;
};

/** The place of the first interval that ends after the instant; their number when there is none. */
export function firstEndingAfter(intervals: readonly TradingInterval[], ms: number): number {
  let from = 0;
  let to = intervals.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((intervals[middle]?.toMs ?? ms) <= ms) from = middle + 1;
    else to = middle;
  }
  return from;
}

export type TapeAsset = {
  readonly symbol: string;
  readonly tradable: boolean;
  readonly fractionable: boolean;
  readonly shortable: boolean;
  /** Only these are sold short; all shortable ones are unless it says otherwise. */
  readonly easyToBorrow?: boolean;
};

/** A tape knows the future; who reads it must not ask beyond the present. All answers are functions of the arguments alone. */
export type MarketTape = {
  readonly symbols: () => readonly string[];
  readonly asset: (symbol: string) => TapeAsset | undefined;
  /** Whole days, both included, oldest first, as they stand after the close. */
  readonly dailyBars: (symbol: string, fromDay: string, toDay: string) => readonly TapeBar[];
  /** The minutes of a day that traded; none where only the whole day is known. */
  readonly minuteBars: (symbol: string, day: string) => readonly TapeBar[];
  readonly intervals: (symbol: string, day: string) => readonly TradingInterval[];
  /** The last trade at or before the instant. */
  readonly lastTrade: (symbol: string, ms: number) => TapeTrade | undefined;
  readonly quote: (symbol: string, ms: number) => TapeQuote | undefined;
};
