// The gate: what is read again immediately before an order leaves.
import { describe, expect, test } from "vitest";
import { price, qty } from "../../../src/core/model/money.ts";
import type { OrderTicket, Side } from "../../../src/core/model/order.ts";
import { decideGate } from "../../../src/core/risk/gate.ts";
import { at, exampleControl, exampleLimits, examplePortfolio, exampleTask, exampleWindow } from "../examples.ts";

const ticket = (side: Side, shares: number): OrderTicket => ({
  stage: 1,
  clientOrderId: "tw.trend@20260615T140000Z.targetWeights.AAA.buy.1",
  strategy: "targetWeights",
  symbol: "AAA",
  side,
  qty: qty(shares),
  type: "market",
  timeInForce: "day",
  referencePrice: price(100),
});
const decide = (order: OrderTicket, changes: Partial<Parameters<typeof decideGate>[1]> = {}) =>
  decideGate(order, {
    control: exampleControl(),
    task: exampleTask(),
    window: exampleWindow(),
    limits: exampleLimits(),
    quote: { symbol: "AAA", price: price(100), at: at("2026-06-15T14:00:02Z") },
    planned: new Set([order.clientOrderId]),
    sent: new Set(),
    now: at("2026-06-15T14:00:03Z"),
    portfolio: examplePortfolio({ positions: { AAA: [10, 1000] } }),
    ...changes,
  });

test("sends an order while trading runs and the window is open", () => {
  expect(decide(ticket("buy", 5))).toEqual({ send: true });
});

test("control 21: withholds every order once trading is halted, those that lower exposure too", () => {
  const control = exampleControl({ tradingState: "halted", actor: "operator", reason: "drill" });
  const expected = { send: false, code: "HALTED", message: "trading was halted by operator: drill" };
  expect(decide(ticket("buy", 5), { control })).toEqual(expected);
  expect(decide(ticket("sell", 5), { control })).toEqual(expected);
});

describe("control 21: while trading is reducing", () => {
  const control = exampleControl({ tradingState: "reducing" });
  test.each([
    ["sells of what is held pass", ticket("sell", 10), true],
    ["sells of more are withheld", ticket("sell", 11), false],
    ["buys are withheld", ticket("buy", 1), false],
  ])("%s", (_, order, send) => {
    expect(decide(order, { control })).toMatchObject(send ? { send } : { send, code: "REDUCING" });
  });

  test("orders in a symbol that is not held are withheld, with who set it and why", () => {
    const set = exampleControl({ tradingState: "reducing", actor: "ann", reason: "drill" });
    expect(decide(ticket("sell", 1), { control: set, portfolio: examplePortfolio() })).toEqual({
      send: false,
      code: "REDUCING",
      message: "trading was set to reducing by ann: drill",
    });
  });

  test("buys that cover a short position pass", () => {
    const portfolio = examplePortfolio({ positions: { AAA: [-10, -1000] } });
    expect(decide(ticket("buy", 10), { control, portfolio })).toEqual({ send: true });
  });
});

test("control 26: withholds an order when the window has closed since the plan was made, naming the next open", () => {
  expect(decide(ticket("buy", 5), { now: at("2026-06-15T20:00Z") })).toEqual({
    send: false,
    code: "WINDOW_CLOSED",
    message: "after the window closed at 16:00 New York; next open Tue 2026-06-16 09:30 New York",
  });
});

test("control 22: withholds an order from an account that the broker blocks", () => {
  const portfolio = examplePortfolio({ blocked: "account_blocked" });
  expect(decide(ticket("buy", 5), { portfolio })).toEqual({
    send: false,
    code: "ACCOUNT_BLOCKED",
    message: "the broker has blocked the account: account_blocked",
  });
});

