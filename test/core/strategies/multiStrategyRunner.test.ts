// Several strategies on one view: netting, isolation of the one that fails, and independence of the list's order.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { StrategyUse, Task } from "../../../src/core/model/task.ts";
import { runStrategies } from "../../../src/core/strategies/multiStrategyRunner.ts";
import { define, type SignalDraft } from "../../../src/core/strategies/strategy.ts";
import { exampleBars, exampleInputs, exampleMarket, examplePortfolio, exampleTask } from "../examples.ts";

const rising = Array.from({ length: 40 }, (_, index) => 60 + index);
const symbols = ["AAA", "BBB", "CCC", "DDD"];
const market = exampleMarket({ AAA: 100, BBB: 100, CCC: 100, DDD: 100 });

const weights = (of: Record<string, number>, weight = 1): StrategyUse => ({
  name: "targetWeights",
  params: { weights: of },
  weight,
});
const trend = (weight = 1): StrategyUse => ({ name: "movingAverageCross", params: {}, weight });
const broken: StrategyUse = { name: "movingAverageCross", params: { fast: "x" }, weight: 5 };
const run = (...strategies: readonly StrategyUse[]) => runBy("netTargetWeights", ...strategies);
const runBy = (combine: Task["combine"], ...strategies: readonly StrategyUse[]) =>
  runStrategies({ ...exampleInputs({ market }), task: exampleTask({ symbols, strategies: [...strategies], combine }) });

describe("targets", () => {
  test("of one strategy are its own", () => {
    expect([...run(weights({ BBB: 0.3, AAA: 0.5 })).targets]).toEqual([
      ["AAA", { weight: 0.5, strategy: "targetWeights", attribution: [{ strategy: "targetWeights", weight: 0.5 }] }],
      ["BBB", { weight: 0.3, strategy: "targetWeights", attribution: [{ strategy: "targetWeights", weight: 0.3 }] }],
    ]);
  });

  test("of several are netted by their weights, and a symbol of one alone keeps its name", () => {
    const { targets } = run(trend(3), weights({ AAA: 0.4 }));
    expect(targets.get("AAA")).toEqual({
      weight: 0.75 * 0.25 + 0.25 * 0.4,
      strategy: "net",
      attribution: [
        { strategy: "movingAverageCross", weight: 0.1875 },
        { strategy: "targetWeights", weight: 0.1 },
      ],
    });
    expect(targets.get("BBB")).toMatchObject({ weight: 0.1875, strategy: "movingAverageCross" });
  });

  test("of the same strategy twice keep its name", () => {
    expect(run(weights({ AAA: 0.4 }), weights({ AAA: 0.2 })).targets.get("AAA")).toEqual({
      weight: 0.3,
      strategy: "targetWeights",
      attribution: [{ strategy: "targetWeights", weight: 0.3 }],
    });
  });
});

describe("a strategy that fails", () => {
  test("is named with its reason, and the others keep the shares that they have beside it", () => {
    const { targets, signals, failures } = run(broken, weights({ AAA: 0.4 }));
    expect(failures).toEqual([{ strategy: "movingAverageCross", message: expect.stringContaining("fast") }]);
    expect(targets.get("AAA")).toMatchObject({
      weight: expect.closeTo(0.4 / 6, 12),
      strategy: "targetWeights",
      failed: { names: ["movingAverageCross"], sideIsSure: false, isPart: true },
    });
    expect(signals).toEqual(run(weights({ AAA: 0.4 })).signals);
  });

  test("by throwing while it decides is isolated in the same way", () => {
    const series = {
      ...exampleBars("AAA", rising),
      get close(): Float64Array {
        throw new Error("a column is missing");
      },
    };
    const task = exampleTask({ strategies: [trend(), weights({ AAA: 0.4 })] });
    const result = runStrategies({ ...exampleInputs({ market: { ...market, bars: [series] } }), task });
    expect(result.failures).toEqual([{ strategy: "movingAverageCross", message: "a column is missing" }]);
    expect(result.targets.get("AAA")).toMatchObject({ weight: 0.2, strategy: "targetWeights" });
  });

  test("alone leaves every symbol without a target, so that nothing is sold by a failure", () => {
    expect(run(broken)).toMatchObject({ signals: [], targets: new Map() });
  });

  test("by not existing is a failure too", () => {
    expect(run({ name: "astrology", params: {}, weight: 1 }).failures).toEqual([
      { strategy: "astrology", message: 'there is no strategy "astrology"' },
    ]);
  });
});

