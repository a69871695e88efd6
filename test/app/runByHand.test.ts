// Runs that a person asks for: once a minute, refused where a run may not be, lost or doubled by no crash; and plans that are only shown.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createApp } from "../../src/app/app.ts";
import type { By } from "../../src/core/model/control.ts";
import { asked, at, exampleConfig, flaky, type MemoryStack, runInMemory } from "../support/memoryStack.ts";

const by: By = { principal: { kind: "key", name: "ops" }, reason: "after the outage", source: "test" };
const executionId = "example@20260615T133400Z";

let stack: MemoryStack;
beforeEach(async () => {
  stack = await runInMemory();
});
afterEach(() => stack.stop());

const runNow = () => stack.app.taskService.runNow("example", by);
const orders = async () => (await stack.ports.broker.ordersSince(at("2026-06-15T00:00:00Z"))).length;

describe("a run by hand", () => {
  test("is one of the current minute, trades, and stands in the history and the ledger", async () => {
    stack.setNow("2026-06-15T13:34:40Z");
    expect(await runNow()).toEqual({ executionId, slot: "2026-06-15T13:34:00.000Z", queued: true });
    expect(await stack.ports.slots.listOpen()).toMatchObject([
      { runId: executionId, state: "enqueued", reason: "asked for by key ops: after the outage" },
    ]);
    await stack.deliverAll();
    expect(await stack.app.executions.get(executionId)).toMatchObject({ status: "succeeded", ordersFilled: 2 });
    expect(await stack.ports.slots.get("example", at("2026-06-15T13:34:00Z"))).toMatchObject({ state: "ran" });
    expect(await stack.ports.slots.listOpen()).toEqual([]);
  });

  test("asked for twice in a minute is one run, before and after it has ended", async () => {
    await runNow();
    expect(await runNow()).toMatchObject({ executionId, queued: false });
    await stack.deliverAll();
    expect(await runNow()).toMatchObject({ executionId, queued: false });
    await stack.deliverAll();
    expect(await orders()).toBe(2);
    expect((await stack.app.executions.list({ limit: 9 })).items).toHaveLength(1);
  });

  test("asked for twice at once is one run", async () => {
    const answers = await Promise.all([runNow(), runNow()]);
    expect(answers.map(({ queued }) => queued).sort()).toEqual([false, true]);
    await stack.deliverAll();
    expect(await orders()).toBe(2);
  });

  test("of the minute of a scheduled slot is that slot's run, whoever comes first", async () => {
    stack.setNow("2026-06-15T13:35:00Z");
    await runNow();
    await stack.app.scheduler.tick("timer");
    await stack.deliverAll();
    stack.setNow("2026-06-15T13:40:00Z");
    await stack.app.scheduler.tick("timer");
    expect(await runNow()).toMatchObject({ executionId: "example@20260615T134000Z", queued: false });
    await stack.deliverAll();
    const { items } = await stack.app.executions.list({ limit: 9 });
    expect(items.map(({ slot, status }) => `${slot.slice(11, 16)} ${status}`)).toEqual([
      "13:40 succeeded",
      "13:35 succeeded",
    ]);
  });

  test.each([
    ["a task that is disabled", "TASK_DISABLED", () => stack.app.taskService.setEnabled("example", false, by)],
    [
      "a task that has expired",
      "TASK_DISABLED",
      () => stack.app.taskService.patch("example", { expiresAt: "2026-06-15T13:00:00Z" }, 1, by),
    ],
    ["a stopped automation", "AUTOMATION_STOPPED", () => stack.app.controlService.change(asked("stop"))],
    ["halted trading", "TRADING_HALTED", () => stack.app.controlService.change(asked("halt"))],
    [
      "a halted task",
      "TRADING_HALTED",
      () => stack.app.controlService.change({ ...asked("halt"), scope: { kind: "task", id: "example" } }),
    ],
    [
      "a stopped task",
      "AUTOMATION_STOPPED",
      () => stack.app.controlService.change({ ...asked("stop"), scope: { kind: "task", id: "example" } }),
    ],
    ["a task of another mode", "WRONG_MODE", () => stack.app.taskService.patch("example", { mode: "live" }, 1, by)],
  ])("is refused for %s with %s, and nothing is queued", async (_, code, prepare) => {
    await prepare();
    await expect(runNow()).rejects.toMatchObject({ name: "RefusedError", code });
    expect(stack.queues.take("runs")).toBeUndefined();
    expect(await stack.ports.slots.listOpen()).toEqual([]);
  });

  test("is refused while another run of the task is under way, unless the task queues", async () => {
    await runNow();
    stack.setNow("2026-06-15T13:36:00Z");
    await expect(runNow()).rejects.toMatchObject({
      code: "RUN_UNDER_WAY",
      message: expect.stringContaining(executionId),
    });
    await stack.app.taskService.patch("example", { overlap: "queue" }, 1, by);
    expect(await runNow()).toMatchObject({ queued: true });
  });

  test("is allowed while trading is only reducing: its orders are judged one by one", async () => {
    await stack.app.controlService.change(asked("reduce"));
    expect(await runNow()).toMatchObject({ queued: true });
  });

  test("that died at any call runs once when it is asked for again, and at most once when it is not", async () => {
    for (const askedAgain of [true, false]) {
      for (let dies = 1; ; dies++) {
        await stack.stop();
        stack = await runInMemory();
        let calls = 0;
        const dying = <P extends object>(port: P): P => flaky(port, () => ++calls >= dies, "STORE_UNAVAILABLE");
        const { slots, executions, control, runs, tasks } = stack.ports;
        const doomed = createApp({
          ...stack.ports,
          slots: dying(slots),
          executions: dying(executions),
          control: dying(control),
          tasks: dying(tasks),
          runs: dying(runs),
        });
        const died = await doomed.taskService.runNow("example", by).then(
          () => false,
          () => true,
        );
        if (died && askedAgain) await runNow();
        await stack.deliverAll();
        stack.setNow("2026-06-15T13:36:00Z");
        await stack.app.realtimeMonitor.check();
        const ran = await orders();
        if (askedAgain || !died) expect([dies, ran]).toEqual([dies, 2]);
        else expect([0, 2]).toContain(ran);
        // Nothing is left open: neither a run that nobody queued nor a slot that nobody ends.
        expect(await stack.ports.slots.listOpen()).toEqual([]);
        if (!died) break;
      }
    }
  });
});

