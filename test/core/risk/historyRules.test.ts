// The rules about what was ordered before: how often, the same again, and what a symbol has just lost.
import { describe, expect, test } from "vitest";
import { qty, usd } from "../../../src/core/model/money.ts";
import type { LossMarks } from "../../../src/core/model/run.ts";
import { assessRisk } from "../../../src/core/risk/assessRisk.ts";
import { at, exampleLimits as limits } from "../examples.ts";
import { buy, context, holding, judged, pastOrder, sell, told } from "./judged.ts";

describe("control 14: order rate", () => {
  const perMinute = limits({ maxOrdersPerMinute: 2 });
  const perDay = limits({ maxOrdersPerDay: 2 });

  test("counts our orders of the last minute and those of the batch, sells too", () => {
    expect(judged([buy(1), buy(1, "BBB")], { limits: perMinute, recentOrders: [pastOrder()] })).toEqual([
      "approved 1",
      "denied ORDER_RATE",
    ]);
    const twice = [pastOrder(), pastOrder()];
    expect(judged([sell(1)], { limits: perMinute, recentOrders: twice, portfolio: holding(5) })).toEqual([
      "denied ORDER_RATE",
    ]);
    expect(told("orderRate", [buy(1)], { limits: perMinute, recentOrders: twice })).toBe(
      "2 orders a minute | 3 orders a minute | 0 orders a minute",
    );
  });

  test("forgets a minute, and orders that are not ours", () => {
    const recentOrders = [
      pastOrder({ submittedAt: at("2026-06-15T13:59:00Z") }),
      pastOrder({ submittedAt: at("2026-06-15T13:59:00Z") }),
      pastOrder({ clientOrderId: "by hand" }),
      pastOrder({ clientOrderId: "by hand" }),
    ];
    expect(judged([buy(1)], { limits: perMinute, recentOrders })).toEqual(["approved 1"]);
  });

  test("counts the trading day of New York", () => {
    const yesterday = pastOrder({ submittedAt: at("2026-06-15T03:59:59Z") });
    const today = pastOrder({ submittedAt: at("2026-06-15T04:00:00Z") });
    expect(judged([buy(1)], { limits: perDay, recentOrders: [yesterday, today] })).toEqual(["approved 1"]);
    expect(judged([buy(1)], { limits: perDay, recentOrders: [today, today] })).toEqual(["denied ORDER_RATE"]);
  });

  test("tells the span that has less room", () => {
    const both = limits({ maxOrdersPerMinute: 5, maxOrdersPerDay: 3 });
    expect(told("orderRate", [buy(1)], { limits: both })).toBe("3 orders a day | 1 orders a day | 3 orders a day");
    expect(told("orderRate", [buy(1)])).toBeUndefined();
  });
});

describe("control 15: repeated execution", () => {
  const twice = limits({ breakers: { repeatedExecution: { orders: 2, minutes: 10, action: "halt" } } });
  const executed = [pastOrder(), pastOrder({ submittedAt: at("2026-06-15T13:51:00Z") })];

  test("denies the same side of the same symbol once its orders have been executed so often", () => {
    expect(judged([buy(1)], { limits: twice, recentOrders: executed.slice(1) })).toEqual(["approved 1"]);
    expect(judged([buy(1), buy(1, "BBB")], { limits: twice, recentOrders: executed })).toEqual([
      "denied REPEATED_EXECUTION",
      "approved 1",
    ]);
    expect(judged([sell(1)], { limits: twice, recentOrders: executed, portfolio: holding(5) })).toEqual(["approved 1"]);
    expect(told("repeatedExecution", [buy(1)], { limits: twice, recentOrders: executed })).toBe(
      "2 orders in 10 minutes | 2 orders in 10 minutes | 0 orders in 10 minutes",
    );
  });

  test.each([
    ["orders that have executed nothing", pastOrder({ filledQty: qty(0), status: "canceled" })],
    ["orders of other tasks", pastOrder({ clientOrderId: "tw.trend-2@20260615T135500Z.targetWeights.AAA.buy.1" })],
    ["orders before its minutes", pastOrder({ submittedAt: at("2026-06-15T13:50:00Z") })],
  ])("does not count %s", (_, order) => {
    expect(judged([buy(1)], { limits: twice, recentOrders: [pastOrder(), order] })).toEqual(["approved 1"]);
  });

  test("counts anew from where a person has resumed trading", () => {
    const marks = { dayStartEquity: usd(1), dailyLossFrom: usd(1), drawdownFrom: usd(1) };
    const resumed = (executionsAfter: string): LossMarks => ({ ...marks, executionsAfter: at(executionsAfter) });
    const changes = { limits: twice, recentOrders: executed };
    expect(judged([buy(1)], { ...changes, lossMarks: resumed("2026-06-15T13:52:00Z") })).toEqual(["approved 1"]);
    expect(judged([buy(1)], { ...changes, lossMarks: resumed("2026-06-15T13:40:00Z") })).toEqual([
      "denied REPEATED_EXECUTION",
    ]);
  });
});

