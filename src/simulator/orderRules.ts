// Which orders are refused, and in which words: one small rule for each, tried in order.
import { accountFigures, heldForOrders } from "./account.ts";
import { type Decimal, dec, larger, text } from "./decimal.ts";
import {
  type ExchangeState,
  isOpen,
  type Order,
  type OrderRequest,
  type PositionIntent,
  type Refusal,
} from "./exchangeState.ts";
import type { MarketTape, TapeAsset, TapeQuote } from "./marketTape.ts";

/** What an order that passes every rule is worth and does to the position. */
export type Acceptance = { readonly positionIntent: PositionIntent; readonly expectedPrice: string };

type Judged = {
  readonly request: OrderRequest;
  readonly state: ExchangeState;
  readonly asset: TapeAsset;
  readonly quote: TapeQuote;
  readonly positionIntent: PositionIntent;
  /** Quantity held, always positive, and how much of it no open order has promised. */
  readonly existing: Decimal;
  readonly available: Decimal;
  readonly expectedPrice: Decimal;
  /** Shares wanted; for an amount of money, what it buys at the expected price. */
  readonly shares: Decimal;
  readonly cost: Decimal;
  readonly tape: MarketTape;
};

const malformed = (message: string): Refusal => ({ status: 422, code: 40010001, message });
const unprocessable = (message: string): Refusal => ({ status: 422, code: 42210000, message });
const forbidden = (message: string, fields?: Record<string, string>): Refusal => ({
  status: 403,
  code: 40310000,
  message,
  ...(fields && { fields }),
});

/** Judges an order against the rules in order; the first that objects gives the refusal. */
export function judgeOrder(state: ExchangeState, tape: MarketTape, request: OrderRequest): Acceptance | Refusal {
  const asset = tape.asset(request.symbol);
  const badRequest = first(requestRules, request) ?? (asset && first(assetRules, { request, asset }));
  if (badRequest !== undefined) return badRequest;
  if (asset === undefined) return unprocessable(`asset "${request.symbol}" not found`);
  const quote = tape.quote(request.symbol, state.nowMs);
  if (quote === undefined) return unprocessable(`asset "${request.symbol}" is not tradable`);
  const judged = measure(state, tape, request, asset, quote);
  const refusal = first(accountRules, judged);
  return refusal ?? { positionIntent: judged.positionIntent, expectedPrice: text(judged.expectedPrice) };
}

export const isRefusal = (verdict: Acceptance | Refusal): verdict is Refusal => "code" in verdict;

type Rule<T> = (subject: T) => Refusal | false | undefined;

function first<T>(rules: readonly Rule<T>[], subject: T): Refusal | undefined {
  for (const rule of rules) {
    const refusal = rule(subject);
    if (refusal) return refusal;
  }
  return undefined;
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
  const atQuote = dec(request.side === "buy" ? quote.ask : quote.bid);
  // A short sale is valued as if it had to be bought back three percent above the ask.
  const expectedPrice =
    positionIntent === "sell_to_open"
      ? larger(dec(request.limitPrice ?? "0"), dec(quote.ask).times("1.03"))
      : dec(request.limitPrice ?? atQuote);
  const shares = request.qty === null ? dec(request.notional ?? "0").div(expectedPrice) : dec(request.qty);
  return {
    request,
    state,
    asset,
    quote,
    positionIntent,
    existing: position.abs(),
    available: position.abs().minus(heldForOrders(state, request.symbol)),
    expectedPrice,
    shares,
    cost: request.notional === null ? shares.times(expectedPrice) : dec(request.notional),
    tape,
  };
}

const decimals = (amount: string): number => dec(amount).toFixed().split(".")[1]?.length ?? 0;
const isFractional = ({ qty, notional }: OrderRequest): boolean => notional !== null || decimals(qty ?? "0") > 0;
const subPenny = (price: string): boolean => decimals(price) > (dec(price).gte(1) ? 2 : 4);
const limited = ({ type }: OrderRequest): boolean => type === "limit" || type === "stop_limit";

