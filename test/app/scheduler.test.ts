// The tick: every slot is decided once, however often and late it comes, and what does not run is recorded and told.
import { afterEach, describe, expect, test } from "vitest";
import type { StoredTask } from "../../src/ports/stores.ts";
import { asked, at, exampleConfig, flaky, type MemoryStack, runInMemory, spoilTask } from "../support/memoryStack.ts";

let stack: MemoryStack;
afterEach(() => stack.stop());

const tickAt = async (instant: string) => {
  stack.setNow(instant);
  const report = await stack.app.scheduler.tick("timer");
  return report.slots.map(({ slot, outcome }) => `${slot.slice(11, 16)} ${outcome}`);
};
const history = async (): Promise<string[]> =>
  (await stack.app.executions.list({ limit: 100 })).items.map(({ slot, status }) => `${slot.slice(11, 16)} ${status}`);

describe("a tick", () => {
  test("enqueues a due slot once, however often it comes", async () => {
    stack = await runInMemory();
    expect(await tickAt("2026-06-15T13:35:00Z")).toEqual(["13:35 enqueued"]);
    expect(await tickAt("2026-06-15T13:35:00Z")).toEqual([]);
    expect(await tickAt("2026-06-15T13:35:40Z")).toEqual([]);
  });

  test("that comes twice at once queues one run", async () => {
    stack = await runInMemory();
    stack.setNow("2026-06-15T13:35:00Z");
    const reports = await Promise.all([stack.app.scheduler.tick("timer"), stack.app.scheduler.tick("http")]);
    const outcomes = reports.flatMap(({ slots }) => slots.map(({ outcome }) => outcome));
    expect(new Set(outcomes)).toEqual(new Set(["enqueued"]));
    expect(stack.queues.take("runs")).toBeDefined();
    expect(stack.queues.take("runs")).toBeUndefined();
  });

  test("before the open skips with the reason and the next open, stored and notified", async () => {
    stack = await runInMemory({ now: "2026-06-15T13:20:00Z" });
    expect(await tickAt("2026-06-15T13:25:00Z")).toEqual(["13:20 skipped", "13:25 skipped"]);
    await stack.deliverAll();
    const { items } = await stack.app.executions.list({ limit: 10 });
    expect(items).toMatchObject([
      { status: "skipped", code: "WINDOW_CLOSED" },
      { status: "skipped", code: "WINDOW_CLOSED" },
    ]);
    expect(stack.notifications).toHaveLength(2);
    const report = await stack.app.scheduler.tick("timer");
    expect(report.window).toMatchObject({ open: false, nextOpenAt: "2026-06-15T13:30:00.000Z" });
  });

  test("after the early close of a half day skips and names the next open", async () => {
    stack = await runInMemory({ now: "2026-11-27T17:56:00Z" });
    expect(await tickAt("2026-11-27T18:05:00Z")).toEqual(["18:00 skipped", "18:05 skipped"]);
    const report = await stack.app.scheduler.tick("timer");
    expect(report.window).toMatchObject({ open: false, nextOpenAt: "2026-11-30T14:30:00.000Z" });
  });

  test("late within the grace runs the newest slot and ends the older ones as missed", async () => {
    stack = await runInMemory();
    expect(await tickAt("2026-06-15T13:47:00Z")).toEqual(["13:35 missed", "13:40 missed", "13:45 enqueued"]);
    await stack.deliverAll();
    expect(await history()).toEqual(["13:45 succeeded", "13:40 missed", "13:35 missed"]);
  });

  test("hours late runs nothing that is older than its grace", async () => {
    stack = await runInMemory({ config: exampleConfig(["AAA"], { schedule: { cron: "35 9 * * 1-5" } }) });
    expect(await tickAt("2026-06-15T18:00:00Z")).toEqual(["13:35 missed"]);
    await stack.deliverAll();
    expect(stack.notifications).toMatchObject([{ severity: "warning" }]);
  });

  test("of a stopped automation blocks the slot, and says who stopped it", async () => {
    stack = await runInMemory();
    await stack.app.controlService.change(asked("stop", { reason: "maintenance", actor: "op" }));
    expect(await tickAt("2026-06-15T13:35:00Z")).toEqual(["13:35 blocked"]);
    const { items } = await stack.app.executions.list({ limit: 1 });
    expect(items[0]).toMatchObject({ code: "STOPPED", reason: expect.stringContaining("op (claimed): maintenance") });
    await stack.app.controlService.change(asked("start", { reason: "done", actor: "op" }));
    expect(await tickAt("2026-06-15T13:40:00Z")).toEqual(["13:40 enqueued"]);
  });

  /** One slot a day, and a tick that cannot reach the queue. */
  async function tickWithoutQueue(): Promise<{ readonly queueReturns: () => void }> {
    let down = true;
    stack = await runInMemory({ config: exampleConfig(["AAA"], { schedule: { cron: "35 9 * * 1-5" } }) });
    const { runs } = stack.ports;
    Object.assign(runs, { enqueueAll: flaky(runs, () => down, "QUEUE_UNAVAILABLE").enqueueAll });
    stack.setNow("2026-06-15T13:35:00Z");
    await expect(stack.app.scheduler.tick("timer")).rejects.toMatchObject({ code: "QUEUE_UNAVAILABLE" });
    return {
      queueReturns: () => {
        down = false;
      },
    };
  }

  test("that could not reach the queue is made good by the next one", async () => {
    const { queueReturns } = await tickWithoutQueue();
    expect(await stack.ports.slots.due(at("2026-06-15T13:35:00Z"))).toHaveLength(1);
    queueReturns();
    expect(await tickAt("2026-06-15T13:36:00Z")).toEqual(["13:35 enqueued"]);
    await stack.deliverAll();
    expect(await history()).toEqual(["13:35 succeeded"]);
    expect(await stack.ports.slots.listOpen()).toEqual([]);
  });

  test("ends a slot that nobody queued within its grace as missed", async () => {
    const { queueReturns } = await tickWithoutQueue();
    queueReturns();
    expect(await tickAt("2026-06-15T14:35:00Z")).toEqual(["13:35 missed"]);
    expect(await history()).toEqual(["13:35 missed"]);
    expect(await stack.ports.slots.listOpen()).toEqual([]);
  });

  test("after hours decides what has come due in portions, oldest first, and each slot once", async () => {
    stack = await runInMemory({ config: exampleConfig(["AAA"], { schedule: { cron: "* * * * *" } }) });
    const portions: string[][] = [];
    for (let more = true; more; more = portions.at(-1)?.length !== 0)
      portions.push(await tickAt("2026-06-15T18:00:00Z"));
    expect(portions.map((portion) => portion.length)).toEqual([90, 90, 87, 0]);
    const slots = portions.flat().map((text) => text.slice(0, 5));
    expect([slots[0], slots.at(-1), new Set(slots).size]).toEqual(["13:34", "18:00", 267]);
    expect(slots).toEqual([...slots].sort());
    const outcomes = Map.groupBy(portions.flat(), (text) => text.slice(6));
    expect([...outcomes].map(([outcome, of]) => [outcome, of.length])).toEqual([
      ["missed", 266],
      ["enqueued", 1],
    ]);
  });

  describe("after a task was edited", () => {
    /** Version 2 replaces the task that is due at 9:35, 9:40, …; ticks at 9:45. */
    async function outcomesAfter(changedAt: string, changes: Partial<StoredTask>) {
      stack = await runInMemory({ config: exampleConfig(["AAA"], { catchUp: "all", graceMinutes: 60 }) });
      const stored = await stack.ports.tasks.get("example");
      if (stored === undefined) throw new Error("there is no task");
      expect(await stack.ports.tasks.save([{ ...stored, version: 2, changedAt: at(changedAt), ...changes }])).toBe(
        true,
      );
      return tickAt("2026-06-15T13:45:00Z");
    }
    const other = exampleConfig(["AAA"], { schedule: { cron: "42,45 9 * * 1-5" }, graceMinutes: 60, catchUp: "all" })
      .tasks[0];

    test.each([
      ["13:37:20", ["13:35 enqueued", "13:42 enqueued", "13:45 enqueued"]],
      ["13:40:00", ["13:35 enqueued", "13:42 enqueued", "13:45 enqueued"]],
      ["13:40:00.001", ["13:35 enqueued", "13:40 enqueued", "13:42 enqueued", "13:45 enqueued"]],
      ["13:45:00", ["13:35 enqueued", "13:40 enqueued", "13:45 enqueued"]],
    ])("at %s the slots before are the old version's, the others the new one's", async (time, expected) => {
      if (other === undefined) throw new Error("there is no task");
      expect(await outcomesAfter(`2026-06-15T${time}Z`, { task: other })).toEqual(expected);
      expect(await tickAt("2026-06-15T13:50:00Z")).toEqual([]);
    });

    test("a version that was disabled blocks its own slots only", async () => {
      const [task] = exampleConfig(["AAA"], { enabled: false }).tasks;
      if (task === undefined) throw new Error("there is no task");
      const outcomes = ["13:35 enqueued", "13:40 blocked", "13:45 blocked"];
      expect(await outcomesAfter("2026-06-15T13:37:00Z", { task })).toEqual(outcomes);
    });

    test("a deleted task owns the slots up to its deletion, and none after", async () => {
      expect(await outcomesAfter("2026-06-15T13:41:00Z", { deleted: true })).toEqual([
        "13:35 enqueued",
        "13:40 enqueued",
      ]);
      expect(await tickAt("2026-06-15T14:00:00Z")).toEqual([]);
      expect(await stack.ports.slots.upcoming(5)).toEqual([]);
    });
  });

  test("that died after queueing a run leaves the run alone, however long that takes", async () => {
    stack = await runInMemory({ config: exampleConfig(["AAA"], { schedule: { cron: "35 9 * * 1-5" } }) });
    const { slots } = stack.ports;
    const { advance } = slots;
    Object.assign(slots, { advance: async () => Promise.reject(new Error("the process ends here")) });
    stack.setNow("2026-06-15T13:35:00Z");
    await expect(stack.app.scheduler.tick("timer")).rejects.toThrow("the process ends here");
    Object.assign(slots, { advance });
    stack.simulator.arm({ method: "GET", path: "/v2/positions", count: 3, kind: "status503" });
    const first = stack.queues.take("runs");
    await stack.app.runDelivery.deliver(first?.body);
    expect(await tickAt("2026-06-15T13:42:00Z")).toEqual(["13:35 enqueued"]);
    expect(await stack.app.executions.get("example@20260615T133500Z")).toMatchObject({ status: "running" });
    expect(await stack.ports.slots.listOpen()).toMatchObject([{ state: "enqueued" }]);
    stack.setNow("2026-06-15T13:36:00Z");
    await stack.deliverAll();
    expect(await history()).toEqual(["13:35 succeeded"]);
    expect(await stack.ports.slots.listOpen()).toEqual([]);
  });

  test("trades on when an alert cannot be queued", async () => {
    stack = await runInMemory();
    await spoilTask(stack, "example");
    const { notifications } = stack.ports;
    Object.assign(notifications, { enqueue: async () => Promise.reject(new Error("down")) });
    expect(await tickAt("2026-06-15T13:35:00Z")).toEqual(["13:35 enqueued"]);
    expect(stack.events.map(({ name }) => name)).toContain("notification.notQueued");
  });

  test("writes a heartbeat", async () => {
    stack = await runInMemory();
    await tickAt("2026-06-15T13:34:10Z");
    stack.setNow("2026-06-15T13:35:10Z");
    expect((await stack.app.schedulerService.status()).heartbeat).toEqual({
      at: "2026-06-15T13:34:10.000Z",
      ageSeconds: 60,
    });
  });
});

describe("the status", () => {
  test("shows switches, window, last and next execution and what is on its way", async () => {
    stack = await runInMemory();
    await stack.runNextSlot();
    stack.setNow("2026-06-15T13:40:00Z");
    await stack.app.scheduler.tick("timer");
    expect(await stack.app.schedulerService.status()).toMatchObject({
      mode: "paper",
      automation: "started",
      tradingState: "running",
      window: { open: true, until: "2026-06-15T20:00:00.000Z" },
      lastExecution: { executionId: "example@20260615T133500Z", status: "succeeded" },
      nextExecution: { taskId: "example", slot: "2026-06-15T13:45:00.000Z", windowOpen: true },
      queueDepth: 1,
    });
  });
});

describe("a control change", () => {
  test("is idempotent, and one of many at once wins without losing the others", async () => {
    stack = await runInMemory();
    const { controlService } = stack.app;
    const first = await controlService.change(asked("stop"));
    expect(await controlService.change(asked("stop", { reason: "again", actor: "other" }))).toEqual(first);
    await Promise.all([controlService.change(asked("halt")), controlService.change(asked("start"))]);
    expect(await stack.app.schedulerService.status()).toMatchObject({ automation: "started", tradingState: "halted" });
  });
});
