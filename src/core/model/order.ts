// Orders at each stage: an intent (what sizing wants), a ticket (what will be sent), an outcome (what became of the sending), the broker's order.
import type { LatestPrice } from "./market.ts";
import type { Price, Qty, Usd } from "./money.ts";
import type { Instant } from "./time.ts";

export type Side = "buy" | "sell";

export type OrderIntent = {
  readonly strategy: string;
  readonly symbol: string;
  readonly side: Side;
  readonly qty: Qty;
  /** The price the size was computed at. */
  readonly referencePrice: Price;
  readonly notional: Usd;
  /** The sizing arithmetic in words, for the receipt. */
  readonly sizing: string;
  /** Whose wish it is: the share of each strategy in the target, those that speak against it negative; sorted by name. */
  readonly attribution: readonly Attribution[];
  /** Strategies that failed: what of the position is theirs stays as it is. Absent where none did. */
  readonly keeps?: readonly string[];
  /** From the signals: where the position is left, as fractions of the price. */
  readonly stopFraction?: number;
  readonly targetFraction?: number;
};

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export type Attribution = { readonly strategy: string; readonly weight: number };

/** Sells before buys, then by symbol and strategy: the order in which intents are judged and sent. */
export function bySendingOrder(a: OrderIntent, b: OrderIntent): number {
  if (a.side !== b.side) return a.side === "sell" ? -1 : 1;
  return compareText(a.symbol, b.symbol) || compareText(a.strategy, b.strategy) || compareText(a.qty, b.qty);
}

/**
 * Stage 2 goes out when every sell of stage 1 has filled, and not at all when one has not. Stage 3 protects what is held after that: its
 * size is what the broker then shows as free, at most the ticket's.
 */
export type Stage = 1 | 2 | 3;

/** Where a position is left: at a gain, at a loss, or whichever comes first. */
export type ExitPrices = { readonly takeProfit?: Price; readonly stopLoss?: Price };

export type OrderTicket = {
  readonly clientOrderId: string;
  readonly stage: Stage;
  readonly strategy: string;
  readonly symbol: string;
  readonly side: Side;
  readonly qty: Qty;
  /** A market or limit order, followed by its exits where it has any; or the exits alone, for shares that are held. */
  readonly type: "market" | "limit" | "exit";
  /** `opg` and `cls`: in the opening and the closing auction. */
  readonly timeInForce: "day" | "gtc" | "opg" | "cls";
  readonly referencePrice: Price;
  /** Of a limit order. */
  readonly limitPrice?: Price;
  readonly exits?: ExitPrices;
};

/** Broker order states that can never change again. */
export const terminalOrderStatuses: readonly string[] = ["filled", "canceled", "expired", "rejected", "replaced"];

export const isTerminal = ({ status }: Pick<BrokerOrder, "status">): boolean => terminalOrderStatuses.includes(status);

/** An order and the exits attached to it. */
export const withLegs = (order: BrokerOrder): readonly BrokerOrder[] => [order, ...(order.legs ?? [])];

/** The broker's own account of an order. Unknown statuses are passed on, never guessed. */
export type BrokerOrder = {
  readonly brokerOrderId: string;
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  /** Null for an order given as an amount of money that has not filled yet. */
  readonly qty: Qty | null;
  readonly filledQty: Qty;
  readonly filledAvgPrice: Price | null;
  readonly limitPrice: Price | null;
  readonly stopPrice: Price | null;
  readonly status: string;
  readonly submittedAt: Instant;
  /** Exits that are attached to it, whatever their state. */
  readonly legs?: readonly BrokerOrder[];
  /** For a leg: the client id of the order that it is attached to. */
  readonly exitOf?: string;
};

/** Why the broker refused an order, in our words; the broker's own are kept beside it. */
export type RejectionCode =
  | "INSUFFICIENT_BUYING_POWER"
  | "INSUFFICIENT_QTY"
  | "NOT_TRADABLE"
  | "NOT_SHORTABLE"
  | "NOT_FRACTIONABLE"
  | "BAD_PRICE"
  | "BAD_ORDER"
  | "WASH_TRADE"
  | "ACCOUNT_BLOCKED"
  | "UNAUTHORIZED"
  | "OTHER";

