// The account's figures: what fills do to cash and positions, what they are worth, and what may still be bought.
import { cents, type Decimal, dec, larger, sharesDown, sixPlaces, sum, text, zero } from "./decimal.ts";
import type { ExchangeState, Fill, HeldPosition, Order } from "./exchangeState.ts";
import type { MarketTape } from "./marketTape.ts";
import { awaitsEntry, counterpartOf, isClosing, openOrders } from "./orderBook.ts";

/** The price of a symbol now; undefined when it has never traded. */
export type MarkOf = (symbol: string) => number | undefined;

export const markAt =
  (tape: MarketTape, ms: number): MarkOf =>
  (symbol) =>
    tape.lastTrade(symbol, ms)?.price;

/** Shares of the value of positions, long or short, that margin keeps back. */
const initialMarginFraction = "0.5";
const maintenanceMarginFraction = "0.3";
/** Below it an account gets neither margin nor short sales. */
const marginMinimumUsd = 2000;

/** Books a fill. Cost is averaged when the position grows and stays when it shrinks; a fill never crosses zero. */
export function bookFill(state: ExchangeState, fill: Fill): ExchangeState {
  const signed = dec(fill.qty).times(fill.side === "buy" ? 1 : -1);
  const held = state.positions.find(({ symbol }) => symbol === fill.symbol);
  const before = dec(held?.qty ?? "0");
  const after = before.plus(signed);
  const grows = after.abs().gt(before.abs());
  const cost = before
    .abs()
    .times(held?.averageCost ?? "0")
    .plus(dec(fill.qty).times(fill.price));
  const averageCost = grows ? text(sixPlaces(cost.div(after.abs()))) : (held?.averageCost ?? "0");
  const others = state.positions.filter(({ symbol }) => symbol !== fill.symbol);
  const positions = after.eq(0) ? others : [...others, { symbol: fill.symbol, qty: text(after), averageCost }];
  return {
    ...state,
    account: { ...state.account, cash: text(dec(state.account.cash).plus(fill.cashChange)) },
    positions: positions.toSorted((a, b) => (a.symbol < b.symbol ? -1 : 1)),
    fills: [...state.fills, fill],
  };
}

/** What a fill of `qty` at `price` does to the cash, in whole cents. */
export const cashChangeOf = (side: "buy" | "sell", qty: string, price: string): string =>
  text(cents(dec(qty).times(price)).times(side === "buy" ? -1 : 1));

/** Shares still to be filled; of an order by amount, what the amount was worth when it was placed. */
export const remainingQty = (order: Order): Decimal =>
  order.qty === null
    ? larger(sharesDown(dec(order.notional ?? "0").div(order.expectedPrice)).minus(order.filledQty), zero)
    : dec(order.qty).minus(order.filledQty);

/** Buying power that an open order keeps from others; exits keep none. */
function reservedBy(order: Order): Decimal {
  if (isClosing(order)) return zero;
  if (order.notional === null) return remainingQty(order).times(order.expectedPrice);
  return larger(dec(order.notional).minus(order.filledValue), zero);
}

/** Shares of a position that an open order has promised away; the two exits of a pair promise the same shares. */
export function promisedBy(state: ExchangeState, order: Order): Decimal {
  if (!isClosing(order) || awaitsEntry(order)) return zero;
  const counterpart = counterpartOf(state, order);
  return counterpart !== undefined && counterpart.serial < order.serial ? zero : remainingQty(order);
}

/** Shares of a position that open orders have already promised away. */
export function heldForOrders(state: ExchangeState, symbol: string): Decimal {
  const concerned = openOrders(state).filter((order) => order.symbol === symbol);
  return sum(concerned.map((order) => promisedBy(state, order)));
}

export type AccountFigures = {
  readonly cash: Decimal;
  readonly equity: Decimal;
  readonly longMarketValue: Decimal;
  readonly shortMarketValue: Decimal;
  readonly initialMargin: Decimal;
  readonly maintenanceMargin: Decimal;
  readonly buyingPower: Decimal;
  readonly regtBuyingPower: Decimal;
  readonly nonMarginableBuyingPower: Decimal;
  /** The multiplier in force, which falls to 1 when the equity is too small for margin. */
  readonly multiplier: "1" | "2" | "4";
  readonly shortingEnabled: boolean;
};

/** All figures at the marks given; a position that never traded is worth its cost. */
export function accountFigures(state: ExchangeState, markOf: MarkOf): AccountFigures {
  const cash = dec(state.account.cash);
  const values = state.positions.map((position) => marketValue(position, markOf(position.symbol)));
  const longMarketValue = sum(values.filter((value) => value.gt(0)));
  const shortMarketValue = sum(values.filter((value) => value.lt(0)));
  const gross = longMarketValue.minus(shortMarketValue);
  const equity = cash.plus(longMarketValue).plus(shortMarketValue);
  const multiplier = equity.lt(marginMinimumUsd) ? "1" : grantedMultiplier(state);
  const reserved = sum(openOrders(state).map(reservedBy));
  const left = (power: Decimal): Decimal => larger(power.minus(reserved), zero);
  // A multiple of the equity less what is already bought with it: (equity − 0.5 gross) × 2 and (equity − 0.25 gross) × 4.
  const leveraged = (times: string): Decimal => larger(equity.times(times).minus(gross), zero);
  return {
    cash,
    equity,
    longMarketValue,
    shortMarketValue,
    initialMargin: gross.times(initialMarginFraction),
    maintenanceMargin: gross.times(maintenanceMarginFraction),
    buyingPower: left(multiplier === "1" ? cash : leveraged(multiplier)),
    regtBuyingPower: left(multiplier === "1" ? cash : leveraged("2")),
    nonMarginableBuyingPower: left(larger(cash, zero)),
    multiplier,
    shortingEnabled: multiplier !== "1" && !state.account.configuration.noShorting,
  };
}

function grantedMultiplier({ account }: ExchangeState): "1" | "2" | "4" {
  const { maxMarginMultiplier } = account.configuration;
  return maxMarginMultiplier < account.multiplier ? maxMarginMultiplier : account.multiplier;
}

export const marketValue = (position: HeldPosition, mark: number | undefined): Decimal =>
  dec(position.qty).times(mark === undefined ? position.averageCost : String(mark));
