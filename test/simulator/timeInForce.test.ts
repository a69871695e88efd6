// How long orders live: immediate ones, auctions, extended hours.
import { describe, expect, test } from "vitest";
import type { ExchangeState, OrderRequest } from "../../src/simulator/exchangeState.ts";
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
/** 100 at the open, then 101, and 99 in the last minute; 95 before the open and 105 after the close. */
const tape = handmadeTape({
  AAPL: {
    minute: (index) => flat(index === 0 ? 100 : index === 389 ? 99 : 101),
    extendedMinute: (index) => flat(index < 330 && index >= 240 ? 95 : 105),
  },
  LATE: { minute: (index) => (index > 5 ? flat(20) : undefined) },
});
const last = ({ orders }: ExchangeState) => orders.at(-1);
const at = (time: string) => atNewYork(time);
const run = (fromMs: number, request: Partial<OrderRequest>, toMs = fromMs) =>
  play(tape, openAccount(fromMs), [submit(fromMs, request), advanceTo(toMs)]);

describe("immediate-or-cancel and fill-or-kill", () => {
  test.each(["ioc", "fok"] as const)("%s is filled at once where the market is good enough", (timeInForce) => {
    const filled = run(ten, { qty: "3", limitPrice: "101.01", timeInForce });
    expect(eventNames(filled)).toEqual(["pending_new", "new", "fill"]);
  });

  test.each(["ioc", "fok"] as const)("%s is cancelled at once where it is not", (timeInForce) => {
    const canceled = run(ten, { qty: "3", limitPrice: "101", timeInForce });
    expect(eventNames(canceled)).toEqual(["pending_new", "new", "canceled"]);
    expect(last(canceled[0])).toMatchObject({ status: "canceled", canceledAtMs: ten, filledQty: "0" });
  });

  test("what is not filled of an ioc order is cancelled, and a fok order is never filled in part", () => {
    const inParts = openAccount(ten, { partialFillShare: 1 });
    const [state] = play(tape, inParts, [
      submit(ten, { qty: "10", timeInForce: "ioc" }),
      submit(ten, { qty: "10", timeInForce: "fok" }),
    ]);
    expect(state.orders.map(({ status }) => status)).toEqual(["canceled", "filled"]);
    expect(Number(state.orders[0]?.filledQty)).toBeGreaterThan(0);
    expect(Number(state.orders[0]?.filledQty)).toBeLessThan(10);
    expect(state.orders[1]?.filledQty).toBe("10");
  });

  test("placed while the market is closed meets the open, once", () => {
    const early = at("08:00:00");
    expect(eventNames(run(early, { timeInForce: "ioc" }, at("09:30:00")))).toEqual(["accepted", "new", "fill"]);
    const missed = run(early, { limitPrice: "99", timeInForce: "ioc" }, at("09:30:00"));
    expect(eventNames(missed)).toEqual(["accepted", "new", "canceled"]);
  });
});

describe("orders for the open", () => {
  const early = at("09:00:00");
  test("are filled at the opening price", () => {
    const [state] = run(early, { qty: "5", timeInForce: "opg" }, at("09:31:00"));
    expect(state.fills).toMatchObject([{ price: "100", qty: "5", atMs: at("09:30:00") }]);
  });

  test("are cancelled when the opening price is worse than their limit", () => {
    const [state] = run(early, { limitPrice: "99.99", timeInForce: "opg" }, at("09:30:00"));
    expect(last(state)).toMatchObject({ status: "canceled", canceledAtMs: at("09:30:00") });
  });

  test("are cancelled when nothing trades at the open", () => {
    const [state] = run(early, { symbol: "LATE", timeInForce: "opg" }, at("12:00:00"));
    expect(last(state)).toMatchObject({ status: "canceled", canceledAtMs: at("09:30:00") });
  });

  test.each([
    ["09:27:59", true],
    ["09:28:00", false],
    ["18:59:59", false],
    ["19:00:00", true],
  ])("are taken at %s: %s", (time, taken) => {
    expect(refusalOf(run(at(time), { timeInForce: "opg" })) === undefined).toBe(taken);
  });
});

