// The JSON of accounts, orders, positions, assets and activities: exact keys, null where Alpaca sends null, money as strings.
import { instantFromMs } from "../core/model/time.ts";
import { accountFigures, heldForOrders, marketValue } from "./account.ts";
import { type Decimal, dec, sixPlaces, smaller, sum, text } from "./decimal.ts";
import { markAt } from "./exchange.ts";
import type { ExchangeState, Fill, HeldPosition, Order } from "./exchangeState.ts";
import type { MarketTape, TapeAsset } from "./marketTape.ts";
import { uuidOf } from "./random.ts";
import { latestSession, midnightOf, newYorkDay, newYorkTime } from "./sessions.ts";

/** Orders that arrive in one millisecond differ in the nanoseconds, in the order of their arrival. */
export const orderNanos = ({ serial }: Order): number => (serial * 1000 + 137) % 1_000_000;

const stamp = (ms: number, nanos: number): string =>
  `${instantFromMs(ms).slice(0, -1)}${String(nanos).padStart(6, "0")}Z`;

/** The same for every tape and seed. */
export const assetIdOf = (symbol: string): string => uuidOf(`asset|${symbol}`);
/** A symbol, or the id of an asset, as a symbol. */
export const symbolOf = (tape: MarketTape, given: string): string =>
  tape.symbols().find((symbol) => symbol === given || assetIdOf(symbol) === given) ?? given;
const exchangeName = "NYSE";

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
    replaced_at: null,
    replaced_by: null,
    replaces: null,
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
    hwm: null,
    subtag: null,
    source: null,
    expires_at: instantFromMs(order.expiresAtMs).replace(".000", ""),
  };
}

/** Null before the first fill. */
export const averagePrice = ({ filledQty, filledValue }: Order): string | null =>
  dec(filledQty).eq(0) ? null : text(sixPlaces(dec(filledValue).div(filledQty)));

export function accountJson(state: ExchangeState, tape: MarketTape): Record<string, unknown> {
  const { account } = state;
  const figures = accountFigures(state, markAt(tape, state.nowMs));
  const power = text(figures.buyingPower.round(2));
  return {
    id: account.id,
    admin_configurations: {},
    user_configurations: null,
    account_number: account.number,
    status: "ACTIVE",
    crypto_status: "ACTIVE",
    options_approved_level: 0,
    options_trading_level: 0,
    currency: "USD",
    buying_power: power,
    regt_buying_power: text(figures.regtBuyingPower.round(2)),
    effective_buying_power: power,
    non_marginable_buying_power: text(figures.nonMarginableBuyingPower.round(2)),
    options_buying_power: text(figures.nonMarginableBuyingPower.round(2)),
    cash: text(figures.cash),
    accrued_fees: "0",
    portfolio_value: text(figures.equity),
    trading_blocked: account.tradingBlocked,
    transfers_blocked: false,
    account_blocked: false,
    created_at: stamp(account.createdAtMs, 275),
    trade_suspended_by_user: account.configuration.suspendTrade,
    multiplier: figures.multiplier,
    shorting_enabled: figures.shortingEnabled,
    equity: text(figures.equity),
    last_equity: account.lastEquity,
    long_market_value: text(figures.longMarketValue),
    short_market_value: text(figures.shortMarketValue),
    position_market_value: text(figures.longMarketValue.minus(figures.shortMarketValue)),
    initial_margin: text(figures.initialMargin),
    maintenance_margin: text(figures.maintenanceMargin),
    last_maintenance_margin: account.lastMaintenanceMargin,
    sma: "0",
    balance_asof: account.balanceAsOf,
    crypto_tier: 1,
    intraday_adjustments: "0",
    pending_reg_taf_fees: "0",
    pending_transfer_in: "0",
  };
}

export const configurationsJson = (state: ExchangeState): Record<string, unknown> => ({
  disable_overnight_trading: false,
  fractional_trading: true,
  max_margin_multiplier: state.account.multiplier,
  max_options_trading_level: 0,
  no_shorting: false,
  ptp_no_exception_entry: false,
  suspend_trade: state.account.configuration.suspendTrade,
  trade_confirm_email: "all",
});

