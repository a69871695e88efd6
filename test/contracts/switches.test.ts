// What the switches, the slot ledger, the monitor's memory and the chain must do, in numbered cases, over the memory table and over Azure's.
import { describe, expect, test } from "vitest";
import { type ChainLink, hashOf } from "../../src/core/audit/chain.ts";
import { newestByRow } from "../../src/core/audit/verifyChain.ts";
import type { ControlEvent, ControlState } from "../../src/core/model/control.ts";
import { runIdOf } from "../../src/core/model/ids.ts";
import { price, qty, usd } from "../../src/core/model/money.ts";
import type { MonitorState } from "../../src/core/model/monitor.ts";
import type { ExecutionRecord } from "../../src/core/model/run.ts";
import type { AgendaEntry, SlotEntry } from "../../src/core/model/slot.ts";
import { addMs, type Instant, minuteMs } from "../../src/core/model/time.ts";
import { endedRecord } from "../../src/core/reporting/executionRecord.ts";
import { tradingDayOf } from "../../src/core/schedule/tradingCalendar.ts";
import type { ControlStore, SlotLedger, StoredTask, Stores, TaskStore } from "../../src/ports/stores.ts";
import { day, exampleTask } from "../core/examples.ts";
import { at, exampleConfig } from "../support/memoryStack.ts";
import { storeKinds } from "./storeKinds.ts";

const slot = at("2026-06-15T13:35:00Z");
const later = (minutes: number): Instant => addMs(slot, minutes * minuteMs);
const ann = { kind: "claimed", name: "ann" } as const;

const entry = (more: Partial<SlotEntry> = {}): SlotEntry => ({
  taskId: "example",
  slot,
  runId: runIdOf(more.taskId ?? "example", more.slot ?? slot),
  state: "enqueued",
  code: "",
  reason: "",
  updatedAt: slot,
  ...more,
});
const event = (at: Instant, more: Partial<ControlEvent> = {}): ControlEvent => ({
  at,
  action: "halt",
  scope: { kind: "account" },
  principal: ann,
  reason: "a test",
  source: "test",
  previous: { automation: "started", tradingState: "running" },
  next: { automation: "started", tradingState: "halted" },
  ...more,
});
/** Writes a change of the state that is there now. */
async function changed(control: ControlStore, when: Instant, changes: Partial<ControlState>): Promise<void> {
  const { state, etag } = await control.read();
  expect(await control.write({ ...state, ...changes }, event(when, { reason: String(when) }), etag)).toBe(true);
}

