// What the monitor remembers from one check to the next.
import type { Qty, Usd } from "./money.ts";
import type { Instant, TradingDay } from "./time.ts";

/** A position that the fills of our own orders do not explain. */
export type Drift = {
  readonly symbol: string;
  /** Shares that the ledger explains, and shares that the broker shows; negative for short positions. */
  readonly believed: Qty;
  readonly atBroker: Qty;
  readonly since: Instant;
  /** `suspected` at first sight: a fill may have come between two reads. Confirmed by the next check. */
  readonly state: "suspected" | "adopted" | "ignored" | "flattening";
  /** The order that trades it back, stored before it is sent. */
  readonly clientOrderId?: string;
};

export type MonitorState = {
  readonly checkedAt: Instant;
  /** Executions before it have been read, and these ids after it. */
  readonly fillsThrough: Instant;
  readonly readFillIds: readonly string[];
  /** Shares by symbol as the fills of our orders explain them, on top of what was adopted; no symbol with none. */
  readonly believed: Readonly<Record<string, Qty>>;
  readonly drifts: readonly Drift[];
  readonly equity: Usd;
  readonly peakEquity: Usd;
  /** Equity at the first check of the trading day. */
  readonly dayStartEquity: Usd;
  readonly tradingDay: TradingDay;
};
