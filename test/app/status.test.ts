// The status: everything an operator looks at first, from at most five reads of the tables.
import { afterEach, describe, expect, test } from "vitest";
import { createStores } from "../../src/adapters/tables/stores.ts";
import type { Table } from "../../src/adapters/tables/table.ts";
import { createApp } from "../../src/app/app.ts";
import { automationConfigSchema } from "../../src/core/model/automation.ts";
import { usd } from "../../src/core/model/money.ts";
import type { MonitorState } from "../../src/core/model/monitor.ts";
import { endedRecord } from "../../src/core/reporting/executionRecord.ts";
import { tradingDayOf } from "../../src/core/schedule/tradingCalendar.ts";
import { asked, at, exampleConfig, type MemoryStack, runInMemory } from "../support/memoryStack.ts";

let stack: MemoryStack;
afterEach(() => stack.stop());

/** The app on the same tables, and how often its status reads them. */
async function countedStatus() {
  let reads = 0;
  const counted = (table: Table): Table => ({
    ...table,
    get: (...given) => {
      reads += 1;
      return table.get(...given);
    },
    query: (...given) => {
      reads += 1;
      return table.query(...given);
    },
  });
  const stores = createStores((name) => {
    const table = stack.tables.get(name);
    if (table === undefined) throw new Error(name);
    return counted(table);
  });
  const status = await createApp({ ...stack.ports, ...stores }).schedulerService.status();
  return { status, reads };
}

const failedAt = async (slot: string, more: object = {}): Promise<void> => {
  const record = endedRecord({
    executionId: `example@${slot}`,
    taskId: "example",
    slot: at(slot),
    mode: "paper",
    status: "failed",
    code: "DEAD_LETTERED",
    reason: "five deliveries",
    at: at(slot),
  });
  await stack.ports.executions.finish({ ...record, ...more });
};

