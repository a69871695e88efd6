// The JSON of a position: what it cost, what it is worth, and what it gained in all and today.
import { heldForOrders, marketValue } from "./account.ts";
import { type Decimal, dec, smaller, sum, text } from "./decimal.ts";
import type { ExchangeState, HeldPosition } from "./exchangeState.ts";
import type { MarketTape } from "./marketTape.ts";
import { latestSession, midnightOf, newYorkDay } from "./sessions.ts";
import { assetIdOf, exchangeName } from "./wireShapes.ts";

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
