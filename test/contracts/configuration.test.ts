// What the stores of tasks and settings must do, in numbered cases, over the memory table and over Azure's.
import { describe, expect, test } from "vitest";
import { automationConfigSchema } from "../../src/core/model/automation.ts";
import { addMs, type Instant, minuteMs } from "../../src/core/model/time.ts";
import type { PendingChange, StoredSection, StoredTask } from "../../src/ports/stores.ts";
import { day, exampleTask } from "../core/examples.ts";
import { at, exampleConfig } from "../support/memoryStack.ts";
import { storeKinds } from "./storeKinds.ts";

const slot = at("2026-06-15T13:35:00Z");
const later = (minutes: number): Instant => addMs(slot, minutes * minuteMs);
const ann = { kind: "claimed", name: "ann" } as const;
const change = { changedAt: slot, changedBy: ann, reason: "a test", source: "test" };

const stored = (id: string, more: Partial<StoredTask> = {}): StoredTask => ({
  task: exampleTask({ id }),
  version: 1,
  createdAt: slot,
  deleted: false,
  ...change,
  ...more,
});
const limits = (version: number, maxGrossFraction: number): StoredSection => ({
  name: "risk_limits",
  value: { ...exampleConfig(["AAA"]).automation.risk_limits, maxGrossFraction },
  version,
  ...change,
});
const manyTasks = (count: number) => {
  const config = exampleConfig(["AAA"]);
  const tasks = Array.from({ length: count }, (_, index) => ({ ...config.tasks[0], id: `task-${index + 10}` }));
  return automationConfigSchema.parse({ ...config, tasks });
};

