// Lets time run in the exchange: opens, executions and closes in the order in which they happen.
import { accountFigures, markAt } from "./account.ts";
import { text } from "./decimal.ts";
import type { ExchangeState, Order, Stepped } from "./exchangeState.ts";
import type { MarketTape } from "./marketTape.ts";
import { openOrders } from "./orderBook.ts";
import { activate } from "./orderLifecycle.ts";
import { postCloseMs, preOpenMs, type Session, tradingDaysTouching } from "./sessions.ts";
import { inTurn, type Step } from "./stepping.ts";
import { auction, endIfOpen, endImmediateOrders, executeAt, trade } from "./trading.ts";

/** Brings the state to an instant; an instant that is not later changes nothing. */
export function advance(tape: MarketTape, state: ExchangeState, toMs: number): Stepped {
  if (toMs <= state.nowMs) return [state, []];
  const days = tradingDaysTouching(state.nowMs, toMs);
  const [passed, effects] = inTurn(
    state,
    days.flatMap((session) => dayOf(tape, session, state.nowMs, toMs)),
  );
  return [{ ...passed, nowMs: toMs }, effects];
}

/** What of a trading day lies after `fromMs` and not after `toMs`. An opening belongs to the stretch after it, a close to the one before. */
function dayOf(tape: MarketTape, session: Session, fromMs: number, toMs: number): readonly Step[] {
  const { openMs, closeMs } = session;
  const postMs = postCloseMs(session);
  const passes = (ms: number): boolean => ms > fromMs && ms <= toMs;
  const stretch = (afterMs: number, untilMs: number): Step => {
    const bounds = { session, afterMs: Math.max(fromMs, afterMs), toMs: Math.min(toMs, untilMs) };
    return (state) => trade(tape, state, bounds);
  };
  const preMs = preOpenMs(session);
  return [
    ...(passes(preMs) ? [startExtended(tape, preMs)] : []),
    stretch(preMs - 1, openMs - 1),
    ...(passes(openMs) ? openingOf(tape, session) : []),
    stretch(openMs - 1, closeMs),
    ...(passes(closeMs) ? closingOf(tape, session) : []),
    stretch(closeMs, postMs),
    ...(passes(postMs) ? [expire(postMs)] : []),
  ];
}

const activateWhere =
  (tape: MarketTape, atMs: number, belongs: (order: Order) => boolean): Step =>
  (state) =>
    inTurn(
      state,
      openOrders(state)
        .filter((order) => order.status === "accepted" && belongs(order))
        .map((order) => (current) => activate(tape, current, order, atMs)),
    );

const startExtended = (tape: MarketTape, preMs: number): Step =>
  activateWhere(tape, preMs, ({ extendedHours }) => extendedHours);

function openingOf(tape: MarketTape, session: Session): readonly Step[] {
  const { openMs, day } = session;
  const openingPrice = (symbol: string): number | undefined =>
    tape.intervals(symbol, day).find(({ fromMs }) => fromMs === openMs)?.open;
  return [
    activateWhere(tape, openMs, () => true),
    auctions("opg", openingPrice, openMs),
    (state) => trade(tape, state, { session, afterMs: openMs - 1, toMs: openMs }),
    (state) => endImmediateOrders(state, openMs),
  ];
}

/** The last trade of the session; undefined when there was none. */
const closingPrice = (tape: MarketTape, { day }: Session, symbol: string): number | undefined =>
  tape.intervals(symbol, day).findLast(({ extended }) => !extended)?.close;

/** Stops that the last trades before the close have reached were executed with them: at the last price. */
const executeLateTriggers =
  (tape: MarketTape, session: Session): Step =>
  (state) =>
    inTurn(
      state,
      openOrders(state)
        .filter(({ triggeredAtMs }) => triggeredAtMs === session.closeMs)
        .map((order) => (current) => {
          return executeAt(current, order, closingPrice(tape, session, order.symbol), session.closeMs);
        }),
    );

function closingOf(tape: MarketTape, session: Session): readonly Step[] {
  return [
    executeLateTriggers(tape, session),
    auctions("cls", (symbol) => closingPrice(tape, session, symbol), session.closeMs),
    expire(session.closeMs),
    (state) => [withBalance(tape, state, session), []],
  ];
}

const auctions =
  (timeInForce: "opg" | "cls", priceOf: (symbol: string) => number | undefined, atMs: number): Step =>
  (state) =>
    inTurn(
      state,
      openOrders(state)
        .filter((order) => order.timeInForce === timeInForce && order.liveSinceMs !== null)
        .map((order) => (current) => auction(current, order, priceOf(order.symbol), atMs)),
    );

const expire =
  (atMs: number): Step =>
  (state) =>
    inTurn(
      state,
      openOrders(state)
        .filter(({ expiresAtMs }) => expiresAtMs <= atMs)
        .map(
          ({ serial }) =>
            (current) =>
              endIfOpen(current, serial, "expired", atMs),
        ),
    );

/** Keeps the balance of the close, at closing prices even where trading goes on after it. */
function withBalance(tape: MarketTape, state: ExchangeState, session: Session): ExchangeState {
  const { closeMs, day } = session;
  const latest = markAt(tape, closeMs);
  const figures = accountFigures(state, (symbol) => closingPrice(tape, session, symbol) ?? latest(symbol));
  const account = {
    ...state.account,
    lastEquity: text(figures.equity),
    lastMaintenanceMargin: text(figures.maintenanceMargin),
    balanceAsOf: day,
  };
  return { ...state, account };
}
