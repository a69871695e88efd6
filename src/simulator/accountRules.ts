// Which orders the asset and the account do not allow, and in which words: one small rule for each, tried in order.
import { accountFigures, markAt } from "./account.ts";
import { type Decimal, dec, text } from "./decimal.ts";
import type { ExchangeState, Order, OrderRequest, PositionIntent, Refusal } from "./exchangeState.ts";
import type { MarketTape, TapeAsset } from "./marketTape.ts";
import { awaitsEntry, openOrders } from "./orderBook.ts";
import { forbidden, malformed, type Rule, unprocessable } from "./refusals.ts";
import { isFractional } from "./requestRules.ts";
import { isStop, trailedStop } from "./triggers.ts";

/** A request with what it means at this moment. */
export type Judged = {
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

/** Of the request and what it trades. */
export const assetRules: readonly Rule<{ readonly request: OrderRequest; readonly asset: TapeAsset }>[] = [
  ({ asset }) => !asset.tradable && unprocessable(`asset "${asset.symbol}" is not tradable`),
  ({ request, asset }) =>
    isFractional(request) && !asset.fractionable && forbidden(`asset "${asset.symbol}" is not fractionable`),
];

const opposite = ({ request, state }: Judged): readonly Order[] =>
  openOrders(state).filter((order) => order.symbol === request.symbol && order.side !== request.side);

/** Of the request and the state of the account. */
export const accountRules: readonly Rule<Judged>[] = [
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
