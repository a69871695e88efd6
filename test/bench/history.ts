// What a page of the history costs with a thousand executions and with a million: rows read, and time in the app's own code.
import { createMemoryTable } from "../../src/adapters/memory/memoryTable.ts";
import { listRun, listRuns } from "../../src/adapters/tables/executionList.ts";
import type { Table } from "../../src/adapters/tables/table.ts";
import { runIdOf } from "../../src/core/model/ids.ts";
import type { RunSummary } from "../../src/core/model/run.ts";
import { addMs, minuteMs } from "../../src/core/model/time.ts";
import { at } from "../support/memoryStack.ts";
import type { Figure } from "./main.ts";

const pageSize = 50;
const rounds = 201;
const newest = at("2026-12-30T20:00:00Z");

export async function historyFigures(): Promise<readonly Figure[]> {
  const few = await measure(1_000);
  const many = await measure(1_000_000);
  return [
    { name: "rows read for a page of 50, of 1,000 executions", value: String(few.rows) },
    { name: "rows read for a page of 50, of 1,000,000 executions", value: String(many.rows), goal: "the same" },
    { name: "page of 50 of 1,000 executions, p50", value: `${few.ms.toFixed(3)} ms` },
    { name: "page of 50 of 1,000,000 executions, p50", value: `${many.ms.toFixed(3)} ms` },
    { name: "  the one over the other", value: (many.ms / few.ms).toFixed(2), goal: "≤ 1.2" },
  ];
}

/** Runs of ten tasks, one a minute back from the newest, over as many years as they need; pages by task from the middle of the history. */
async function measure(count: number): Promise<{ readonly rows: number; readonly ms: number }> {
  let rows = 0;
  const inner = createMemoryTable();
  const table: Table = {
    ...inner,
    query: async (query) => {
      const found = await inner.query(query);
      rows += found.length;
      return found;
    },
  };
  for (let index = 0; index < count; index++) await listRun(table, summaryOf(index));
  const middle = { taskId: "task-3", to: addMs(newest, -Math.floor(count / 2) * minuteMs), limit: pageSize };
  await listRuns(table, middle);
  const took: number[] = [];
  rows = 0;
  for (let round = 0; round < rounds; round++) {
    const startMs = performance.now();
    const { items } = await listRuns(table, middle);
    took.push(performance.now() - startMs);
    if (items.length !== pageSize) throw new Error(`a page of ${items.length}`);
  }
  return { rows: rows / rounds, ms: took.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN };
}

function summaryOf(index: number): RunSummary {
  const slot = addMs(newest, -index * minuteMs);
  const taskId = `task-${index % 10}`;
  return {
    executionId: runIdOf(taskId, slot),
    taskId,
    taskName: taskId,
    slot,
    status: "succeeded",
    code: "",
    reason: "",
    startedAt: slot,
    endedAt: slot,
    ordersPlanned: 0,
    ordersAccepted: 0,
    ordersFilled: 0,
    denials: 0,
    symbols: [],
  };
}
