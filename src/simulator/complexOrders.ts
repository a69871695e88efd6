// Orders that belong together: the legs an order brings with it, and what a fill of one does to the others.
import { heldForOrders } from "./account.ts";
import { dec, smaller, text } from "./decimal.ts";
import type { ExchangeState, Fill, Order, OrderRequest, Stepped } from "./exchangeState.ts";
import { counterpartOf, isClosing, legsOf, withOrder } from "./orderBook.ts";
import { ended, updated } from "./orderUpdates.ts";
import { uuidOf } from "./random.ts";

type Leg = Pick<Order, "type" | "limitPrice" | "stopPrice">;

/** The exits an order asks for; of an exit pair the order itself is the first, and only the stop is a leg. */
function wantedLegs({ orderClass, takeProfit, stopLoss }: OrderRequest): readonly Leg[] {
  const profit: Leg[] =
    orderClass === "oco" || takeProfit === null
      ? []
      : [{ type: "limit", limitPrice: takeProfit.limitPrice, stopPrice: null }];
  const loss: Leg[] =
    stopLoss === null ? [] : [{ type: stopLoss.limitPrice === null ? "stop" : "stop_limit", ...stopLoss }];
  return orderClass === "simple" ? [] : [...profit, ...loss];
}

/** The legs of a new order, which has the given serial; they are held. */
export function legsOfNew(seed: number, order: Order, request: OrderRequest): readonly Order[] {
  const exitSide = order.side === "buy" ? "sell" : "buy";
  const side = order.orderClass === "oco" ? order.side : exitSide;
  return wantedLegs(request).map((leg, index): Order => {
    const serial = order.serial + 1 + index;
    return {
      ...order,
      ...leg,
      serial,
      id: uuidOf(`${seed}|order|${serial}`),
      clientOrderId: uuidOf(`${seed}|client order|${serial}`),
      side,
      positionIntent: `${side}_to_close`,
      status: "held",
      firstPart: null,
      fillCeiling: null,
      parentSerial: order.serial,
      legSerials: [],
    };
  });
}

/** What a fill means for the others: a filled entry sets its exits going, a filled exit takes its shares from the other one. */
export function afterFill(state: ExchangeState, filled: Order, fill: Fill): Stepped {
  if (filled.orderClass === "simple") return [state, []];
  if (!isClosing(filled)) return filled.status === "filled" ? startExits(state, filled, fill.atMs) : [state, []];
  const other = counterpartOf(state, filled);
  if (other === undefined) return [state, []];
  const qty = dec(other.qty ?? "0").minus(fill.qty);
  const over = filled.status === "filled" || qty.lte(other.filledQty);
  const changed: Order = over
    ? ended(other, "canceled", fill.atMs)
    : { ...other, qty: text(qty), updatedAtMs: fill.atMs };
  return [withOrder(state, changed), over ? [updated("canceled", changed, fill.atMs)] : []];
}

/** A limit exit goes to the market; the stop of a pair stays held until its price is reached, a single one does not. */
function startExits(state: ExchangeState, entry: Order, atMs: number): Stepped {
  const position = dec(state.positions.find(({ symbol }) => symbol === entry.symbol)?.qty ?? "0").abs();
  // Orders sent in the meantime may have taken shares of the position away.
  const free = position.minus(heldForOrders(state, entry.symbol));
  const legs = legsOf(state, entry);
  return legs.reduce<Stepped>(
    ([current, effects], leg) => {
      const qty = smaller(dec(leg.qty ?? "0"), free);
      const started: Order = { ...leg, qty: text(qty), liveSinceMs: atMs, updatedAtMs: atMs };
      if (qty.lte(0)) {
        const dropped = ended(leg, "canceled", atMs);
        return [withOrder(current, dropped), [...effects, updated("canceled", dropped, atMs)]];
      }
      if (leg.type !== "limit" && legs.length > 1) return [withOrder(current, started), effects];
      const live: Order = { ...started, status: "new" };
      return [withOrder(current, live), [...effects, updated("new", live, atMs)]];
    },
    [state, []],
  );
}
