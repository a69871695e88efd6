// What a tick reads: what is due page by page, each entry once with its task, and no more rows than that takes.
import { expect, test } from "vitest";
import { createMemoryTable } from "../../src/adapters/memory/memoryTable.ts";
import { createStores } from "../../src/adapters/tables/stores.ts";
import type { Table } from "../../src/adapters/tables/table.ts";
import { createDueTasks, type DuePage } from "../../src/app/dueTasks.ts";
import { automationConfigSchema } from "../../src/core/model/automation.ts";
import { at, exampleConfig } from "../support/memoryStack.ts";

const taskCount = 1100;
/** Every so many tasks one is due at 9:45 as well. */
const early = 34;

/** All tasks are due at 10:00. Counts the rows that are read of the tables. */
async function manyTasks() {
  let rows = 0;
  const counted = (table: Table): Table => ({
    ...table,
    get: async (partitionKey, rowKey) => {
      rows++;
      return table.get(partitionKey, rowKey);
    },
    query: async (query) => {
      const found = await table.query(query);
      rows += found.length;
      return found;
    },
  });
  const stores = createStores(() => counted(createMemoryTable()));
  const [example] = exampleConfig(["AAA"]).tasks;
  const tasks = Array.from({ length: taskCount }, (_, index) => ({
    ...example,
    id: `task-${index}`,
    schedule: [{ cron: "0 10 * * 1-5" }, ...(index % early === 0 ? [{ cron: "45 9 * * 1-5" }] : [])],
  }));
  const config = automationConfigSchema.parse({ ...exampleConfig(["AAA"]), tasks });
  await stores.settings.seed(config, at("2026-06-15T13:30:00Z"));
  const ports = { ...stores, outbox: { post: async () => undefined }, telemetry: { event: () => undefined } };
  const dueTasks = createDueTasks(ports);
  return {
    readAt: async (instant: string) => {
      rows = 0;
      const pages: DuePage[] = [];
      for await (const page of dueTasks.pages(at(instant))) pages.push(page);
      return { pages, rows };
    },
  };
}

test("what is due comes page by page, each entry once with its task, and costs what is due", async () => {
  const { readAt } = await manyTasks();
  expect(await readAt("2026-06-15T13:44:59Z")).toEqual({ pages: [], rows: 0 });
  const some = await readAt("2026-06-15T13:45:00Z");
  expect(some.pages.map(({ due, owners }) => [due.length, owners.size])).toEqual([[33, 33]]);
  // The entries, twenty rows for each of them, and by itself each task that those do not reach.
  expect(some.rows).toBeLessThanOrEqual(33 + 33 * 20 + 33);

  const all = await readAt("2026-06-15T14:00:00Z");
  expect(all.pages.map(({ due, owners }) => [due.length, owners.size])).toEqual([
    [1000, 1000],
    [100, 100],
  ]);
  const owned = all.pages.flatMap(({ due, owners }) => due.map((entry) => [entry.taskId, owners.get(entry)?.task.id]));
  expect(new Set(owned.map(([taskId]) => taskId)).size).toBe(taskCount);
  expect(owned.filter(([taskId, ownerId]) => taskId !== ownerId)).toEqual([]);
  expect(all.rows).toBeLessThanOrEqual(2 * taskCount);
});
