// A run under other limits: what would have become of its orders, by which limit, and that its own limits change nothing.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RiskLimits } from "../../../src/core/model/limits.ts";
import { usd } from "../../../src/core/model/money.ts";
import type { OtherLimits } from "../../../src/core/model/otherLimits.ts";
import type { RunInputs, RunPlan } from "../../../src/core/model/run.ts";
import { decodeInputs, encodeInputs } from "../../../src/core/planning/canonicalJson.ts";
import { planRun } from "../../../src/core/planning/planRun.ts";
import { underOtherLimits } from "../../../src/core/reporting/whatIf.ts";
import {
  exampleControl,
  exampleInputs,
  exampleLimits,
  exampleMarket,
  examplePortfolio,
  exampleTask,
} from "../examples.ts";

/** Sells 30 CCC at 20, buys 500 AAA at 100 and 495 BBB at 50.5. */
const task = exampleTask({
  strategies: [{ name: "targetWeights", params: { weights: { AAA: 0.5, BBB: 0.25, CCC: 0 } }, weight: 1 }],
});
const run = (changes: Partial<RunInputs> = {}): { plan: RunPlan; inputs: RunInputs } => {
  const inputs = exampleInputs({ task, ...changes });
  return { inputs, plan: planRun(inputs) };
};

function ordersUnder(given: { plan: RunPlan; inputs: RunInputs }, other: OtherLimits) {
  const judged = underOtherLimits(given, other);
  if (!judged.comparable) throw new Error(judged.reason);
  return judged.orders;
}
const told = (given: { plan: RunPlan; inputs: RunInputs }, other: OtherLimits): readonly string[] =>
  ordersUnder(given, other).map(
    ({ side, symbol, change, before, now }) =>
      `${side} ${symbol} ${change}: ${before.qty} ${before.code ?? ""} → ${now.qty} ${now.code ?? ""}`,
  );

