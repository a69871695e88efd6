// A whole plan: from inputs to tickets, and the same bytes again from stored inputs.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BarSeries } from "../../../src/core/model/market.ts";
import type { RunInputs } from "../../../src/core/model/run.ts";
import type { StrategyUse } from "../../../src/core/model/task.ts";
import { canonicalJson, decodeInputs, encodeInputs } from "../../../src/core/planning/canonicalJson.ts";
import { inputsDigest } from "../../../src/core/planning/inputsDigest.ts";
import { planRun } from "../../../src/core/planning/planRun.ts";
import { assessRisk } from "../../../src/core/risk/assessRisk.ts";
import {
  at,
  exampleBars,
  exampleControl,
  exampleInputs,
  exampleLimits,
  exampleMarket,
  exampleOrder,
  examplePortfolio,
  exampleTask,
  exampleWindow,
} from "../examples.ts";

const trend: StrategyUse = { name: "movingAverageCross", params: { fast: 3, slow: 10 }, weight: 3 };
const fixed: StrategyUse = { name: "targetWeights", params: { weights: { AAA: 0.4, CCC: 0 } }, weight: 1 };

describe("a plan", () => {
  test("leads from targets to tickets, sells first, each with the id derived from run, strategy, symbol, side and attempt", () => {
    const plan = planRun(exampleInputs({ task: exampleTask({ strategies: [fixed] }) }));
    expect(plan).toMatchObject({ schemaVersion: 1, runId: "trend@20260615T140000Z", strategyFailures: [] });
    expect(plan.skip).toBeUndefined();
    expect(plan.tickets).toEqual([
      {
        stage: 1,
        clientOrderId: "tw.trend@20260615T140000Z.targetWeights.CCC.sell.1",
        strategy: "targetWeights",
        symbol: "CCC",
        side: "sell",
        qty: "30",
        type: "market",
        timeInForce: "day",
        referencePrice: "20",
      },
      {
        stage: 1,
        clientOrderId: "tw.trend@20260615T140000Z.targetWeights.AAA.buy.1",
        strategy: "targetWeights",
        symbol: "AAA",
        side: "buy",
        qty: "400",
        type: "market",
        timeInForce: "day",
        referencePrice: "100",
      },
    ]);
  });

  test("has a ticket of the reduced size for a reduced intent, and none for a denied one", () => {
    const limits = exampleLimits({ maxOrderNotionalUsd: 150, minOrderNotionalUsd: 60 });
    const task = exampleTask({ strategies: [{ ...fixed, params: { weights: { AAA: 0.4, CCC: 0.001, BBB: 0.001 } } }] });
    const plan = planRun(exampleInputs({ task, limits, portfolio: examplePortfolio() }));
    expect(plan.verdicts.map(({ intent, decision }) => `${intent.symbol} ${decision}`)).toEqual([
      "AAA reduced",
      "BBB denied",
      "CCC approved",
    ]);
    expect(plan.tickets.map(({ symbol, qty }) => `${symbol} ${qty}`)).toEqual(["AAA 1", "CCC 5"]);
  });

  test("has what waits for the sells last, though its symbol comes first", () => {
    const task = exampleTask({ strategies: [{ ...fixed, params: { weights: { AAA: 0.1, BBB: 0.005, CCC: 0 } } }] });
    const portfolio = examplePortfolio({ buyingPower: 1000, positions: { CCC: [1000, 20_000] } });
    const { tickets } = planRun(exampleInputs({ task, portfolio }));
    expect(tickets.map(({ side, symbol, stage }) => `${stage} ${side} ${symbol}`)).toEqual([
      "1 sell CCC",
      "1 buy BBB",
      "2 buy AAA",
    ]);
  });

  test("says what the risk is before it and after it", () => {
    const { riskBefore, riskAfter } = planRun(exampleInputs({ task: exampleTask({ strategies: [fixed] }) }));
    const inputs = exampleInputs();
    expect(riskBefore).toEqual(assessRisk([], inputs).before);
    expect(riskAfter).not.toEqual(riskBefore);
  });

  test("of a run that is skipped says why and holds nothing else", () => {
    const plan = planRun(exampleInputs({ control: exampleControl({ tradingState: "halted" }) }));
    const { schemaVersion: _, runId: __, asOf: ___, inputsDigest: ____, skip, riskBefore, riskAfter, ...rest } = plan;
    expect(skip).toMatchObject({ code: "HALTED" });
    expect(riskAfter).toEqual(riskBefore);
    expect(rest).toEqual({
      signals: [],
      strategyFailures: [],
      conflicts: [],
      untraded: [],
      sizings: [],
      intents: [],
      verdicts: [],
      cancels: [],
      tickets: [],
    });
  });

  describe("with a strategy that fails", () => {
    const broken = { ...trend, params: { fast: 99, slow: 10 } };
    const planned = (changes: Parameters<typeof exampleTask>[0], inputs: Partial<RunInputs> = {}) =>
      planRun(exampleInputs({ task: exampleTask({ strategies: [broken, fixed], ...changes }), ...inputs }));

    test("goes on without it, names it, and sells nothing of what may be its part", () => {
      const plan = planned({});
      expect(plan.strategyFailures).toMatchObject([{ strategy: "movingAverageCross" }]);
      expect(plan.tickets).toMatchObject([{ symbol: "AAA", side: "buy" }]);
      expect(plan.untraded).toEqual([
        { symbol: "CCC", reason: expect.stringContaining("0 of it not of movingAverageCross, which failed") },
      ]);
    });

    test("tells what is undecided among what needs no order, by symbol", () => {
      const uses = [
        { ...fixed, params: { weights: { BBB: 0.0001 } }, weight: 3 },
        { ...broken, weight: 2 },
        { ...fixed, params: { weights: { AAA: 0.4 } }, weight: 1 },
      ];
      expect(planned({ combine: "firstThatSpeaks", strategies: uses }).untraded).toEqual([
        { symbol: "AAA", reason: expect.stringContaining("movingAverageCross failed") },
        { symbol: "BBB", reason: expect.stringContaining("nothing is missing") },
      ]);
    });

    test.each(["weightedVote", "firstThatSpeaks", "allMustAgree"] as const)(
      "leaves what it might have decided by %s as it is, and says so",
      (combine) => {
        const plan = planned({ combine });
        expect(plan.tickets).toEqual([]);
        expect(plan.untraded.map(({ symbol, reason }) => [symbol, reason])).toEqual([
          [
            "AAA",
            expect.stringContaining(
              `movingAverageCross failed, and what it would have said might decide by ${combine}`,
            ),
          ],
          ["CCC", expect.stringContaining("movingAverageCross failed")],
        ]);
      },
    );
  });

  test("refuses inputs with a number that is not finite", () => {
    const market = exampleMarket({ AAA: 100 });
    const bars = [exampleBars("AAA", [1, Number.NaN, 3])];
    expect(() => planRun(exampleInputs({ market: { ...market, bars } }))).toThrow(
      new RangeError("a column holds a number that is not finite"),
    );
  });
});

