// Which orders are refused by the market and the account, and in which words: one small rule for each, tried in order.
import { accountFigures, heldForOrders, markAt } from "./account.ts";
import { complexPriceRules, complexRequestRules } from "./complexOrderRules.ts";
import { type Decimal, dec, larger, text } from "./decimal.ts";
import type { ExchangeState, Order, OrderRequest, PositionIntent, Refusal } from "./exchangeState.ts";
import type { MarketTape, TapeAsset, TapeQuote } from "./marketTape.ts";
import { awaitsEntry, openOrders } from "./orderBook.ts";
import { firstRefusal, forbidden, malformed, type Rule, unprocessable } from "./refusals.ts";
import { isFractional, requestRules } from "./requestRules.ts";
import { timeRule } from "./timeRules.ts";
import { isStop, trailedStop } from "./triggers.ts";

/** What an order that passes every rule is worth and does to the position. */
export type Acceptance = { readonly positionIntent: PositionIntent; readonly expectedPrice: string };

type Judged = {
  readonly request: OrderRequest;
  readonly state: ExchangeState;
  readonly asset: TapeAsset;
  readonly positionIntent: PositionIntent;
  /** The last trade. */
  readonly currentPrice: Decimal;
  readonly basePrice: string;
  /** Quantity held, always positive, and how much of it no open order has promised. */
  readonly existing: Decimal;
  readonly available: Decimal;
  readonly expectedPrice: Decimal;
  /** Shares wanted; for an amount of money, what it buys at the expected price. */
  readonly shares: Decimal;
  readonly cost: Decimal;
  readonly tape: MarketTape;
};

/** Judges a new order against the rules in order; the first that objects gives the refusal. */
export function judgeOrder(state: ExchangeState, tape: MarketTape, request: OrderRequest): Acceptance | Refusal {
  return (
    firstRefusal(requestRules, request) ??
    firstRefusal(complexRequestRules, request) ??
    timeRule(request, state.nowMs) ??
    judgeAgainstAccount(state, tape, request, [...complexPriceRules, ...accountRules])
  );
}

/** Judges what an order is to be replaced by, in a state without it. */
export function judgeReplacement(state: ExchangeState, tape: MarketTape, request: OrderRequest): Acceptance | Refusal {
  return firstRefusal(requestRules, request) ?? judgeAgainstAccount(state, tape, request, accountRules);
}

export const isRefusal = (verdict: Acceptance | Refusal): verdict is Refusal => "code" in verdict;

function judgeAgainstAccount(
  state: ExchangeState,
  tape: MarketTape,
  request: OrderRequest,
  rules: readonly Rule<Judged>[],
): Acceptance | Refusal {
  const asset = tape.asset(request.symbol);
  if (asset === undefined) return unprocessable(`asset "${request.symbol}" not found`);
  const badAsset = firstRefusal(assetRules, { request, asset });
  if (badAsset !== undefined) return badAsset;
  const quote = tape.quote(request.symbol, state.nowMs);
  if (quote === undefined) return unprocessable(`asset "${request.symbol}" is not tradable`);
  const judged = measure(state, tape, request, asset, quote);
  const refusal = firstRefusal(rules, judged);
  return refusal ?? { positionIntent: judged.positionIntent, expectedPrice: text(judged.expectedPrice) };
}

function measure(
  state: ExchangeState,
  tape: MarketTape,
  request: OrderRequest,
  asset: TapeAsset,
  quote: TapeQuote,
): Judged {
  const position = dec(state.positions.find(({ symbol }) => symbol === request.symbol)?.qty ?? "0");
  const closes = request.side === "buy" ? position.lt(0) : position.gt(0);
  const positionIntent: PositionIntent = `${request.side}_to_${closes ? "close" : "open"}`;
  const currentPrice = dec(String(tape.lastTrade(request.symbol, state.nowMs)?.price ?? quote.bid));
  const expectedPrice = expectedPriceOf(request, positionIntent, quote, currentPrice);
  const shares = request.qty === null ? dec(request.notional ?? "0").div(expectedPrice) : dec(request.qty);
  return {
    request,
    state,
    asset,
    positionIntent,
    currentPrice,
    basePrice:
      request.orderClass === "oco"
        ? text(currentPrice)
        : (request.limitPrice ?? request.stopPrice ?? text(currentPrice)),
    existing: position.abs(),
    available: position.abs().minus(heldForOrders(state, request.symbol)),
    expectedPrice,
    shares,
    cost: request.notional === null ? shares.times(expectedPrice) : dec(request.notional),
    tape,
  };
}

/** A limit is the worst price, a buy that waits for a stop price pays about that, and anything else pays what is quoted. */
function expectedPriceOf(
  request: OrderRequest,
  positionIntent: PositionIntent,
  quote: TapeQuote,
  currentPrice: Decimal,
): Decimal {
  // A short sale is valued as if it had to be bought back three percent above the ask.
  if (positionIntent === "sell_to_open") return larger(dec(request.limitPrice ?? "0"), dec(quote.ask).times("1.03"));
  if (request.limitPrice !== null) return dec(request.limitPrice);
  if (request.side === "sell") return dec(quote.bid);
  const stop = request.type === "trailing_stop" ? trailedStop(request, text(currentPrice)) : request.stopPrice;
  return larger(dec(quote.ask), dec(stop ?? "0"));
}