describe("a symbol from whose wishes nothing follows", () => {
  test("has no target, because one that speaks on it is not all of them", () => {
    const { targets, undecided, conflicts } = runBy("allMustAgree", trend(), weights({ AAA: 0.4 }));
    expect([...targets.keys()]).toEqual(["AAA"]);
    expect([undecided, conflicts]).toEqual([[], []]);
  });

  test("is told as left as it is where a strategy failed, and by what rule", () => {
    const { targets, undecided } = runBy("allMustAgree", broken, weights({ BBB: 0.2, AAA: 0.4 }));
    const reason = "movingAverageCross failed, and what it would have said might decide by allMustAgree: left as it is";
    expect([...targets]).toEqual([]);
    expect(undecided).toEqual([
      { symbol: "AAA", reason },
      { symbol: "BBB", reason },
    ]);
  });
});

test("targets are in the order of the symbols, whoever speaks on them", () => {
  const onBbb = { name: "dollarCostAveraging", params: {}, weight: 1 };
  const market = exampleMarket({ BBB: 100, AAA: 100 });
  const task = exampleTask({ symbols: ["AAA", "BBB"], strategies: [onBbb, weights({ AAA: 0.4 })] });
  const portfolio = examplePortfolio({ positions: { AAA: [1000, 100_000] } });
  const { targets } = runStrategies({ ...exampleInputs({ market, portfolio }), task });
  expect([...targets].map(([symbol, { strategy }]) => [symbol, strategy])).toEqual([
    ["AAA", "targetWeights"],
    ["BBB", "dollarCostAveraging"],
  ]);
});

test("the order of the list does not change the result, to the last bit", () => {
  const same = { AAA: 0.3, BBB: 0.1 };
  const uses = [trend(3), weights({ AAA: 0.1, DDD: 0.2 }, 0.7), weights(same, 1.1), weights(same, 0.13), broken];
  const expected = JSON.stringify({ ...run(...uses), targets: [...run(...uses).targets] });
  fc.assert(
    fc.property(fc.shuffledSubarray(uses, { minLength: uses.length }), (shuffled) => {
      const result = run(...shuffled);
      expect(JSON.stringify({ ...result, targets: [...result.targets] })).toBe(expected);
    }),
  );
});

describe("a symbol that is left out of the run", () => {
  const without = exampleMarket({ AAA: 100, BBB: 100 });

  test("keeps its part: the others get no more because its data are bad", () => {
    const task = exampleTask({ symbols, strategies: [trend()] });
    const { targets } = runStrategies({ ...exampleInputs({ market: without }), task });
    expect([...targets].map(([symbol, { weight }]) => [symbol, weight])).toEqual([
      ["AAA", 0.25],
      ["BBB", 0.25],
    ]);
  });

  test("gets no target, though its strategy names it", () => {
    const task = exampleTask({ symbols, strategies: [weights({ AAA: 0.4, CCC: 0.4 })] });
    expect([...runStrategies({ ...exampleInputs({ market: without }), task }).targets.keys()]).toEqual(["AAA"]);
  });
});

