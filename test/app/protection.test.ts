// Positions under protection: exits attached to what is bought, moved out of the way of a sale, and put back on what remains.
import { afterEach, expect, test } from "vitest";
import type { AutomationConfig } from "../../src/core/model/automation.ts";
import type { ExecutionRecord } from "../../src/core/model/run.ts";
import { asked, exampleConfig, type MemoryStack, runInMemory } from "../support/memoryStack.ts";

let stack: MemoryStack;
afterEach(() => stack.stop());

const both = { stopLossFraction: 0.05, takeProfitFraction: 0.1 };

/** A task that wants `first` in the first slot of the hour and `then` in the second; two tasks, because a task's weights do not change. */
function config(first: number, then: number, protection: object = both): AutomationConfig {
  const example = exampleConfig(["AAA"], { protection });
  const [task] = example.tasks;
  if (task === undefined) throw new Error("the example has a task");
  const wanting = (id: string, cron: string, weight: number): typeof task => ({
    ...task,
    id,
    schedule: { ...task.schedule, cron },
    strategies: [{ name: "targetWeights", params: { weights: { AAA: weight } }, weight: 1 }],
  });
  const automation = {
    ...example.automation,
    risk_limits: { ...example.automation.risk_limits, maxPositionFraction: 0.9, maxOrderNotionalUsd: 1e6 },
  };
  return {
    automation,
    tasks: [wanting("first", "35 9 * * 1-5", first), wanting("then", "40 9 * * 1-5", then)],
  };
}

async function runAt(minute: string): Promise<void> {
  stack.setNow(`2026-06-15T13:${minute}:00Z`);
  await stack.app.scheduler.tick("timer");
  await stack.deliverAll();
}

const record = async (task: string, minute: string): Promise<ExecutionRecord> => {
  const found = await stack.app.executions.get(`${task}@20260615T13${minute}00Z`);
  if (found === undefined) throw new Error("there is no such run");
  return found;
};

const openExits = async () =>
  (await stack.ports.broker.openOrders()).map(({ side, qty, limitPrice, stopPrice, status }) =>
    [side, qty, stopPrice === null ? `limit ${limitPrice}` : `stop ${stopPrice}`, status].join(" "),
  );
const held = async (): Promise<string | undefined> => (await stack.ports.broker.positions())[0]?.qty;

test("what is bought has its stop loss and its take profit at the broker, at shares of the planned price", async () => {
  stack = await runInMemory({ symbols: ["AAA"], config: config(0.5, 0.5) });
  await runAt("35");
  const { outcomes, status } = await record("first", "35");
  const [outcome] = outcomes;
  expect(status).toBe("succeeded");
  expect(outcome?.ticket).toMatchObject({ timeInForce: "gtc", stage: 1 });
  const price = Number(outcome?.ticket.referencePrice);
  const stop = Math.floor(price * 95) / 100;
  const limit = Math.ceil(price * 110) / 100;
  expect(outcome?.ticket.exits).toEqual({ stopLoss: String(stop), takeProfit: String(limit) });
  expect((await openExits()).sort()).toEqual([
    `sell ${await held()} limit ${limit} new`,
    `sell ${await held()} stop ${stop} held`,
  ]);
  expect(await stack.ports.executions.outstanding()).toMatchObject([{ taskId: "first" }]);
});

test("a sale of a part cancels the exits, sells, and protects what remains at the same prices", async () => {
  stack = await runInMemory({ symbols: ["AAA"], config: config(0.8, 0.3) });
  await runAt("35");
  const before = await openExits();
  const first = Number(await held());
  await runAt("40");
  const { outcomes, status, reason } = await record("then", "40");
  expect({ status, reason }).toEqual({ status: "succeeded", reason: "" });
  const [sale, renewal] = outcomes;
  expect(sale).toMatchObject({
    kind: "accepted",
    ticket: { side: "sell", type: "market" },
    order: { status: "filled" },
  });
  expect(renewal).toMatchObject({ kind: "accepted", ticket: { stage: 3, type: "exit", timeInForce: "gtc" } });
  const remaining = Number(await held());
  expect(remaining).toBe(first - Number(sale?.ticket.qty));
  expect(remaining).toBeGreaterThan(0);
  expect((await openExits()).sort()).toEqual(before.map((line) => line.replace(/\d+/, String(remaining))).sort());
});

test("a sale of everything leaves no exit behind, and the runs are settled", async () => {
  stack = await runInMemory({ symbols: ["AAA"], config: config(0.8, 0) });
  await runAt("35");
  await runAt("40");
  expect(await held()).toBeUndefined();
  expect(await openExits()).toEqual([]);
  await stack.app.realtimeMonitor.check();
  expect(await stack.ports.executions.outstanding()).toEqual([]);
  expect((await record("first", "35")).events.at(-1)?.detail).toContain("exit canceled");
});

test("a purchase on top protects both parts", async () => {
  stack = await runInMemory({ symbols: ["AAA"], config: config(0.3, 0.8) });
  await runAt("35");
  const first = Number(await held());
  await runAt("40");
  const protectedShares = (await stack.ports.broker.openOrders())
    .filter(({ stopPrice }) => stopPrice !== null)
    .map(({ qty }) => Number(qty));
  expect(protectedShares.reduce((sum, qty) => sum + qty, 0)).toBe(Number(await held()));
  expect(protectedShares).toContain(first);
  expect((await record("then", "40")).status).toBe("succeeded");
});

test("one exit alone is attached alone", async () => {
  stack = await runInMemory({ symbols: ["AAA"], config: config(0.5, 0.2, { stopLossFraction: 0.05 }) });
  await runAt("35");
  expect((await openExits()).join()).toMatch(/^sell \d+ stop [\d.]+ new$/);
  await runAt("40");
  expect((await openExits()).join()).toMatch(new RegExp(`^sell ${await held()} stop [\\d.]+ new$`));
});

test("an exit that is reached explains the position, and the record tells of it", async () => {
  stack = await runInMemory({ symbols: ["AAA"], config: config(0.5, 0.5, { stopLossFraction: 0.0004 }) });
  await runAt("35");
  for (let minute = 36; minute < 60 && (await held()) !== undefined; minute++) {
    stack.setNow(`2026-06-15T13:${minute}:00Z`);
    await stack.app.realtimeMonitor.check();
  }
  expect(await held()).toBeUndefined();
  await stack.app.realtimeMonitor.check();
  const { fills, events } = await record("first", "35");
  expect(fills.map(({ side }) => side)).toEqual(["buy", "sell"]);
  expect(events.at(-1)?.detail).toContain("exit filled at");
  expect((await stack.ports.monitor.read())?.state).toMatchObject({ believed: {}, drifts: [] });
  expect(await stack.ports.executions.outstanding()).toEqual([]);
});

test("nothing is cancelled for a sale that the halt holds back", async () => {
  stack = await runInMemory({ symbols: ["AAA"], config: config(0.8, 0.3) });
  await runAt("35");
  const before = await openExits();
  stack.setNow("2026-06-15T13:40:00Z");
  await stack.app.scheduler.tick("timer");
  const cancels = () => stack.simulator.requests()["DELETE /v2/orders/{order_id}"] ?? 0;
  await stack.app.controlService.change(asked("halt", { reason: "drill", actor: "op" }));
  await stack.deliverAll();
  expect((await record("then", "40")).status).toBe("skipped");
  expect(cancels()).toBe(0);
  expect(await openExits()).toEqual(before);
});