/** What one attempt to send a ticket led to. */
export type SubmitResult =
  | { readonly kind: "accepted"; readonly order: BrokerOrder }
  /** The broker has this client order id already: an earlier delivery sent it. */
  | { readonly kind: "duplicate" }
  | { readonly kind: "rejected"; readonly code: RejectionCode; readonly message: string }
  /** It provably never reached the broker (429, connection refused): sending again later is safe. */
  | { readonly kind: "notSent"; readonly message: string; readonly throttled: boolean }
  /** It may or may not have reached the broker. */
  | { readonly kind: "unknown"; readonly message: string };

/** What became of one ticket, as recorded; with the newest trade that the gate saw, where it looked at one. */
export type OrderOutcome = { readonly ticket: OrderTicket; readonly gateQuote?: LatestPrice } & (
  | { readonly kind: "accepted"; readonly order: BrokerOrder }
  | { readonly kind: "rejected"; readonly code: RejectionCode; readonly message: string }
  /** Refused by ourselves at the last gate, immediately before it would have been sent. */
  | { readonly kind: "withheld"; readonly code: string; readonly message: string }
  /** May or may not be at the broker since `since`: counts as exposure and blocks its symbol until it is resolved. */
  | { readonly kind: "unknown"; readonly message: string; readonly since: Instant }
  /** Once unknown, and now held to have never reached the broker: by the monitor after its grace, or by a person. */
  | { readonly kind: "notPlaced"; readonly message: string; readonly actor: string }
);

/** Whether nothing can change it any more. */
export const isFinalOutcome = (outcome: OrderOutcome): boolean =>
  outcome.kind === "accepted" ? withLegs(outcome.order).every(isTerminal) : outcome.kind !== "unknown";

/** What one worker held back and another one may have sent: in doubt from `since` on. Any other outcome stays as it is. */
export function doubtWithheld(outcome: OrderOutcome, since: Instant): OrderOutcome {
  if (outcome.kind !== "withheld") return outcome;
  const { kind: _, code, message, ...common } = outcome;
  const doubt = `not sent now (${code}: ${message}), perhaps before or by another worker`;
  return { ...common, kind: "unknown", message: doubt, since };
}

/** A state that an order went through, as it became known: `planned`, a broker's status, or the kind of its outcome. */
export type OrderEvent = {
  readonly at: Instant;
  readonly clientOrderId: string;
  readonly state: string;
  readonly detail: string;
};

/** One execution, as the broker's account activities list it. */
export type BrokerFill = {
  readonly id: string;
  readonly brokerOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly qty: Qty;
  readonly price: Price;
  readonly at: Instant;
};

/** What asking the broker to cancel an order led to. `tooLate`: it is in a state that cannot be cancelled, or is not there. */
export type CancelResult =
  | { readonly kind: "accepted" }
  | { readonly kind: "tooLate"; readonly message: string }
  | { readonly kind: "unknown"; readonly message: string };

const clientOrderIdPrefix = "tw.";

/** Whether it closes a position at a loss or a gain for this system: a leg of one of our orders, or exits sent on their own. */
export const isOwnExit = ({ clientOrderId, exitOf }: Pick<BrokerOrder, "clientOrderId" | "exitOf">): boolean =>
  (exitOf ?? clientOrderId).startsWith(clientOrderIdPrefix) &&
  (exitOf !== undefined || clientOrderId.split(".")[2] === exitStrategy);

/** Stands where the strategy's name does in the client order ids of exits that are sent on their own. */
export const exitStrategy = "exit";

/** Whether an order was sent by this system; whose run it was is in the id too (see `clientOrderIdOf`). */
export const isOwnOrder = ({ clientOrderId }: Pick<BrokerOrder, "clientOrderId">): boolean =>
  clientOrderId.startsWith(clientOrderIdPrefix);

export const isOrderOf = (runId: string, { clientOrderId }: Pick<BrokerOrder, "clientOrderId">): boolean =>
  clientOrderId.startsWith(`${clientOrderIdPrefix}${runId}.`);

/** Client order ids of orders that trade a drift back begin with it. */
export const driftIdPrefix = `${clientOrderIdPrefix}drift.`;

/** Whether an order was sent by a run: one that trades a drift back explains no position. */
export const isOfRun = (order: Pick<BrokerOrder, "clientOrderId">): boolean =>
  isOwnOrder(order) && !order.clientOrderId.startsWith(driftIdPrefix);
