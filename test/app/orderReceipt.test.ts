// Receipts of real runs: their numbers lead to the quantities that went to the simulator, and their rules are those of the verdicts.
import Big from "big.js";
import { describe, expect, onTestFinished, test } from "vitest";
import { encodeInputs } from "../../src/core/planning/canonicalJson.ts";
import { type OrderReceipt, receiptOf } from "../../src/core/reporting/orderReceipt.ts";
import { exampleConfig, type MemoryStack, runInMemory } from "../support/memoryStack.ts";

async function started(more: object = {}, limits: object = {}): Promise<MemoryStack> {
  const config = exampleConfig(["AAA", "BBB", "CCC"], more);
  const { automation } = config;
  const narrowed = { ...automation, risk_limits: { ...automation.risk_limits, ...limits } };
  const stack = await runInMemory({ symbols: ["AAA", "BBB", "CCC"], config: { ...config, automation: narrowed } });
  onTestFinished(() => stack.stop());
  return stack;
}

async function receiptsOf({ app }: MemoryStack, executionId: string): Promise<readonly OrderReceipt[]> {
  const [record, stored] = await Promise.all([app.executions.get(executionId), app.executions.loadPlan(executionId)]);
  if (record === undefined || stored === undefined) throw new Error(`${executionId} has no plan`);
  return ["AAA", "BBB", "CCC"].map((symbol) => {
    const receipt = receiptOf({ record, ...stored }, symbol);
    if (receipt === undefined) throw new Error(`no receipt of ${symbol}`);
    return receipt;
  });
}

/** The quantity by the receipt's own numbers and nothing else. */
function recomputed({ sizing }: OrderReceipt): string {
  if (sizing === null) throw new Error("no sizing");
  const { value, costPrice, decimals, held, onItsWay, available, weight } = sizing;
  if (weight === 0 && Number(onItsWay) === 0) return available;
  const wanted = new Big(value).div(costPrice).round(decimals, Big.roundDown).times(Math.sign(weight));
  const missing = wanted.minus(held).minus(onItsWay);
  const whole = missing.abs().round(decimals, Big.roundDown);
  const isCapped = missing.lt(0) && Number(held) > 0 && whole.gt(available);
  return (isCapped ? new Big(available) : whole).toFixed();
}

const slippery = { method: "percentOfEquity", equityFraction: 0.8, slippageFraction: 0.002, feePerShareUsd: 0.01 };

describe("the receipts of a run", () => {
  test.each([
    ["of whole shares", { sizing: slippery }],
    ["of parts of shares", { sizing: { ...slippery, fractionalShares: true } }],
    ["of limit orders with exits", { orders: { type: "limit" }, protection: { stopLossFraction: 0.05 } }],
  ])("%s give each quantity again from their own numbers, on the first day and after", async (_, more) => {
    const stack = await started(more);
    const wishes: string[] = [];
    for (let run = 0; run < 3; run++) {
      const { executionId } = await stack.runNextSlot();
      for (const receipt of await receiptsOf(stack, executionId)) {
        wishes.push(`${receipt.symbol} ${receipt.sizing?.qty}`);
        expect(receipt.sizing?.qty).toBe(recomputed(receipt));
        if (receipt.verdict !== null) expect(receipt.verdict.intent.qty).toBe(receipt.sizing?.qty);
        else expect(receipt.untraded).toContain(`${receipt.sizing?.held} held`);
      }
    }
    expect(new Set(wishes).size).toBeGreaterThan(3);
  });

  test("have the figures of the verdicts, what was sent, the quote at the gate and the fills", async () => {
    const stack = await started({}, { maxOrderNotionalUsd: 12_345, restrictedSymbols: ["CCC"] });
    const { executionId, verdicts, outcomes } = await stack.runNextSlot();
    const [first, second, denied] = await receiptsOf(stack, executionId);
    expect(verdicts.map(({ decision }) => decision)).toEqual(["reduced", "reduced", "denied"]);
    for (const [index, receipt] of [first, second].entries()) {
      expect(receipt?.verdict).toEqual(verdicts[index]);
      // The headroom is what the limit leaves: the reduced quantity is the most shares that it pays for.
      const figure = receipt?.verdict?.figures.find(({ rule }) => rule === "maxOrderNotional");
      expect(figure).toMatchObject({ limit: "12345", headroom: "12345" });
      const affordable = Math.floor(Number(figure?.headroom) / Number(receipt?.sizing?.price));
      expect(receipt?.ticket?.qty).toBe(String(affordable));
      expect(receipt?.outcome).toEqual(outcomes[index]);
      expect(receipt?.gateQuote).toMatchObject({ symbol: receipt?.symbol, at: expect.any(String) });
      expect(receipt?.fills.map(({ qty }) => qty)).toEqual([receipt?.ticket?.qty]);
      expect(receipt?.events.map(({ state }) => state)).toEqual(expect.arrayContaining(["planned", "filled"]));
    }
    expect(denied).toMatchObject({ ticket: null, outcome: null, verdict: { code: "RESTRICTED_SYMBOL" } });
    expect(denied?.clientOrderId).toBe(`tw.${executionId}.targetWeights.CCC.buy.1`);
  });

  test("name the bars that the strategy was shown, and what its indicators were", async () => {
    const stack = await started({ strategies: [{ name: "movingAverageCross", params: { fast: 3, slow: 10 } }] });
    const { executionId } = await stack.runNextSlot();
    const stored = await stack.app.executions.loadPlan(executionId);
    for (const { symbol, data, signals } of await receiptsOf(stack, executionId)) {
      const series = stored?.inputs.market.bars.find((each) => each.symbol === symbol);
      expect(data.bars).toMatchObject([{ timeframe: "1Day", count: series?.close.length, digest: expect.any(String) }]);
      const mean = (count: number) => (series?.close.slice(-count).reduce((sum, each) => sum + each, 0) ?? 0) / count;
      expect(signals[0]?.reasons.fast).toBeCloseTo(mean(3), 6);
      expect(signals[0]?.reasons.slow).toBeCloseTo(mean(10), 6);
    }
  });
});

test("a plan of a version that kept no arithmetic is read as one without, and has it in words", async () => {
  const stack = await started();
  const { executionId } = await stack.runNextSlot();
  const table = stack.tables.get("TradewindExecutions");
  const row = await table?.get(executionId, "plan");
  if (table === undefined || row === undefined) throw new Error("the plan is there");
  const { plan, inputs } = row.payload as { plan: Record<string, unknown>; inputs: unknown };
  const { sizings: _, ...older } = plan;
  await table.put({ ...row, payload: { plan: older, inputs } });
  const stored = await stack.app.executions.loadPlan(executionId);
  expect(stored?.plan.sizings).toEqual([]);
  expect(encodeInputs(stored?.inputs ?? ({} as never))).toEqual(inputs);
  const [receipt] = await receiptsOf(stack, executionId);
  expect(receipt).toMatchObject({ sizing: null, verdict: { intent: { sizing: expect.stringContaining("buy") } } });
});
