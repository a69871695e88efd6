// Runs that fail one after another: counted as each ends, over slots that were not to run, for one task and for all.
import { afterEach, describe, expect, test } from "vitest";
import { failedInARow } from "../../src/app/failedInARow.ts";
import { TransientError } from "../../src/core/model/errors.ts";
import type { ExecutionStatus, RunSummary } from "../../src/core/model/run.ts";
import type { ExecutionRepository } from "../../src/ports/stores.ts";
import { type MemoryStack, runInMemory } from "../support/memoryStack.ts";

type Ended = readonly [taskId: string, status: ExecutionStatus];
const history = (newest: readonly Ended[]): Pick<ExecutionRepository, "list"> => ({
  list: async ({ taskId, limit }) => ({
    items: newest
      .filter(([of]) => taskId === undefined || of === taskId)
      .slice(0, limit)
      .map(([of, status]) => ({ taskId: of, status }) as RunSummary),
  }),
});
const bad: Ended = ["bad", "failed"];
const good: Ended = ["good", "succeeded"];

describe("the count of a run that has ended", () => {
  test.each<readonly [string, readonly Ended[], number | undefined]>([
    ["the first that fails is one", [bad, good], 1],
    ["those before it that failed count too", [bad, bad, bad, ["bad", "succeeded"], bad], 3],
    ["a task that fails among others that do not is counted by itself", [bad, good, bad, good, bad], 3],
    ["tasks that fail one after the other are counted together", [bad, ["other", "failed"], ["third", "failed"]], 3],
    ["one that ran in part ends the row", [bad, ["bad", "partial"], bad], 1],
    ["what was not to run is passed over", [bad, ["bad", "skipped"], ["bad", "missed"], ["bad", "blocked"], bad], 2],
    ["one that does not fail is none", [good, bad, bad], 0],
    ["a slot that was not to run has no count", [["bad", "skipped"], bad], undefined],
  ])("%s", async (_rule, newest, count) => {
    const [taskId, status] = newest[0] ?? good;
    expect(await failedInARow(history(newest), { taskId, status })).toBe(count);
  });

  test("is left out where the history cannot be read", async () => {
    const list = () => Promise.reject(new TransientError("STORE_UNAVAILABLE", "no tables"));
    expect(await failedInARow({ list }, { taskId: "bad", status: "failed" })).toBeUndefined();
  });
});

describe("through the whole stack", () => {
  let stack: MemoryStack;
  afterEach(() => stack.stop());

  test("each failure is told with its count, and a run that does not fail with 0", async () => {
    stack = await runInMemory();
    for (const fails of [true, true, false, true]) {
      if (fails) stack.simulator.arm({ method: "GET", path: "/v2/account", count: 1, kind: "status401" });
      await stack.runNextSlot();
    }
    const ends = stack.events.filter(({ name }) => name === "run.ended");
    expect(ends.map(({ fields }) => Object(fields).failedInARow)).toEqual([1, 2, 0, 1]);
  });
});
