// Random histories of an exchange: every kind of order, replacement and intervention over a seeded market, for properties that always hold.
import fc from "fast-check";
import { dec, text } from "../../src/simulator/decimal.ts";
import { createExchange } from "../../src/simulator/exchange.ts";
import type { ExchangeEvent, ExchangeState, OrderRequest, TimeInForce } from "../../src/simulator/exchangeState.ts";
import type { MarketTape, TradingInterval } from "../../src/simulator/marketTape.ts";
import { createSeededTape } from "../../src/simulator/seededTape.ts";
import { postCloseMs, preOpenMs, sessionOfDay } from "../../src/simulator/sessions.ts";
import { advanceTo, atNewYork, openAccount, order } from "./exampleMarket.ts";

export const symbols = ["AAPL", "MSFT"];
const seeded = createSeededTape({
  seed: 3,
  fromDay: "2026-05-01",
  symbols: symbols.map((symbol) => ({ symbol, startPrice: 50, annualVolatility: 0.6 })),
});

/** Before the open and after the close a minute in ten trades, at the prices of the session's first minute. */
function withExtendedHours(tape: MarketTape): MarketTape {
  const known = new Map<string, readonly TradingInterval[]>();
  const made = (symbol: string, day: string): readonly TradingInterval[] => {
    const session = sessionOfDay(day);
    const regular = tape.intervals(symbol, day);
    const [first] = regular;
    if (session === undefined || first === undefined) return regular;
    const between = (fromMs: number, toMs: number): readonly TradingInterval[] =>
      Array.from({ length: Math.floor((toMs - fromMs) / 600_000) }, (_, index) => {
        const startMs = fromMs + index * 600_000;
        return { ...first, fromMs: startMs, toMs: startMs + 60_000, extended: true };
      });
    const { openMs, closeMs } = session;
    return [...between(preOpenMs(session), openMs), ...regular, ...between(closeMs, postCloseMs(session))];
  };
  const intervals = (symbol: string, day: string): readonly TradingInterval[] => {
    const key = `${symbol}|${day}`;
    const found = known.get(key) ?? made(symbol, day);
    known.set(key, found);
    return found;
  };
  return { ...tape, intervals };
}

export const tape = withExtendedHours(seeded);
export const startMs = atNewYork("08:45:00");
export const start = openAccount(startMs, { startingCash: "10000", partialFillShare: 0.3 });
export const step = createExchange(tape);

const scaled = (value: number, places: number): string => text(dec(value).div(10 ** places));
const symbol = fc.constantFrom(...symbols);
const wholeQty = fc.integer({ min: 1, max: 40 }).map(String);
const lasting = fc.constantFrom<TimeInForce>("day", "day", "gtc");
const distance = fc.integer({ min: 3, max: 80 });
const perhaps = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { nil: null, freq: 3 });

/** An event at an instant, given the state before it. */
type Make = (atMs: number, state: ExchangeState) => ExchangeEvent;
/** The price so many cents better for the owner of the order than the market, who sells high and buys low. */
type Better = (cents: number) => string;
type Wanted = fc.Arbitrary<(better: Better) => Partial<OrderRequest>>;

const betterAt =
  (wanted: string, sells: boolean, atMs: number): Better =>
  (cents) =>
    scaled(Math.round((tape.lastTrade(wanted, atMs)?.price ?? 50) * 100) + (sells ? cents : -cents), 2);

const amount = fc.oneof(
  { weight: 4, arbitrary: wholeQty.map((qty) => ({ qty, notional: null })) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 3_000_000 }).map((n) => ({ qty: scaled(n, 6), notional: null })) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 200_000 }).map((n) => ({ qty: null, notional: scaled(n, 2) })) },
);
const limit = perhaps(fc.integer({ min: -30, max: 60 }));
const plain: Wanted = fc
  .record({ amount, limit, timeInForce: lasting, extended: fc.boolean() })
  .map(({ amount: { qty, notional }, limit: cents, timeInForce, extended }) => (better) => ({
    qty,
    notional,
    timeInForce: notional !== null || qty?.includes(".") ? "day" : timeInForce,
    limitPrice: cents === null ? null : better(cents),
    extendedHours: extended && cents !== null,
  }));
const brief: Wanted = fc
  .record({ qty: wholeQty, limit, timeInForce: fc.constantFrom<TimeInForce>("ioc", "fok", "opg", "cls") })
  .map(({ limit: cents, ...rest }) => (better) => ({ ...rest, limitPrice: cents === null ? null : better(cents) }));
const stop: Wanted = fc
  .record({ qty: wholeQty, far: distance, limit: perhaps(fc.integer({ min: -20, max: 100 })), timeInForce: lasting })
  .map(({ qty, timeInForce, far, limit: cents }) => (better) => ({
    qty,
    timeInForce,
    stopPrice: better(-far),
    limitPrice: cents === null ? null : better(-cents),
  }));
const trailing: Wanted = fc
  .record({ qty: wholeQty, far: distance, percent: fc.boolean(), timeInForce: lasting })
  .map(({ qty, timeInForce, far, percent }) => () => ({
    qty,
    timeInForce,
    ...(percent ? { trailPercent: scaled(far, 2) } : { trailPrice: scaled(far, 2) }),
  }));
