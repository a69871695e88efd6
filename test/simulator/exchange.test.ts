// What the exchange does with orders over a session, by examples with known prices.
import { describe, expect, test } from "vitest";
import { accountFigures, markAt } from "../../src/simulator/account.ts";
import { text } from "../../src/simulator/decimal.ts";
import { createExchange } from "../../src/simulator/exchange.ts";
import type { ExchangeState } from "../../src/simulator/exchangeState.ts";
import {
  advanceTo,
  atNewYork,
  eventNames,
  flat,
  handmadeTape,
  monday,
  openAccount,
  play,
  refusalOf,
  submit,
} from "./exampleMarket.ts";

const ten = atNewYork("10:00:00");
/** 100 until 10:29, then 98 with a low of 97.5, then 101 from 10:31. Minute 60 is 10:30. */
const tape = handmadeTape({
  AAPL: {
    minute: (index) => (index < 60 ? flat(100) : index === 60 ? { ...flat(98), low: 97.5, high: 99 } : flat(101)),
  },
  THIN: { minute: (index) => (index === 45 ? flat(20) : undefined) },
});
const start = openAccount(ten);
const last = (state: ExchangeState) => state.orders.at(-1);
const figures = (state: ExchangeState) => accountFigures(state, markAt(tape, state.nowMs));

describe("market orders", () => {
  test("in session fill at once: a buy at the ask, a sell at the bid", () => {
    const bought = play(tape, start, [submit(ten, { qty: "10" })]);
    expect(eventNames(bought)).toEqual(["pending_new", "new", "fill"]);
    expect(bought[0].fills[0]).toMatchObject({ price: "100.01", qty: "10", cashChange: "-1000.1", atMs: ten });
    const sold = play(tape, bought[0], [submit(ten + 1000, { side: "sell", qty: "4" })]);
    expect(sold[0].fills[1]).toMatchObject({ price: "99.99", qty: "4", cashChange: "399.96" });
    expect(sold[0].positions).toEqual([{ symbol: "AAPL", qty: "6", averageCost: "100.01" }]);
    expect(sold[0].account.cash).toBe("99399.86");
  });

  test("placed while the market is closed are queued and fill at the open's price", () => {
    const early = atNewYork("08:00:00");
    const queued = play(tape, openAccount(early), [submit(early)]);
    expect(eventNames(queued)).toEqual(["accepted"]);
    const opened = play(tape, queued[0], [advanceTo(atNewYork("09:30:00"))]);
    expect(eventNames(opened)).toEqual(["new", "fill"]);
    expect(opened[0].fills[0]).toMatchObject({ price: "100.01", atMs: atNewYork("09:30:00") });
  });

  test("placed after the close are for the next session, over a weekend too", () => {
    const friday = atNewYork("17:00:00", "2026-06-12");
    const [state] = play(tape, openAccount(friday), [submit(friday), advanceTo(ten)]);
    expect(state.fills[0]?.atMs).toBe(atNewYork("09:30:00"));
    expect(last(state)?.expiresAtMs).toBe(atNewYork("16:00:00"));
  });

  test("wait for the next trade where nothing trades in the minute, and expire when none comes", () => {
    const [resting] = play(tape, start, [submit(ten, { symbol: "THIN" }), advanceTo(atNewYork("10:14:59"))]);
    expect(last(resting)?.status).toBe("new");
    const [filled] = play(tape, resting, [advanceTo(atNewYork("10:15:00"))]);
    expect(filled.fills[0]).toMatchObject({ price: "20.01", atMs: atNewYork("10:15:00") });
    const later = atNewYork("10:16:00");
    const [never] = play(tape, openAccount(later), [
      submit(later, { symbol: "THIN" }),
      advanceTo(atNewYork("16:00:00")),
    ]);
    expect(last(never)?.status).toBe("expired");
  });

  test("by amount buy fractions to nine places and never spend more than the amount", () => {
    const [state] = play(tape, start, [submit(ten, { notional: "250.50" })]);
    expect(last(state)).toMatchObject({ qty: null, notional: "250.50", filledQty: "2.504749525", status: "filled" });
    expect(state.account.cash).toBe("99749.5");
  });
});