describe("orders for the close", () => {
  test("wait all day and are filled at the closing price", () => {
    const [waiting] = run(ten, { qty: "5", timeInForce: "cls" }, at("15:59:59"));
    expect(last(waiting)?.status).toBe("new");
    const [state] = play(tape, waiting, [advanceTo(at("16:00:00"))]);
    expect(state.fills).toMatchObject([{ price: "99", qty: "5", atMs: at("16:00:00") }]);
    expect(state.account).toMatchObject({ lastMaintenanceMargin: "148.5", balanceAsOf: monday });
  });

  test("are cancelled when the closing price is worse than their limit", () => {
    const [state] = run(ten, { limitPrice: "98.99", timeInForce: "cls" }, at("16:00:00"));
    expect(last(state)).toMatchObject({ status: "canceled", canceledAtMs: at("16:00:00") });
  });

  test.each([
    ["15:49:59", true],
    ["15:50:00", false],
    ["18:59:59", false],
    ["19:00:00", true],
  ])("are taken at %s: %s", (time, taken) => {
    expect(refusalOf(run(at(time), { timeInForce: "cls" })) === undefined).toBe(taken);
  });

  test.each([
    ["12:49:59", true],
    ["12:50:00", false],
  ])("on an early close are taken at %s: %s", (time, taken) => {
    const friday = Date.parse(`2026-11-27T${time}-05:00`);
    expect(refusalOf(run(friday, { timeInForce: "cls" })) === undefined).toBe(taken);
  });

  test("placed in the evening are for the next session's close", () => {
    const friday = atNewYork("19:30:00", "2026-06-12");
    const [state] = run(friday, { timeInForce: "cls" }, at("16:00:00"));
    expect(state.fills).toMatchObject([{ price: "99", atMs: at("16:00:00") }]);
  });
});

describe("extended hours", () => {
  const extended: Partial<OrderRequest> = { limitPrice: "96", extendedHours: true };
  test("let a limit order be filled before the open", () => {
    const filled = run(at("08:00:00"), extended);
    expect(eventNames(filled)).toEqual(["pending_new", "new", "fill"]);
    expect(filled[0].fills).toMatchObject([{ price: "95.01", atMs: at("08:00:00") }]);
  });

  test("begin at four for an order of the night", () => {
    const filled = run(at("02:00:00"), { ...extended, limitPrice: "105.01" }, at("04:00:00"));
    expect(eventNames(filled)).toEqual(["accepted", "new", "fill"]);
    expect(filled[0].fills).toMatchObject([{ price: "105.01", atMs: at("04:00:00") }]);
  });

  test("are not for other orders, which wait for the open", () => {
    const [state] = run(at("08:00:00"), { limitPrice: "102" }, at("09:30:00"));
    expect(state.fills).toMatchObject([{ price: "100.01", atMs: at("09:30:00") }]);
  });

  test("do not fill an order of the day after the close, which has expired by then", () => {
    const held = run(ten, { qty: "2" })[0];
    const sell: Partial<OrderRequest> = { side: "sell", limitPrice: "104" };
    const [state] = play(tape, held, [
      submit(ten, sell),
      submit(ten, { ...sell, extendedHours: true }),
      advanceTo(at("16:00:00")),
    ]);
    expect(state.orders.map(({ status }) => status)).toEqual(["filled", "expired", "filled"]);
    expect(state.fills[1]).toMatchObject({ price: "104.99", atMs: at("16:00:00") });
  });

  test("end a day order four hours after the close", () => {
    const [living] = run(ten, { ...extended, limitPrice: "50" }, at("19:59:59"));
    expect(last(living)?.status).toBe("new");
    expect(last(play(tape, living, [advanceTo(at("20:00:00"))])[0])).toMatchObject({
      status: "expired",
      expiredAtMs: at("20:00:00"),
    });
  });

  test("end at 17:00 on an early close", () => {
    const friday = Date.parse("2026-11-27T10:00:00-05:00");
    const [state] = run(friday, { ...extended, limitPrice: "50" }, friday + 8 * 3_600_000);
    expect(last(state)?.expiredAtMs).toBe(Date.parse("2026-11-27T17:00:00-05:00"));
  });

  test.each<[string, Partial<OrderRequest>]>([
    ["market orders", { extendedHours: true }],
    ["stop orders", { extendedHours: true, stopPrice: "110" }],
    ["immediate orders", { extendedHours: true, limitPrice: "90", timeInForce: "ioc" }],
  ])("are refused to %s", (_, request) => {
    expect(refusalOf(run(ten, request))?.message).toMatch(/extended hours|invalid time_in_force/);
  });
});
