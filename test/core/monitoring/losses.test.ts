// Which symbols have just lost, as the monitor comes to know it from fills, stops and what positions had cost.
import { expect, test } from "vitest";
import { price, qty } from "../../../src/core/model/money.ts";
import type { BrokerFill } from "../../../src/core/model/order.ts";
import { nextLosses } from "../../../src/core/monitoring/losses.ts";
import { at, exampleOrder, examplePortfolio } from "../examples.ts";

const now = at("2026-06-15T14:00Z");
const fill = (changes: Partial<BrokerFill> = {}): BrokerFill => ({
  id: "f-1",
  brokerOrderId: "b-9",
  symbol: "AAA",
  side: "sell",
  qty: qty(5),
  price: price(99),
  at: at("2026-06-15T13:59Z"),
  ...changes,
});
const before = (shares: number, cost: number) => ({
  losses: {},
  believed: { AAA: qty(shares) },
  costs: { AAA: price(cost) },
});
const shown = { positions: [], orders: [] };
const lostAt = (...given: Parameters<typeof nextLosses>) => nextLosses(...given).losses;

test.each([
  ["a sale below what the shares had cost", before(5, 100), fill(), true],
  ["a sale at what they had cost", before(5, 99), fill(), false],
  ["a purchase that covers a short position above what it had brought", before(-5, 98), fill({ side: "buy" }), true],
  ["a purchase that covers it below", before(-5, 100), fill({ side: "buy" }), false],
  ["a purchase that opens or adds", before(5, 98), fill({ side: "buy" }), false],
  ["a sale of what was not held at the check before", { losses: {}, believed: {}, costs: {} }, fill(), false],
])("%s: lost is %#", (_, earlier, execution, lost) => {
  expect(lostAt(earlier, shown, [execution], now)).toEqual(lost ? { AAA: execution.at } : {});
});

test("a stop of ours that was hit is a loss, also where the position was opened since the last check", () => {
  const stop = exampleOrder({
    symbol: "AAA",
    side: "sell",
    brokerOrderId: "b-9",
    clientOrderId: "leg",
    exitOf: "tw.trend@20260615T135500Z.targetWeights.AAA.buy.1",
    stopPrice: price(99),
    status: "filled",
  });
  const entry = exampleOrder({ symbol: "AAA", side: "buy", clientOrderId: stop.exitOf ?? "", legs: [stop] });
  expect(lostAt(undefined, { positions: [], orders: [entry] }, [fill()], now)).toEqual({ AAA: fill().at });
  const gain = { ...entry, legs: [{ ...stop, stopPrice: null }] };
  expect(lostAt(undefined, { positions: [], orders: [gain] }, [fill()], now)).toEqual({});
});

test("the newest loss of a symbol stands, and is forgotten after a week", () => {
  const earlier = { ...before(5, 100), losses: { AAA: at("2026-06-15T13:30Z"), BBB: at("2026-06-08T14:00:00Z") } };
  expect(lostAt(earlier, shown, [], now)).toEqual({ AAA: at("2026-06-15T13:30Z") });
  expect(lostAt(earlier, shown, [fill()], now)).toEqual({ AAA: fill().at });
});

test("losses are told by their symbols, so that equal ones are equal text", () => {
  const [stopped, shares] = [at("2026-06-15T13:30Z"), { AAA: qty(5), BBB: qty(5), CCC: qty(5) }];
  const costs = { AAA: price(100), BBB: price(100), CCC: price(100) };
  const fills = ["CCC", "AAA", "BBB"].map((symbol) => fill({ symbol }));
  expect(Object.keys(lostAt({ losses: { CCC: stopped }, believed: shares, costs }, shown, fills, now))).toEqual([
    "AAA",
    "BBB",
    "CCC",
  ]);
});

test("what positions cost now is kept for the next check", () => {
  const { positions } = examplePortfolio({ positions: { AAA: [5, 500] } });
  expect(nextLosses(undefined, { positions, orders: [] }, [], now).costs).toEqual({ AAA: "1" });
});
