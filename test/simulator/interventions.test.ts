// What an operator does to the exchange, and orders that come in two parts.
import { describe, expect, test } from "vitest";
import type { ExchangeEvent, ExchangeState, Intervention } from "../../src/simulator/exchangeState.ts";
import {
  advanceTo,
  atNewYork,
  eventNames,
  flat,
  handmadeTape,
  openAccount,
  play,
  refusalOf,
  submit,
} from "./exampleMarket.ts";

const ten = atNewYork("10:00:00");
/** 100, but 90 from 10:05 to 10:06 and 98 from 10:20 on. */
const tape = handmadeTape({
  AAPL: { minute: (index) => flat(index === 35 ? 90 : index >= 50 ? 98 : 100) },
  MSFT: { minute: () => flat(50) },
});
const start = openAccount(ten);
const last = ({ orders }: ExchangeState) => orders.at(-1);
const intervene = (intervention: Intervention, atMs = ten): ExchangeEvent => ({
  type: "intervene",
  atMs,
  intervention,
});
const halt = intervene({ kind: "haltSymbol", symbol: "AAPL" });
const resume = (atMs: number) => intervene({ kind: "resumeSymbol", symbol: "AAPL" }, atMs);

describe("a halted symbol", () => {
  test("executes nothing; orders rest and meet the market when it trades again", () => {
    const [halted] = play(tape, start, [halt, submit(ten, { qty: "2" }), submit(ten, { symbol: "MSFT" })]);
    expect(halted.orders.map(({ status }) => status)).toEqual(["new", "filled"]);
    const [waiting] = play(tape, halted, [advanceTo(atNewYork("10:10:00"))]);
    expect(waiting.orders[0]?.status).toBe("new");
    const resumed = play(tape, waiting, [resume(atNewYork("10:10:30"))]);
    expect(resumed[0].fills[1]).toMatchObject({ symbol: "AAPL", price: "100.01", atMs: atNewYork("10:10:30") });
  });

  test("triggers no stop by what it did meanwhile", () => {
    const [state] = play(tape, start, [
      submit(ten, { qty: "1" }),
      submit(ten, { side: "sell", stopPrice: "95" }),
      halt,
      resume(atNewYork("10:15:00")),
      advanceTo(atNewYork("15:00:00")),
    ]);
    expect(last(state)).toMatchObject({ status: "new", triggeredAtMs: null });
  });

  test("still lets orders be cancelled and expire", () => {
    const [state] = play(tape, start, [halt, submit(ten), submit(ten), advanceTo(atNewYork("16:00:00"))]);
    expect(state.orders.map(({ status }) => status)).toEqual(["expired", "expired"]);
  });

  test("that is resumed without having been halted changes nothing for its orders", () => {
    const [state] = play(tape, start, [submit(ten, { limitPrice: "89.97" })]);
    const [resumed] = play(tape, state, [resume(atNewYork("10:05:30")), advanceTo(atNewYork("10:06:00"))]);
    expect(resumed.fills[0]).toMatchObject({ price: "89.97", atMs: atNewYork("10:06:00") });
  });
});

test("the next orders are taken and then rejected, no more than asked for", () => {
  const played = play(tape, start, [
    intervene({ kind: "rejectNextOrders", count: 2 }),
    submit(ten),
    submit(ten, { limitPrice: "90" }),
    submit(ten),
  ]);
  expect(eventNames(played)).toEqual([
    "pending_new",
    "rejected",
    "pending_new",
    "rejected",
    "pending_new",
    "new",
    "fill",
  ]);
  expect(played[0].orders[0]).toMatchObject({ status: "rejected", failedAtMs: ten, filledQty: "0" });
});

test("an order refused by the rules uses up no rejection", () => {
  const played = play(tape, start, [
    intervene({ kind: "rejectNextOrders", count: 1 }),
    submit(ten, { qty: "0" }),
    submit(ten),
  ]);
  expect(eventNames(played)).toEqual(["pending_new", "rejected"]);
});

