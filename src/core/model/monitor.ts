// What the monitor remembers from one check to the next.

import type { Breakers } from "./limits.ts";
import type { Price, Qty, Usd } from "./money.ts";
import type { Side } from "./order.ts";
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

/** A breaker that has switched trading, or is about to. */
export type Trip = {
  readonly breaker: keyof Breakers;
  readonly action: "reduce" | "halt";
  /** The figures, in words for people. */
  readonly reason: string;
  /** The check that decided it. */
  readonly at: Instant;
};

/** What became of one order of late: `taken` but not executed, `executed` at least in part, or `refused` by the broker. */
export type RecentOrder = {
  readonly clientOrderId: string;
  readonly taskId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly at: Instant;
  readonly result: "taken" | "executed" | "refused";
};

/** What the breakers go by from one check to the next. */
export type BreakerMemory = {
  /** Trips that no person has answered by resuming. */
  readonly trips: readonly Trip[];
  /** Oldest first; as many as the breakers that count orders need. */
  readonly recent: readonly RecentOrder[];
  /** Where trading was resumed after a trip: the equity that losses are measured from since, and when counting began anew. */
  readonly dailyLossFrom?: Usd;
  readonly drawdownFrom?: Usd;
  readonly executionsAfter?: Instant;
  readonly rejectionsAfter?: Instant;
};

/** Shares by symbol and strategy, negative for those sold short; what of a position is of none of them is nobody's. */
export type Attributed = Readonly<Record<string, Readonly<Record<string, Qty>>>>;

export type MonitorState = {
  readonly checkedAt: Instant;
  /** Executions before it have been read, and these ids after it. */
  readonly fillsThrough: Instant;
  readonly readFillIds: readonly string[];
  /** Shares by symbol as the fills of our orders explain them, on top of what was adopted; no symbol with none. */
  readonly believed: Readonly<Record<string, Qty>>;
  /** Whose those are, as the fills have left them. */
  readonly attributed: Attributed;
  readonly drifts: readonly Drift[];
  readonly equity: Usd;
  readonly peakEquity: Usd;
  /** Equity at the first check of the trading day. */
  readonly dayStartEquity: Usd;
  readonly tradingDay: TradingDay;
  /** Average cost a share of what is held, by symbol. */
  readonly costs: Readonly<Record<string, Price>>;
  /** When a symbol last lost: a stop of ours was hit, or shares were left at a worse price than they had cost. */
  readonly losses: Readonly<Record<string, Instant>>;
  /** Orders of ended runs that were in doubt. */
  readonly unknownOrders: number;
  readonly breakers: BreakerMemory;
};