const complex: Wanted = fc
  .record({
    qty: wholeQty,
    orderClass: fc.constantFrom("bracket" as const, "bracket" as const, "oco" as const, "oto" as const),
    entry: perhaps(fc.integer({ min: 1, max: 30 })),
    profit: distance,
    loss: distance,
    stopLimit: perhaps(fc.integer({ min: -20, max: 60 })),
    timeInForce: lasting,
  })
  .map(({ qty, orderClass, entry, profit, loss, stopLimit, timeInForce }) => (better) => {
    const isPair = orderClass === "oco";
    // What is better for an exit is worse for its entry.
    const exitAt = (cents: number): string => better(isPair ? cents : -cents - (entry === null ? 0 : -entry));
    const takeProfit = { limitPrice: exitAt(profit) };
    const stopLoss = { stopPrice: exitAt(-loss), limitPrice: stopLimit === null ? null : exitAt(-loss - stopLimit) };
    const single = orderClass === "oto";
    return {
      qty,
      orderClass,
      timeInForce,
      type: isPair || entry !== null ? "limit" : "market",
      limitPrice: isPair || entry === null ? null : better(entry),
      takeProfit: single && profit > loss ? null : takeProfit,
      stopLoss: single && profit <= loss ? null : stopLoss,
    };
  });

const submission: fc.Arbitrary<Make> = fc
  .record({
    symbol,
    sells: fc.boolean(),
    wanted: fc.oneof(
      { weight: 4, arbitrary: plain },
      { weight: 3, arbitrary: brief },
      { weight: 2, arbitrary: stop },
      { weight: 1, arbitrary: trailing },
      { weight: 4, arbitrary: complex },
    ),
  })
  .map(({ wanted, symbol: name, sells }) => (atMs) => ({
    type: "submitOrder",
    atMs,
    request: order({ symbol: name, side: sells ? "sell" : "buy", ...wanted(betterAt(name, sells, atMs)) }),
  }));

/** One of the open orders or, now and then, of all that ever were. */
const someOrder = fc.record({ index: fc.nat({ max: 60 }), isOpen: fc.constantFrom(true, true, true, false) });
function idOf({ orders, openSerials }: ExchangeState, { index, isOpen }: { index: number; isOpen: boolean }): string {
  const serial = isOpen ? openSerials[index % openSerials.length] : 1 + (index % Math.max(1, orders.length));
  return orders[(serial ?? 1) - 1]?.id ?? "none";
}
const replacement: fc.Arbitrary<Make> = fc
  .record({
    which: someOrder,
    qty: perhaps(wholeQty),
    limit: perhaps(fc.integer({ min: -10, max: 60 })),
    stop: perhaps(distance),
    trail: fc.constantFrom(null, null, null, "0.3"),
    timeInForce: fc.constantFrom(null, null, "gtc" as const),
  })
  .map(({ which, limit: limitAt, stop: stopAt, ...rest }) => (atMs, state) => {
    const id = idOf(state, which);
    const replaced = state.orders.find((each) => each.id === id);
    const at = betterAt(replaced?.symbol ?? "AAPL", replaced?.side === "sell", atMs);
    const hasLimit = replaced?.limitPrice != null && limitAt !== null;
    const hasStop = replaced?.stopPrice != null && replaced.type !== "trailing_stop" && stopAt !== null;
    const limitPrice = hasLimit ? at(limitAt) : null;
    const stopPrice = hasStop ? at(-stopAt) : null;
    return { type: "replaceOrder", atMs, id, replacement: { ...rest, limitPrice, stopPrice, clientOrderId: null } };
  });
const intervention: fc.Arbitrary<Make> = fc
  .oneof(
    fc.record({ kind: fc.constantFrom("haltSymbol" as const, ...Array(4).fill("resumeSymbol" as const)), symbol }),
    fc.record({
      kind: fc.constantFrom("rejectNextOrders" as const, "partialThenSilence" as const),
      count: fc.integer({ min: 0, max: 2 }),
    }),
  )
  .map((each) => (atMs) => ({ type: "intervene", atMs, intervention: each }));

const wait = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 600_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 8 * 3_600_000 }) },
);
const make: fc.Arbitrary<Make> = fc.oneof(
  { weight: 24, arbitrary: submission },
  { weight: 6, arbitrary: replacement },
  { weight: 2, arbitrary: intervention },
  {
    weight: 1,
    arbitrary: someOrder.map(
      (which): Make =>
        (atMs, state) => ({ type: "cancelOrder", atMs, id: idOf(state, which) }),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Make>(advanceTo) },
  { weight: 1, arbitrary: fc.constant<Make>((atMs) => ({ type: "cancelAllOrders", atMs })) },
);

export const history = fc
  .array(fc.record({ waitMs: wait, make }), { minLength: 10, maxLength: 50, size: "max" })
  .map((moves) => {
    let atMs = startMs;
    let state = start;
    return moves.map((move) => {
      atMs += move.waitMs;
      const event = move.make(atMs, state);
      [state] = step(state, event);
      return event;
    });
  });

const sampling = { numRuns: 80, seed: 20260615 };
export const samples = (): readonly (readonly ExchangeEvent[])[] => fc.sample(history, sampling);

/** Tries a property on eighty histories, always the same ones. */
export const holds = (property: (events: readonly ExchangeEvent[]) => void): void =>
  fc.assert(fc.property(history, property), sampling);

/** The states after each event. */
export function states(events: readonly ExchangeEvent[]): readonly ExchangeState[] {
  let state = start;
  return events.map((event) => {
    [state] = step(state, event);
    return state;
  });
}
