// The cost page: what it says is what prices and use come to, within the goal; and the use it counts with is the app's.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readPrices, sizings, withTables } from "../../tools/cost.ts";
import { costLines, costOf, total, usage } from "../../tools/costModel.ts";
import { indexedFunctions } from "../support/indexedFunctions.ts";
import { type MemoryStack, runInMemory } from "../support/memoryStack.ts";

const root = resolve(import.meta.dirname, "../..");
const prices = readPrices();

test("the page shows what the prices and the use come to; run `npm run cost` after a change", () => {
  const page = readFileSync(resolve(root, "docs/cost.md"), "utf8");
  expect(withTables(page, prices)).toBe(page);
  const dearer = { ...prices, serviceBusHours: { usd: 0.02, per: 1, free: 0, page: "" } };
  expect(withTables(page, dearer)).not.toBe(page);
});

test.each(["dev", "prod"] as const)("a task each five minutes costs at most $15 a month in %s", (stage) => {
  const lines = costLines(prices, sizings[stage]);
  expect(total(lines)).toBeGreaterThan(5);
  expect(total(lines)).toBeLessThanOrEqual(15);
});

test("only what is over the free amount is paid for", () => {
  const table = { thing: { usd: 2, per: 10, free: 100, page: "" } };
  expect(costOf(table, "thing", 50)).toBe(0);
  expect(costOf(table, "thing", 150)).toBe(10);
  expect(() => costOf(table, "other", 1)).toThrow(RangeError);
});

test("every timer of the app fires each minute and is counted", () => {
  const timers = indexedFunctions(root).flatMap(({ name, bindings }) =>
    bindings.filter(({ type }) => type === "timerTrigger").map(({ schedule }) => [name, schedule]),
  );
  expect(timers.map(([name]) => name).sort()).toEqual([...usage.minuteTimers].sort());
  for (const [, schedule] of timers) expect(schedule).toMatch(/^\d+ \* \* \* \* \*$/);
});

let stack: MemoryStack;
let operations = 0;
beforeAll(async () => {
  stack = await runInMemory();
  for (const table of stack.tables.values()) {
    for (const name of ["insert", "get", "put", "writeAll", "delete", "query"] as const) {
      const operation = table[name].bind(table) as (...args: unknown[]) => Promise<unknown>;
      const counting = (...args: unknown[]) => {
        operations++;
        return operation(...args);
      };
      Object.assign(table, { [name]: counting });
    }
  }
});
afterAll(() => stack.stop());

test("a tick, a check and a run ask no more of the tables than is counted", async () => {
  const counted = async (work: () => Promise<unknown>): Promise<number> => {
    const before = operations;
    await work();
    return operations - before;
  };
  const { app } = stack;
  const whole = await counted(() => stack.runNextSlot());
  expect(whole).toBeGreaterThan(10);
  expect(whole).toBeLessThanOrEqual(usage.tableOperations.run + usage.tableOperations.tick);
  expect(await counted(() => app.scheduler.tick("timer"))).toBeLessThanOrEqual(usage.tableOperations.tick);
  const minute = async () => {
    await app.notificationSweeper.sweep();
    await app.realtimeMonitor.check();
  };
  expect(await counted(minute)).toBeLessThanOrEqual(usage.tableOperations.monitor);
});
