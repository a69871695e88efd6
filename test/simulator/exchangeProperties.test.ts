// What holds for the exchange whatever happens: nothing is made from nothing, nothing depends on how time is cut.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Decimal, dec, sum, text } from "../../src/simulator/decimal.ts";
import { createExchange } from "../../src/simulator/exchange.ts";
import type { ExchangeEvent, ExchangeState } from "../../src/simulator/exchangeState.ts";
import { createSeededTape } from "../../src/simulator/seededTape.ts";
import { advanceTo, atNewYork, openAccount, order, play } from "./exampleMarket.ts";

const symbols = ["AAPL", "MSFT"];
const tape = createSeededTape({
  seed: 3,
  fromDay: "2026-05-01",
  symbols: symbols.map((symbol) => ({ symbol, startPrice: 50, annualVolatility: 0.6 })),
});
const startMs = atNewYork("08:45:00");
const start = openAccount(startMs, { startingCash: "10000" });

const scaled = (value: number, places: number): string => text(dec(value).div(10 ** places));

type Move = { readonly waitMs: number; readonly make: (atMs: number) => ExchangeEvent };

const wait = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 600_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 8 * 3_600_000 }) },
);
const submission: fc.Arbitrary<(atMs: number) => ExchangeEvent> = fc
  .record({
    symbol: fc.constantFrom(...symbols),
    side: fc.constantFrom("buy" as const, "sell" as const),
    amount: fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: 1, max: 60 }).map((qty) => ({ qty: String(qty) })) },
      {
        weight: 1,
        arbitrary: fc.integer({ min: 1, max: 3_000_000 }).map((millionths) => ({ qty: scaled(millionths, 6) })),
      },
      {
        weight: 1,
        arbitrary: fc.integer({ min: 1, max: 500_000 }).map((pennies) => ({ qty: null, notional: scaled(pennies, 2) })),
      },
    ),
    limitPrice: fc.option(
      fc.integer({ min: 4200, max: 6400 }).map((pennies) => scaled(pennies, 2)),
      { freq: 1 },
    ),
    timeInForce: fc.constantFrom("day" as const, "day" as const, "gtc" as const),
  })
  .map(
    ({ amount, ...rest }) =>
      (atMs: number): ExchangeEvent => ({ type: "submitOrder", atMs, request: order({ ...rest, ...amount }) }),
  );
const move: fc.Arbitrary<Move> = fc.record({
  waitMs: wait,
  make: fc.oneof(
    { weight: 8, arbitrary: submission },
    { weight: 1, arbitrary: fc.constant((atMs: number): ExchangeEvent => ({ type: "cancelAllOrders", atMs })) },
    { weight: 1, arbitrary: fc.constant(advanceTo) },
  ),
});

const history = fc.array(move, { minLength: 5, maxLength: 30, size: "max" }).map((moves) => {
  let atMs = startMs;
  return moves.map(({ waitMs, make }) => {
    atMs += waitMs;
    return make(atMs);
  });
});

const holds = (property: (events: readonly ExchangeEvent[]) => void): void =>
  fc.assert(fc.property(history, property), { numRuns: 60, seed: 20260615 });

const step = createExchange(tape);
const states = (events: readonly ExchangeEvent[]): readonly ExchangeState[] => {
  let state = start;
  return events.map((event) => {
    [state] = step(state, event);
    return state;
  });
};

test("the histories tried have fills, short positions and refusals in them", () => {
  const tried = fc.sample(history, { numRuns: 60, seed: 20260615 }).map((events) => play(tape, start, events));
  expect(tried.flatMap(([{ fills }]) => fills).length).toBeGreaterThan(200);
  expect(tried.some(([{ positions }]) => positions.some(({ qty }) => qty.startsWith("-")))).toBe(true);
  expect(tried.flatMap(([, effects]) => effects).some(({ type }) => type === "refused")).toBe(true);
});

