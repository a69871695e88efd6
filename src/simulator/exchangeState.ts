// The exchange as plain data: everything it remembers, what may happen to it, and what it tells about.

export type Side = "buy" | "sell";
export type OrderType = "market" | "limit" | "stop" | "stop_limit" | "trailing_stop";
export type TimeInForce = "day" | "gtc" | "opg" | "cls" | "ioc" | "fok";
export type OrderClass = "simple" | "bracket" | "oco" | "oto";
export type PositionIntent = "buy_to_open" | "buy_to_close" | "sell_to_open" | "sell_to_close";
export type OrderStatus =
  | "pending_new"
  | "accepted"
  | "new"
  | "partially_filled"
  | "filled"
  | "canceled"
  | "expired"
  | "rejected"
  | "replaced"
  | "held";

/** What a client asks for, read from the wire but not yet judged. Amounts are plain decimal strings. */
export type OrderRequest = {
  readonly symbol: string;
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly orderClass: OrderClass;
  readonly qty: string | null;
  readonly notional: string | null;
  readonly limitPrice: string | null;
  readonly stopPrice: string | null;
  readonly trailPrice: string | null;
  readonly trailPercent: string | null;
  readonly extendedHours: boolean;
  readonly clientOrderId: string | null;
};

export type Order = Omit<OrderRequest, "clientOrderId"> & {
  /** Place in the order of arrival, from 1. */
  readonly serial: number;
  readonly id: string;
  readonly clientOrderId: string;
  readonly positionIntent: PositionIntent;
  readonly status: OrderStatus;
  readonly filledQty: string;
  /** Exact price × quantity of the fills so far. */
  readonly filledValue: string;
  /** What a share was expected to cost when the order was placed: sets the buying power it reserves while it opens a position. */
  readonly expectedPrice: string;
  readonly submittedAtMs: number;
  readonly updatedAtMs: number;
  readonly filledAtMs: number | null;
  readonly canceledAtMs: number | null;
  readonly expiredAtMs: number | null;
  readonly failedAtMs: number | null;
  readonly expiresAtMs: number;
  /** Since when it can be executed; null while it waits for the open. */
  readonly liveSinceMs: number | null;
};

/** Never empty: a position that is closed is no longer there. Short quantities are negative. */
export type HeldPosition = { readonly symbol: string; readonly qty: string; readonly averageCost: string };

export type Fill = {
  readonly serial: number;
  readonly id: string;
  readonly orderId: string;
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly qty: string;
  readonly price: string;
  /** What it added to the cash, in whole cents: negative for a buy. */
  readonly cashChange: string;
  readonly cumulativeQty: string;
  readonly leavesQty: string;
  readonly orderStatus: OrderStatus;
  readonly atMs: number;
};

export type AccountState = {
  readonly id: string;
  readonly number: string;
  readonly createdAtMs: number;
  readonly startingCash: string;
  readonly cash: string;
  readonly multiplier: "1" | "2" | "4";
  /** Equity and maintenance margin at the close of `balanceAsOf`. */
  readonly lastEquity: string;
  readonly lastMaintenanceMargin: string;
  readonly balanceAsOf: string;
  readonly tradingBlocked: boolean;
  readonly configuration: AccountConfiguration;
};

/** What the account's owner has chosen; the exchange honours the first four. */
export type AccountConfiguration = {
  readonly suspendTrade: boolean;
  readonly noShorting: boolean;
  readonly fractionalTrading: boolean;
  /** At most this, however much margin the account has been granted. */
  readonly maxMarginMultiplier: "1" | "2" | "4";
  readonly maxOptionsTradingLevel: 0 | 1 | 2 | 3;
  readonly disableOvernightTrading: boolean;
  readonly ptpNoExceptionEntry: boolean;
  readonly tradeConfirmEmail: "all" | "none";
};

export type ExchangeState = {
  readonly schemaVersion: 1;
  readonly seed: number;
  /** Time never goes back here, even when the clock that drives it does. */
  readonly nowMs: number;
  readonly account: AccountState;
  /** Every order ever accepted, in order of arrival. */
  readonly orders: readonly Order[];
  /** Sorted by symbol. */
  readonly positions: readonly HeldPosition[];
  readonly fills: readonly Fill[];
};

export type ExchangeEvent =
  | { readonly type: "submitOrder"; readonly atMs: number; readonly request: OrderRequest }
  | { readonly type: "cancelOrder"; readonly atMs: number; readonly id: string }
  | { readonly type: "cancelAllOrders"; readonly atMs: number }
  | { readonly type: "configure"; readonly atMs: number; readonly configuration: AccountConfiguration }
  | { readonly type: "advanceTo"; readonly atMs: number };

/** Why a request was turned down, in the words and figures of the wire. */
export type Refusal = {
  readonly status: 403 | 404 | 422;
  readonly code: number;
  readonly message: string;
  readonly fields?: Readonly<Record<string, string>>;
};

/** The names are those of the `trade_updates` stream. */
export type OrderEventName =
  | "pending_new"
  | "accepted"
  | "new"
  | "fill"
  | "partial_fill"
  | "canceled"
  | "expired"
  | "rejected"
  | "replaced";

export type Effect =
  | { readonly type: "orderUpdate"; readonly event: OrderEventName; readonly order: Order; readonly atMs: number }
  | { readonly type: "fill"; readonly fill: Fill }
  | { readonly type: "configured" }
  | { readonly type: "refused"; readonly refusal: Refusal };

export type Stepped = readonly [ExchangeState, readonly Effect[]];

const closedStatuses: readonly OrderStatus[] = ["filled", "canceled", "expired", "rejected", "replaced"];
export const isOpen = ({ status }: Order): boolean => !closedStatuses.includes(status);