/** Of the request and what it trades. */
const assetRules: readonly Rule<{ readonly request: OrderRequest; readonly asset: TapeAsset }>[] = [
  ({ asset }) => !asset.tradable && unprocessable(`asset "${asset.symbol}" is not tradable`),
  ({ request, asset }) =>
    isFractional(request) && !asset.fractionable && forbidden(`asset "${asset.symbol}" is not fractionable`),
];

const opposite = ({ request, state }: Judged): readonly Order[] =>
  openOrders(state).filter((order) => order.symbol === request.symbol && order.side !== request.side);

/** Of the request and the state of the account. */
const accountRules: readonly Rule<Judged>[] = [
  ({ state, request }) => duplicateId(state, request),
  ({ state }) => state.account.tradingBlocked && forbidden("account is not authorized to trade"),
  ({ state }) => state.account.configuration.suspendTrade && forbidden("new orders are rejected by user request"),
  ({ state, request }) =>
    isFractional(request) &&
    !state.account.configuration.fractionalTrading &&
    forbidden("fractional trading is disabled for this account"),
  stopIsReached,
  crossesOpenOrder,
  exceedsPosition,
  sellsShort,
  washes,
  ({ request, cost }) =>
    isFractional(request) &&
    request.side === "buy" &&
    cost.lt(1) &&
    forbidden("cost basis must be >= minimal amount of order 1"),
  exceedsBuyingPower,
];

/** An id is taken for ever, by orders that are over too. */
export function duplicateId({ orders }: ExchangeState, { clientOrderId: wanted }: OrderRequest): Refusal | undefined {
  const taken = wanted !== null && orders.some(({ clientOrderId }) => clientOrderId === wanted);
  return taken ? malformed("client_order_id must be unique") : undefined;
}

/** A stop order waits for a worse price than the current one. */
function stopIsReached({ request, currentPrice }: Judged): Refusal | undefined {
  if (!isStop(request)) return undefined;
  const stop = request.type === "trailing_stop" ? trailedStop(request, text(currentPrice)) : request.stopPrice;
  if (stop === null) return undefined;
  if (request.side === "sell" && currentPrice.lte(stop)) {
    return unprocessable("stop price must be less than current price");
  }
  if (request.side === "buy" && currentPrice.gte(stop)) {
    return unprocessable("stop price must be greater than current price");
  }
  return dec(stop).lte(0) ? unprocessable("trail_price must be less than current price") : undefined;
}

function crossesOpenOrder(judged: Judged): Refusal | undefined {
  const { positionIntent } = judged;
  const opening = opposite(judged).some((order) => order.positionIntent.endsWith("_to_open"));
  if (positionIntent === "buy_to_open" && opening) {
    return forbidden("cannot open a long buy while a short sell order is open");
  }
  if (positionIntent === "sell_to_open" && opening) {
    return forbidden("cannot open a short sell while a long buy order is open");
  }
  return undefined;
}

/** One order neither sells more than is there nor turns a position round. */
function exceedsPosition({ request, positionIntent, shares, existing, available }: Judged): Refusal | undefined {
  if (!positionIntent.endsWith("_to_close") || shares.lte(available)) return undefined;
  const requested = text(shares.round(9));
  return forbidden(`insufficient qty available for order (requested: ${requested}, available: ${text(available)})`, {
    available: text(available),
    existing_qty: text(existing),
    held_for_orders: text(existing.minus(available)),
    symbol: request.symbol,
  });
}

function sellsShort({ request, positionIntent, asset, state, tape }: Judged): Refusal | undefined {
  if (positionIntent !== "sell_to_open") return undefined;
  if (isFractional(request)) return unprocessable("fractional orders cannot be sold short");
  if (!asset.shortable || asset.easyToBorrow === false) {
    return unprocessable(`asset "${asset.symbol}" cannot be sold short`);
  }
  const { shortingEnabled } = accountFigures(state, markAt(tape, state.nowMs));
  return shortingEnabled ? undefined : forbidden("account is not allowed to short");
}

type Exemption = Pick<OrderRequest, "type" | "orderClass">;
const isExempt = ({ type, orderClass }: Exemption): boolean =>
  type === "trailing_stop" || orderClass === "bracket" || orderClass === "oco";

/** Two open orders of one account must not be able to trade with each other. */
function washes(judged: Judged): Refusal | undefined {
  const { request } = judged;
  if (isExempt(request)) return undefined;
  const counterpart = opposite(judged).find((order) => {
    if (isExempt(order) || awaitsEntry(order)) return false;
    if (request.type !== "limit" || order.type !== "limit") return true;
    const [buy, sell] = request.side === "buy" ? [request, order] : [order, request];
    return dec(buy.limitPrice ?? "0").gte(sell.limitPrice ?? "0");
  });
  return (
    counterpart &&
    forbidden("potential wash trade detected. use complex orders", {
      existing_order_id: counterpart.id,
      reject_reason: `opposite side ${counterpart.type} order exists`,
    })
  );
}

function exceedsBuyingPower({ state, tape, positionIntent, cost }: Judged): Refusal | undefined {
  if (positionIntent.endsWith("_to_close")) return undefined;
  const { buyingPower } = accountFigures(state, markAt(tape, state.nowMs));
  if (cost.lte(buyingPower)) return undefined;
  return forbidden("insufficient buying power", {
    buying_power: text(buyingPower.round(2)),
    cost_basis: text(cost.round(2)),
  });
}