describe("limit orders", () => {
  test("that are marketable fill at the better market price", () => {
    const [state] = play(tape, start, [submit(ten, { limitPrice: "105" })]);
    expect(state.fills[0]?.price).toBe("100.01");
  });

  test("rest, and fill at the quote of the first minute that opens good enough", () => {
    const rested = play(tape, start, [submit(ten, { limitPrice: "98.5" }), advanceTo(atNewYork("10:29:59"))]);
    expect(eventNames(rested)).toEqual(["pending_new", "new"]);
    const filled = play(tape, rested[0], [advanceTo(atNewYork("10:30:00"))]);
    expect(filled[0].fills[0]).toMatchObject({ price: "98.01", atMs: atNewYork("10:30:00") });
  });

  test("fill at their limit once a minute is over that traded through it, not before", () => {
    const [resting] = play(tape, start, [submit(ten, { limitPrice: "97.75" }), advanceTo(atNewYork("10:30:59"))]);
    expect(last(resting)?.status).toBe("new");
    const [filled] = play(tape, resting, [advanceTo(atNewYork("10:31:00"))]);
    expect(filled.fills[0]).toMatchObject({ price: "97.75", atMs: atNewYork("10:31:00") });
  });

  test("do not fill on a price that is touched but not traded through", () => {
    const [state] = play(tape, start, [submit(ten, { limitPrice: "97.5" }), advanceTo(atNewYork("15:00:00"))]);
    expect(last(state)?.status).toBe("new");
  });

  test("do not fill on a low that may lie before they came", () => {
    const late = atNewYork("10:30:30");
    const [state] = play(tape, openAccount(late), [submit(late, { limitPrice: "97.75" }), advanceTo(late + 60_000)]);
    expect(last(state)?.status).toBe("new");
  });

  test("for the day expire at the close, good-till-cancelled ones live on for ninety days", () => {
    const [state] = play(tape, start, [
      submit(ten, { limitPrice: "50" }),
      submit(ten, { limitPrice: "51", timeInForce: "gtc" }),
      advanceTo(atNewYork("16:00:00")),
    ]);
    expect(state.orders.map(({ status }) => status)).toEqual(["expired", "new"]);
    expect(state.orders[0]?.expiredAtMs).toBe(atNewYork("16:00:00"));
    const [later] = play(tape, state, [advanceTo(ten + 89 * 86_400_000)]);
    expect(last(later)?.status).toBe("new");
    const [over] = play(tape, later, [advanceTo(ten + 92 * 86_400_000)]);
    expect(last(over)?.status).toBe("expired");
  });

  test("of one stretch of time fill in the order of their moments, not of their arrival", () => {
    const [state] = play(tape, start, [
      submit(ten, { limitPrice: "97.75", clientOrderId: "later" }),
      submit(ten, { limitPrice: "98.5", clientOrderId: "sooner" }),
      advanceTo(atNewYork("11:00:00")),
    ]);
    expect(state.fills.map(({ clientOrderId }) => clientOrderId)).toEqual(["sooner", "later"]);
  });

  test("expire at 13:00 on an early close", () => {
    const friday = Date.parse("2026-11-27T10:00:00-05:00");
    const [state] = play(tape, openAccount(friday), [
      submit(friday, { limitPrice: "50" }),
      advanceTo(friday + 4 * 3_600_000),
    ]);
    expect(last(state)?.expiredAtMs).toBe(Date.parse("2026-11-27T13:00:00-05:00"));
  });
});

describe("cancelling", () => {
  test("ends an open order and gives its buying power back", () => {
    const [resting] = play(tape, start, [submit(ten, { limitPrice: "90", qty: "100" })]);
    expect(text(figures(resting).buyingPower)).toBe("391000");
    const canceled = play(tape, resting, [{ type: "cancelOrder", atMs: ten + 5, id: last(resting)?.id ?? "" }]);
    expect(eventNames(canceled)).toEqual(["canceled"]);
    expect(last(canceled[0])).toMatchObject({ status: "canceled", canceledAtMs: ten + 5 });
    expect(text(figures(canceled[0]).buyingPower)).toBe("400000");
  });

  test("refuses an order that is over, in the words of its state, and one that never was", () => {
    const [filled] = play(tape, start, [submit(ten)]);
    const again = play(tape, filled, [{ type: "cancelOrder", atMs: ten, id: last(filled)?.id ?? "" }]);
    expect(refusalOf(again)).toEqual({ status: 422, code: 42210000, message: 'order is already in "filled" state' });
    expect(refusalOf(play(tape, filled, [{ type: "cancelOrder", atMs: ten, id: "x" }]))?.status).toBe(404);
  });

  test("of everything ends exactly the open orders", () => {
    const [state] = play(tape, start, [
      submit(ten),
      submit(ten, { limitPrice: "90" }),
      submit(ten, { limitPrice: "91" }),
      { type: "cancelAllOrders", atMs: ten },
    ]);
    expect(state.orders.map(({ status }) => status)).toEqual(["filled", "canceled", "canceled"]);
  });
});

