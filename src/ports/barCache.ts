// What processes keep for one another within a trading day: closed daily bars as they were read from the feed.
import type { BarSeries } from "../core/model/market.ts";
import type { Instant } from "../core/model/time.ts";

/** Bars of another key are not those asked for. `day` holds the trading day on which they were read, and whatever else ends their use. */
export type BarKey = {
  readonly feed: string;
  readonly adjustment: string;
  readonly timeframe: "1Day";
  readonly day: string;
};

/** `from`: how far back was asked, though the symbol may be younger. */
export type KeptBars = { readonly from: Instant; readonly series: BarSeries };

/** Holds one history a symbol, feed and adjustment: a later one takes the place of an earlier one, whoever writes it. */
export type BarCache = {
  /** What is kept of these symbols under this very key. Throws TransientError out of reach, InvariantError for what cannot be read. */
  read(key: BarKey, symbols: readonly string[]): Promise<readonly KeptBars[]>;
  write(key: BarKey, bars: readonly KeptBars[]): Promise<void>;
  forget(key: BarKey, symbols: readonly string[]): Promise<void>;
};
