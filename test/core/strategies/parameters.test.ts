// The parameters of each strategy: what a task that names none trades by, how far each may go, and what binds two of them together.
import { describe, expect, test } from "vitest";
import { strategies } from "../../../src/core/strategies/registry.ts";
import type { Strategy } from "../../../src/core/strategies/strategy.ts";

function named(name: string): Strategy {
  const found = strategies.find((strategy) => strategy.name === name);
  if (found === undefined) throw new Error(`no strategy ${name}`);
  return found;
}

test("a task that leaves parameters out trades by these, and no change of them goes unnoticed", () => {
  expect(Object.fromEntries(strategies.map((strategy) => [strategy.name, strategy.example()]))).toEqual({
    bollingerBreakout: { period: 20, deviations: 2 },
    bollingerReversion: { period: 20, deviations: 2 },
    buyAndHold: {},
    crossSectionalMomentum: { lookback: 126, skip: 21, top: 3, onlyRising: false },
    dollarCostAveraging: { stepFraction: 0.02 },
    donchianBreakout: { entry: 20, exit: 10, atrPeriod: 20, stopRanges: 2 },
    macdTrend: { fast: 12, slow: 26, signal: 9 },
    movingAverageCross: { fast: 10, slow: 30 },
    openingRangeBreakout: { rangeMinutes: 30, exitMinutes: 15 },
    pairs: { first: "KO", second: "PEP", period: 60, enter: 2, exit: 0.5, weight: 0.5 },
    rsiReversion: { period: 14, enterBelow: 30, exitAbove: 55 },
    targetWeights: { weights: { SPY: 0.6, AGG: 0.4 } },
    timeSeriesMomentum: { lookback: 252, skip: 0, short: false },
    volatilityTrend: { trend: 200, volatilityBars: 20, annualVolatility: 0.15, maxWeight: 1 },
  });
});

/** The least and the most that a parameter may be, and what is just too little and too much; `beside` others that let it go so far. */
type Bounds = readonly [tooLittle: number, least: number, most: number, tooMuch: number];
const count = (least: number, most: number): Bounds => [least - 1, least, most, most + 1];
const above0 = (most: number): Bounds => [0, 1e-6, most, most + 0.001];
const pair = { first: "KO", second: "PEP" };

test.each<[strategy: string, parameter: string, beside: object, bounds: Bounds]>([
  ["bollingerBreakout", "period", { deviations: 0.5 }, count(2, 500)],
  ["bollingerBreakout", "deviations", { period: 500 }, above0(10)],
  ["crossSectionalMomentum", "lookback", { skip: 0 }, count(2, 500)],
  ["crossSectionalMomentum", "skip", {}, count(0, 100)],
  ["crossSectionalMomentum", "top", {}, count(1, 500)],
  ["dollarCostAveraging", "stepFraction", {}, above0(1)],
  ["dollarCostAveraging", "maxWeight", {}, above0(1)],
  ["donchianBreakout", "entry", { exit: 1 }, count(2, 400)],
  ["donchianBreakout", "exit", { entry: 400 }, count(1, 400)],
  ["donchianBreakout", "atrPeriod", {}, count(1, 100)],
  ["donchianBreakout", "stopRanges", {}, above0(20)],
  ["macdTrend", "fast", { slow: 300 }, count(2, 200)],
  ["macdTrend", "slow", { fast: 2 }, count(3, 300)],
  ["macdTrend", "signal", {}, count(1, 100)],
  ["movingAverageCross", "fast", { slow: 500 }, [0, 1, 499, 501]],
  ["movingAverageCross", "slow", { fast: 1 }, count(2, 500)],
  ["openingRangeBreakout", "rangeMinutes", {}, [0, 5, 120, 125]],
  ["openingRangeBreakout", "exitMinutes", {}, count(5, 120)],
  ["pairs", "period", { ...pair, enter: 1, exit: 0.5 }, count(5, 500)],
  ["pairs", "enter", { ...pair, period: 500, exit: 0 }, above0(10)],
  ["pairs", "exit", { ...pair, period: 500, enter: 10 }, [-0.001, 0, 9.999, 10]],
  ["pairs", "weight", pair, above0(0.5)],
  ["rsiReversion", "period", {}, count(2, 100)],
  ["rsiReversion", "enterBelow", { exitAbove: 99.999 }, [0, 1e-6, 99.998, 99.999]],
  ["rsiReversion", "exitAbove", { enterBelow: 1e-6 }, [1e-6, 2e-6, 99.999, 100]],
  ["timeSeriesMomentum", "lookback", {}, count(2, 500)],
  ["timeSeriesMomentum", "skip", {}, count(0, 100)],
  ["volatilityTrend", "trend", {}, count(2, 500)],
  ["volatilityTrend", "volatilityBars", {}, count(5, 250)],
  ["volatilityTrend", "annualVolatility", {}, above0(2)],
  ["volatilityTrend", "maxWeight", {}, above0(1)],
])("%s takes %s within its bounds", (strategy, parameter, beside, bounds) => {
  const takes = (value: number) => named(strategy).paramsFault({ ...beside, [parameter]: value }).length === 0;
  expect(bounds.map(takes)).toEqual([false, true, true, false]);
});

describe("what binds two parameters together is said", () => {
  test.each<[strategy: string, params: object, path: string, message: string]>([
    [
      "bollingerBreakout",
      { period: 5, deviations: 2 },
      "deviations",
      "must be less than the square root of period − 1: no close can be further from the mean",
    ],
    ["crossSectionalMomentum", { lookback: 20, skip: 20 }, "skip", "must be less than lookback"],
    ["donchianBreakout", { entry: 10, exit: 11 }, "exit", "must not be more than entry"],
    ["macdTrend", { fast: 26 }, "fast", "must be less than slow"],
    ["movingAverageCross", { fast: 30 }, "fast", "must be less than slow"],
    ["pairs", { first: "KO", second: "KO" }, "second", "must be another symbol than first"],
    ["pairs", { ...pair, enter: 2, exit: 2 }, "exit", "must be less than enter"],
    [
      "pairs",
      { ...pair, period: 5, enter: 2 },
      "enter",
      "must be less than the square root of period − 1: no ratio can be further from the mean",
    ],
    ["rsiReversion", { enterBelow: 60, exitAbove: 60 }, "enterBelow", "must be less than exitAbove"],
    ["targetWeights", { weights: {} }, "weights", "must name a symbol"],
    ["targetWeights", { weights: { AAA: 0.6, BBB: 0.5 } }, "weights", "must not sum to more than 1"],
    ["timeSeriesMomentum", { lookback: 20, skip: 20 }, "skip", "must be less than lookback"],
  ])("by %s of %j", (strategy, params, path, message) => {
    expect(named(strategy).paramsFault(params)).toEqual([{ path, message }]);
  });

  test("and the last value before it is taken", () => {
    expect(named("donchianBreakout").paramsFault({ entry: 10, exit: 10 })).toEqual([]);
    expect(named("bollingerBreakout").paramsFault({ period: 6, deviations: 2 })).toEqual([]);
    expect(named("pairs").paramsFault({ ...pair, period: 6, enter: 2 })).toEqual([]);
    expect(named("crossSectionalMomentum").paramsFault({ lookback: 21, skip: 20 })).toEqual([]);
    expect(named("timeSeriesMomentum").paramsFault({ lookback: 21, skip: 20 })).toEqual([]);
  });
});