describe("after any history", () => {
  test("the cash is the starting cash and what the fills did to it, to the cent", () => {
    holds((events) => {
      for (const { account, fills } of states(events)) {
        expect(account.cash).toBe(text(sum([dec("10000"), ...fills.map(({ cashChange }) => dec(cashChange))])));
      }
    });
  });

  test("cash and positions at cost are the starting cash and the gains realised, within rounding", () => {
    holds((events) => {
      const [state] = play(tape, start, events);
      const atCost = sum(state.positions.map(({ qty, averageCost }) => dec(qty).times(averageCost)));
      let realised = dec(0);
      let at = start;
      for (const fill of state.fills) {
        const held = at.positions.find(({ symbol }) => symbol === fill.symbol);
        const signed = dec(fill.qty).times(fill.side === "buy" ? 1 : -1);
        if (held && dec(held.qty).times(signed).lt(0))
          realised = realised.minus(dec(fill.price).minus(held.averageCost).times(signed));
        at = { ...at, positions: positionsAfter(state, fill.serial) };
      }
      const difference = dec(state.account.cash).plus(atCost).minus("10000").minus(realised).abs();
      expect(Number(difference)).toBeLessThan(0.006 * (state.fills.length + 1));
    });
  });

  test("positions are the sum of the fills, and no fill carries one across zero", () => {
    holds((events) => {
      const [state] = play(tape, start, events);
      for (const symbol of symbols) {
        let qty = dec(0);
        for (const fill of state.fills.filter((each) => each.symbol === symbol)) {
          const next = qty.plus(dec(fill.qty).times(fill.side === "buy" ? 1 : -1));
          expect(qty.times(next).gte(0)).toBe(true);
          qty = next;
        }
        expect(state.positions.find((position) => position.symbol === symbol)?.qty ?? "0").toBe(text(qty));
      }
    });
  });

  test("no id is given twice", () => {
    holds((events) => {
      const { orders, fills } = play(tape, start, events)[0];
      const ids = [...orders.flatMap(({ id, clientOrderId }) => [id, clientOrderId]), ...fills.map(({ id }) => id)];
      expect(new Set(ids).size).toBe(ids.length);
    });
  });

  test("an order that is over never changes again", () => {
    holds((events) => {
      const over = new Map<string, string>();
      for (const { orders } of states(events)) {
        for (const each of orders) {
          const known = over.get(each.id);
          if (known !== undefined) expect(JSON.stringify(each)).toBe(known);
          if (["filled", "canceled", "expired"].includes(each.status)) over.set(each.id, JSON.stringify(each));
        }
      }
    });
  });

  test("every fill is at a price its minute had, and within the order's limit", () => {
    holds((events) => {
      const { fills, orders } = play(tape, start, events)[0];
      for (const fill of fills) {
        const day = new Date(fill.atMs).toISOString().slice(0, 10);
        const minutes = tape
          .intervals(fill.symbol, day)
          .filter(({ fromMs, toMs }) => fromMs <= fill.atMs && fill.atMs <= toMs);
        expect(minutes.some(({ low, high }) => low <= Number(fill.price) && Number(fill.price) <= high)).toBe(true);
        const limit = orders.find(({ id }) => id === fill.orderId)?.limitPrice;
        if (limit) expect(fill.side === "buy" ? dec(fill.price).lte(limit) : dec(fill.price).gte(limit)).toBe(true);
      }
    });
  });
});

test("the same events give the same result", () => {
  holds((events) => {
    expect(play(tape, start, events)).toEqual(play(tape, start, events));
  });
});

test("a state that went through JSON goes on as if it had not", () => {
  holds((events) => {
    const middle = Math.floor(events.length / 2);
    const [half] = play(tape, start, events.slice(0, middle));
    const restored = JSON.parse(JSON.stringify(half)) as ExchangeState;
    expect(play(tape, restored, events.slice(middle))).toEqual(play(tape, half, events.slice(middle)));
  });
});

test("what happens in a stretch of time does not depend on how often one looks", () => {
  holds((events) => {
    const often = events.flatMap((event, index) => {
      const beforeMs = events[index - 1]?.atMs ?? startMs;
      const looks = [0.2, 0.5, 0.51, 0.9].map((share) =>
        advanceTo(Math.floor(beforeMs + share * (event.atMs - beforeMs))),
      );
      return [...looks, event];
    });
    expect(play(tape, start, often)).toEqual(play(tape, start, events));
  });
});

/** Positions after the first `count` fills, with the costs of the books. */
function positionsAfter(state: ExchangeState, count: number): ExchangeState["positions"] {
  const averages = new Map<string, { qty: Decimal; cost: Decimal }>();
  for (const fill of state.fills.slice(0, count)) {
    const { qty, cost } = averages.get(fill.symbol) ?? { qty: dec(0), cost: dec(0) };
    const signed = dec(fill.qty).times(fill.side === "buy" ? 1 : -1);
    const next = qty.plus(signed);
    const grows = next.abs().gt(qty.abs());
    const average = grows ? qty.times(cost).plus(signed.times(fill.price)).div(next).round(6) : cost;
    averages.set(fill.symbol, { qty: next, cost: average });
  }
  return [...averages].flatMap(([symbol, { qty, cost }]) =>
    qty.eq(0) ? [] : [{ symbol, qty: text(qty), averageCost: text(cost) }],
  );
}