describe("control 4: the price of an order against the last trade now", () => {
  const tradedAt = (each: number) => ({
    quote: { symbol: "AAA", price: price(each), at: at("2026-06-15T14:00:02Z") },
  });

  test("withholds what was planned at a price too far from it", () => {
    expect(decide(ticket("buy", 5), tradedAt(95.3))).toEqual({ send: true });
    expect(decide(ticket("buy", 5), tradedAt(95.2))).toEqual({
      send: false,
      code: "PRICE_COLLAR",
      message: "it was planned at 100, too far from the last trade in AAA at 95.2",
    });
  });

  test("sends what is as far as it may be", () => {
    expect(decide({ ...ticket("buy", 5), referencePrice: price(105) }, tradedAt(100))).toEqual({ send: true });
  });

  test("judges a limit order by its limit", () => {
    const limited = { ...ticket("buy", 5), type: "limit" as const, limitPrice: price(102) };
    expect(decide(limited, tradedAt(98))).toEqual({ send: true });
    expect(decide(limited, tradedAt(97))).toMatchObject({ send: false, code: "PRICE_COLLAR" });
  });

  test("goes by the tightest limit of the order's symbol and strategies", () => {
    const of = (scoped: object) => ({ ...tradedAt(98), limits: exampleLimits(scoped) });
    expect(decide(ticket("buy", 5), of({}))).toEqual({ send: true });
    const tight = { priceCollarFraction: 0.01 };
    expect(decide(ticket("buy", 5), of({ symbols: { AAA: tight } }))).toMatchObject({ code: "PRICE_COLLAR" });
    expect(decide(ticket("buy", 5), of({ strategies: { targetWeights: tight } }))).toMatchObject({
      code: "PRICE_COLLAR",
    });
    expect(decide(ticket("buy", 5), of({ symbols: { BBB: tight } }))).toEqual({ send: true });
  });
});

describe("control 5: the age of the last trade now", () => {
  test("withholds an order whose symbol has traded too long ago, or not at all", () => {
    const quote = { symbol: "AAA", price: price(100), at: at("2026-06-15T13:45:00Z") };
    expect(decide(ticket("buy", 5), { quote, now: at("2026-06-15T14:00:00Z") })).toEqual({ send: true });
    expect(decide(ticket("buy", 5), { quote, now: at("2026-06-15T14:00:01Z") })).toEqual({
      send: false,
      code: "STALE_DATA",
      message: "the last trade in AAA is of 2026-06-15T13:45:00.000Z, 901 seconds old",
    });
    expect(decide(ticket("buy", 5), { quote: undefined })).toEqual({
      send: false,
      code: "STALE_DATA",
      message: "AAA has no price now",
    });
  });
});

describe("control 25: orders sent against orders planned", () => {
  const order = ticket("buy", 5);

  test.each([
    ["one that the plan does not hold", ["another"], []],
    ["one that has been sent", [order.clientOrderId, "another"], [order.clientOrderId]],
    ["one more than the plan holds", [order.clientOrderId, "another"], ["x", "y"]],
  ])("withholds %s", (_, planned, sent) => {
    const counts = { planned: new Set(planned), sent: new Set(sent) };
    expect(decide(order, counts)).toMatchObject({ send: false, code: "IN_OUT_MISMATCH" });
  });

  test("says how many have been sent", () => {
    const counts = { planned: new Set(["another", "third"]), sent: new Set(["another"]) };
    expect(decide(order, counts)).toMatchObject({
      message: `${order.clientOrderId} is not one that the plan has left to send; 1 of 2 planned orders have been sent`,
    });
  });

  test("lets the last one pass that is left", () => {
    const counts = { planned: new Set([order.clientOrderId, "another"]), sent: new Set(["another"]) };
    expect(decide(order, counts)).toEqual({ send: true });
  });
});

test("exits leave whatever the window and the prices are, and none while trading is halted", () => {
  const exit = { ...ticket("sell", 5), type: "exit" as const, stage: 3 as const };
  expect(decide(exit, { quote: undefined, now: at("2026-06-15T22:00Z") })).toEqual({ send: true });
  const fallen = { symbol: "AAA", price: price(50), at: at("2026-06-15T14:00:02Z") };
  expect(decide(exit, { quote: fallen })).toEqual({ send: true });
  expect(decide(exit, { quote: { ...fallen, at: at("2026-06-15T13:00Z") } })).toEqual({ send: true });
  expect(decide(exit, { control: exampleControl({ tradingState: "halted" }) })).toMatchObject({ code: "HALTED" });
});
