// What is wrong with the parts of a complex order: missing legs, legs on the wrong side of each other or of the price.
import { dec, text } from "./decimal.ts";
import type { OrderRequest, PositionIntent, StopLoss, TakeProfit } from "./exchangeState.ts";
import { malformed, type Rule, unprocessable } from "./refusals.ts";

export const complexRequestRules: readonly Rule<OrderRequest>[] = [
  ({ orderClass, takeProfit, stopLoss }) =>
    orderClass === "simple" &&
    (takeProfit !== null || stopLoss !== null) &&
    malformed("simple orders have neither take_profit nor stop_loss"),
  ({ takeProfit }) =>
    takeProfit !== null && takeProfit.limitPrice === null && malformed("take_profit.limit_price is required"),
  ({ stopLoss }) => stopLoss !== null && stopLoss.stopPrice === null && malformed("stop_loss.stop_price is required"),
  ({ orderClass, takeProfit, stopLoss }) =>
    (orderClass === "bracket" || orderClass === "oco") &&
    (takeProfit === null || stopLoss === null) &&
    malformed(`${orderClass} orders require both take_profit and stop_loss; a single leg must be oto`),
  ({ orderClass, takeProfit, stopLoss }) =>
    orderClass === "oto" &&
    (takeProfit === null) === (stopLoss === null) &&
    malformed("oto orders require either take_profit or stop_loss"),
  ({ orderClass, timeInForce }) =>
    orderClass !== "simple" &&
    timeInForce !== "day" &&
    timeInForce !== "gtc" &&
    unprocessable(`${orderClass} orders must be DAY or GTC orders`),
  ({ orderClass, type }) =>
    orderClass !== "simple" && type === "trailing_stop" && unprocessable("trailing stop orders must be simple orders"),
  ({ orderClass, type }) =>
    orderClass === "oco" && type !== "limit" && unprocessable("oco orders must be limit orders"),
  ({ orderClass, limitPrice, takeProfit }) =>
    orderClass === "oco" &&
    limitPrice !== null &&
    takeProfit?.limitPrice != null &&
    !dec(limitPrice).eq(takeProfit.limitPrice) &&
    malformed("limit_price of an oco order must be its take_profit.limit_price"),
  (request) => {
    const exitsBySelling = (request.orderClass === "oco") === (request.side === "sell");
    return legsCross(request, exitsBySelling);
  },
];

type Exits = { readonly takeProfit: TakeProfit | null; readonly stopLoss: StopLoss | null };

/** Profit is taken above the stop where the exit sells, below it where it buys. */
export function legsCross({ takeProfit, stopLoss }: Exits, exitsBySelling: boolean) {
  const [profit, stop] = [takeProfit?.limitPrice, stopLoss?.stopPrice];
  if (profit == null || stop == null) return undefined;
  const right = exitsBySelling ? dec(profit).gt(stop) : dec(profit).lt(stop);
  if (right) return undefined;
  const relation = exitsBySelling ? ">" : "<";
  return unprocessable(`take_profit.limit_price must be ${relation} stop_loss.stop_price`);
}

type Priced = {
  readonly request: OrderRequest;
  readonly positionIntent: PositionIntent;
  /** What the entry is expected to cost: its limit or stop price, or the last trade. */
  readonly basePrice: string;
};

export const complexPriceRules: readonly Rule<Priced>[] = [
  ({ request: { orderClass }, positionIntent }) =>
    (orderClass === "bracket" || orderClass === "oto") &&
    !positionIntent.endsWith("_to_open") &&
    unprocessable(`${orderClass} orders must be entry orders`),
  ({ request: { orderClass }, positionIntent }) =>
    orderClass === "oco" && !positionIntent.endsWith("_to_close") && unprocessable("oco orders must be exit orders"),
  ({ request, basePrice }) => {
    const bySelling = (request.orderClass === "oco") === (request.side === "sell");
    const stop = request.stopLoss?.stopPrice;
    if (request.orderClass === "simple" || stop == null) return undefined;
    const right = bySelling ? dec(stop).lte(dec(basePrice).minus("0.01")) : dec(stop).gte(dec(basePrice).plus("0.01"));
    const bound = bySelling ? "<= base_price - 0.01" : ">= base_price + 0.01";
    return !right && withBase(`stop_loss.stop_price must be ${bound}`, basePrice);
  },
  ({ request, basePrice }) => {
    const profit = request.takeProfit?.limitPrice;
    if (request.orderClass === "simple" || request.orderClass === "oco" || profit == null) return undefined;
    const above = request.side === "buy";
    const right = above ? dec(profit).gte(dec(basePrice).plus("0.01")) : dec(profit).lte(dec(basePrice).minus("0.01"));
    const bound = above ? ">= base_price + 0.01" : "<= base_price - 0.01";
    return !right && withBase(`take_profit.limit_price must be ${bound}`, basePrice);
  },
];

const withBase = (message: string, basePrice: string) => ({
  ...unprocessable(message),
  fields: { base_price: text(dec(basePrice)) },
});