describe("under other limits", () => {
  test.each<[string, Partial<RiskLimits>, OtherLimits, readonly string[]]>([
    ["an order is denied", {}, { restrictedSymbols: ["AAA"] }, ["buy AAA nowDenied: 500  → 0 RESTRICTED_SYMBOL"]],
    ["an order is smaller", {}, { maxOrderNotionalUsd: 30_000 }, ["buy AAA otherQty: 500  → 300 MAX_ORDER_NOTIONAL"]],
    [
      "an order that was reduced is whole",
      { maxOrderQty: 400 },
      { maxOrderQty: null },
      ["buy AAA otherQty: 400 MAX_ORDER_QTY → 500 ", "buy BBB otherQty: 400 MAX_ORDER_QTY → 495 "],
    ],
    [
      "an order that was denied is sent",
      { restrictedSymbols: ["BBB"] },
      { restrictedSymbols: null },
      ["buy BBB nowSent: 0 RESTRICTED_SYMBOL → 495 "],
    ],
    [
      "an order is denied because the one before it takes the room",
      { maxPositionFraction: 0.1, maxGrossFraction: 0.2 },
      { maxGrossFraction: 0.1, maxPositionFraction: 0.1 },
      ["buy BBB nowDenied: 198 MAX_POSITION → 0 MAX_GROSS"],
    ],
    ["nothing changes where no limit bites", {}, { maxOrderNotionalUsd: 999_999 }, []],
    [
      "another code for the same denial changes nothing",
      { restrictedSymbols: ["AAA"] },
      { allowedSymbols: ["BBB", "CCC"] },
      [],
    ],
  ])("%s", (_, limits, other, expected) => {
    const given = run({
      limits: exampleLimits(limits),
      portfolio: examplePortfolio({ positions: { CCC: [30, 600] } }),
    });
    expect(told(given, other)).toEqual(expected);
  });

  test("the limit, the figure and the headroom of the rule that bites are told", () => {
    expect(ordersUnder(run(), { maxOrderNotionalUsd: 30_000 })).toMatchObject([
      {
        clientOrderId: "tw.trend@20260615T140000Z.targetWeights.AAA.buy.1",
        wanted: "500",
        referencePrice: "100",
        before: { decision: "approved", qty: "500" },
        now: {
          decision: "reduced",
          qty: "300",
          code: "MAX_ORDER_NOTIONAL",
          figure: { rule: "maxOrderNotional", limit: "30000", figure: "50000", headroom: "30000" },
        },
      },
    ]);
  });

  test("a run is skipped by a loss that was allowed: each of its orders is denied, with the loss as the figure", () => {
    const lossMarks = { dayStartEquity: usd(110_000), dailyLossFrom: usd(110_000), drawdownFrom: usd(110_000) };
    const orders = ordersUnder(run({ lossMarks }), { breakers: { dailyLoss: { fraction: 0.05, action: "halt" } } });
    expect(orders.map(({ symbol, change, now }) => [symbol, change, now.code, now.figure?.limit])).toEqual([
      ["CCC", "nowDenied", "MAX_DAILY_LOSS", "5500"],
      ["AAA", "nowDenied", "MAX_DAILY_LOSS", "5500"],
      ["BBB", "nowDenied", "MAX_DAILY_LOSS", "5500"],
    ]);
    expect(orders.map(({ now }) => now.decision)).toEqual(["denied", "denied", "denied"]);
  });

  test("a run that a loss had skipped sends what its strategies would have wanted", () => {
    const lossMarks = { dayStartEquity: usd(110_000), dailyLossFrom: usd(110_000), drawdownFrom: usd(110_000) };
    const breakers = { dailyLoss: { fraction: 0.05, action: "halt" } } as const;
    const given = run({ lossMarks, limits: exampleLimits({ breakers }) });
    expect(given.plan.skip?.code).toBe("MAX_DAILY_LOSS");
    expect(told(given, { breakers: { dailyLoss: { fraction: 0.2, action: "halt" } } })).toEqual([
      "sell CCC nowSent: 0 MAX_DAILY_LOSS → 30 ",
      "buy AAA nowSent: 0 MAX_DAILY_LOSS → 500 ",
      "buy BBB nowSent: 0 MAX_DAILY_LOSS → 495 ",
    ]);
  });

  test("switches stay as they were", () => {
    const halted = run({ control: exampleControl({ tradingState: "halted" }) });
    expect(told(halted, { maxOrderNotionalUsd: 1_000_000_000 })).toEqual([]);
  });

  test("are the limits a plan made with them would have gone by", () => {
    const other = { maxOrderNotionalUsd: 12_345, maxGrossFraction: 0.3 };
    const { inputs, plan } = run();
    const made = planRun({ ...inputs, limits: { ...inputs.limits, ...other } });
    const changed = new Map(ordersUnder({ inputs, plan }, other).map(({ symbol, now }) => [symbol, now]));
    for (const { intent, qty, code } of made.verdicts) {
      const before = plan.verdicts.find((verdict) => verdict.intent.symbol === intent.symbol);
      if (before?.qty === qty) expect(changed.has(intent.symbol)).toBe(false);
      else expect(changed.get(intent.symbol)).toMatchObject({ qty, code });
    }
    expect(changed.size).toBe(2);
  });
});

test.each<[string, (plan: RunPlan) => RunPlan]>([
  ["a quantity", (plan) => withFirstVerdict(plan, { qty: plan.verdicts[1]?.qty ?? usd(1) })],
  ["a decision", (plan) => withFirstVerdict(plan, { decision: "denied", code: "COOLDOWN" })],
  ["a missing verdict", (plan) => ({ ...plan, verdicts: plan.verdicts.slice(1) })],
  ["a skip", (plan) => ({ ...plan, skip: { code: "HOLIDAY", reason: "" }, verdicts: [] })],
])("a run of which today's rules say something else under its own limits is not compared: %s", (_, change) => {
  const { inputs, plan } = run();
  expect(underOtherLimits({ inputs, plan: change(plan) }, { maxGrossFraction: 0.1 })).toMatchObject({
    comparable: false,
    reason: expect.stringContaining("decide otherwise"),
  });
});