describe.each(storeKinds())("%s stores", (_, open) => {
  describe("switches", () => {
    test("S-03 change only from the state that was read", async () => {
      const { settings, control } = open().stores;
      await settings.seed(exampleConfig(["AAA"]), slot);
      const { state, etag } = await control.read();
      expect(await control.write({ ...state, tradingState: "halted" }, event(later(1)), etag)).toBe(true);
      expect(await control.write({ ...state, automation: "stopped" }, event(later(2)), etag)).toBe(false);
      expect((await control.read()).state).toMatchObject({ automation: "started", tradingState: "halted" });
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

    test("S-14 append an event with each change, and none with one that was refused", async () => {
      const { settings, control } = open().stores;
      await settings.seed(exampleConfig(["AAA"]), slot);
      const { state, etag } = await control.read();
      const first = event(later(1), { principal: { kind: "key", name: "ops" }, scheduledFor: later(9) });
      await control.write({ ...state, tradingState: "halted" }, first, etag);
      await control.write({ ...state, automation: "stopped" }, event(later(2)), etag);
      expect(await control.events({ limit: 10 })).toEqual({ items: [first] });
    });

    test("S-35 list their events newest first, in pages, also where two are of one millisecond", async () => {
      const { settings, control } = open().stores;
      await settings.seed(exampleConfig(["AAA"]), slot);
      for (const minutes of [1, 2, 2, 3, 4]) {
        const { state, etag } = await control.read();
        const reason = `${minutes} after ${state.reason}`;
        await control.write({ ...state, reason }, event(later(minutes), { reason }), etag);
      }
      const times: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await control.events({ limit: 2, ...(cursor === undefined ? {} : { cursor }) });
        times.push(...page.items.map(({ at }) => at));
        cursor = page.cursor;
      } while (cursor !== undefined);
      expect(times).toEqual([4, 3, 2, 2, 1].map(later));
      await expect(control.events({ limit: 2, cursor: "now_control" })).rejects.toMatchObject({ name: "ConfigError" });
    });
  });

  describe("slots", () => {
    /** The agenda after these tasks were saved a moment before, each due at its minutes of every hour. */
    async function dueAt(
      minutes: Readonly<Record<string, string>>,
      { tasks, slots }: { tasks: TaskStore; slots: SlotLedger },
    ) {
      const next = Object.entries(minutes).map(
        ([id, minute]): StoredTask => ({
          task: exampleTask({ id, schedule: { cron: `${minute} * * * *`, zone: "UTC" } }),
          version: 1,
          createdAt: slot,
          changedAt: slot,
          changedBy: ann,
          reason: "a test",
          source: "test",
          deleted: false,
        }),
      );
      expect(await tasks.save(next)).toBe(true);
      return slots.upcoming(20);
    }
    const names = (entries: readonly AgendaEntry[]): string[] =>
      entries.map(({ taskId, dueAt }) => `${taskId} ${dueAt.slice(11, 16)}`);

    test("S-06 are due from their moment on, soonest first", async () => {
      const { stores } = open();
      expect(names(await dueAt({ late: "40", soon: "36", now: "35" }, stores))).toEqual([
        "now 13:35",
        "soon 13:36",
        "late 13:40",
      ]);
      expect(names(await stores.slots.due(addMs(slot, -1)))).toEqual([]);
      expect(names(await stores.slots.due(slot))).toEqual(["now 13:35"]);
      expect(names(await stores.slots.due(later(60)))).toEqual(["now 13:35", "soon 13:36", "late 13:40"]);
      const first = await stores.slots.due(later(60), { limit: 2 });
      expect(names(first)).toEqual(["now 13:35", "soon 13:36"]);
      const [, after] = first;
      expect(after && names(await stores.slots.due(later(60), { limit: 2, after }))).toEqual(["late 13:40"]);
      expect(names(await stores.slots.upcoming(1))).toEqual(["now 13:35"]);
    });

    test("S-08 move on once, with the queued ones named as open, however many ticks move them", async () => {
      const { stores } = open();
      const [from] = await dueAt({ example: "35" }, stores);
      if (from === undefined) throw new Error("nothing is due");
      const queued = [entry(), entry({ slot: later(-5) })];
      const moves = [{ from, next: later(60), enqueued: queued }];
      await Promise.all([stores.slots.advance(moves), stores.slots.advance(moves)]);
      await stores.slots.advance([{ from, next: later(5), enqueued: [entry({ slot: later(1) })] }]);
      expect(names(await stores.slots.upcoming(5))).toEqual(["example 14:35"]);
      expect((await stores.slots.listOpen()).map((each) => each.slot)).toEqual([later(-5), slot]);
    });

    test("S-36 of a task that is never due again leave the agenda", async () => {
      const { stores } = open();
      const [from] = await dueAt({ example: "35" }, stores);
      if (from === undefined) throw new Error("nothing is due");
      await stores.slots.advance([{ from, next: undefined, enqueued: [] }]);
      expect(await stores.slots.upcoming(5)).toEqual([]);
    });

    test("S-37 move on by hundreds at once, beside one that another tick has moved", async () => {
      const { stores } = open();
      const ids = Array.from({ length: 12 }, (_, index) => `task-${index + 10}`);
      const agenda = [...(await dueAt(Object.fromEntries(ids.map((id) => [id, "35"])), stores))];
      // Each queues so many that some moves share a transaction and others fill one.
      const moves = agenda.map((from, index) => ({
        from,
        next: later(60),
        enqueued: Array.from({ length: index % 3 === 0 ? 90 : 20 }, (_, minute) =>
          entry({ taskId: from.taskId, slot: later(-minute) }),
        ),
      }));
      const [, taken] = moves;
      if (taken === undefined) throw new Error("nothing is due");
      await stores.slots.advance([{ ...taken, enqueued: [] }]);
      await stores.slots.advance(moves);
      expect(names(await stores.slots.upcoming(20))).toEqual(ids.map((id) => `${id} 14:35`));
      const expected = moves.filter((move) => move !== taken).reduce((sum, { enqueued }) => sum + enqueued.length, 0);
      expect(await stores.slots.listOpen()).toHaveLength(expected);
    });

    test("S-38 of a run by hand are open once, and are no part of the agenda", async () => {
      const { slots } = open().stores;
      const opened = await Promise.all(Array.from({ length: 5 }, () => slots.open(entry())));
      expect(opened.filter((first) => first)).toHaveLength(1);
      expect(await slots.listOpen()).toEqual([entry()]);
      expect(await slots.get("example", slot)).toEqual(entry());
      expect(await slots.upcoming(5)).toEqual([]);
    });

    test("S-07 keep their first end, open before or not", async () => {
      const { slots } = open().stores;
      expect(await slots.get("example", slot)).toBeUndefined();
      await slots.end(entry({ state: "skipped", code: "HOLIDAY", reason: "holiday" }));
      await slots.end(entry({ state: "ran" }));
      expect(await slots.get("example", slot)).toMatchObject({ state: "skipped", code: "HOLIDAY", reason: "holiday" });
      await slots.open(entry({ slot: later(1) }));
      await slots.end(entry({ slot: later(1), state: "ran" }));
      expect(await slots.get("example", later(1))).toMatchObject({ state: "ran" });
      expect(await slots.listOpen()).toEqual([]);
    });

    test("S-15 that have ended stay ended when a late tick names them as open, until they are ended again", async () => {
      const { slots } = open().stores;
      await slots.end(entry({ state: "ran" }));
      await slots.open(entry());
      expect(await slots.get("example", slot)).toMatchObject({ state: "ran" });
      await slots.end(entry({ state: "failed" }));
      expect(await slots.get("example", slot)).toMatchObject({ state: "ran" });
      expect(await slots.listOpen()).toEqual([]);
    });

    test("S-39 that have ended are listed by task between two moments, both included, newest first", async () => {
      const { slots } = open().stores;
      for (const minutes of [3, 1, 2, 4]) await slots.end(entry({ slot: later(minutes), state: "missed" }));
      await slots.end(entry({ taskId: "other", slot: later(2), state: "ran" }));
      await slots.open(entry({ slot: later(3.5) }));
      const ended = async (from: number, to: number, limit = 10) =>
        (await slots.ended("example", later(from), later(to), limit)).map((each) => each.slot);
      expect(await ended(2, 4)).toEqual([later(4), later(3), later(2)]);
      expect(await ended(1, 3, 2)).toEqual([later(3), later(2)]);
      expect(await ended(5, 9)).toEqual([]);
    });
  });

  test("S-45 forgets a slot that has ended, and none that is open", async () => {
    const { slots } = open().stores;
    await slots.end(entry({ state: "ran" }));
    await slots.open(entry({ slot: later(5) }));
    await slots.forget({ taskId: "example", slot });
    await slots.forget({ taskId: "example", slot });
    await slots.forget({ taskId: "example", slot: later(5) });
    expect(await slots.get("example", slot)).toBeUndefined();
    expect(await slots.get("example", later(5))).toMatchObject({ state: "enqueued" });
  });

  describe("the monitor's memory", () => {
    test("S-19 is written only when nobody wrote since it was read", async () => {
      const { monitor } = open().stores;
      const state = (equity: number): MonitorState => ({
        checkedAt: slot,
        fillsThrough: slot,
        readFillIds: ["one"],
        believed: { AAA: qty(3) },
        attributed: { AAA: { macdTrend: qty("1.5") } },
        drifts: [{ symbol: "BBB", believed: qty(0), atBroker: qty(2), since: slot, state: "suspected" }],
        equity: usd(equity),
        peakEquity: usd(equity),
        dayStartEquity: usd(equity),
        tradingDay: tradingDayOf(slot),
        costs: { AAA: price("40.5") },
        losses: { BBB: slot },
        unknownOrders: 1,
        breakers: {
          trips: [{ breaker: "drawdown", action: "halt", reason: "too low", at: slot }],
          recent: [
            { clientOrderId: "one", taskId: "example", symbol: "AAA", side: "buy", at: slot, result: "executed" },
          ],
          drawdownFrom: usd(equity),
          executionsAfter: slot,
        },
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

  describe("the chain", () => {
    const record = endedRecord({
      executionId: "example@20260615T133500Z",
      taskId: "example",
      slot,
      mode: "paper",
      status: "missed",
      code: "MISSED",
      reason: "late",
      at: slot,
      account: "main",
    });

    async function linked({ executions, audit }: Stores, each: ExecutionRecord, when: Instant): Promise<void> {
      await executions.finish(each);
      await audit.linkExecution(each.executionId, when);
    }

    test("S-46 links a record last as it stands, however many change and link it at once", async () => {
      const { stores } = open();
      const { audit, executions } = stores;
      await linked(stores, record, slot);
      await Promise.all(
        Array.from({ length: 6 }, async (_, index) => {
          await executions.amend(record.executionId, (stored) => ({ ...stored, reason: `${stored.reason} ${index}` }));
          await audit.linkExecution(record.executionId, slot);
        }),
      );
      const links = (await audit.links("main", day("2026-06-15"))) as readonly ChainLink[];
      const [row = ""] = audit.rowsOf({ kind: "execution", key: record.executionId });
      expect(links.at(-1)?.digest).toBe(await audit.digestOf(row));
    });

    test("S-40 holds a link for every change, each with the hash of the one before and the digest of what lies there", async () => {
      const { stores } = open();
      const { settings, control, executions, audit } = stores;
      await settings.seed(exampleConfig(["AAA"]), slot);
      await changed(control, later(1), { tradingState: "halted" });
      await executions.finish(record);
      await audit.linkExecution(record.executionId, later(2));
      const links = (await audit.links("main", day("2026-06-15"))) as readonly ChainLink[];
      expect(links.map(({ kind, key }) => `${kind} ${key.replace(/_\d{13}_\w+$/, "")}`)).toEqual([
        "task example v1",
        ...["trading_window", "risk_limits", "notifications", "monitor", "universes"].map(
          (name) => `settings ${name} v1`,
        ),
        "control now_control",
        "control event",
        "control now_control",
        "execution example@20260615T133500Z",
      ]);
      for (const [index, link] of links.entries()) {
        expect(link).toMatchObject({ seq: index + 1, previous: links[index - 1]?.hash ?? "", hash: hashOf(link) });
      }
      for (const [row, { digest }] of newestByRow(links, audit.rowsOf))
        expect([row, await audit.digestOf(row)]).toEqual([row, digest]);
      expect(await audit.head("main")).toEqual(links.at(-1));
    });

    test("S-41 links a record again when it has changed, and only then", async () => {
      const { audit, executions } = open().stores;
      const link = (when: Instant): Promise<void> => audit.linkExecution(record.executionId, when);
      await link(slot);
      await executions.begin({ ...record, status: "running" });
      await link(slot);
      await executions.finish(record);
      for (const minutes of [1, 2]) await link(later(minutes));
      await executions.amend(record.executionId, (stored) => ({ ...stored, reason: "amended" }));
      await link(later(3));
      await executions.amend(record.executionId, () => record);
      await link(later(4));
      const links = (await audit.links("main", day("2026-06-15"))) as readonly ChainLink[];
      expect(links.map(({ at }) => at)).toEqual([later(1), later(3), later(4)]);
    });

    test("S-42 goes on over days, numbered anew in each, and is one for each account", async () => {
      const { stores } = open();
      const { audit } = stores;
      for (const [index, account] of ["main", "main", "other", "main"].entries())
        await linked(stores, { ...record, account, executionId: `run-${index}` }, later(index === 3 ? 1440 : index));
      const linksOf = async (account: string, on: string) =>
        (await audit.links(account, day(on))) as readonly ChainLink[];
      const [monday, tuesday] = [await linksOf("main", "2026-06-15"), await linksOf("main", "2026-06-16")];
      expect(monday.map(({ seq }) => seq)).toEqual([1, 2]);
      expect(tuesday).toMatchObject([{ seq: 1, previous: monday[1]?.hash }]);
      expect(await linksOf("other", "2026-06-15")).toMatchObject([{ seq: 1, previous: "" }]);
      expect(await audit.head("main")).toEqual(tuesday[0]);
      expect(await audit.head("nobody")).toBeUndefined();
    });

    test("S-44 names the accounts with links or a head, and the days that have links", async () => {
      const { stores, tableOf } = open();
      const { audit } = stores;
      expect(await audit.accounts()).toEqual([]);
      for (const [index, account] of ["main", "a-b", "main"].entries())
        await linked(stores, { ...record, account, executionId: `run-${index}` }, later(index * 1440));
      expect(await audit.accounts()).toEqual(["a-b", "main"]);
      await tableOf("TradewindBook").delete("book", "now_head_a-b");
      await tableOf("TradewindBook").delete("book", "link_main_2026-06-15_0000001");
      expect(await audit.accounts()).toEqual(["a-b", "main"]);
      expect(await audit.nextDay("main")).toBe("2026-06-17");
      expect(await audit.nextDay("a-b", day("2026-06-16"))).toBe("2026-06-16");
      expect(await audit.nextDay("a-b", day("2026-06-17"))).toBeUndefined();
      expect(await audit.nextDay("nobody")).toBeUndefined();
    });

    test("S-43 loses no link when many are added at once", async () => {
      const { stores } = open();
      const { audit } = stores;
      const all = Array.from({ length: 8 }, (_, index) => ({ ...record, executionId: `run-${index}` }));
      await Promise.all(all.map((each) => linked(stores, each, slot)));
      const links = (await audit.links("main", day("2026-06-15"))) as readonly ChainLink[];
      expect(links.map(({ key }) => key).sort()).toEqual(all.map(({ executionId }) => executionId));
      for (const [index, { previous }] of links.entries()) expect(previous).toBe(links[index - 1]?.hash ?? "");
    });
  });
});
