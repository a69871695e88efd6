// What the stores must do, in numbered cases, over the memory table and over Azure's.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTableStorage } from "../../src/adapters/azure/tableStorage.ts";
import { createMemoryTable } from "../../src/adapters/memory/memoryTable.ts";
import { createStores } from "../../src/adapters/tables/stores.ts";
import type { Table } from "../../src/adapters/tables/table.ts";
import { runIdOf } from "../../src/core/model/ids.ts";
import { qty, usd } from "../../src/core/model/money.ts";
import type { MonitorState } from "../../src/core/model/monitor.ts";
import type { ExecutionRecord } from "../../src/core/model/run.ts";
import type { SlotEntry } from "../../src/core/model/slot.ts";
import { addMs, type Instant, minuteMs } from "../../src/core/model/time.ts";
import { planRun } from "../../src/core/planning/planRun.ts";
import { endedRecord } from "../../src/core/reporting/executionRecord.ts";
import { tradingDayOf } from "../../src/core/schedule/tradingCalendar.ts";
import { type AzuriteTables, startAzuriteTables } from "../../src/local/azurite/azurite.ts";
import type { Stores } from "../../src/ports/stores.ts";
import { exampleInputs, exampleMarket } from "../core/examples.ts";
import { at, exampleConfig } from "../support/memoryStack.ts";

let azurite: AzuriteTables;
beforeAll(async () => {
  azurite = await startAzuriteTables({});
});
afterAll(() => azurite.stop());

let made = 0;
type Opened = { readonly stores: Stores; readonly tableOf: (name: string) => Table };

function opened(open: (name: string) => Table): Opened {
  const tables = new Map<string, Table>();
  const tableOf = (name: string): Table => {
    const table = tables.get(name) ?? open(name);
    tables.set(name, table);
    return table;
  };
  return { stores: createStores(tableOf), tableOf };
}

const kinds: readonly (readonly [string, () => Opened])[] = [
  ["memory", () => opened(() => createMemoryTable())],
  [
    "Azure",
    () => {
      const run = ++made;
      const storage = createTableStorage({ connectionString: azurite.connectionString });
      return opened((name) => storage(`${name}${run}`));
    },
  ],
];

const slot = at("2026-06-15T13:35:00Z");
const entry = (more: Partial<SlotEntry> = {}): SlotEntry => ({
  taskId: "example",
  slot,
  runId: runIdOf("example", more.slot ?? slot),
  state: "claimed",
  code: "",
  reason: "",
  updatedAt: slot,
  ...more,
});
const record = (when: Instant, more: Partial<ExecutionRecord> = {}): ExecutionRecord => ({
  ...endedRecord({
    executionId: runIdOf("example", when),
    taskId: "example",
    slot: when,
    mode: "paper",
    status: "skipped",
    code: "WINDOW_CLOSED",
    reason: "closed",
    at: when,
  }),
  ...more,
});

