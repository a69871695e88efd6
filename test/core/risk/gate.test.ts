// The gate: what is read again immediately before an order leaves.
import { describe, expect, test } from "vitest";
import { price, qty } from "../../../src/core/model/money.ts";
import type { OrderTicket, Side } from "../../../src/core/model/order.ts";
import { decideGate } from "../../../src/core/risk/gate.ts";
import { at, exampleControl, examplePortfolio, exampleTask, exampleWindow } from "../examples.ts";

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
    now: at("2026-06-15T14:00:03Z"),
    portfolio: examplePortfolio({ positions: { AAA: [10, 1000] } }),
    ...changes,
  });

test("sends an order while trading runs and the window is open", () => {
  expect(decide(ticket("buy", 5))).toEqual({ send: true });
});

test("withholds every order once trading is halted, those that lower exposure too", () => {
  const control = exampleControl({ tradingState: "halted", actor: "operator", reason: "drill" });
  const expected = { send: false, code: "HALTED", message: "trading was halted by operator: drill" };
  expect(decide(ticket("buy", 5), { control })).toEqual(expected);
  expect(decide(ticket("sell", 5), { control })).toEqual(expected);
});

describe("while trading is reducing", () => {
  const control = exampleControl({ tradingState: "reducing" });
  test.each([
    ["sells of what is held pass", ticket("sell", 10), true],
    ["sells of more are withheld", ticket("sell", 11), false],
    ["buys are withheld", ticket("buy", 1), false],
  ])("%s", (_, order, send) => {
    expect(decide(order, { control })).toMatchObject(send ? { send } : { send, code: "REDUCING" });
  });

  test("buys that cover a short position pass", () => {
    const portfolio = examplePortfolio({ positions: { AAA: [-10, -1000] } });
    expect(decide(ticket("buy", 10), { control, portfolio })).toEqual({ send: true });
  });
});

test("withholds an order when the window has closed since the plan was made, naming the next open", () => {
  expect(decide(ticket("buy", 5), { now: at("2026-06-15T20:00Z") })).toEqual({
    send: false,
    code: "WINDOW_CLOSED",
    message: "after the window closed at 16:00 New York; next open Tue 2026-06-16 09:30 New York",
  });
});

test("withholds an order from an account that the broker blocks", () => {
  const portfolio = examplePortfolio({ blocked: "account_blocked" });
  expect(decide(ticket("buy", 5), { portfolio })).toMatchObject({ send: false, code: "ACCOUNT_BLOCKED" });
});
