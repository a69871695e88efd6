// Dollar-cost averaging: a step more of each symbol at every run, until it has its weight.
import { expect, test } from "vitest";
import { usd } from "../../../src/core/model/money.ts";
import { dollarCostAveraging } from "../../../src/core/strategies/dollarCostAveraging.ts";
import { closesOf, held, says } from "./exampleView.ts";

const params = { stepFraction: 0.02 };

test.each([
  ["begins with a step of each", {}, {}, "A 0.02, B 0.02"],
  ["adds a step to what is held, at today's value", { A: [100, 10_000] as const }, {}, "A 0.12, B 0.02"],
  ["stops at an equal part of all symbols", { A: [100, 49_000] as const }, {}, "A 0.5, B 0.02"],
  [
    "leaves alone what has it, and what has grown beyond it",
    { A: [1, 50_000] as const, B: [1, 60_000] as const },
    {},
    "nothing",
  ],
  ["stops at the weight that is given", { A: [1, 9000] as const }, { maxWeight: 0.1 }, "A 0.1, B 0.02"],
  ["begins from nothing where a symbol is short", { A: [-10, -1000] as const }, {}, "A 0.02, B 0.02"],
])("%s", (_, positions, more, expected) => {
  const view = closesOf({ A: [], B: [] }, { positions: held(positions) });
  expect(says(dollarCostAveraging, { ...params, ...more }, view)).toBe(expected);
});

test("says nothing while there is no equity to take a share of", () => {
  expect(says(dollarCostAveraging, params, closesOf({ A: [] }, { equity: usd(0) }))).toBe("nothing");
});

test("needs no bars", () => {
  expect(dollarCostAveraging.needs({})).toEqual({ timeframe: "1Day", bars: 0 });
});

test("has a step by default that a task's default rebalance band lets through", () => {
  expect(dollarCostAveraging.example()).toEqual({ stepFraction: 0.02 });
});

test.each([
  [{ stepFraction: 0 }, "stepFraction"],
  [{ stepFraction: 1.1 }, "stepFraction"],
  [{ maxWeight: 0 }, "maxWeight"],
  [{ amountUsd: 100 }, "amountUsd"],
])("the parameters %j are refused", (given, path) => {
  expect(dollarCostAveraging.paramsFault(given)).toMatchObject([{ path }]);
});
