// What the JSON of the trading host's resources shares, and that of orders: exact keys, null where Alpaca sends null, money as strings.
import { instantFromMs } from "../core/model/time.ts";
import { dec, sixPlaces, text } from "./decimal.ts";
import type { ExchangeState, Order } from "./exchangeState.ts";
import type { MarketTape } from "./marketTape.ts";
import { legsOf } from "./orderBook.ts";
import { uuidOf } from "./random.ts";

/** Orders that arrive in one millisecond differ in the nanoseconds, in the order of their arrival. */
export const orderNanos = ({ serial }: Order): number => (serial * 1000 + 137) % 1_000_000;

export const stamp = (ms: number, nanos: number): string =>
  `${instantFromMs(ms).slice(0, -1)}${String(nanos).padStart(6, "0")}Z`;

/** The same for every tape and seed. */
export const assetIdOf = (symbol: string): string => uuidOf(`asset|${symbol}`);
/** A symbol, or the id of an asset, as a symbol. */
export const symbolOf = (tape: MarketTape, given: string): string =>
  tape.symbols().find((symbol) => symbol === given || assetIdOf(symbol) === given) ?? given;
export const exchangeName = "NYSE";

export function orderJson(order: Order): Record<string, unknown> {
  const at = (ms: number | null): string | null => (ms === null ? null : stamp(ms, orderNanos(order)));
  return {
    id: order.id,
    client_order_id: order.clientOrderId,
    created_at: at(order.submittedAtMs),
    updated_at: at(order.updatedAtMs),
    submitted_at: at(order.submittedAtMs),
    filled_at: order.status === "filled" ? at(order.filledAtMs) : null,
    expired_at: at(order.expiredAtMs),
    canceled_at: at(order.canceledAtMs),
    failed_at: at(order.failedAtMs),
    replaced_at: at(order.replacedAtMs),
    replaced_by: order.replacedBy,
    replaces: order.replaces,
    asset_id: assetIdOf(order.symbol),
    symbol: order.symbol,
    asset_class: "us_equity",
    notional: order.notional,
    qty: order.qty,
    filled_qty: order.filledQty,
    filled_avg_price: averagePrice(order),
    order_class: order.orderClass === "simple" ? "" : order.orderClass,
    order_type: order.type,
    type: order.type,
    side: order.side,
    position_intent: order.positionIntent,
    time_in_force: order.timeInForce,
    limit_price: order.limitPrice,
    stop_price: order.stopPrice,
    status: order.status,
    extended_hours: order.extendedHours,
    legs: null,
    trail_percent: order.trailPercent,
    trail_price: order.trailPrice,
    hwm: order.highWaterMark,
    subtag: null,
    source: null,
    expires_at: instantFromMs(order.expiresAtMs).replace(".000", ""),
  };
}

/** With its legs, where it has any. */
export function nestedOrderJson(state: ExchangeState, order: Order): Record<string, unknown> {
  const legs = legsOf(state, order);
  return { ...orderJson(order), legs: legs.length === 0 ? null : legs.map(orderJson) };
}

/** Null before the first fill. */
export const averagePrice = ({ filledQty, filledValue }: Order): string | null =>
  dec(filledQty).eq(0) ? null : text(sixPlaces(dec(filledValue).div(filledQty)));
