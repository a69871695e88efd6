// "What if", over runs that were really made: their own limits change nothing, and other limits change what those would have changed.
import { describe, expect, onTestFinished, test } from "vitest";
import type { MemoryTable } from "../../src/adapters/memory/memoryTable.ts";
import { createWhatIf, type WhatIfPage, type WhatIfQuery } from "../../src/app/whatIf.ts";
import { asked, exampleConfig, type MemoryStack, runInMemory } from "../support/memoryStack.ts";
import { scriptedPrices } from "../support/scriptedPrices.ts";

const symbols = ["AAA", "BBB", "CCC"];
const sizing = { method: "percentOfEquity", equityFraction: 0.8, rebalanceBandFraction: 0 };

/** Prices jump every quarter of an hour, so that almost every run has something to trade. */
const market = scriptedPrices([
  ["2026-06-15T13:49:00Z", 0.94, "AAA"],
  ["2026-06-15T14:04:00Z", 1.07, "BBB"],
  ["2026-06-15T14:19:00Z", 0.91],
  ["2026-06-15T14:34:00Z", 1.05, "CCC"],
  ["2026-06-15T14:49:00Z", 0.97],
]);

async function started(limits: object = {}, task: object = {}): Promise<MemoryStack> {
  const config = exampleConfig(symbols, { sizing, ...task });
  const { automation } = config;
  const riskLimits = { ...automation.risk_limits, ...limits };
  const stack = await runInMemory({
    symbols,
    market,
    config: { ...config, automation: { ...automation, risk_limits: riskLimits } },
  });
  onTestFinished(() => stack.stop());
  return stack;
}

async function runs(stack: MemoryStack, count: number): Promise<void> {
  for (let run = 0; run < count; run++) await stack.runNextSlot();
}

const ask = (
  { app }: MemoryStack,
  limits: WhatIfQuery["limits"],
  more: Partial<WhatIfQuery> = {},
): Promise<WhatIfPage> => app.whatIf.ask("example", { limits, days: 30, limit: 500, ...more });

/** The limits that the newest run went by, but those that judge data. */
async function ownLimits({ app }: MemoryStack): Promise<WhatIfQuery["limits"]> {
  const { items } = await app.executions.list({ limit: 1, status: "succeeded" });
  const stored = await app.executions.loadPlan(items[0]?.executionId ?? "");
  if (stored === undefined) throw new Error("no run was planned");
  const { maxPriceAgeSeconds: _, minCoverageFraction: __, implausibleMoveFraction: ___, ...own } = stored.inputs.limits;
  return own;
}

describe("the very limits of the runs", () => {
  test.each<[string, object, object]>([
    ["where none bites", {}, {}],
    [
      "where orders are cut and denied",
      { maxOrderNotionalUsd: 900, minOrderNotionalUsd: 100, maxOpenPositions: 2 },
      {},
    ],
    [
      "where rates, cooldowns and duplicates deny",
      { maxOrdersPerDay: 9, cooldownMinutes: 60, duplicateWindowSeconds: 600 },
      {},
    ],
    [
      "of the task itself, with exits",
      {},
      { limits: { maxPositionFraction: 0.2 }, protection: { stopLossFraction: 0.08 } },
    ],
    [
      "where a breaker trips",
      { breakers: { dailyLoss: { fraction: 0.02, action: "halt" } } },
      { strategies: [{ name: "targetWeights", params: { weights: { AAA: 0.5, BBB: 0.5, CCC: 0 } } }] },
    ],
  ])("change nothing in any of them: %s", async (_, limits, task) => {
    const stack = await started(limits, task);
    await runs(stack, 12);
    await stack.app.controlService.change(asked("reduce"));
    await runs(stack, 3);
    const { items, leftOut, totals } = await ask(stack, await ownLimits(stack));
    expect(items).toEqual([]);
    // A slot of a halted account reads nothing.
    expect(leftOut.filter(({ code }) => code !== "NO_INPUTS")).toEqual([]);
    expect(leftOut.length > 0).toBe("breakers" in limits);
    const judged = 15 - leftOut.length;
    expect(totals).toEqual({ judged, nowDenied: 0, nowSent: 0, otherQty: 0 });
    expect(judged).toBeGreaterThanOrEqual(5);
  });
});