describe("control 16: duplicate order", () => {
  const minute = limits({ duplicateWindowSeconds: 60 });

  test("denies the same symbol, side and size within its window, whoever sent it", () => {
    const recentOrders = [pastOrder({ clientOrderId: "by hand" })];
    expect(judged([buy(10)], { limits: minute, recentOrders })).toEqual(["denied DUPLICATE_ORDER"]);
    expect(told("duplicateOrder", [buy(10)], { limits: minute, recentOrders })).toBe(
      "0 orders in 60 seconds | 1 orders in 60 seconds | -1 orders in 60 seconds",
    );
    expect(judged([buy(10)], { recentOrders })).toEqual(["approved 10"]);
  });

  test.each([
    ["another size", pastOrder({ qty: qty(9) })],
    ["the other side", pastOrder({ side: "sell" })],
    ["another symbol", pastOrder({ symbol: "BBB" })],
    ["one before the window", pastOrder({ submittedAt: at("2026-06-15T13:59:00Z") })],
    ["one that the broker refused", pastOrder({ status: "rejected", filledQty: qty(0) })],
    ["one that expired unfilled", pastOrder({ status: "expired", filledQty: qty(0) })],
    ["one that was taken back unfilled", pastOrder({ status: "canceled", filledQty: qty(0) })],
  ])("lets an order pass after %s", (_, order) => {
    expect(judged([buy(10)], { limits: minute, recentOrders: [order] })).toEqual(["approved 10"]);
  });

  test("counts one that was taken back after a part had filled", () => {
    const recentOrders = [pastOrder({ status: "canceled", filledQty: qty(1) })];
    expect(judged([buy(10)], { limits: minute, recentOrders })).toEqual(["denied DUPLICATE_ORDER"]);
  });

  test("judges what other rules cut an order to, not what it was before", () => {
    const cut = limits({ duplicateWindowSeconds: 60, maxOrderQty: 10 });
    const { verdicts } = assessRisk([buy(40)], context({ limits: cut, recentOrders: [pastOrder()] }));
    expect(verdicts).toMatchObject([
      { decision: "denied", code: "MAX_ORDER_QTY", message: expect.stringContaining("the same symbol, side and size") },
    ]);
  });
});

describe("control 20: cooldown", () => {
  const hour = limits({ cooldownMinutes: 60 });
  const lost = (when: string) => ({ limits: hour, losses: { AAA: at(when) } });

  test("denies what adds to a symbol that has just lost, and nothing else", () => {
    expect(judged([buy(1), buy(1, "BBB")], lost("2026-06-15T13:00:01Z"))).toEqual(["denied COOLDOWN", "approved 1"]);
    expect(judged([buy(1)], lost("2026-06-15T13:00:00Z"))).toEqual(["approved 1"]);
    expect(judged([buy(1)], { losses: { AAA: at("2026-06-15T13:59:59Z") } })).toEqual(["approved 1"]);
  });

  test("lets what lowers exposure pass, and of a larger order that part", () => {
    const now = lost("2026-06-15T13:59:00Z");
    expect(judged([sell(5)], { ...now, portfolio: holding(5) })).toEqual(["approved 5"]);
    expect(judged([sell(8)], { ...now, portfolio: holding(5) })).toEqual(["reduced 5 COOLDOWN"]);
    expect(judged([buy(5)], { ...now, portfolio: holding(-5) })).toEqual(["approved 5"]);
  });
});
