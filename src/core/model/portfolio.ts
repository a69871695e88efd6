// What the account holds and owes at the moment a run looks at it.
import type { Price, Qty, Usd } from "./money.ts";
import type { BrokerOrder, Side } from "./order.ts";

export type AccountSnapshot = {
  readonly accountId: string;
  readonly equity: Usd;
  readonly cash: Usd;
  readonly buyingPower: Usd;
  /** The broker refuses trades on this account, and its own word for why. */
  readonly blocked?: string;
};

/** `qty` is negative for a short position; `available` is what open orders do not hold. */
export type Position = {
  readonly symbol: string;
  readonly qty: Qty;
  readonly available: Qty;
  readonly averagePrice: Price;
  readonly marketValue: Usd;
};

/** An order of an earlier run that may or may not be at the broker, at the price it was planned at. */
export type UncertainOrder = {
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly qty: Qty;
  readonly price: Price;
};

/**
 * Positions sorted by symbol, orders by client order id. An uncertain order is not among the open ones, and neither is one of our exits:
 * shares that only exits hold count as available, because a run that trades their symbol cancels them first.
 */
export type PortfolioSnapshot = {
  readonly account: AccountSnapshot;
  readonly positions: readonly Position[];
  readonly openOrders: readonly BrokerOrder[];
  readonly uncertainOrders: readonly UncertainOrder[];
  readonly exits: readonly BrokerOrder[];
};

/** By what the broker names the account: its id in the API, and the number that people know. */
export type AccountNames = { readonly id?: string; readonly number?: string };
