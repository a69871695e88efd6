// What is fetched for a task: the needs of all its strategies and its sizing in at most one request for minutes and one for days.
import { expect, test } from "vitest";
import { sizingSchema } from "../../../src/core/model/sizing.ts";
import type { StrategyUse, Task } from "../../../src/core/model/task.ts";
import { type BarNeed, barRequests, dataNeeds } from "../../../src/core/planning/dataNeeds.ts";
import { runStrategies } from "../../../src/core/strategies/multiStrategyRunner.ts";
import { findStrategy } from "../../../src/core/strategies/registry.ts";
import { at, exampleInputs, exampleTask } from "../examples.ts";

const use = (name: string, params: StrategyUse["params"] = {}): StrategyUse => ({ name, params, weight: 1 });
const trend = (slow: unknown): StrategyUse => use("movingAverageCross", { fast: 2, slow });
const fixed = use("targetWeights", { weights: { AAA: 1 } });
const needsOf = (strategies: StrategyUse[], changes: Partial<Task> = {}) =>
  dataNeeds(exampleTask({ strategies, ...changes }));
const volatility: Partial<Task> = {
  sizing: sizingSchema.parse({ method: "volatilityTarget", annualVolatilityFraction: 0.1, lookbackBars: 60 }),
};

test.each<[string, StrategyUse[], Partial<Task>, readonly BarNeed[]]>([
  [
    "the most that any strategy needs of a timeframe",
    [trend(20), trend(50), fixed],
    {},
    [{ timeframe: "1Day", bars: 50 }],
  ],
  ["nothing for strategies that look at no history", [fixed], {}, []],
  ["nothing for a strategy that cannot run", [trend("long"), use("astrology")], {}, []],
  [
    "each timeframe once, the shortest first",
    [trend(20), use("openingRangeBreakout")],
    {},
    [
      { timeframe: "5Min", bars: 78 },
      { timeframe: "1Day", bars: 20 },
    ],
  ],
  ["what the sizing computes from", [fixed], volatility, [{ timeframe: "1Day", bars: 61 }]],
  ["the longer of what strategies and sizing need", [trend(90)], volatility, [{ timeframe: "1Day", bars: 90 }]],
])("holds %s", (_, strategies, changes, expected) => {
  expect(needsOf(strategies, changes).bars).toEqual(expected);
});

test("a strategy that throws when it is asked for its needs leaves those of the others", () => {
  const find = (name: string) => {
    const found = findStrategy(name);
    const needs = (): never => {
      throw new Error("no idea");
    };
    return name === "macdTrend" && found !== undefined ? { ...found, needs } : found;
  };
  const task = exampleTask({ strategies: [use("macdTrend"), trend(20)] });
  expect(dataNeeds(task, find).bars).toEqual([{ timeframe: "1Day", bars: 20 }]);
  expect(runStrategies({ ...exampleInputs(), task }, find).failures).toEqual([
    { strategy: "macdTrend", message: "no idea" },
  ]);
});

test("asks for quotes where orders are priced by them, and nowhere else", () => {
  expect(needsOf([fixed]).quotes).toBe(false);
  expect(needsOf([fixed], { orders: { type: "marketableLimit", collarFraction: 0.01 } }).quotes).toBe(true);
});

test("asks for quotes where any strategy needs them", () => {
  const find = (name: string) => {
    const found = findStrategy(name);
    const needs = () => ({ timeframe: "1Day", bars: 1, quotes: true }) as const;
    return name === "macdTrend" && found !== undefined ? { ...found, needs } : found;
  };
  expect(dataNeeds(exampleTask({ strategies: [fixed, use("macdTrend")] }), find).quotes).toBe(true);
});

const monday = at("2026-06-15T14:02:30Z");
const requests = (bars: readonly BarNeed[], minCoverageFraction = 1) =>
  barRequests({ bars }, monday, { minCoverageFraction }).map(({ timeframe, from, to }) => `${timeframe} ${from} ${to}`);

test.each<[string, readonly BarNeed[], readonly string[]]>([
  ["nothing for no bars", [], []],
  [
    "days back to the first needed, today left out",
    [{ timeframe: "1Day", bars: 3 }],
    ["1Day 2026-06-10T04:00:00.000Z 2026-06-15T04:00:00.000Z"],
  ],
  [
    "minutes of the session so far and of the days before, up to the newest whole one",
    [
      { timeframe: "1Min", bars: 10 },
      { timeframe: "1Hour", bars: 8 },
      { timeframe: "5Min", bars: 10 },
    ],
    // Eight closed hours before 10:02: the seven of Friday, the last of them half of one, and the last of Thursday.
    ["1Min 2026-06-11T19:30:00.000Z 2026-06-15T14:02:00.000Z"],
  ],
  [
    "one chain for days, weeks and months, as far back as the longest of them",
    [
      { timeframe: "1Day", bars: 10 },
      { timeframe: "1Week", bars: 4 },
      { timeframe: "1Month", bars: 2 },
    ],
    ["1Day 2026-04-01T04:00:00.000Z 2026-06-15T04:00:00.000Z"],
  ],
  [
    "one for minutes and one for days",
    [
      { timeframe: "5Min", bars: 6 },
      { timeframe: "1Day", bars: 1 },
    ],
    [
      "1Min 2026-06-15T13:30:00.000Z 2026-06-15T14:02:00.000Z",
      "1Day 2026-06-12T04:00:00.000Z 2026-06-15T04:00:00.000Z",
    ],
  ],
])("asks for %s", (_, bars, expected) => {
  expect(requests(bars)).toEqual(expected);
});

test("reaches so much further back as bars may be missing", () => {
  // 22 sessions hold 20 bars when 95 % of them are there.
  expect(requests([{ timeframe: "1Day", bars: 20 }], 0.95)).toEqual(requests([{ timeframe: "1Day", bars: 22 }]));
});
