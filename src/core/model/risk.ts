// The verdict on each order intent: what was decided, by which rule, and how far from its limit.
import type { Qty } from "./money.ts";
import type { OrderIntent, Stage } from "./order.ts";

/** Codes of `docs/denial-codes.md`; one per control. */
export type DenialCode =
  | "MAX_ORDER_NOTIONAL"
  | "MAX_POSITION"
  | "MAX_GROSS"
  | "BUYING_POWER"
  | "BELOW_MIN_NOTIONAL"
  | "HALTED"
  | "REDUCING"
  | "WINDOW_CLOSED"
  | "ACCOUNT_BLOCKED"
  | "UNKNOWN_OUTSTANDING"
  | "NO_LIMITS";

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