describe("other limits", () => {
  const limits = { maxOrderNotionalUsd: 10_000, restrictedSymbols: ["CCC"] };

  test("change the orders of a run to those that a run under them has", async () => {
    const [stack, other] = [await started(), await started(limits)];
    const before = await stack.runNextSlot();
    const under = await other.runNextSlot();
    const { items, totals } = await ask(stack, limits);
    expect(totals).toEqual({ judged: 1, nowDenied: 1, nowSent: 0, otherQty: 2 });
    const changed = items.flatMap(({ orders }) => orders);
    expect(changed.map((order) => [order.symbol, order.now.decision, order.now.qty, order.now.code])).toEqual(
      under.verdicts.map(({ intent, decision, qty, code }) => [intent.symbol, decision, qty, code]),
    );
    expect(changed.map((order) => [order.symbol, order.before.qty])).toEqual(
      before.verdicts.map(({ intent, qty }) => [intent.symbol, qty]),
    );
    expect(changed.map(({ now }) => now.figure)).toMatchObject([
      { rule: "maxOrderNotional", limit: "10000", headroom: "10000" },
      { rule: "maxOrderNotional", limit: "10000", headroom: "10000" },
      { rule: "restrictedSymbol" },
    ]);
    const reversed = await ask(other, { maxOrderNotionalUsd: 50_000, restrictedSymbols: null });
    expect(reversed.totals).toEqual({ judged: 1, nowDenied: 0, nowSent: 1, otherQty: 2 });
  });

  test("are asked page by page; together the pages are the whole, and nothing is written by it", async () => {
    const stack = await started();
    await runs(stack, 9);
    const contents = () => [...stack.tables.values()].map((table) => (table as MemoryTable).contents());
    const rows = contents();
    const told = stack.events.length;
    const whole = await ask(stack, limits);
    const pages: WhatIfPage[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await ask(stack, limits, { limit: 4, ...(cursor === undefined ? {} : { cursor }) });
      pages.push(page);
      cursor = page.cursor;
      if (cursor === undefined) break;
    }
    expect(pages.map(({ totals }) => totals.judged)).toEqual([4, 4, 1]);
    expect(pages.flatMap(({ items }) => items)).toEqual(whole.items);
    expect(whole.items.length).toBeGreaterThan(1);
    expect(contents()).toEqual(rows);
    expect(stack.events).toHaveLength(told);
    expect([stack.queues.take("runs"), stack.queues.take("notifications")]).toEqual([undefined, undefined]);
  });

  test("end a page sooner where judging takes long, so that no request is cut off", async () => {
    const stack = await started();
    await runs(stack, 12);
    const slow = createWhatIf({ ...stack.ports, clock: { ...stack.ports.clock, realMs: everyTime(15_000) } });
    const first = await slow.ask("example", { limits, days: 30, limit: 100 });
    expect(first.totals.judged).toBe(12);
    const slower = createWhatIf({ ...stack.ports, clock: { ...stack.ports.clock, realMs: everyTime(30_000) } });
    const half = await slower.ask("example", { limits, days: 30, limit: 100 });
    expect(half.totals.judged).toBe(10);
    const rest = await slower.ask("example", { limits, days: 30, limit: 100, cursor: half.cursor ?? "" });
    expect(rest.totals.judged).toBe(2);
    expect(rest).not.toHaveProperty("cursor");
  });

  test("reach as far back as the days say", async () => {
    const stack = await started();
    await runs(stack, 3);
    stack.setNow("2026-06-16T13:40:00Z");
    expect((await ask(stack, limits, { days: 1 })).totals.judged).toBe(2);
    expect((await ask(stack, limits, { days: 2 })).totals.judged).toBe(3);
  });

  test("leave out with a reason what read nothing and what cannot be read", async () => {
    const stack = await started();
    const spoilt = await stack.runNextSlot();
    await stack.app.controlService.change(asked("stop", { reason: "maintenance" }));
    const blocked = await stack.runNextSlot();
    await stack.app.controlService.change(asked("start"));
    await runs(stack, 1);
    const table = stack.tables.get("TradewindExecutions");
    const row = await table?.get(spoilt.executionId, "plan");
    if (table === undefined || row === undefined) throw new Error("the plan is there");
    await table.put({ ...row, payload: { ...(row.payload as object), inputs: { nonsense: true } } });
    const { totals, leftOut } = await ask(stack, limits);
    expect(totals.judged).toBe(1);
    expect(leftOut).toEqual([
      {
        executionId: blocked.executionId,
        slot: blocked.slot,
        status: "blocked",
        code: "NO_INPUTS",
        reason: expect.stringMatching(/^it read nothing \(STOPPED: .*maintenance\)$/),
      },
      {
        executionId: spoilt.executionId,
        slot: spoilt.slot,
        status: "succeeded",
        code: "UNREADABLE_ROW",
        reason: "what it read cannot be read back",
      },
    ]);
  });

  test("say of a run that today's rules decide otherwise anyway that nothing follows", async () => {
    const stack = await started();
    const { executionId } = await stack.runNextSlot();
    const table = stack.tables.get("TradewindExecutions");
    const row = await table?.get(executionId, "plan");
    if (table === undefined || row === undefined) throw new Error("the plan is there");
    const { plan, ...rest } = row.payload as { plan: { verdicts: object[] } };
    const [first, ...others] = plan.verdicts;
    const verdicts = [{ ...first, qty: "1" }, ...others];
    await table.put({ ...row, payload: { ...rest, plan: { ...plan, verdicts } } });
    expect(await ask(stack, limits)).toMatchObject({
      items: [],
      leftOut: [{ executionId, code: "OTHER_RULES" }],
      totals: { judged: 0 },
    });
  });
});

/** A clock that has gone on by so much whenever it is looked at. */
function everyTime(stepMs: number): () => number {
  let now = 0;
  return () => {
    now += stepMs;
    return now;
  };
}

test("of no task there is no answer", async () => {
  const stack = await started();
  await expect(stack.app.whatIf.ask("nobody", { limits: {}, days: 1, limit: 1 })).rejects.toMatchObject({
    code: "TASK_NOT_FOUND",
  });
});
