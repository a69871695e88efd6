// The purge: what is older than history is kept goes in slices while the exchange is closed, with its slots, and nothing else does.
import { afterEach, describe, expect, test } from "vitest";
import { createHistoryKeeper } from "../../src/app/historyKeeper.ts";
import { runIdOf } from "../../src/core/model/ids.ts";
import type { ExecutionRecord } from "../../src/core/model/run.ts";
import { addMs, dayMs, type Instant, minuteMs } from "../../src/core/model/time.ts";
import { endedRecord } from "../../src/core/reporting/executionRecord.ts";
import type { ExecutionFilter } from "../../src/ports/stores.ts";
import { at, type MemoryStack, runInMemory } from "../support/memoryStack.ts";

let stack: MemoryStack;
afterEach(() => stack.stop());

const closed = "2027-07-20T02:00:00Z";
const limit = addMs(at(closed), -400 * dayMs);

/** An ended run with its slot, so many minutes before the limit; negative: after it. */
async function runBefore(minutes: number, more: Partial<ExecutionRecord> = {}): Promise<Instant> {
  const slot = addMs(limit, -minutes * minuteMs);
  const executionId = runIdOf("example", slot);
  const ended = { executionId, taskId: "example", slot, mode: "paper", account: "main", at: slot } as const;
  const record = { ...endedRecord({ ...ended, status: "missed", code: "MISSED", reason: "late" }), ...more };
  const { slots, executions } = stack.ports;
  if (record.status === "running") await executions.begin(record);
  else await executions.finish(record);
  const end = { taskId: "example", slot, runId: executionId, updatedAt: slot };
  await slots.end({ ...end, state: "missed", code: "MISSED", reason: "late" });
  return slot;
}
/** The slots of the runs that are left, and of the slots that are left, oldest first, as minutes before the limit. */
async function left(): Promise<{ runs: readonly number[]; slots: readonly number[] }> {
  const { items } = await stack.ports.executions.list({ limit: 1000 });
  const far = [at("2000-01-01T00:00:00Z"), at("2028-01-01T00:00:00Z")] as const;
  const ended = await stack.ports.slots.ended("example", ...far, 1000);
  const minutes = (slot: Instant): number => (Date.parse(limit) - Date.parse(slot)) / minuteMs;
  return { runs: items.map(({ slot }) => minutes(slot)), slots: ended.map(({ slot }) => minutes(slot)) };
}
const check = () => stack.app.realtimeMonitor.check();

describe("old runs", () => {
  test("go with their slots, fifty at a check, once they are older than history is kept", async () => {
    stack = await runInMemory({ now: closed });
    for (let minutes = 1; minutes <= 120; minutes++) await runBefore(minutes);
    await runBefore(-1);
    const counts: number[] = [];
    for (let checks = 0; checks < 4; checks++) {
      await check();
      counts.push((await left()).runs.length);
    }
    expect(counts).toEqual([71, 21, 1, 1]);
    expect(await left()).toEqual({ runs: [-1], slots: [-1] });
    expect(stack.events.filter(({ name }) => name === "history.purged").map(({ fields }) => fields?.runs)).toEqual([
      50, 50, 20,
    ]);
  });

  test("stay while the exchange is open", async () => {
    stack = await runInMemory({ now: "2027-07-20T14:00:00Z" });
    await runBefore(600);
    await check();
    expect((await left()).runs).toHaveLength(1);
  });

  test("stay while they are outstanding, and keep no other run from going", async () => {
    stack = await runInMemory({ now: closed });
    await runBefore(1, { status: "running", endedAt: null });
    for (let minutes = 2; minutes <= 60; minutes++) await runBefore(minutes);
    await check();
    await check();
    expect(await left()).toEqual({ runs: [1], slots: [1] });
    expect(await stack.ports.executions.outstanding()).toHaveLength(1);
  });

  test("stay when they ended lately, whatever slot they name", async () => {
    stack = await runInMemory({ now: closed });
    await runBefore(10, { endedAt: addMs(limit, minuteMs) });
    await check();
    expect((await left()).runs).toEqual([10]);
  });

  test("take no slot with them that is another run's", async () => {
    stack = await runInMemory({ now: closed });
    const slot = await runBefore(-1);
    const unreadable = { executionId: "unreadable@7f3a", slot, endedAt: addMs(limit, -minuteMs) };
    await stack.ports.executions.finish({ ...(await recordAt(slot)), ...unreadable });
    const { slots, executions, clock, telemetry } = stack.ports;
    // The record of a message that nobody could read, which says that it was for this slot.
    const only = {
      ...executions,
      remove: async () => true,
      list: async () => ({ items: [await summaryOf(unreadable.executionId)] }),
    };
    await createHistoryKeeper({ slots, executions: only, clock, telemetry }).purge(399);
    expect((await left()).slots).toEqual([-1]);
  });
});