/** Of the request alone. */
const requestRules: readonly Rule<OrderRequest>[] = [
  ({ qty, notional }) => qty === null && notional === null && malformed("qty or notional is required"),
  ({ qty, notional }) => qty !== null && notional !== null && malformed("only one of qty or notional is accepted"),
  ({ qty }) => qty !== null && dec(qty).lte(0) && malformed("qty must be > 0"),
  ({ notional }) => notional !== null && dec(notional).lte(0) && malformed("notional must be > 0"),
  ({ clientOrderId }) =>
    clientOrderId !== null &&
    clientOrderId.length > 128 &&
    malformed("client_order_id must be no more than 128 characters"),
  (request) => limited(request) && request.limitPrice === null && malformed("limit orders require a limit price"),
  ({ type, limitPrice, stopPrice }) =>
    type === "market" &&
    (limitPrice !== null || stopPrice !== null) &&
    malformed("market orders require no stop or limit price"),
  ({ limitPrice }) => limitPrice !== null && dec(limitPrice).lte(0) && malformed("limit_price must be > 0"),
  ({ type }) => type !== "market" && type !== "limit" && unprocessable(`order type "${type}" is not simulated yet`),
  ({ timeInForce }) =>
    timeInForce !== "day" &&
    timeInForce !== "gtc" &&
    unprocessable(`time in force "${timeInForce}" is not simulated yet`),
  (request) =>
    isFractional(request) &&
    request.orderClass !== "simple" &&
    unprocessable("fractional orders must be simple orders"),
  ({ orderClass }) => orderClass !== "simple" && unprocessable(`order class "${orderClass}" is not simulated yet`),
  ({ limitPrice }) =>
    limitPrice !== null &&
    subPenny(limitPrice) &&
    unprocessable(`invalid limit_price ${limitPrice}. sub-penny increment does not fulfill minimum pricing criteria`),
  ({ notional }) =>
    notional !== null && decimals(notional) > 2 && unprocessable("notional value must be limited to 2 decimal places"),
  ({ qty }) => qty !== null && decimals(qty) > 9 && unprocessable("qty must be limited to 9 decimal places"),
  (request) =>
    isFractional(request) && request.timeInForce !== "day" && unprocessable("fractional orders must be DAY orders"),
  ({ extendedHours, type }) =>
    extendedHours && type !== "limit" && unprocessable("extended hours order must be DAY or GTC limit orders"),
];

/** Of the request and what it trades. */
const assetRules: readonly Rule<{ readonly request: OrderRequest; readonly asset: TapeAsset }>[] = [
  ({ asset }) => !asset.tradable && unprocessable(`asset "${asset.symbol}" is not tradable`),
  ({ request, asset }) =>
    isFractional(request) && !asset.fractionable && forbidden(`asset "${asset.symbol}" is not fractionable`),
];

const opposite = ({ request, state }: Judged): readonly Order[] =>
  state.orders.filter((order) => order.symbol === request.symbol && order.side !== request.side && isOpen(order));

/** Of the request and the state of the account. */
const accountRules: readonly Rule<Judged>[] = [
  ({ state, request }) =>
    state.orders.some(({ clientOrderId }) => clientOrderId === request.clientOrderId) &&
    malformed("client_order_id must be unique"),
  ({ state }) => state.account.tradingBlocked && forbidden("account is not authorized to trade"),
  ({ state }) => state.account.configuration.suspendTrade && forbidden("new orders are rejected by user request"),
  ({ state, request }) =>
    isFractional(request) &&
    !state.account.configuration.fractionalTrading &&
    forbidden("fractional trading is disabled for this account"),
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
  if (!asset.shortable) return unprocessable(`asset "${asset.symbol}" cannot be sold short`);
  const { shortingEnabled } = accountFigures(state, (symbol) => tape.lastTrade(symbol, state.nowMs)?.price);
  return shortingEnabled ? undefined : forbidden("account is not allowed to short");
}

/** Two open orders of one account must not be able to trade with each other. */
function washes(judged: Judged): Refusal | undefined {
  const { request } = judged;
  const counterpart = opposite(judged).find((order) => {
    if (request.limitPrice === null || order.limitPrice === null) return true;
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
  const { buyingPower } = accountFigures(state, (symbol) => tape.lastTrade(symbol, state.nowMs)?.price);
  if (cost.lte(buyingPower)) return undefined;
  return forbidden("insufficient buying power", {
    buying_power: text(buyingPower.round(2)),
    cost_basis: text(cost.round(2)),
  });
}