describe("a dry run", () => {
  const dryRun = () => stack.app.taskService.dryRun("example");
  /** Everything in every table, and what waits in the queue. */
  const everything = async () => {
    const partitions = ["book", "example", "2026", executionId, "~outstanding", "~years"];
    const rows = [...stack.tables.values()].flatMap((table) =>
      partitions.map((partitionKey) => table.query({ partitionKey })),
    );
    return [
      ...(await Promise.all(rows)).flat().map(({ rowKey, etag }) => `${rowKey} ${etag}`),
      stack.queues.take("runs"),
    ];
  };

  test("plans on the real inputs, stores nothing and sends nothing", async () => {
    const before = await everything();
    const plan = await dryRun();
    expect(plan.tickets.map(({ symbol, side }) => `${side} ${symbol}`)).toEqual(["buy AAA", "buy BBB"]);
    expect(plan).not.toHaveProperty("skip");
    expect(plan.excluded).toEqual([]);
    expect(await everything()).toEqual(before);
    expect(await orders()).toBe(0);
  });

  test("names the symbols that it has no data for", async () => {
    await stack.stop();
    stack = await runInMemory({ symbols: ["AAA"], config: exampleConfig(["AAA", "NONE"]) });
    expect((await dryRun()).excluded).toMatchObject([{ symbol: "NONE", code: "NO_DATA" }]);
  });

  test.each([
    ["halted", "HALTED", () => stack.app.controlService.change(asked("halt"))],
    ["stopped", "STOPPED", () => stack.app.controlService.change(asked("stop", { reason: "maintenance" }))],
    ["its task disabled", "TASK_DISABLED", () => stack.app.taskService.setEnabled("example", false, by)],
    ["its task of another mode", "WRONG_MODE", () => stack.app.taskService.patch("example", { mode: "live" }, 1, by)],
    ["the window closed", "WINDOW_CLOSED", async () => stack.setNow("2026-06-15T21:00:00Z")],
  ])("says, with trading %s, that a run would be skipped: %s", async (_, code, prepare) => {
    await prepare();
    expect((await dryRun()).skip).toMatchObject({ code });
  });

  test("of a stopped automation shows what would be sent without", async () => {
    await stack.app.controlService.change(asked("stop", { reason: "maintenance", actor: "op" }));
    const plan = await dryRun();
    expect(plan.skip?.reason).toBe("the automation was stopped by op (claimed): maintenance");
    expect(plan.tickets).toHaveLength(2);
  });
});
