// What is wrong with an order in itself, whatever the market and the account: one small rule for each.
import { dec } from "./decimal.ts";
import type { OrderRequest } from "./exchangeState.ts";
import { malformed, type Rule, unprocessable } from "./refusals.ts";

const decimals = (amount: string): number => dec(amount).toFixed().split(".")[1]?.length ?? 0;
export const isFractional = ({ qty, notional }: Pick<OrderRequest, "qty" | "notional">): boolean =>
  notional !== null || decimals(qty ?? "0") > 0;
const subPenny = (price: string): boolean => decimals(price) > (dec(price).gte(1) ? 2 : 4);
const limited = ({ type }: OrderRequest): boolean => type === "limit" || type === "stop_limit";

/** The amounts an order may carry, under their names on the wire. */
const pricesOf = ({ limitPrice, stopPrice, trailPrice, takeProfit, stopLoss }: OrderRequest) => ({
  limit_price: limitPrice,
  stop_price: stopPrice,
  trail_price: trailPrice,
  "take_profit.limit_price": takeProfit?.limitPrice ?? null,
  "stop_loss.stop_price": stopLoss?.stopPrice ?? null,
  "stop_loss.limit_price": stopLoss?.limitPrice ?? null,
});

/** The first price that fails the test, with its name. */
function faultyPrice(request: OrderRequest, fails: (price: string) => boolean): readonly [string, string] | undefined {
  for (const [name, price] of Object.entries(pricesOf(request)))
    if (price !== null && fails(price)) return [name, price];
  return undefined;
}

export const requestRules: readonly Rule<OrderRequest>[] = [
  ({ qty, notional }) => qty === null && notional === null && malformed("qty or notional is required"),
  ({ qty, notional }) => qty !== null && notional !== null && malformed("only one of qty or notional is accepted"),
  ({ qty }) => qty !== null && dec(qty).lte(0) && malformed("qty must be > 0"),
  ({ notional }) => notional !== null && dec(notional).lte(0) && malformed("notional must be > 0"),
  ({ clientOrderId }) =>
    clientOrderId !== null &&
    clientOrderId.length > 128 &&
    malformed("client_order_id must be no more than 128 characters"),
  needsItsPrices,
  hasOtherPrices,
  (request) => {
    const [name] = faultyPrice(request, (price) => dec(price).lte(0)) ?? [];
    return name !== undefined && malformed(`${name} must be > 0`);
  },
  ({ trailPercent }) =>
    trailPercent !== null &&
    !(dec(trailPercent).gt(0) && dec(trailPercent).lt(100)) &&
    malformed("trail_percent must be > 0 and < 100"),
  ({ type, timeInForce, symbol }) =>
    timeInForce !== "day" &&
    timeInForce !== "gtc" &&
    type !== "market" &&
    type !== "limit" &&
    unprocessable(`invalid time_in_force "${timeInForce}" for ${type} order of "${symbol}"`),
  (request) =>
    isFractional(request) &&
    request.orderClass !== "simple" &&
    unprocessable("fractional orders must be simple orders"),
  (request) => {
    const [name, price] = faultyPrice(request, subPenny) ?? [];
    const why = "sub-penny increment does not fulfill minimum pricing criteria";
    return name !== undefined && unprocessable(`invalid ${name} ${price}. ${why}`);
  },
  ({ notional }) =>
    notional !== null && decimals(notional) > 2 && unprocessable("notional value must be limited to 2 decimal places"),
  ({ qty }) => qty !== null && decimals(qty) > 9 && unprocessable("qty must be limited to 9 decimal places"),
  (request) =>
    isFractional(request) && request.timeInForce !== "day" && unprocessable("fractional orders must be DAY orders"),
  (request) =>
    isFractional(request) &&
    request.type === "trailing_stop" &&
    unprocessable("fractional orders must be market, limit, stop or stop limit orders"),
  ({ extendedHours, type, timeInForce, orderClass }) =>
    extendedHours &&
    (type !== "limit" || (timeInForce !== "day" && timeInForce !== "gtc") || orderClass !== "simple") &&
    unprocessable("extended hours order must be DAY or GTC limit orders"),
];

function needsItsPrices(request: OrderRequest) {
  const { type, limitPrice, stopPrice, trailPrice, trailPercent, orderClass, takeProfit } = request;
  if (type === "limit" && limitPrice === null) {
    // The limit of an exit pair is that of its profit-taking side.
    return orderClass === "oco" && takeProfit !== null ? undefined : malformed("limit orders require a limit price");
  }
  if (type === "stop" && stopPrice === null) return malformed("stop orders require a stop price");
  if (type === "stop_limit" && (stopPrice === null || limitPrice === null)) {
    return malformed("stop limit orders require both stop and limit price");
  }
  const trails = trailPrice !== null || trailPercent !== null;
  if (type === "trailing_stop" && !trails) {
    return malformed("trailing stop orders must specify one of trail_price or trail_percent");
  }
  return undefined;
}

function hasOtherPrices(request: OrderRequest) {
  const { type, limitPrice, stopPrice, trailPrice, trailPercent } = request;
  if (type === "market" && (limitPrice !== null || stopPrice !== null)) {
    return malformed("market orders require no stop or limit price");
  }
  if (type === "limit" && stopPrice !== null) return malformed("limit orders require only limit price");
  if (!limited(request) && limitPrice !== null) return malformed(`${type} orders require no limit price`);
  if (type !== "trailing_stop" && (trailPrice !== null || trailPercent !== null)) {
    return malformed("trail_price and trail_percent are only for trailing stop orders");
  }
  if (type === "trailing_stop" && stopPrice !== null) return malformed("trailing stop orders require no stop price");
  if (trailPrice !== null && trailPercent !== null) {
    return malformed("only one of trail_price or trail_percent is accepted");
  }
  return undefined;
}