describe("the account", () => {
  test.each([
    ["1", "100000"],
    ["2", "200000"],
    ["4", "400000"],
  ] as const)("with multiplier %s starts with a buying power of %s", (multiplier, power) => {
    expect(text(figures(openAccount(ten, { multiplier })).buyingPower)).toBe(power);
  });

  test("below 2,000 dollars has neither margin nor short sales", () => {
    expect(figures(openAccount(ten, { startingCash: "1999.99" }))).toMatchObject({
      multiplier: "1",
      shortingEnabled: false,
    });
  });

  test("averages cost over buys to six places and keeps it over sells", () => {
    const [state] = play(tape, start, [
      submit(ten, { qty: "3" }),
      submit(atNewYork("10:30:00"), { qty: "4" }),
      submit(atNewYork("10:32:00"), { side: "sell", qty: "2" }),
    ]);
    // (3 × 100.01 + 4 × 98.01) / 7
    expect(state.positions).toEqual([{ symbol: "AAPL", qty: "5", averageCost: "98.867143" }]);
  });

  test("holds short positions with a negative quantity and covers them", () => {
    const [short] = play(tape, start, [submit(ten, { side: "sell", qty: "10" })]);
    expect(short.positions).toEqual([{ symbol: "AAPL", qty: "-10", averageCost: "99.99" }]);
    expect(text(figures(short).equity)).toBe("99999.9");
    const [covered] = play(tape, short, [submit(ten, { qty: "10" })]);
    expect(covered.positions).toEqual([]);
    expect(covered.account.cash).toBe("99999.8");
  });

  test("reserves nothing for orders that close a position", () => {
    const [held] = play(tape, start, [submit(ten, { qty: "10" })]);
    const [selling] = play(tape, held, [submit(ten, { side: "sell", qty: "10", limitPrice: "120" })]);
    expect(figures(selling).buyingPower.eq(figures(held).buyingPower)).toBe(true);
  });

  test("sells no more than it has when an amount has become more shares than there are", () => {
    // A thousand dollars are 10 shares on Friday evening and 20 at Monday's open.
    const falling = handmadeTape({ AAPL: { minute: (_, day) => flat(day === monday ? 50 : 100) } });
    const friday = atNewYork("15:59:00", "2026-06-12");
    const [held] = play(falling, openAccount(friday), [submit(friday, { qty: "12" })]);
    const evening = atNewYork("18:00:00", "2026-06-12");
    const [sold] = play(falling, held, [
      submit(evening, { side: "sell", notional: "1000" }),
      advanceTo(atNewYork("09:31:00")),
    ]);
    expect(sold.fills.at(-1)).toMatchObject({ qty: "12", price: "49.99" });
    expect(sold.positions).toEqual([]);
  });

  test("keeps the equity of each close as the next day's last equity", () => {
    const [state] = play(tape, start, [submit(ten, { qty: "10" }), advanceTo(atNewYork("16:00:00"))]);
    expect(state.account).toMatchObject({ lastEquity: "100009.9", balanceAsOf: monday, lastMaintenanceMargin: "303" });
  });
});

test("time never goes back", () => {
  const [state] = play(tape, start, [advanceTo(ten + 60_000), advanceTo(ten), submit(ten)]);
  expect(state.nowMs).toBe(ten + 60_000);
  expect(last(state)?.submittedAtMs).toBe(ten + 60_000);
});

test("a step changes nothing in the state it was given", () => {
  const before = JSON.stringify(start);
  createExchange(tape)(start, submit(ten, { qty: "3" }));
  expect(JSON.stringify(start)).toBe(before);
});