async function recordAt(slot: Instant): Promise<ExecutionRecord> {
  const record = await stack.ports.executions.get(runIdOf("example", slot));
  if (record === undefined) throw new Error("the run is there");
  return record;
}
async function summaryOf(executionId: string) {
  const { items } = await stack.ports.executions.list({ limit: 10 });
  const found = items.find((run) => run.executionId === executionId);
  if (found === undefined) throw new Error(`${executionId} is not listed`);
  return found;
}

describe("a purge", () => {
  /** Counts the calls of the tables, and fails the one with this number. */
  function counted(failing: number): () => number {
    let calls = 0;
    for (const table of ["TradewindExecutions", "TradewindSlots"].map((name) => stack.tables.get(name) ?? {})) {
      for (const [name, method] of Object.entries(table)) {
        Object.assign(table, {
          [name]: async (...given: unknown[]) => {
            calls += 1;
            if (calls === failing) throw new Error("cut off here");
            return Reflect.apply(method as () => unknown, table, given);
          },
        });
      }
    }
    return () => calls;
  }

  test("reads nothing more on a day on which nothing was left, and looks again on the next", async () => {
    stack = await runInMemory({ now: closed });
    await runBefore(1);
    let lists = 0;
    const executions = {
      ...stack.ports.executions,
      list: (filter: ExecutionFilter) => {
        lists += 1;
        return stack.ports.executions.list(filter);
      },
    };
    const { slots, clock, telemetry } = stack.ports;
    const keeper = createHistoryKeeper({ slots, executions, clock, telemetry });
    for (let checks = 0; checks < 5; checks++) await keeper.purge(400);
    expect({ lists, left: (await left()).runs.length }).toEqual({ lists: 1, left: 0 });
    stack.setNow("2027-07-21T02:00:00Z");
    await keeper.purge(400);
    expect(lists).toBe(2);
  });

  test("that is cut off at any call is done again, and leaves neither run nor slot behind", async () => {
    for (let failing = 1; ; failing++) {
      stack = await runInMemory({ now: closed });
      await runBefore(1);
      await runBefore(2);
      const calls = counted(failing);
      const { executions, slots, clock, telemetry } = stack.ports;
      await createHistoryKeeper({ executions, slots, clock, telemetry }).purge(400);
      const wasCut = stack.events.some(({ name }) => name === "history.notPurged");
      // Another process, as after a crash.
      await createHistoryKeeper({ executions, slots, clock, telemetry }).purge(400);
      expect(await left()).toEqual({ runs: [], slots: [] });
      if (!wasCut) {
        expect(calls()).toBeGreaterThan(10);
        return;
      }
      await stack.stop();
    }
  });

  test("that fails is logged, and fails no check", async () => {
    stack = await runInMemory({ now: closed });
    await runBefore(1);
    Object.assign(stack.ports.executions, { remove: async () => Promise.reject(new Error("no table")) });
    const { executions, slots, clock, telemetry } = stack.ports;
    await createHistoryKeeper({ executions, slots, clock, telemetry }).purge(400);
    expect(stack.events.map(({ name }) => name)).toContain("history.notPurged");
  });
});