function withFirstVerdict(plan: RunPlan, changes: object): RunPlan {
  const [first, ...rest] = plan.verdicts;
  return { ...plan, verdicts: first === undefined ? rest : [{ ...first, ...changes }, ...rest] };
}

const cents = fc.integer({ min: 100, max: 50_000 }).map((value) => value / 100);
const weight = fc.integer({ min: 0, max: 33 }).map((percent) => percent / 100);
const limits = fc.record({
  maxOrderNotionalUsd: fc.integer({ min: 2000, max: 60_000 }),
  maxPositionFraction: fc.constantFrom(0.2, 1),
  maxGrossFraction: fc.constantFrom(0.8, 4),
  maxOpenPositions: fc.constantFrom(3, 50),
  maxOrderQty: fc.constantFrom(200, 1e6),
  maxNetFraction: fc.constantFrom(0.5, 4),
});
const stored = fc
  .record({
    weights: fc.record({ AAA: weight, BBB: weight, CCC: weight }),
    prices: fc.tuple(cents, cents, cents),
    held: fc.integer({ min: 0, max: 900 }),
    state: fc.constantFrom("running", "running", "running", "running", "reducing", "halted"),
    loss: fc.constantFrom(undefined, undefined, 0.2, 0.01),
    own: limits,
  })
  .map(({ weights, prices: [first, second, third], held, state, loss, own }) => {
    const lost = usd(104_000);
    const inputs = exampleInputs({
      task: exampleTask({ strategies: [{ name: "targetWeights", params: { weights }, weight: 1 }] }),
      market: exampleMarket({ AAA: first, BBB: second, CCC: third }),
      portfolio: examplePortfolio({ positions: { CCC: [held, held * third] } }),
      control: exampleControl({ tradingState: state as "running" }),
      lossMarks: { dayStartEquity: lost, dailyLossFrom: lost, drawdownFrom: lost },
      limits: exampleLimits({
        ...own,
        ...(loss === undefined ? {} : { breakers: { dailyLoss: { fraction: loss, action: "halt" } } }),
      }),
    });
    return { inputs: decodeInputs(JSON.parse(JSON.stringify(encodeInputs(inputs)))), plan: planRun(inputs) };
  });

test("a run's own limits, whole or in part, change nothing in it", () => {
  fc.assert(
    fc.property(stored, (given) => {
      const { inputs } = given;
      const { maxPriceAgeSeconds: _, minCoverageFraction: __, implausibleMoveFraction: ___, ...own } = inputs.limits;
      expect(underOtherLimits(given, own)).toEqual({ comparable: true, orders: [] });
      const { maxGrossFraction } = own;
      expect(underOtherLimits(given, { maxGrossFraction })).toEqual({ comparable: true, orders: [] });
    }),
    { numRuns: 200 },
  );
});

test("of a run that was not skipped, other limits give what a plan made with them gives", () => {
  let changed = 0;
  fc.assert(
    fc.property(stored, limits, (given, other) => {
      const { inputs, plan } = given;
      const made = planRun({ ...inputs, limits: { ...inputs.limits, ...other } });
      const orders = ordersUnder(given, other);
      changed += orders.length;
      const qtyOf = ({ verdicts }: RunPlan, symbol: string) =>
        verdicts.find(({ intent }) => intent.symbol === symbol)?.qty ?? "0";
      const expected = ["AAA", "BBB", "CCC"].filter((symbol) => qtyOf(plan, symbol) !== qtyOf(made, symbol));
      expect(orders.map(({ symbol }) => symbol).sort()).toEqual(expected);
      for (const { symbol, before, now } of orders)
        expect([before.qty, now.qty]).toEqual([qtyOf(plan, symbol), qtyOf(made, symbol)]);
    }),
    { numRuns: 200 },
  );
  expect(changed).toBeGreaterThan(100);
});