export function positionJson(state: ExchangeState, tape: MarketTape, position: HeldPosition): Record<string, unknown> {
  const { symbol, averageCost } = position;
  const qty = dec(position.qty);
  const mark = tape.lastTrade(symbol, state.nowMs)?.price;
  const price = dec(mark === undefined ? averageCost : String(mark));
  const lastDay = lastDayPrice(state, tape, symbol) ?? price;
  const value = marketValue(position, mark);
  const cost = qty.times(averageCost);
  const gain = value.minus(cost);
  const { gain: dayGain, basis } = intraday(state, position, price, lastDay);
  return {
    asset_id: assetIdOf(symbol),
    symbol,
    exchange: exchangeName,
    asset_class: "us_equity",
    asset_marginable: true,
    qty: text(qty),
    avg_entry_price: averageCost,
    side: qty.gt(0) ? "long" : "short",
    market_value: text(value),
    cost_basis: text(cost),
    unrealized_pl: text(gain),
    unrealized_plpc: share(gain, cost.abs()),
    unrealized_intraday_pl: text(dayGain),
    unrealized_intraday_plpc: share(dayGain, basis.abs()),
    current_price: text(price),
    lastday_price: text(lastDay),
    change_today: share(price.minus(lastDay), lastDay),
    qty_available: text(
      qty
        .abs()
        .minus(heldForOrders(state, symbol))
        .times(qty.gt(0) ? 1 : -1),
    ),
  };
}

const share = (part: Decimal, whole: Decimal): string => (whole.eq(0) ? "0" : text(part.div(whole).round(16)));

function lastDayPrice(state: ExchangeState, tape: MarketTape, symbol: string): Decimal | undefined {
  const session = latestSession(midnightOf(newYorkDay(state.nowMs)));
  const bar = session && tape.dailyBars(symbol, session.day, session.day)[0];
  return bar && dec(String(bar.close));
}

/** Gain of the day: what was held overnight against yesterday's close, what was bought today against its price. */
function intraday(state: ExchangeState, position: HeldPosition, price: Decimal, lastDay: Decimal) {
  const sign = dec(position.qty).gt(0) ? 1 : -1;
  const grew = sign === 1 ? "buy" : "sell";
  const midnightMs = midnightOf(newYorkDay(state.nowMs));
  const today = state.fills.filter(({ symbol, atMs }) => symbol === position.symbol && atMs >= midnightMs);
  const added = sum(today.filter(({ side }) => side === grew).map(({ qty }) => dec(qty)));
  const held = dec(position.qty).abs();
  const fresh = smaller(added, held);
  const overnight = held.minus(fresh);
  const spent = sum(today.filter(({ side }) => side === grew).map((fill) => dec(fill.qty).times(fill.price)));
  const freshCost = added.eq(0) ? added : spent.div(added).times(fresh).round(6);
  const basis = overnight.times(lastDay).plus(freshCost);
  return { gain: held.times(price).minus(basis).times(sign), basis };
}

export const assetJson = ({ symbol, tradable, fractionable, shortable }: TapeAsset): Record<string, unknown> => ({
  id: assetIdOf(symbol),
  class: "us_equity",
  exchange: exchangeName,
  symbol,
  name: `${symbol} (simulated)`,
  status: "active",
  tradable,
  marginable: true,
  maintenance_margin_requirement: 30,
  margin_requirement_long: "30",
  margin_requirement_short: "30",
  shortable,
  easy_to_borrow: shortable,
  borrow_status: shortable ? "easy_to_borrow" : "hard_to_borrow",
  fractionable,
  attributes: [],
});

/** Begins with the time in New York, as the real one does. */
export const activityId = ({ atMs, id }: Fill): string => {
  const local = newYorkTime(atMs).slice(0, -6);
  return `${local.replace(/\D/g, "").padEnd(17, "0")}::${id}`;
};

export const fillJson = (fill: Fill): Record<string, unknown> => ({
  id: activityId(fill),
  activity_type: "FILL",
  transaction_time: stamp(fill.atMs, (fill.serial * 1000) % 1_000_000),
  type: fill.orderStatus === "filled" ? "fill" : "partial_fill",
  price: fill.price,
  qty: fill.qty,
  side: fill.side,
  symbol: fill.symbol,
  leaves_qty: fill.leavesQty,
  order_id: fill.orderId,
  cum_qty: fill.cumulativeQty,
  order_status: fill.orderStatus,
});
