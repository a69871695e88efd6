// What holds for the exchange whatever happens: nothing is made from nothing, nothing depends on how time is cut.
import { describe, expect, test } from "vitest";
import { accountFigures, heldForOrders, markAt } from "../../src/simulator/account.ts";
import { type Decimal, dec, sum, text } from "../../src/simulator/decimal.ts";
import { type ExchangeState, isOpen, type Order } from "../../src/simulator/exchangeState.ts";
import { newYorkDay } from "../../src/simulator/sessions.ts";
import { advanceTo, play } from "./exampleMarket.ts";
import { holds, samples, start, startMs, states, symbols, tape } from "./randomHistories.ts";

test("the histories tried have everything in them", () => {
  const tried = samples().map((events) => play(tape, start, events));
  const orders = tried.flatMap(([state]) => state.orders);
  const count = (condition: (order: Order) => boolean): number => orders.filter(condition).length;
  expect(tried.flatMap(([{ fills }]) => fills).length).toBeGreaterThan(400);
  expect(tried.some(([{ positions }]) => positions.some(({ qty }) => qty.startsWith("-")))).toBe(true);
  expect(tried.flatMap(([, effects]) => effects).some(({ type }) => type === "refused")).toBe(true);
  for (const status of ["filled", "canceled", "expired", "rejected", "replaced", "held"]) {
    expect(
      count((order) => order.status === status),
      status,
    ).toBeGreaterThan(2);
  }
  for (const timeInForce of ["ioc", "fok", "opg", "cls"]) {
    expect(
      count((order) => order.timeInForce === timeInForce && order.status === "filled"),
      timeInForce,
    ).toBeGreaterThan(1);
  }
  for (const type of ["stop", "stop_limit", "trailing_stop"]) {
    expect(
      count((order) => order.type === type && order.status === "filled"),
      type,
    ).toBeGreaterThan(2);
  }
  expect(count(({ parentSerial, status }) => parentSerial !== null && status === "filled")).toBeGreaterThan(10);
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

  test("an order that is over never changes again, but for the legs that take the place of its legs", () => {
    holds((events) => {
      const over = new Map<string, string>();
      for (const { orders } of states(events)) {
        for (const each of orders) {
          const known = over.get(each.id);
          if (known !== undefined) expect(lasting(each)).toBe(known);
          if (!isOpen(each)) over.set(each.id, lasting(each));
        }
      }
    });
  });

  test("every fill is at a price its minute had, and within the order's limit", () => {
    holds((events) => {
      const { fills, orders } = play(tape, start, events)[0];
      for (const fill of fills) {
        const minutes = tape
          .intervals(fill.symbol, newYorkDay(fill.atMs))
          .filter(({ fromMs, toMs }) => fromMs <= fill.atMs && fill.atMs <= toMs);
        expect(minutes.some(({ low, high }) => low <= Number(fill.price) && Number(fill.price) <= high)).toBe(true);
        const limit = orders.find(({ id }) => id === fill.orderId)?.limitPrice;
        if (limit) expect(fill.side === "buy" ? dec(fill.price).lte(limit) : dec(fill.price).gte(limit)).toBe(true);
      }
    });
  });
});

describe("at any time", () => {
  test("no order is filled beyond its quantity, and none that is held at all", () => {
    holds((events) => {
      for (const { orders } of states(events)) {
        for (const { qty, filledQty, status } of orders) {
          expect(dec(filledQty).gte(0)).toBe(true);
          if (qty !== null) expect(dec(filledQty).lte(qty)).toBe(true);
          if (status === "held") expect(filledQty).toBe("0");
        }
      }
    });
  });

  test("open orders promise no more shares than the position has", () => {
    holds((events) => {
      for (const state of states(events)) {
        for (const symbol of symbols) {
          const held = dec(state.positions.find((position) => position.symbol === symbol)?.qty ?? "0").abs();
          expect(heldForOrders(state, symbol).lte(held)).toBe(true);
        }
      }
    });
  });

  test("the exits of an entry together sell no more than it bought", () => {
    holds((events) => {
      const { orders } = play(tape, start, events)[0];
      for (const entry of orders.filter(
        ({ orderClass, parentSerial }) => orderClass === "bracket" && parentSerial === null,
      )) {
        const exits = orders.filter((each) => each.parentSerial === entry.serial && each.status !== "replaced");
        expect(sum(exits.map(({ filledQty }) => dec(filledQty))).lte(entry.filledQty)).toBe(true);
      }
    });
  });

  test("the orders listed as open are exactly those that are", () => {
    holds((events) => {
      for (const { orders, openSerials } of states(events)) {
        expect(orders.filter(isOpen).map(({ serial }) => serial)).toEqual(openSerials);
      }
    });
  });

  test("the equity is the cash and the positions at their marks", () => {
    holds((events) => {
      const [state] = play(tape, start, events);
      const mark = markAt(tape, state.nowMs);
      const worth = sum(state.positions.map(({ symbol, qty }) => dec(qty).times(String(mark(symbol)))));
      expect(text(accountFigures(state, mark).equity)).toBe(text(worth.plus(state.account.cash)));
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

const lasting = ({ legSerials: _, ...rest }: Order): string => JSON.stringify(rest);

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
