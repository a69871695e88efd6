// Percent-of-equity sizing: from targets to orders, with what is held and on its way counted.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { qty } from "../../../src/core/model/money.ts";
import type { Task } from "../../../src/core/model/task.ts";
import { sizeTargets } from "../../../src/core/sizing/percentOfEquity.ts";
import { exampleMarket, exampleOrder, examplePortfolio, exampleTask } from "../examples.ts";

const sizing = (changes: Partial<Task["sizing"]> = {}): Task =>
  exampleTask({
    sizing: { method: "percentOfEquity", equityFraction: 1, rebalanceBandFraction: 0, ...changes },
  });
const targets = (weights: Readonly<Record<string, number>>) =>
  new Map(Object.entries(weights).map(([symbol, weight]) => [symbol, { weight, strategy: "targetWeights" }]));

/** Orders as `buy 10 AAA`, at 100 dollars a share of AAA, 30 of BBB, on an equity of 10,000. */
const sized = (
  weights: Readonly<Record<string, number>>,
  { portfolio, task = sizing() }: { portfolio?: Parameters<typeof examplePortfolio>[0]; task?: Task } = {},
): readonly string[] =>
  sizeTargets({
    targets: targets(weights),
    task,
    market: exampleMarket({ AAA: 100, BBB: 30 }),
    portfolio: examplePortfolio({ equity: 10_000, ...portfolio }),
  }).map((intent) => `${intent.side} ${intent.qty} ${intent.symbol}`);

describe("from nothing held", () => {
  test.each([
    ["buys the whole shares that fit, rounded down", { BBB: 0.5 }, sizing(), ["buy 166 BBB"]],
    [
      "counts weights in the share of equity that the task may use",
      { AAA: 0.5 },
      sizing({ equityFraction: 0.8 }),
      ["buy 40 AAA"],
    ],
    ["makes no order for less than a share", { AAA: 0.0099 }, sizing(), []],
    ["makes no order for a symbol without a target", {}, sizing(), []],
    ["makes no order for a symbol that is excluded", { GONE: 0.5 }, sizing(), []],
    ["makes no order to be out of what is not held", { AAA: 0 }, sizing(), []],
  ])("%s", (_, weights, task, expected) => {
    expect(sized(weights, { task })).toEqual(expected);
  });
});

describe("with positions", () => {
  test.each([
    ["buys what is missing", { AAA: 0.5 }, { positions: { AAA: [20, 2000] } }, ["buy 30 AAA"]],
    ["sells what is too much", { AAA: 0.5 }, { positions: { AAA: [70, 7000] } }, ["sell 20 AAA"]],
    ["does nothing where it is right", { AAA: 0.5 }, { positions: { AAA: [50, 5000] } }, []],
    [
      "sells whole shares of a fractional surplus",
      { AAA: 0.5 },
      { positions: { AAA: ["52.7", 5270] } },
      ["sell 2 AAA"],
    ],
    [
      "sells all of it at a target of 0, fractions too",
      { AAA: 0 },
      { positions: { AAA: ["52.7", 5270] } },
      ["sell 52.7 AAA"],
    ],
    ["leaves a symbol alone that nobody speaks on", {}, { positions: { AAA: [50, 5000] } }, []],
    ["covers a short position before it buys", { AAA: 0.5 }, { positions: { AAA: [-10, -1000] } }, ["buy 10 AAA"]],
    [
      "sells before it buys, each by symbol",
      { BBB: 0.3, AAA: 0 },
      { positions: { AAA: [5, 500] } },
      ["sell 5 AAA", "buy 100 BBB"],
    ],
  ] as const)("%s", (_, weights, portfolio, expected) => {
    expect(sized(weights, { portfolio })).toEqual(expected);
  });
});

describe("with open orders", () => {
  test("counts what they may still buy", () => {
    const openOrders = [exampleOrder({ symbol: "AAA", side: "buy", qty: qty(20), filledQty: qty(5) })];
    expect(sized({ AAA: 0.5 }, { portfolio: { openOrders } })).toEqual(["buy 35 AAA"]);
  });

  test("counts what they may still sell, and never sells more than they leave available", () => {
    const openOrders = [exampleOrder({ symbol: "AAA", side: "sell", qty: qty(30) })];
    const held = examplePortfolio({ equity: 10_000, positions: { AAA: [50, 5000] }, openOrders });
    const portfolio = { ...held, positions: held.positions.map((position) => ({ ...position, available: qty(20) })) };
    const size = (weight: number) =>
      sizeTargets({
        targets: targets({ AAA: weight }),
        task: sizing(),
        market: exampleMarket({ AAA: 100 }),
        portfolio,
      });
    expect(size(0.2)).toEqual([]);
    expect(size(0.1)).toMatchObject([{ side: "sell", qty: "10" }]);
    expect(size(0)).toMatchObject([{ side: "sell", qty: "20" }]);
    expect(size(0.5)).toMatchObject([{ side: "buy", qty: "30" }]);
  });
});

describe("the rebalance band", () => {
  const task = sizing({ rebalanceBandFraction: 0.05 });

  test("keeps differences below it, and lets one that is as large through", () => {
    expect(sized({ AAA: 0.5 }, { task, portfolio: { positions: { AAA: [46, 4600] } } })).toEqual([]);
    expect(sized({ AAA: 0.5 }, { task, portfolio: { positions: { AAA: [45, 4500] } } })).toEqual(["buy 5 AAA"]);
  });

  test("does not keep the rest of a position that should be gone", () => {
    expect(sized({ AAA: 0 }, { task, portfolio: { positions: { AAA: [1, 100] } } })).toEqual(["sell 1 AAA"]);
  });
});

test("an intent carries its price, its value and its arithmetic in words", () => {
  const [intent] = sizeTargets({
    targets: targets({ AAA: 0.5 }),
    task: sizing({ equityFraction: 0.8 }),
    market: exampleMarket({ AAA: "99.5" }),
    portfolio: examplePortfolio({ equity: 10_000 }),
  });
  expect(intent).toEqual({
    strategy: "targetWeights",
    symbol: "AAA",
    side: "buy",
    qty: "40",
    referencePrice: "99.5",
    notional: "3980",
    sizing: "weight 0.5 of 0.8 of equity 10000 = 4000 USD; at 99.5 that is 40; 0 held and 0 on its way: buy 40",
  });
});

test("orders never lead past the target, and a second look after they fill makes none", () => {
  const cents = (min: number, max: number) =>
    fc.integer({ min: min * 100, max: max * 100 }).map((value) => value / 100);
  fc.assert(
    fc.property(
      cents(1, 500),
      cents(0, 100_000),
      fc.integer({ min: 0, max: 900 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (price, equity, held, weight) => {
        const market = exampleMarket({ AAA: price });
        const size = (shares: number) =>
          sizeTargets({
            targets: targets({ AAA: weight }),
            task: sizing(),
            market,
            portfolio: examplePortfolio({ equity, positions: { AAA: [shares, shares * price] } }),
          });
        const [intent] = size(held);
        if (intent === undefined) return;
        const after = held + Number(intent.qty) * (intent.side === "buy" ? 1 : -1);
        expect(after).toBeGreaterThanOrEqual(0);
        if (intent.side === "buy") expect(after * price).toBeLessThanOrEqual(equity * weight + 1e-6);
        expect(size(after)).toEqual([]);
      },
    ),
  );
});