describe.each(storeKinds())("%s stores", (_, open) => {
  describe("settings", () => {
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

    test("S-02 does a seeding again that was cut off before its end, and leaves what it finds", async () => {
      const { stores } = open();
      const config = manyTasks(30);
      // As if the process had died after the first tasks.
      await stores.tasks.save([stored("task-10", { createdAt: later(-1), reason: "before" })]);
      expect(await stores.settings.seed(config, slot)).toBe(true);
      const { tasks } = await stores.tasks.list();
      expect(tasks.map(({ task }) => task.id)).toEqual(config.tasks.map(({ id }) => id));
      expect(tasks.slice(0, 2).map(({ reason }) => reason)).toEqual(["before", "first start"]);
    });

    test("S-24 writes a section only as the version after the stored one, and keeps every version", async () => {
      const { settings } = open().stores;
      await settings.seed(exampleConfig(["AAA"]), slot);
      const before = await settings.read();
      expect(await settings.save([limits(3, 0.5)])).toBe(false);
      const both = await Promise.all([settings.save([limits(2, 0.5)]), settings.save([limits(2, 0.6)])]);
      expect(both.sort()).toEqual([false, true]);
      const gross = async (version?: number) => (await settings.section("risk_limits", version))?.value;
      expect(await gross(1)).toMatchObject({ maxGrossFraction: 0.95 });
      expect(await gross()).toEqual(await gross(2));
      expect(await settings.section("risk_limits", 3)).toBeUndefined();
      expect(await settings.section("risk_limits")).toMatchObject({ version: 2, ...change });
      const after = await settings.read();
      expect(after?.versions).toEqual({ ...before?.versions, risk_limits: 2 });
      expect(after?.hash).not.toBe(before?.hash);
    });

    test("S-25 writes several sections together or none of them", async () => {
      const { settings } = open().stores;
      await settings.seed(exampleConfig(["AAA"]), slot);
      const monitor = (version: number): StoredSection => ({
        ...limits(version, 1),
        name: "monitor",
        value: { ...exampleConfig(["AAA"]).automation.monitor, cancelOnHalt: true },
      });
      expect(await settings.save([limits(2, 0.5), monitor(3)])).toBe(false);
      expect((await settings.read())?.limits.maxGrossFraction).toBe(0.95);
      expect(await settings.save([limits(2, 0.5), monitor(2)])).toBe(true);
      expect(await settings.read()).toMatchObject({
        limits: { maxGrossFraction: 0.5 },
        monitor: { cancelOnHalt: true },
      });
    });

    test("S-26 keeps changes that wait for a second person by their id, until they are withdrawn", async () => {
      const { settings } = open().stores;
      const change: PendingChange = {
        id: "loosen-1",
        section: "risk_limits",
        replaces: 1,
        value: limits(2, 1.5).value,
        proposedAt: slot,
        proposedBy: ann,
        reason: "more room",
      };
      expect(await settings.pending("loosen-1")).toBeUndefined();
      expect([await settings.propose(change), await settings.propose({ ...change, reason: "again" })]).toEqual([
        true,
        false,
      ]);
      expect(await settings.pending("loosen-1")).toEqual(change);
      await settings.propose({ ...change, id: "loosen-2" });
      expect((await settings.listPending()).map(({ id }) => id)).toEqual(["loosen-1", "loosen-2"]);
      await settings.withdraw("loosen-1");
      await settings.withdraw("loosen-1");
      expect((await settings.listPending()).map(({ id }) => id)).toEqual(["loosen-2"]);
    });

    test("S-27 keeps what was last found to differ from the broker's calendar beside the settings", async () => {
      const { settings } = open().stores;
      await settings.seed(exampleConfig(["AAA"]), slot);
      expect((await settings.read())?.calendar).toBeUndefined();
      const hours = { day: day("2026-06-18"), openAt: at("2026-06-18T13:30Z"), closeAt: at("2026-06-18T20:00Z") };
      const differences = [{ day: hours.day, builtIn: hours, atBroker: undefined }];
      // As the calendars compare them: with all that a session says.
      const compared = differences.map((each) => ({ ...each, builtIn: { ...hours, early: false } }));
      const hash = (await settings.read())?.hash;
      await settings.saveCalendar({ comparedOn: day("2026-06-15"), differences: compared });
      const read = await settings.read();
      expect(read).toMatchObject({ calendar: { comparedOn: "2026-06-15" }, hash });
      expect(read?.calendar?.differences).toEqual(differences);
      await settings.saveCalendar({ comparedOn: day("2026-06-16"), differences: [] });
      expect((await settings.read())?.calendar).toEqual({ comparedOn: "2026-06-16", differences: [] });
    });

    test("S-28 names the section that cannot be read, and reads no settings then", async () => {
      const { stores, tableOf } = open();
      await stores.settings.seed(exampleConfig(["AAA"]), slot);
      const table = tableOf("TradewindBook");
      const row = await table.get("book", "now_set_risk_limits");
      if (row !== undefined)
        await table.put({ ...row, payload: { ...limits(1, 0.5), value: { maxGrossFraction: -1 } } });
      const message = expect.stringContaining("TradewindBook book now_set_risk_limits");
      await expect(stores.settings.read()).rejects.toMatchObject({ code: "UNREADABLE_ROW", message });
    });
  });

  describe("tasks", () => {
    test("S-29 writes a task only as the version after the stored one, and keeps every version and the time of its creation", async () => {
      const { tasks } = open().stores;
      expect(await tasks.get("one")).toBeUndefined();
      expect(await tasks.save([stored("one", { version: 2 })])).toBe(false);
      expect([await tasks.save([stored("one")]), await tasks.save([stored("one")])]).toEqual([true, false]);
      const edited = stored("one", {
        version: 2,
        task: exampleTask({ id: "one", name: "Edited" }),
        changedAt: later(1),
      });
      const both = await Promise.all([tasks.save([edited]), tasks.save([{ ...edited, reason: "other" }])]);
      expect(both.sort()).toEqual([false, true]);
      expect(await tasks.get("one")).toMatchObject({ version: 2, createdAt: slot, task: { name: "Edited" } });
      expect(await tasks.version("one", 1)).toEqual(stored("one"));
      expect(await tasks.version("one", 2)).toEqual(await tasks.get("one"));
      expect(await tasks.version("one", 3)).toBeUndefined();
    });

    test("S-30 writes up to a dozen tasks together or none of them", async () => {
      const { tasks } = open().stores;
      const dozen = Array.from({ length: 12 }, (_, index) => stored(`task-${index + 10}`));
      await tasks.save([stored("task-15")]);
      expect(await tasks.save(dozen)).toBe(false);
      expect((await tasks.list()).tasks).toHaveLength(1);
      const next = dozen.map((each) => (each.task.id === "task-15" ? { ...each, version: 2 } : each));
      expect(await tasks.save(next)).toBe(true);
      expect((await tasks.list()).tasks.map(({ version }) => version).sort()).toEqual([...Array(11).fill(1), 2]);
      await expect(tasks.save([...dozen, stored("one-more")])).rejects.toThrow("at most 12 tasks");
    });

    test("S-31 lists tasks by id without tombstones, whole and in pages; a tombstone is found by its id", async () => {
      const { tasks } = open().stores;
      const ids = Array.from({ length: 9 }, (_, index) => `task-${index + 1}`);
      await tasks.save(ids.map((id) => stored(id)));
      const gone = ["task-2", "task-3", "task-4", "task-9"];
      await tasks.save(gone.map((id) => stored(id, { version: 2, deleted: true, changedAt: later(1) })));
      const left = ids.filter((id) => !gone.includes(id));
      expect((await tasks.list()).tasks.map(({ task }) => task.id)).toEqual(left);
      const got: string[] = [];
      for (let page = await tasks.page(2); ; page = await tasks.page(2, got.at(-1))) {
        got.push(...page.tasks.map(({ task }) => task.id));
        if (!page.more) break;
        expect(page.tasks).toHaveLength(2);
      }
      expect(got).toEqual(left);
      expect(await tasks.page(5)).toMatchObject({ more: false });
      expect(await tasks.get("task-2")).toMatchObject({ version: 2, deleted: true });
    });

    test("S-32 puts a task into the agenda with its first slot, and takes it out when it is deleted", async () => {
      const { tasks, slots } = open().stores;
      await tasks.save([stored("one", { task: exampleTask({ id: "one", schedule: { at: "close-10m" } }) })]);
      expect(await slots.upcoming(5)).toEqual([{ taskId: "one", version: 1, dueAt: "2026-06-15T19:50:00.000Z" }]);
      await tasks.save([stored("one", { version: 2, deleted: true, changedAt: later(1) })]);
      expect(await slots.upcoming(5)).toEqual([]);
    });

    test("S-33 leaves to an old version what has come due before the new one, and nothing after", async () => {
      const { tasks, slots } = open().stores;
      const at10 = (version: number, changedAt: Instant) =>
        stored("one", {
          version,
          changedAt,
          task: exampleTask({ id: "one", schedule: { cron: "0 10 * * *", zone: "UTC" } }),
        });
      await tasks.save([at10(1, at("2026-06-14T12:00Z"))]);
      await tasks.save([at10(2, at("2026-06-15T09:59Z"))]);
      expect(await slots.upcoming(5)).toMatchObject([{ version: 2, dueAt: "2026-06-15T10:00:00.000Z" }]);
      await tasks.save([at10(3, at("2026-06-15T10:00:01Z"))]);
      expect(await slots.upcoming(5)).toMatchObject([
        { version: 2, dueAt: "2026-06-15T10:00:00.000Z" },
        { version: 3, dueAt: "2026-06-16T10:00:00.000Z" },
      ]);
    });

    test("S-34 reports a row of a newer schema beside the tasks that it can read", async () => {
      const { stores, tableOf } = open();
      await stores.tasks.save([stored("one")]);
      await tableOf("TradewindBook").put({ partitionKey: "book", rowKey: "task_newer", columns: { schemaVersion: 2 } });
      const { tasks, unreadable } = await stores.tasks.list();
      expect(tasks.map(({ task }) => task.id)).toEqual(["one"]);
      expect(unreadable).toMatchObject([{ key: "newer", detail: expect.stringContaining("schema version 2") }]);
    });
  });
});