describe("partial, then silence", () => {
  test.each([
    ["10", "5"],
    ["3", "1"],
    ["2", "1"],
    ["1", "0"],
  ])("of %s shares %s are filled, and the rest never", (qty, filledQty) => {
    const [state] = play(tape, start, [
      intervene({ kind: "partialThenSilence", count: 1 }),
      submit(ten, { qty }),
      advanceTo(atNewYork("15:00:00")),
    ]);
    expect(last(state)).toMatchObject({ filledQty, status: filledQty === "0" ? "new" : "partially_filled" });
    const canceled = play(tape, state, [{ type: "cancelOrder", atMs: 0, id: last(state)?.id ?? "" }]);
    expect(last(canceled[0])).toMatchObject({ status: "canceled", filledQty });
  });

  test("is for as many orders as asked for", () => {
    const [state] = play(tape, start, [
      intervene({ kind: "partialThenSilence", count: 1 }),
      submit(ten, { qty: "4" }),
      submit(ten, { qty: "4" }),
    ]);
    expect(state.orders.map(({ filledQty }) => filledQty)).toEqual(["2", "4"]);
  });
});

test("a blocked account is refused, and allowed again once it is not", () => {
  const [blocked] = play(tape, start, [intervene({ kind: "blockTrading", blocked: true })]);
  expect(refusalOf(play(tape, blocked, [submit(ten)]))?.message).toBe("account is not authorized to trade");
  const allowed = play(tape, blocked, [intervene({ kind: "blockTrading", blocked: false }), submit(ten)]);
  expect(allowed[0].fills).toHaveLength(1);
});

describe("partial fills", () => {
  const inParts = openAccount(ten, { partialFillShare: 1 });
  test("fill a part at once and the rest in the next minute", () => {
    const first = play(tape, inParts, [submit(ten, { qty: "10" })]);
    expect(eventNames(first)).toEqual(["pending_new", "new", "partial_fill"]);
    const rest = play(tape, first[0], [advanceTo(atNewYork("10:01:00"))]);
    expect(eventNames(rest)).toEqual(["fill"]);
    const [a, b] = rest[0].fills;
    expect(Number(a?.qty) + Number(b?.qty)).toBe(10);
    expect(a).toMatchObject({ leavesQty: b?.qty, orderStatus: "partially_filled", atMs: ten });
    expect(b).toMatchObject({ cumulativeQty: "10", orderStatus: "filled", atMs: atNewYork("10:01:00") });
  });

  test("hit about the share of the orders that was asked for, the same ones each time", () => {
    const orders = Array.from({ length: 300 }, () => submit(ten, { qty: "2" }));
    const tenth = play(tape, openAccount(ten, { partialFillShare: 0.1 }), orders)[0];
    const partial = tenth.orders.filter(({ status }) => status === "partially_filled").length;
    expect(partial).toBeGreaterThan(15);
    expect(partial).toBeLessThan(50);
    expect(play(tape, openAccount(ten, { partialFillShare: 0.1 }), orders)[0]).toEqual(tenth);
    expect(play(tape, start, orders)[0].orders.some(({ status }) => status !== "filled")).toBe(false);
  });

  test("tell each fill with the position it led to", () => {
    const [, effects] = play(tape, inParts, [
      submit(ten, { side: "sell", qty: "10" }),
      advanceTo(atNewYork("10:01:00")),
    ]);
    const told = effects.flatMap((effect) => (effect.type === "orderUpdate" && effect.fill ? [effect] : []));
    expect(told.map(({ event }) => event)).toEqual(["partial_fill", "fill"]);
    expect(told.map(({ positionQty }) => positionQty)).toEqual([`-${told[0]?.fill?.qty}`, "-10"]);
  });
});

test("disturbances survive a save", () => {
  const [state] = play(tape, start, [halt, intervene({ kind: "rejectNextOrders", count: 1 })]);
  const restored = JSON.parse(JSON.stringify(state)) as ExchangeState;
  expect(eventNames(play(tape, restored, [submit(ten), submit(ten)]))).toEqual([
    "pending_new",
    "rejected",
    "pending_new",
    "new",
  ]);
});