describe("the inputs' digest", () => {
  test("is the same whatever the order of keys, and another for any other input", () => {
    const inputs = exampleInputs();
    const reversed = Object.fromEntries(Object.entries(inputs).reverse()) as RunInputs;
    const digest = planRun(inputs).inputsDigest;
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(planRun(reversed).inputsDigest).toBe(digest);
    expect(planRun(exampleInputs({ asOf: at("2026-06-15T14:00:00.001Z") })).inputsDigest).not.toBe(digest);
    const market = exampleMarket({ AAA: 100, BBB: "50.5", CCC: "20.01" });
    expect(planRun(exampleInputs({ market })).inputsDigest).not.toBe(digest);
  });

  const digestOf = (...bars: readonly BarSeries[]): string =>
    inputsDigest(exampleInputs({ market: { ...exampleMarket({ AAA: 100 }), bars } }));

  test("tells apart which column a number is in, and how many are in each", () => {
    const series = exampleBars("AAA", [1, 2, 3, 4]);
    const { open, close } = exampleBars("AAA", [1, 2, 4, 3]);
    const ones = (length: number): BarSeries => {
      const column = new Float64Array(length).fill(1);
      const columns = { timeMs: column, open: column, high: column, low: column, close: column, volume: column };
      return { symbol: "AAA", timeframe: "1Day", ...columns };
    };
    const digests = [
      digestOf(series),
      digestOf({ ...series, open }),
      digestOf({ ...series, close }),
      digestOf(ones(1), ones(2)),
      digestOf(ones(2), ones(1)),
    ];
    expect(new Set(digests).size).toBe(digests.length);
  });

  test("is the same for 0 and −0, for the store keeps no −0", () => {
    const series = exampleBars("AAA", [1, 2]);
    expect(digestOf({ ...series, volume: Float64Array.of(0, -0) })).toBe(
      digestOf({ ...series, volume: Float64Array.of(0, 0) }),
    );
  });

  test("takes in columns that are longer than what is hashed at once", () => {
    const long = Float64Array.from({ length: 10_000 }, (_, index) => index);
    const changed = long.slice();
    changed[9_999] = 1;
    const series = exampleBars("AAA", [1]);
    const digest = digestOf({ ...series, volume: long });
    expect(digestOf({ ...series, volume: changed })).not.toBe(digest);
    // What was gathered before the long column is hashed as well.
    expect(digestOf({ ...series, close: Float64Array.of(2), volume: long })).not.toBe(digest);
    expect(() => digestOf({ ...series, volume: long.with(9_998, Number.POSITIVE_INFINITY) })).toThrow(RangeError);
  });
});

