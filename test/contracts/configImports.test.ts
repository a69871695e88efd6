// What the stores must do for an import of the whole configuration, and for the status, in numbered cases, over the memory table and over Azure's.
import { describe, expect, test } from "vitest";
import { addMs, type Instant, minuteMs } from "../../src/core/model/time.ts";
import type { ConfigImport, StoredSection, StoredTask } from "../../src/ports/stores.ts";
import { exampleTask } from "../core/examples.ts";
import { at, exampleConfig } from "../support/memoryStack.ts";
import { storeKinds } from "./storeKinds.ts";

const slot = at("2026-06-15T13:35:00Z");
const later = (minutes: number): Instant => addMs(slot, minutes * minuteMs);
const principal = { kind: "claimed", name: "ann" } as const;
const change = { changedAt: slot, changedBy: principal, reason: "a test", source: "test" };
const stored = (id: string, more: Partial<StoredTask> = {}): StoredTask => ({
  task: exampleTask({ id }),
  version: 1,
  createdAt: slot,
  deleted: false,
  ...change,
  ...more,
});
const lists = (version: number): StoredSection => ({ name: "universes", value: { some: ["AAA"] }, version, ...change });
const { reason, source } = change;
const next: ConfigImport = {
  id: "first",
  by: { principal, reason, source },
  sections: [{ name: "universes", value: { some: ["AAA"] }, version: 2 }],
  tasks: [{ task: exampleTask({ id: "imported" }), version: 1, createdAt: slot, deleted: false }],
};

describe.each(storeKinds())("%s stores", (_, open) => {
  const seeded = async () => {
    const { stores } = open();
    await stores.settings.seed(exampleConfig(["AAA"]), slot);
    return stores;
  };

  test("S-50 change their mark with every save of a task or section, and with nothing else", async () => {
    const { imports, tasks, settings, control, slots } = await seeded();
    const first = await imports.mark();
    await control.beat(slot);
    await slots.open({ taskId: "x", slot, runId: "x@1", state: "enqueued", code: "", reason: "", updatedAt: slot });
    expect(await settings.save([lists(7)])).toBe(false);
    expect(await imports.mark()).toBe(first);
    await tasks.save([stored("one")]);
    const second = await imports.mark();
    await settings.save([lists(2)]);
    const third = await imports.mark();
    expect(new Set([first, second, third]).size).toBe(3);
  });

  test("S-51 begin an import only from the mark that was read, and give it back whole until it ends", async () => {
    const { imports, tasks } = await seeded();
    expect(await imports.pending()).toBeUndefined();
    const old = await imports.mark();
    await tasks.save([stored("one")]);
    expect(await imports.begin(next, old)).toBe(false);
    const both = await Promise.all([1, 2].map(async () => imports.begin(next, await imports.mark())));
    expect(both.sort()).toEqual([false, true]);
    expect(await imports.pending()).toEqual(next);
    expect(await imports.begin({ ...next, id: "second" }, await imports.mark())).toBe(false);
    await imports.end("second");
    expect(await imports.pending()).toEqual(next);
    await imports.end("first");
    expect(await imports.pending()).toBeUndefined();
  });

  test("S-52 write nothing but an import's own parts while it is under way", async () => {
    const { imports, tasks, settings } = await seeded();
    await imports.begin(next, await imports.mark());
    expect(await tasks.save([stored("other")])).toBe(false);
    expect(await settings.save([lists(2)])).toBe(false);
    expect(await tasks.save([stored("other")], "second")).toBe(false);
    expect(await settings.save([lists(2)], "first")).toBe(true);
    expect(await tasks.save([stored("imported")], "first")).toBe(true);
    expect(await imports.pending()).toEqual(next);
    await imports.end("first");
    expect(await tasks.save([stored("other")])).toBe(true);
  });

  test("S-53 save different tasks at once, each with the mark of the other", async () => {
    const { tasks } = await seeded();
    const saved = await Promise.all(["a", "b", "c", "d"].map((id) => tasks.save([stored(id)])));
    expect(saved).toEqual([true, true, true, true]);
  });

  test("S-54 list the open slots of a stretch", async () => {
    const { slots } = await seeded();
    for (const minutes of [0, 5, 10]) {
      const entry = { slot: later(minutes), runId: `x@${minutes}`, state: "enqueued", code: "", reason: "" } as const;
      await slots.open({ taskId: "x", ...entry, updatedAt: slot });
    }
    const open = await slots.listOpen({ from: slot, to: later(5) });
    expect(open.map(({ runId }) => runId)).toEqual(["x@0", "x@5"]);
    expect(await slots.listOpen()).toHaveLength(3);
  });

  test("S-55 tell the status from one read: switches, settings, heartbeat and open slots", async () => {
    const stores = await seeded();
    await stores.control.beat(later(1));
    await stores.slots.open({
      taskId: "x",
      slot,
      runId: "x@1",
      state: "enqueued",
      code: "",
      reason: "",
      updatedAt: slot,
    });
    expect(await stores.status.read()).toEqual({
      control: (await stores.control.read()).state,
      settings: await stores.settings.read(),
      lastBeat: later(1),
      monitor: undefined,
      schema: 1,
      openSlots: { count: 1, more: false },
    });
  });

  test("S-56 tell no status where nothing has been seeded", async () => {
    await expect(open().stores.status.read()).rejects.toMatchObject({ code: "UNREADABLE_ROW" });
  });
});
