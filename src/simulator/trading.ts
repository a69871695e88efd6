// The market at work on the open orders over a stretch of one trading day.
import { type Effect, type ExchangeState, isOpen, type Order, type Stepped } from "./exchangeState.ts";
import type { MarketTape } from "./marketTape.ts";
import { accepts, executionOf, type Happening, nextHappening } from "./matching.ts";
import { openOrders, withOrder } from "./orderBook.ts";
import { end, execute, trigger } from "./orderLifecycle.ts";
import type { Session } from "./sessions.ts";
import { inTurn } from "./stepping.ts";
import { awaitsTrigger, followTrades } from "./triggers.ts";

export type Stretch = { readonly session: Session; readonly afterMs: number; readonly toMs: number };

/** Executes and triggers orders in the order of the moments, earlier orders first; `concerns` leaves out the others. */
export function trade(
  tape: MarketTape,
  state: ExchangeState,
  stretch: Stretch,
  concerns: (order: Order) => boolean = () => true,
): Stepped {
  if (stretch.toMs <= stretch.afterMs) return [state, []];
  const working = (of: ExchangeState): readonly Order[] =>
    openOrders(of).filter((order) => order.liveSinceMs !== null && !isHalted(of, order) && concerns(order));
  const happeningOf = remembering(tape, stretch);
  let current = state;
  const effects: Effect[] = [];
  for (;;) {
    const first = earliest(working(current), happeningOf);
    if (first === undefined) break;
    const [next, more] = happen(current, first.order, first.happening);
    current = next;
    effects.push(...more);
  }
  return [followTrails(tape, current, working(current), stretch), effects];
}

type HappeningOf = (order: Order) => Happening | undefined;

/** What happens next to an order depends on nothing but itself, and an order that changes is a new object. */
function remembering(tape: MarketTape, { session, afterMs, toMs }: Stretch): HappeningOf {
  const known = new Map<Order, Happening | undefined>();
  return (order) => {
    if (!known.has(order)) known.set(order, nextHappening(tape, order, session, afterMs, toMs));
    return known.get(order);
  };
}

type First = { readonly order: Order; readonly happening: Happening };

/** What happens first; of things at one moment that of the order that came first. */
function earliest(orders: readonly Order[], happeningOf: HappeningOf): First | undefined {
  let first: First | undefined;
  for (const order of orders) {
    const happening = happeningOf(order);
    if (happening && (!first || happening.atMs < first.happening.atMs)) first = { order, happening };
  }
  return first;
}

const happen = (state: ExchangeState, order: Order, happening: Happening): Stepped =>
  happening.kind === "trigger" ? trigger(state, happening.order, happening.atMs) : execute(state, order, happening);

export const isHalted = ({ disturbances }: ExchangeState, { symbol }: Order): boolean =>
  disturbances.haltedSymbols.includes(symbol);

/** Keeps how far trailing stops have moved by the end of the stretch. */
function followTrails(
  tape: MarketTape,
  state: ExchangeState,
  orders: readonly Order[],
  { session, afterMs, toMs }: Stretch,
): ExchangeState {
  const trailing = orders.filter((order) => order.type === "trailing_stop" && awaitsTrigger(order));
  return trailing.reduce((current, order) => {
    const followed = followTrades(order, tape.intervals(order.symbol, session.day), afterMs, toMs).order;
    return followed === order ? current : withOrder(current, followed);
  }, state);
}

/** Executes an order at the one price of this moment, if it is still open and there is a price it accepts. */
export function executeAt(state: ExchangeState, { serial }: Order, price: number | undefined, atMs: number): Stepped {
  const order = state.orders[serial - 1];
  if (order === undefined || price === undefined || !isOpen(order)) return [state, []];
  if (!accepts(order, price) || isHalted(state, order)) return [state, []];
  const execution = executionOf(order, String(price), atMs, atMs);
  return execution === undefined ? [state, []] : execute(state, order, execution);
}

/** An order for the open or the close is executed at its one price, or ends. */
export const auction = (state: ExchangeState, order: Order, price: number | undefined, atMs: number): Stepped =>
  inTurn(state, [
    (current) => executeAt(current, order, price, atMs),
    (current) => endIfOpen(current, order.serial, "canceled", atMs),
  ]);

/** Ends the order unless it is over already. */
export function endIfOpen(state: ExchangeState, serial: number, how: "canceled" | "expired", atMs: number): Stepped {
  const order = openOrders(state).find((each) => each.serial === serial);
  return order === undefined ? [state, []] : end(state, order, how, atMs);
}

/** Orders that are executed immediately or not at all end now. */
export function endImmediateOrders(state: ExchangeState, atMs: number): Stepped {
  const over = openOrders(state).filter(
    ({ timeInForce, liveSinceMs }) => liveSinceMs !== null && (timeInForce === "ioc" || timeInForce === "fok"),
  );
  return inTurn(
    state,
    over.map(
      ({ serial }) =>
        (current) =>
          endIfOpen(current, serial, "canceled", atMs),
    ),
  );
}
