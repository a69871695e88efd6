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
  readonly takeProfit: TakeProfit | null;
  readonly stopLoss: StopLoss | null;
  readonly extendedHours: boolean;
  readonly clientOrderId: string | null;
};

/** The two exits of a complex order; null where the price was left out. */
export type TakeProfit = { readonly limitPrice: string | null };
export type StopLoss = { readonly stopPrice: string | null; readonly limitPrice: string | null };

export type Order = Omit<OrderRequest, "clientOrderId" | "takeProfit" | "stopLoss"> & {
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
  /** Of a trailing stop: the best price since it went live, which its stop price follows. */
  readonly highWaterMark: string | null;
  /** When its stop price was reached; from then on it is a market or a limit order. */
  readonly triggeredAtMs: number | null;
  /** Shares of its first execution where it is executed in two parts. */
  readonly firstPart: string | null;
  /** At most so many shares of it are ever executed, whatever the market does; null for the usual order without such a bound. */
  readonly fillCeiling: string | null;
  /** The serials of the order it is a leg of and of its own legs. */
  readonly parentSerial: number | null;
  readonly legSerials: readonly number[];
  /** Ids of the order it took the place of and of the one that took its place. */
  readonly replaces: string | null;
  readonly replacedBy: string | null;
  readonly replacedAtMs: number | null;
  readonly submittedAtMs: number;
  readonly updatedAtMs: number;
  readonly filledAtMs: number | null;
  readonly canceledAtMs: number | null;
  readonly expiredAtMs: number | null;
  readonly failedAtMs: number | null;
  readonly expiresAtMs: number;
  /** Since when the market can execute or trigger it; null while it waits for the open or for the order it is a leg of. */
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
  readonly schemaVersion: 2;
  readonly seed: number;
  /** The share of orders, from 0 to 1, that are executed in two parts. */
  readonly partialFillShare: number;
  /** Time never goes back here, even when the clock that drives it does. */
  readonly nowMs: number;
  readonly account: AccountState;
  /** Every order ever accepted, in order of arrival. */
  readonly orders: readonly Order[];
  /** Serials of the orders that are not over, ascending. */
  readonly openSerials: readonly number[];
  /** Sorted by symbol. */
  readonly positions: readonly HeldPosition[];
  readonly fills: readonly Fill[];
  readonly disturbances: Disturbances;
  readonly watchlists: Watchlists;
};

export type Watchlist = {
  readonly id: string;
  readonly name: string;
  /** As the client put them, each once. */
  readonly symbols: readonly string[];
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
};

/** `made` counts those deleted too, so that no id comes twice. */
export type Watchlists = { readonly made: number; readonly lists: readonly Watchlist[] };

/** What interventions have put out of order. */
export type Disturbances = {
  readonly haltedSymbols: readonly string[];
  /** How many of the next orders end rejected after they were taken. */
  readonly ordersToReject: number;
  /** How many of the next orders are executed by half and then rest. */
  readonly ordersToSilence: number;
};

/** What an operator of the exchange can do to it. */
export type Intervention =
  | { readonly kind: "haltSymbol" | "resumeSymbol"; readonly symbol: string }
  | { readonly kind: "rejectNextOrders" | "partialThenSilence"; readonly count: number }
  | { readonly kind: "blockTrading"; readonly blocked: boolean };

/** What a replacement changes; null leaves a term as it is. `trail` is the trail price or percent, whichever the order has. */
export type Replacement = {
  readonly qty: string | null;
  readonly limitPrice: string | null;
  readonly stopPrice: string | null;
  readonly trail: string | null;
  readonly timeInForce: TimeInForce | null;
  readonly clientOrderId: string | null;
};

export type ExchangeEvent =
  | { readonly type: "submitOrder"; readonly atMs: number; readonly request: OrderRequest }
  | { readonly type: "cancelOrder"; readonly atMs: number; readonly id: string }
  | { readonly type: "replaceOrder"; readonly atMs: number; readonly id: string; readonly replacement: Replacement }
  | { readonly type: "cancelAllOrders"; readonly atMs: number }
  | { readonly type: "intervene"; readonly atMs: number; readonly intervention: Intervention }
  | { readonly type: "configure"; readonly atMs: number; readonly configuration: AccountConfiguration }
  | { readonly type: "changeWatchlists"; readonly atMs: number; readonly watchlists: Watchlists }
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

export type OrderUpdate = {
  readonly type: "orderUpdate";
  readonly event: OrderEventName;
  readonly order: Order;
  readonly atMs: number;
  /** Of a fill or partial_fill: what was executed, and the signed position it led to. */
  readonly fill?: Fill;
  readonly positionQty?: string;
};

export type Effect =
  | OrderUpdate
  | { readonly type: "fill"; readonly fill: Fill }
  | { readonly type: "configured" | "watchlistsChanged" }
  | { readonly type: "intervened"; readonly intervention: Intervention }
  | { readonly type: "refused"; readonly refusal: Refusal };

export type Stepped = readonly [ExchangeState, readonly Effect[]];

const closedStatuses: readonly OrderStatus[] = ["filled", "canceled", "expired", "rejected", "replaced"];
export const isOpen = ({ status }: Order): boolean => !closedStatuses.includes(status);