describe("the status", () => {
  test("tells switches, window, runs, heartbeat, queue, versions and today's figures in five reads", async () => {
    stack = await runInMemory();
    await stack.runNextSlot();
    stack.setNow("2026-06-15T13:40:00Z");
    await stack.app.scheduler.tick("timer");
    await stack.app.controlService.change({ ...asked("halt"), scope: { kind: "symbol", id: "AAA" } });
    await stack.app.controlService.change({ ...asked("stop", { reason: "updates" }), at: "close" });
    stack.setNow("2026-06-15T13:40:30Z");
    const { status, reads } = await countedStatus();
    expect(reads).toBeLessThanOrEqual(5);
    expect(status).toMatchObject({
      at: "2026-06-15T13:40:30.000Z",
      mode: "paper",
      automation: "started",
      tradingState: "running",
      restrictions: [{ scope: { kind: "symbol", id: "AAA" }, tradingState: "halted" }],
      scheduled: [{ action: "stop", at: "2026-06-15T20:00:00.000Z", reason: "updates" }],
      window: { open: true, until: "2026-06-15T20:00:00.000Z" },
      nextWindow: { openAt: "2026-06-16T13:30:00.000Z", until: "2026-06-16T20:00:00.000Z" },
      lastExecution: { executionId: "example@20260615T133500Z", status: "succeeded" },
      nextExecution: { taskId: "example", slot: "2026-06-15T13:45:00.000Z", windowOpen: true, code: "" },
      heartbeat: { at: "2026-06-15T13:40:00.000Z", ageSeconds: 30 },
      queueDepth: 1,
      moreQueued: false,
      deadLettersToday: 0,
      drifts: [],
      today: {
        day: "2026-06-15",
        runs: 1,
        ordersPlanned: 2,
        ordersAccepted: 2,
        ordersFilled: 2,
        denials: 0,
        truncated: false,
      },
      versions: { app: "0.0.0", schema: 1, settings: { risk_limits: 1, universes: 1 } },
    });
  });

  test("says while the window is closed when it opens, and that the window of a halved day is short", async () => {
    stack = await runInMemory({ now: "2026-11-26T15:00:00Z" });
    const { status } = await countedStatus();
    expect(status).toMatchObject({
      window: { open: false, code: "HOLIDAY", nextOpenAt: "2026-11-27T14:30:00.000Z" },
      nextWindow: { openAt: "2026-11-27T14:30:00.000Z", until: "2026-11-27T18:00:00.000Z" },
      lastExecution: null,
      heartbeat: null,
    });
  });

  test("says what will become of the next slot: by its task's switches, state and own window", async () => {
    stack = await runInMemory({ config: exampleConfig(["AAA"], { window: { openBufferMinutes: 30 } }) });
    const by = { principal: { kind: "claimed", name: "ann" }, reason: "a test", source: "test" } as const;
    const next = async () => (await countedStatus()).status.nextExecution;
    expect(await next()).toMatchObject({ slot: "2026-06-15T13:35:00.000Z", windowOpen: false, code: "WINDOW_CLOSED" });
    await stack.app.taskService.setEnabled("example", false, by);
    expect(await next()).toMatchObject({
      code: "TASK_DISABLED",
      reason: 'as things stand it will be blocked: task "example" is disabled',
    });
    await stack.app.controlService.change(asked("stop"));
    expect(await next()).toMatchObject({ code: "STOPPED" });
  });

  test("counts a day with more runs than are read at once, in five reads", async () => {
    stack = await runInMemory();
    for (let minute = 0; minute < 205; minute++)
      await failedAt(new Date(Date.parse("2026-06-15T08:00:00Z") + minute * 60_000).toISOString());
    const { status, reads } = await countedStatus();
    expect(status.today).toMatchObject({ runs: 205, truncated: false });
    expect(reads).toBeLessThanOrEqual(5);
  });

  test("finds the last run of an earlier day, of last year too, in five reads", async () => {
    stack = await runInMemory({ now: "2026-12-30T15:00:00Z" });
    await failedAt("2026-12-30T15:00:00Z");
    for (const now of ["2026-12-31T15:00:00Z", "2027-01-01T02:00:00Z", "2027-01-02T15:00:00Z"]) {
      stack.setNow(now);
      const { status, reads } = await countedStatus();
      expect([now, status.lastExecution?.slot]).toEqual([now, "2026-12-30T15:00:00.000Z"]);
      expect([now, reads <= 5]).toEqual([now, true]);
    }
  });

  test("counts today's dead letters and not yesterday's, in New York's day", async () => {
    stack = await runInMemory({ now: "2026-06-16T03:59:00Z" });
    await failedAt("2026-06-15T03:59:00Z");
    await failedAt("2026-06-15T04:00:00Z");
    await failedAt("2026-06-15T13:00:00Z", { code: "UNREADABLE_MESSAGE" });
    await failedAt("2026-06-15T14:00:00Z", { code: "BROKER_UNAUTHORIZED" });
    expect(await countedStatus()).toMatchObject({
      status: { deadLettersToday: 2, today: { day: "2026-06-15", runs: 3 } },
    });
  });

  test("holds what the account gained or lost today against the breakers, and says nothing of another day", async () => {
    const breakers = { dailyLoss: { fraction: 0.02 }, drawdown: { fraction: 0.1 } };
    const { automation, tasks } = exampleConfig(["AAA"]);
    const config = { automation: { ...automation, risk_limits: { ...automation.risk_limits, breakers } }, tasks };
    stack = await runInMemory({ config: automationConfigSchema.parse(config) });
    const state: MonitorState = {
      ...(await firstState()),
      equity: usd("98500"),
      peakEquity: usd("110000"),
      dayStartEquity: usd("100000"),
    };
    const read = await stack.ports.monitor.read();
    await stack.ports.monitor.write(state, read?.etag);
    expect((await countedStatus()).status.today).toMatchObject({
      profitLoss: { usd: "-1500", fractionOfDayStart: -0.015, dailyLossLimit: 0.02 },
      drawdown: { fraction: 11_500 / 110_000, limit: 0.1 },
    });
    stack.setNow("2026-06-16T13:40:00Z");
    expect((await countedStatus()).status.today).toMatchObject({ profitLoss: null, drawdown: { limit: 0.1 } });
  });

  test("says that there are more than it counts, instead of counting for long", async () => {
    stack = await runInMemory();
    for (let index = 0; index < 1005; index++) {
      const slot = at("2026-06-15T13:30:00Z");
      const entry = { slot, runId: `t${index}@x`, state: "enqueued", code: "", reason: "", updatedAt: slot } as const;
      await stack.ports.slots.open({ taskId: `t${index}`, ...entry });
    }
    const { status, reads } = await countedStatus();
    expect(status.moreQueued).toBe(true);
    expect(status.queueDepth).toBeGreaterThan(900);
    expect(reads).toBeLessThanOrEqual(5);
  });

  test("keeps to the stricter of the two calendars, as the gate does", async () => {
    stack = await runInMemory();
    const day = tradingDayOf(at("2026-06-15T13:34:00Z"));
    const builtIn = { day, openAt: at("2026-06-15T13:30:00Z"), closeAt: at("2026-06-15T20:00:00Z") };
    await stack.ports.settings.saveCalendar({ comparedOn: day, differences: [{ day, builtIn, atBroker: undefined }] });
    expect((await countedStatus()).status.window).toMatchObject({ open: false, code: "HOLIDAY" });
  });
});

const firstState = async (): Promise<MonitorState> => {
  await stack.app.realtimeMonitor.check();
  const read = await stack.ports.monitor.read();
  if (read === undefined) throw new Error("the monitor has not written");
  return read.state;
};
