// The market at work on the open orders over a stretch of one trading day.
import type { ExchangeState, Order, Stepped } from "./exchangeState.ts";
import type { MarketTape } from "./marketTape.ts";
import { accepts, executionOf, type Happening, nextHappening } from "./matching.ts";
import { openOrders, withOrder } from "./orderBook.ts";
import { end, execute, trigger } from "./orderLifecycle.ts";
import type { Session } from "./sessions.ts";
import { inTurn, type Step } from "./stepping.ts";
import { awaitsTrigger, followTrades } from "./triggers.ts";

export type Stretch = { readonly session: Session; readonly afterMs: number; readonly toMs: number };

const everyOrder = (): boolean => true;

/** Executes and triggers orders in the order of the moments, earlier orders first; `concerns` leaves out the others. */
export function trade(
  tape: MarketTape,
  state: ExchangeState,
  stretch: Stretch,
  concerns: (order: Order) => boolean = everyOrder,
): Stepped {
  if (stretch.toMs <= stretch.afterMs) return [state, []];
  const working = (current: ExchangeState): readonly Order[] =>
    openOrders(current).filter((order) => order.liveSinceMs !== null && !isHalted(current, order) && concerns(order));
  // What happens next to an order depends on nothing but itself, and an order that changes is a new object.
  const known = new Map<Order, Happening | undefined>();
  const next = (order: Order): Happening | undefined => {
    if (!known.has(order)) {
      known.set(order, nextHappening(tape, order, stretch.session, stretch.afterMs, stretch.toMs));
    }
    return known.get(order);
  };
  const [traded, effects] = inTurn(state, happeningsOf(working, next));
  return [followTrails(tape, traded, working(traded), stretch), effects];
}

/** One step for each happening, found only when those before it have been taken. */
function* happeningsOf(
  working: (state: ExchangeState) => readonly Order[],
  next: (order: Order) => Happening | undefined,
): Generator<Step> {
  let finished = false;
  while (!finished) {
    yield (state) => {
      let first: { readonly order: Order; readonly happening: Happening } | undefined;
      for (const order of working(state)) {
        const happening = next(order);
        if (happening && (!first || happening.atMs < first.happening.atMs)) first = { order, happening };
      }
      finished = first === undefined;
      return first === undefined ? [state, []] : happen(state, first.order, first.happening);
    };
  }
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

/** An order for the open or the close is executed at its one price, or ends. */
export function auction(state: ExchangeState, order: Order, price: number | undefined, atMs: number): Stepped {
  const met = price !== undefined && accepts(order, price) && !isHalted(state, order);
  const execution = met ? executionOf(order, String(price), atMs, atMs) : undefined;
  const steps: Step[] = execution === undefined ? [] : [(current) => execute(current, order, execution)];
  return inTurn(state, [...steps, (current) => endIfOpen(current, order.serial, "canceled", atMs)]);
}

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
