// The verdict on each order intent: what was decided, by which rule, and how far from its limit.
import type { Qty } from "./money.ts";
import type { OrderIntent, Stage } from "./order.ts";

/** Codes of `docs/denial-codes.md`, in the order of the controls. */
export const denialCodes = [
  "MAX_ORDER_QTY",
  "MAX_ORDER_NOTIONAL",
  "BELOW_MIN_NOTIONAL",
  "BAD_INCREMENT",
  "PRICE_COLLAR",
  "STALE_DATA",
  "DATA_GAP",
  "IMPLAUSIBLE_PRICE",
  "MAX_POSITION",
  "MAX_GROSS",
  "MAX_NET",
  "MAX_OPEN_POSITIONS",
  "MAX_OPEN_ORDERS",
  "BUYING_POWER",
  "MAX_DAILY_LOSS",
  "MAX_DRAWDOWN",
  "ORDER_RATE",
  "REPEATED_EXECUTION",
  "DUPLICATE_ORDER",
  "RESTRICTED_SYMBOL",
  "ASSET_FLAG",
  "SELF_TRADE",
  "COOLDOWN",
  "HALTED",
  "REDUCING",
  "ACCOUNT_BLOCKED",
  "WRONG_ACCOUNT",
  "CLOCK_SKEW",
  "UNKNOWN_OUTSTANDING",
  "IN_OUT_MISMATCH",
  "WINDOW_CLOSED",
  "NO_LIMITS",
] as const;
export type DenialCode = (typeof denialCodes)[number];

/** One rule's figure beside its limit, in US dollars unless the rule says otherwise. */
export type RuleFigure = {
  readonly rule: string;
  readonly limit: string;
  readonly figure: string;
  readonly headroom: string;
};

export type RiskVerdict = {
  readonly intent: OrderIntent;
  readonly decision: "approved" | "reduced" | "denied";
  /** The quantity that may be sent: the intent's, a smaller one, or zero. */
  readonly qty: Qty;
  /** Present when reduced or denied: the rule that bit hardest. */
  readonly code?: DenialCode;
  readonly message?: string;
  readonly figures: readonly RuleFigure[];
  /** 2 when it fits only once the sells of the batch have filled. */
  readonly stage: Exclude<Stage, 3>;
};
