// How much history is fetched for a task.
import { expect, test } from "vitest";
import type { StrategyUse } from "../../../src/core/model/task.ts";
import { requiredDailyBars } from "../../../src/core/planning/requiredDailyBars.ts";
import { exampleTask } from "../examples.ts";

const trend = (slow: unknown): StrategyUse => ({ name: "movingAverageCross", params: { fast: 2, slow }, weight: 1 });
const fixed: StrategyUse = { name: "targetWeights", params: { weights: { AAA: 1 } }, weight: 1 };

test.each([
  ["the most that any strategy needs", [trend(20), trend(50), fixed], 50],
  ["none for strategies that look at no history", [fixed], 0],
  ["none for a strategy that cannot run", [trend("long"), { name: "astrology", params: {}, weight: 1 }], 0],
])("is %s", (_, strategies, bars) => {
  expect(requiredDailyBars(exampleTask({ strategies }))).toBe(bars);
});
