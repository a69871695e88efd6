// The JSON of a position: what it cost, what it is worth, and what it gained in all and today.
import { heldForOrders, marketValue } from "./account.ts";
import { type Decimal, dec, sixPlaces, sum, text, zero } from "./decimal.ts";
import type { ExchangeState, Fill, HeldPosition } from "./exchangeState.ts";
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

/** Gain of the day: what was held overnight against yesterday's close, what was added today against what it cost. */
function intraday(state: ExchangeState, position: HeldPosition, price: Decimal, lastDay: Decimal) {
  const { overnight, added, averageCost } = lotsOfDay(state, position);
  const basis = overnight.times(lastDay).plus(added.times(averageCost));
  return { gain: dec(position.qty).times(price).minus(basis), basis };
}

/** Worked out once for each list of fills: positions are read far more often than they change. */
const knownLots = new WeakMap<readonly Fill[], Map<string, Lots>>();

function lotsOfDay({ fills, nowMs }: ExchangeState, { symbol, qty }: HeldPosition): Lots {
  const day = newYorkDay(nowMs);
  const key = `${day} ${symbol}`;
  const known = knownLots.get(fills) ?? new Map<string, Lots>();
  knownLots.set(fills, known);
  const lots = known.get(key) ?? computeLots(fills, symbol, qty, midnightOf(day));
  known.set(key, lots);
  return lots;
}

function computeLots(fills: readonly Fill[], symbol: string, qty: string, midnightMs: number): Lots {
  const today = fills.filter((fill) => fill.symbol === symbol && fill.atMs >= midnightMs);
  const overnight = dec(qty).minus(sum(today.map(signedQty)));
  return today.reduce(afterFill, { overnight, added: zero, averageCost: zero });
}

const signedQty = ({ side, qty }: Fill): Decimal => dec(qty).times(side === "buy" ? 1 : -1);

/** Quantities are negative when short. */
type Lots = { readonly overnight: Decimal; readonly added: Decimal; readonly averageCost: Decimal };

/** What is closed comes from what was held overnight first. */
function afterFill({ overnight, added, averageCost }: Lots, fill: Fill): Lots {
  const signed = signedQty(fill);
  const held = overnight.plus(added);
  if (held.times(signed).gte(0)) {
    const total = added.plus(signed);
    const cost = added.times(averageCost).plus(signed.times(fill.price));
    return { overnight, added: total, averageCost: sixPlaces(cost.div(total)) };
  }
  const left = overnight.plus(signed);
  return overnight.times(left).gt(0)
    ? { overnight: left, added, averageCost }
    : { overnight: zero, added: added.plus(left), averageCost };
}