describe("nonsense that a strategy answers sets it aside", () => {
  /** A run of a strategy that answers these for AAA, each beside what is sound. */
  const answering = (...answers: readonly Partial<SignalDraft>[]) => {
    const params = z.strictObject({});
    const sound = { symbol: "AAA", targetWeight: 0.5, strength: 1, reasons: {} };
    const oracle = define({
      name: "oracle",
      title: "",
      doc: "",
      params,
      needs: () => ({ timeframe: "1Day", bars: 0 }),
      decide: () => answers.map((answer) => ({ ...sound, ...answer })),
    });
    const task = exampleTask({ symbols, strategies: [{ name: "oracle", params: {}, weight: 1 }] });
    return runStrategies({ ...exampleInputs({ market }), task }, () => oracle);
  };

  test.each<[string, ...Partial<SignalDraft>[]]>([
    ["names a symbol that takes no part in the run", { symbol: "GONE" }],
    ["has the weight 1.01", { targetWeight: 1.01 }],
    ["has the weight -1.01", { targetWeight: -1.01 }],
    ["has the weight NaN", { targetWeight: Number.NaN }],
    ["has the strength -0.1", { strength: -0.1 }],
    ["has the strength 1.1", { strength: 1.1 }],
    ["has its stop at 1", { stopFraction: 1 }],
    ["has its stop at 0", { stopFraction: 0 }],
    ["has its target at 0", { targetFraction: 0 }],
    ["has its target at Infinity", { targetFraction: Number.POSITIVE_INFINITY }],
    ["is meant for NaN bars", { horizonBars: Number.NaN }],
    ["is meant for 0 bars", { horizonBars: 0 }],
    ["gives mean as a reason, which is not a number", { reasons: { close: 1, mean: Number.NaN } }],
    ["is its second", {}, {}],
  ])("it %s", (fault, ...answers) => {
    const symbol = answers[0]?.symbol ?? "AAA";
    expect(answering(...answers)).toEqual({
      signals: [],
      failures: [{ strategy: "oracle", message: `its signal for ${symbol} ${fault}` }],
      targets: new Map(),
      undecided: [],
      conflicts: [],
    });
  });

  test("what is at the edge of sense is taken", () => {
    const edges = { targetWeight: -1, strength: 0, stopFraction: 0.99, targetFraction: 9, horizonBars: 0.5 };
    expect(answering({ ...edges, reasons: { why: "so" } }).failures).toEqual([]);
    expect(answering({ targetWeight: 1, strength: 1 }).failures).toEqual([]);
  });
});

test("a strategy sees the bars of its own timeframe only, and none of a symbol that takes no part", () => {
  const seen: string[] = [];
  const looker = (timeframe: "1Day" | "5Min") =>
    define({
      name: timeframe,
      title: "",
      doc: "",
      params: z.strictObject({}),
      needs: () => ({ timeframe, bars: 1 }),
      decide: ({ bars }) => {
        for (const [symbol, { close, timeframe: of }] of bars) seen.push(`${timeframe} ${symbol} ${of} ${close}`);
        return [];
      },
    });
  const lookers = { "1Day": looker("1Day"), "5Min": looker("5Min") };
  const bars = [
    exampleBars("AAA", [1]),
    { ...exampleBars("AAA", [2]), timeframe: "5Min" as const },
    exampleBars("BBB", [3]),
    exampleBars("GONE", [4]),
  ];
  const task = exampleTask({
    symbols,
    strategies: Object.keys(lookers).map((name) => ({ name, params: {}, weight: 1 })),
  });
  const given = { ...exampleMarket({ AAA: 100, BBB: 100 }), bars };
  runStrategies({ ...exampleInputs({ market: given }), task }, (name) => lookers[name as keyof typeof lookers]);
  expect(seen.sort()).toEqual(["1Day AAA 1Day 1", "1Day BBB 1Day 3", "5Min AAA 5Min 2", "5Min BBB 5Min "]);
});

test("signals are sorted by strategy and symbol", () => {
  const keys = run(weights({ CCC: 0.1, AAA: 0.1 }), trend()).signals.map(
    ({ strategy, symbol }) => `${strategy} ${symbol}`,
  );
  expect(keys).toEqual([...keys].sort());
  expect(keys).toHaveLength(6);
});
