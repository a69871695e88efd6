// "Why did it not trade at 10:00?": every slot of a task with its state and reason, past, under way and to come.
import { afterEach, describe, expect, test } from "vitest";
import type { By } from "../../src/core/model/control.ts";
import { addMs, minuteMs } from "../../src/core/model/time.ts";
import { asked, at, exampleConfig, type MemoryStack, runInMemory } from "../support/memoryStack.ts";

const by: By = { principal: { kind: "claimed", name: "ann" }, reason: "a test", source: "test" };
let stack: MemoryStack;
afterEach(() => stack.stop());

const list = (from: string, to: string, limit = 100, taskId = "example") =>
  stack.app.slotService.list({ taskId, from: at(from), to: at(to), limit });
const told = async (from: string, to: string, limit?: number): Promise<readonly string[]> =>
  (await list(from, to, limit)).items.map(({ slot, state, code }) => `${slot.slice(11, 16)} ${state} ${code}`.trim());
const tickAt = async (instant: string): Promise<void> => {
  stack.setNow(instant);
  await stack.app.scheduler.tick("timer");
};

describe("the slots of a task", () => {
  test("are told past, under way, due and to come, oldest first, each with a reason in words", async () => {
    stack = await runInMemory({ now: "2026-06-15T13:20:00Z" });
    await tickAt("2026-06-15T13:25:00Z");
    await tickAt("2026-06-15T13:35:00Z");
    await stack.deliverAll();
    await stack.app.controlService.change(asked("stop", { reason: "maintenance", actor: "op" }));
    await tickAt("2026-06-15T13:40:00Z");
    await stack.app.controlService.change(asked("start"));
    await tickAt("2026-06-15T13:55:00Z");
    stack.setNow("2026-06-15T14:00:10Z");
    const { items, truncated } = await list("2026-06-15T13:25:00Z", "2026-06-15T14:10:00Z");
    expect(truncated).toBe(false);
    expect(items.map(({ slot, state, code, reason }) => [slot.slice(11, 16), state, code, reason])).toEqual([
      ["13:25", "skipped", "WINDOW_CLOSED", expect.stringContaining("before the window opens at 09:30 New York")],
      ["13:30", "missed", "MISSED", expect.stringContaining("superseded")],
      ["13:35", "ran", "", "its run ended"],
      ["13:40", "blocked", "STOPPED", "the automation was stopped by op (claimed): maintenance"],
      ["13:45", "missed", "MISSED", expect.stringContaining("10 minutes late")],
      ["13:50", "missed", "MISSED", expect.stringContaining("superseded")],
      ["13:55", "enqueued", "", "its run is queued or under way"],
      ["14:00", "due", "", "its time has come; the next tick decides it"],
      ["14:05", "expected", "", "runs when its time comes"],
      ["14:10", "expected", "", "runs when its time comes"],
    ]);
    expect(items[2]?.executionId).toBe("example@20260615T133500Z");
  });

  test("to come say what would become of them as things stand", async () => {
    stack = await runInMemory();
    const later = ["2026-06-15T19:55:00Z", "2026-06-15T20:00:00Z"] as const;
    expect(await told(...later)).toEqual(["19:55 expected", "20:00 expected WINDOW_CLOSED"]);
    await stack.app.controlService.change(asked("halt", { reason: "news" }));
    expect((await list(...later)).items[0]?.reason).toBe(
      "as things stand it will be blocked: trading was halted by tester (claimed): news",
    );
  });

  test("that no tick has decided for hours are due, until one does", async () => {
    stack = await runInMemory();
    stack.setNow("2026-06-15T14:01:00Z");
    expect(await told("2026-06-15T13:45:00Z", "2026-06-15T14:05:00Z")).toEqual([
      "13:45 due",
      "13:50 due",
      "13:55 due",
      "14:00 due",
      "14:05 expected",
    ]);
    await stack.app.scheduler.tick("timer");
    expect((await told("2026-06-15T13:45:00Z", "2026-06-15T14:05:00Z")).filter((each) => each.includes("due"))).toEqual(
      [],
    );
  });

  test("belong to the version of their time, due ones too", async () => {
    stack = await runInMemory();
    stack.setNow("2026-06-15T13:42:00Z");
    await stack.app.taskService.patch(
      "example",
      { schedule: { cron: "43,58 9-16 * * *", zone: "America/New_York" } },
      1,
      by,
    );
    stack.setNow("2026-06-15T13:46:00Z");
    expect(await told("2026-06-15T13:30:00Z", "2026-06-15T14:00:00Z")).toEqual([
      "13:35 due",
      "13:40 due",
      "13:43 due",
      "13:58 expected",
    ]);
  });

  test("of a deleted task answer their past and expect nothing", async () => {
    stack = await runInMemory();
    await tickAt("2026-06-15T13:35:00Z");
    await stack.deliverAll();
    stack.setNow("2026-06-15T13:41:00Z");
    await stack.app.taskService.remove("example", "*", by);
    expect(await told("2026-06-15T13:30:00Z", "2026-06-15T14:00:00Z")).toEqual(["13:35 ran", "13:40 due"]);
    await tickAt("2026-06-15T13:42:00Z");
    expect((await told("2026-06-15T13:30:00Z", "2026-06-15T14:00:00Z"))[1]).toMatch(/^13:40 (enqueued|missed)/);
  });

  test("of a run by hand are among them", async () => {
    stack = await runInMemory();
    await stack.app.taskService.runNow("example", by);
    expect((await list("2026-06-15T13:30:00Z", "2026-06-15T13:34:00Z")).items).toMatchObject([
      { state: "enqueued", reason: expect.stringContaining("asked for by ann (claimed): a test") },
    ]);
    await stack.deliverAll();
    expect(await told("2026-06-15T13:30:00Z", "2026-06-15T13:34:00Z")).toEqual(["13:34 ran"]);
  });

  test("of an interval are expected only while the window is open", async () => {
    stack = await runInMemory({ config: exampleConfig(["AAA"], { schedule: { everyMinutes: 120 } }) });
    expect(await told("2026-06-15T13:34:00Z", "2026-06-16T14:00:00Z")).toEqual([
      "14:00 expected",
      "16:00 expected",
      "18:00 expected",
      "14:00 expected",
    ]);
  });

  test("are cut at their end where there are more than asked for, and go on after the last one", async () => {
    stack = await runInMemory();
    const first = await list("2026-06-15T13:35:00Z", "2026-06-15T14:00:00Z", 4);
    expect([first.items.length, first.truncated]).toEqual([4, true]);
    expect(await told("2026-06-15T13:50:01Z", "2026-06-15T14:00:00Z", 4)).toEqual(["13:55 expected", "14:00 expected"]);
  });

  test("are the oldest of a stretch, however many it holds and wherever they lie in it", async () => {
    stack = await runInMemory({ now: "2026-06-15T13:34:00Z" });
    const start = at("2026-03-02T14:30:00Z");
    for (let minute = 0; minute < 2500; minute++) {
      const slot = addMs(start, minute * minuteMs);
      await stack.ports.slots.end({
        taskId: "example",
        slot,
        runId: `example@${minute}`,
        state: "missed",
        code: "MISSED",
        reason: "late",
        updatedAt: slot,
      });
    }
    const { items, truncated } = await list("2000-01-01T00:00:00Z", "2026-06-15T13:34:00Z", 1200);
    expect(truncated).toBe(true);
    expect(items.map(({ executionId }) => executionId)).toEqual(
      Array.from({ length: 1200 }, (_, at) => `example@${at}`),
    );
    expect((await list("1970-01-01T00:00:00Z", "9999-12-31T00:00:00Z", 3)).items).toHaveLength(3);
  });

  test("at the end of the calendar say that the window never opens again", async () => {
    stack = await runInMemory({ now: "2030-12-31T20:30:00Z" });
    const { items } = await list("2030-12-31T20:30:00Z", "2035-01-01T00:00:00Z");
    expect(items.at(-1)).toMatchObject({
      state: "expected",
      code: "WINDOW_CLOSED",
      reason: expect.stringContaining("never opens again"),
    });
  });

  test.each(["nobody", "../example"])("of %s, which is no task, are not found", async (taskId) => {
    stack = await runInMemory();
    const asking = list("2026-06-15T13:30:00Z", "2026-06-15T13:34:00Z", 5, taskId);
    await expect(asking).rejects.toMatchObject({ code: "TASK_NOT_FOUND" });
  });

  test("of a stretch that ends before it begins are none", async () => {
    stack = await runInMemory();
    expect(await told("2026-06-15T14:00:00Z", "2026-06-15T13:00:00Z")).toEqual([]);
  });
});