describe.each(kinds)("%s stores", (_, open) => {
  test("S-01 seeds empty tables once, also when two do it at once", async () => {
    const { stores } = open();
    expect(await stores.settings.read()).toBeUndefined();
    const config = exampleConfig(["AAA"]);
    const seeded = await Promise.all([stores.settings.seed(config, slot), stores.settings.seed(config, slot)]);
    expect(seeded.filter((first) => first)).toHaveLength(1);
    expect(await stores.settings.seed(exampleConfig(["BBB"]), slot)).toBe(false);
    expect((await stores.tasks.list()).tasks.map(({ task }) => task.symbols)).toEqual([["AAA"]]);
    expect(await stores.settings.read()).toMatchObject({ limits: { maxGrossFraction: 0.95 } });
    expect((await stores.control.read()).state).toMatchObject({ automation: "started", tradingState: "running" });
  });

  test("S-02 does a seeding again that was cut off before its end", async () => {
    const { stores, tableOf } = open();
    const config = exampleConfig(["AAA"]);
    await stores.settings.seed(config, slot);
    await tableOf("TradewindSettings").delete("settings", "automation");
    expect(await stores.settings.seed(config, addMs(slot, minuteMs))).toBe(true);
    expect((await stores.tasks.get("example"))?.createdAt).toBe(slot);
  });

  test("S-03 changes the control state only from the state that was read", async () => {
    const { stores } = open();
    await stores.settings.seed(exampleConfig(["AAA"]), slot);
    const { state, etag } = await stores.control.read();
    expect(await stores.control.write({ ...state, tradingState: "halted" }, etag)).toBe(true);
    expect(await stores.control.write({ ...state, automation: "stopped" }, etag)).toBe(false);
    expect((await stores.control.read()).state).toMatchObject({ automation: "started", tradingState: "halted" });
  });

  test("S-04 throws where there is no control state, instead of guessing one", async () => {
    await expect(open().stores.control.read()).rejects.toMatchObject({ code: "UNREADABLE_ROW" });
  });

  test("S-05 keeps the last heartbeat", async () => {
    const { stores } = open();
    expect(await stores.control.lastBeat()).toBeUndefined();
    await stores.control.beat(slot);
    await stores.control.beat(addMs(slot, minuteMs));
    expect(await stores.control.lastBeat()).toBe(addMs(slot, minuteMs));
  });

  test("S-06 lets one of many claim a slot, and names it as open until it ends", async () => {
    const { slots } = open().stores;
    await slots.listOpen();
    const claims = await Promise.all(Array.from({ length: 5 }, () => slots.insert(entry())));
    expect(claims.filter((claimed) => claimed)).toHaveLength(1);
    expect(await slots.listOpen()).toMatchObject([{ state: "claimed" }]);
    await slots.update(entry({ state: "enqueued" }));
    expect(await slots.listOpen()).toMatchObject([{ state: "enqueued" }]);
    await slots.end(entry({ state: "ran" }));
    expect(await slots.listOpen()).toEqual([]);
    expect(await slots.get("example", slot)).toMatchObject({ state: "ran" });
  });

  test("S-07 keeps the first end of a slot", async () => {
    const { slots } = open().stores;
    await slots.end(entry({ state: "skipped", code: "HOLIDAY" }));
    await slots.end(entry({ state: "ran" }));
    await slots.update(entry({ state: "enqueued" }));
    expect(await slots.get("example", slot)).toMatchObject({ state: "skipped", code: "HOLIDAY" });
    expect(await slots.listOpen()).toEqual([]);
  });

  test("S-08 knows the newest slot of each task by slot time, whatever came in first", async () => {
    const { slots } = open().stores;
    expect(await slots.newest("example")).toBeUndefined();
    await slots.insert(entry({ slot: addMs(slot, minuteMs) }));
    await slots.insert(entry());
    await slots.insert(entry({ taskId: "other", slot: addMs(slot, 9 * minuteMs) }));
    expect((await slots.newest("example"))?.slot).toBe(addMs(slot, minuteMs));
    expect(await slots.listOpen()).toHaveLength(3);
  });

  test("S-09 begins a run once", async () => {
    const { executions } = open().stores;
    const running = record(slot, { status: "running" });
    expect(await executions.begin(running)).toBe(true);
    expect(await executions.begin(running)).toBe(false);
    expect(await executions.get(running.executionId)).toEqual(running);
    expect((await executions.list({ limit: 5 })).items).toMatchObject([{ status: "running" }]);
  });

  test("S-10 keeps the first final record, in the history too", async () => {
    const { executions } = open().stores;
    await executions.begin(record(slot, { status: "running" }));
    expect(await executions.finish(record(slot, { status: "succeeded", reason: "first" }))).toBe(true);
    expect(await executions.finish(record(slot, { status: "failed", reason: "second" }))).toBe(false);
    expect(await executions.get(runIdOf("example", slot))).toMatchObject({ status: "succeeded", reason: "first" });
    expect((await executions.list({ limit: 5 })).items).toMatchObject([{ status: "succeeded" }]);
  });

  test("S-11 stores a plan with its inputs once, and gives back what makes the same plan", async () => {
    const { executions } = open().stores;
    const inputs = exampleInputs();
    const plan = planRun(inputs);
    expect(await executions.loadPlan(plan.runId)).toBeUndefined();
    expect(await executions.savePlan(plan, inputs)).toBe(true);
    expect(await executions.savePlan({ ...plan, tickets: [] }, inputs)).toBe(false);
    const stored = await executions.loadPlan(plan.runId);
    expect(stored?.plan).toEqual(plan);
    expect(JSON.stringify(stored === undefined ? "" : planRun(stored.inputs))).toBe(JSON.stringify(plan));
  });

  test("S-12 lists newest first over months, in pages, by task, status and slot", async () => {
    const { executions } = open().stores;
    const slots = ["2026-04-30T19:55:00Z", "2026-05-01T13:35:00Z", "2026-06-15T13:35:00Z", "2026-06-15T13:40:00Z"].map(
      at,
    );
    for (const [index, when] of slots.entries()) {
      await executions.finish(record(when, index === 1 ? { status: "failed" } : {}));
    }
    const listed = async (filter: object): Promise<string[]> =>
      (await executions.list({ limit: 10, ...filter })).items.map((item) => item.slot);
    expect(await listed({})).toEqual(slots.toReversed());
    expect(await listed({ status: "failed" })).toEqual([slots[1]]);
    expect(await listed({ taskId: "nobody" })).toEqual([]);
    expect(await listed({ from: slots[1], to: slots[2] })).toEqual([slots[2], slots[1]]);
    const first = await executions.list({ limit: 3 });
    expect(first.items.map((item) => item.slot)).toEqual(slots.toReversed().slice(0, 3));
    const second = await executions.list({ limit: 3, cursor: first.cursor ?? "" });
    expect(second.items.map((item) => item.slot)).toEqual([slots[0]]);
    expect(second.cursor).toBeUndefined();
    await expect(executions.list({ limit: 3, cursor: "made-up" })).rejects.toMatchObject({ name: "ConfigError" });
  });

  test("S-13 names table, keys and faults of a row it cannot read", async () => {
    const { stores, tableOf } = open();
    const bad = { partitionKey: "some@run", rowKey: "record", columns: { schemaVersion: 1 }, payload: { slot: 7 } };
    await tableOf("TradewindExecutions").put(bad);
    await expect(stores.executions.get("some@run")).rejects.toMatchObject({
      code: "UNREADABLE_ROW",
      message: expect.stringContaining("TradewindExecutions some@run record"),
    });
    await tableOf("TradewindTasks").put({ partitionKey: "task", rowKey: "newer", columns: { schemaVersion: 2 } });
    expect(await stores.tasks.list()).toMatchObject({ tasks: [], unreadable: [{ key: "newer" }] });
  });

  test("S-14 writes each change of the control state into its history, and no change that was refused", async () => {
    const { stores, tableOf } = open();
    await stores.settings.seed(exampleConfig(["AAA"]), slot);
    const { state, etag } = await stores.control.read();
    const halted = { ...state, tradingState: "halted", actor: "first", changedAt: addMs(slot, 1) } as const;
    await stores.control.write(halted, etag);
    await stores.control.write({ ...state, automation: "stopped", actor: "second", changedAt: addMs(slot, 2) }, etag);
    const events = await tableOf("TradewindControl").query({ partitionKey: "control", from: "event_", to: "event_~" });
    expect(events.map(({ columns }) => columns)).toMatchObject([{ actor: "first", tradingState: "halted" }]);
  });

  test("S-15 names no slot as open that had ended before a late claim of it", async () => {
    const { slots } = open().stores;
    await slots.insert(entry());
    await slots.end(entry({ state: "ran" }));
    expect(await slots.insert(entry())).toBe(false);
    expect(await slots.listOpen()).toEqual([]);
    expect(await slots.get("example", slot)).toMatchObject({ state: "ran" });
  });

  test("S-16 stores a plan on more bars than a row holds, each delivery's inputs apart", async () => {
    const { stores, tableOf } = open();
    const { executions } = stores;
    const symbols = Array.from({ length: 150 }, (_, index) => `S${index}`);
    const market = exampleMarket(Object.fromEntries(symbols.map((symbol) => [symbol, 100])));
    let state = 1;
    const noise = (column: Float64Array): Float64Array =>
      Float64Array.from({ length: 250 }, (_, index) => {
        state = (state * 48271) % 2147483647;
        return (column[index % column.length] ?? 0) + state / 2147483647;
      });
    const bars = market.bars.map((series) => ({
      symbol: series.symbol,
      timeMs: noise(series.timeMs).map(Math.floor),
      open: noise(series.open),
      high: noise(series.high),
      low: noise(series.low),
      close: noise(series.close),
      volume: noise(series.volume),
    }));
    const inputs = exampleInputs({ market: { ...market, bars } });
    const later = { ...inputs, asOf: addMs(inputs.asOf, 1) };
    const plan = planRun(inputs);
    expect(await executions.savePlan(plan, inputs)).toBe(true);
    expect(await executions.savePlan(planRun(later), later)).toBe(false);
    expect(await executions.loadPlan(plan.runId)).toEqual({ plan, inputs });
    // As if the first delivery had died before its plan was stored.
    await tableOf("TradewindExecutions").delete(plan.runId, "plan");
    expect(await executions.savePlan(planRun(later), later)).toBe(true);
    expect((await executions.loadPlan(plan.runId))?.inputs.asOf).toBe(later.asOf);
  });

  test("S-17 names a run as outstanding from its start until it is settled, oldest first", async () => {
    const { executions } = open().stores;
    const names = async () => (await executions.outstanding()).map(({ executionId }) => executionId);
    const [late, early] = [addMs(slot, 5 * minuteMs), slot].map((when) => record(when, { startedAt: when }));
    if (late === undefined || early === undefined) throw new Error("two records");
    await executions.begin({ ...late, status: "running", endedAt: null });
    await executions.begin({ ...early, status: "running", endedAt: null });
    expect(await names()).toEqual([early.executionId, late.executionId]);
    expect((await executions.outstanding())[0]).toEqual({
      executionId: early.executionId,
      taskId: early.taskId,
      account: early.account,
      startedAt: slot,
    });
    await executions.settle(early.executionId);
    await executions.settle(early.executionId);
    expect(await names()).toEqual([late.executionId]);
  });

  test("S-18 loses no change of a final record when many amend it at once, in the history neither", async () => {
    const { executions } = open().stores;
    const final = record(slot);
    await executions.begin({ ...final, status: "running", endedAt: null });
    await executions.finish(final);
    const add = (name: string) =>
      executions.amend(final.executionId, (stored) => ({
        ...stored,
        reason: `${stored.reason}${name}`,
        ordersFilled: stored.ordersFilled + 1,
      }));
    await Promise.all([add("a"), add("b"), add("c")]);
    const amended = await executions.get(final.executionId);
    expect(amended?.ordersFilled).toBe(final.ordersFilled + 3);
    expect([...(amended?.reason.slice(final.reason.length) ?? "")].sort()).toEqual(["a", "b", "c"]);
    const { items } = await executions.list({ limit: 5 });
    expect(items).toMatchObject([{ executionId: final.executionId, reason: amended?.reason }]);
  });

  test("S-19 keeps the monitor's state only when nobody wrote since it was read", async () => {
    const { monitor } = open().stores;
    const state = (equity: number): MonitorState => ({
      checkedAt: slot,
      fillsThrough: slot,
      readFillIds: ["one"],
      believed: { AAA: qty(3) },
      drifts: [{ symbol: "BBB", believed: qty(0), atBroker: qty(2), since: slot, state: "suspected" }],
      equity: usd(equity),
      peakEquity: usd(equity),
      dayStartEquity: usd(equity),
      tradingDay: tradingDayOf(slot),
    });
    expect(await monitor.read()).toBeUndefined();
    const first = await Promise.all([monitor.write(state(1), undefined), monitor.write(state(1), undefined)]);
    expect(first.sort()).toEqual([false, true]);
    const read = await monitor.read();
    expect(read?.state).toEqual(state(1));
    expect(await monitor.write(state(2), read?.etag)).toBe(true);
    expect(await monitor.write(state(3), read?.etag)).toBe(false);
    expect(await monitor.write(state(3), undefined)).toBe(false);
    expect((await monitor.read())?.state).toEqual(state(2));
  });
});