test("a plan from stored inputs is the same, byte for byte", () => {
  const weights = fc.record({
    AAA: fc.integer({ min: 0, max: 50 }).map((percent) => percent / 100),
    BBB: fc.integer({ min: 0, max: 50 }).map((percent) => percent / 100),
  });
  const cents = fc.integer({ min: 100, max: 100_000 }).map((value) => value / 100);
  const closes = fc.array(fc.double({ min: 0.5, max: 1e5, noNaN: true }), { minLength: 10, maxLength: 40 });
  const inputs = fc
    .record({
      weights,
      prices: fc.tuple(cents, cents),
      closes,
      held: fc.integer({ min: 0, max: 500 }),
      state: fc.boolean(),
    })
    .map(({ weights: of, prices: [first, second], closes: history, held, state }) => {
      const market = exampleMarket({ AAA: first, BBB: second });
      const openOrders = [exampleOrder({ symbol: "BBB", side: "buy" })];
      return exampleInputs({
        task: exampleTask({ strategies: [trend, { ...fixed, params: { weights: of } }], graceMinutes: 7 }),
        market: {
          ...market,
          bars: [exampleBars("AAA", history), exampleBars("BBB", [...history].reverse())],
          excluded: [{ symbol: "CCC", code: "NO_DATA", detail: "none" }],
        },
        portfolio: examplePortfolio({ positions: { AAA: [held, held * first] }, openOrders }),
        control: exampleControl({ tradingState: state ? "running" : "reducing" }),
        window: exampleWindow({ closeBufferMinutes: 3 }),
      });
    });
  fc.assert(
    fc.property(inputs, (original) => {
      const stored: unknown = JSON.parse(JSON.stringify(encodeInputs(original)));
      const restored = decodeInputs(stored);
      expect(canonicalJson(restored)).toBe(canonicalJson(original));
      expect(JSON.stringify(planRun(restored))).toBe(JSON.stringify(planRun(original)));
    }),
  );
});
