// The whole configuration moved between environments: shown first, taken over all or nothing, whatever dies on the way and whoever saves meanwhile.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createMemoryTable } from "../../src/adapters/memory/memoryTable.ts";
import { createStores } from "../../src/adapters/tables/stores.ts";
import type { Table } from "../../src/adapters/tables/table.ts";
import { type App, createApp } from "../../src/app/app.ts";
import { type AutomationConfig, automationConfigSchema } from "../../src/core/model/automation.ts";
import type { By } from "../../src/core/model/control.ts";
import { TransientError } from "../../src/core/model/errors.ts";
import { at, exampleConfig, type MemoryStack, runInMemory } from "../support/memoryStack.ts";

const by: By = { principal: { kind: "entra", name: "ann@example.com" }, reason: "from staging", source: "test" };

/** A configuration with this many tasks of its own beside the example. */
function configOf(
  count: number,
  { name = "Task", limits = {}, universes = {} as Record<string, string[]> } = {},
): AutomationConfig {
  const { automation, tasks } = exampleConfig(["AAA", "BBB"]);
  const [example] = tasks;
  return automationConfigSchema.parse({
    automation: { ...automation, risk_limits: { ...automation.risk_limits, ...limits }, universes },
    tasks: Array.from({ length: count }, (_, index) => ({
      ...example,
      id: `task-${String(index).padStart(3, "0")}`,
      name: `${name} ${index}`,
    })),
  });
}

let stack: MemoryStack;
afterEach(() => stack.stop());
const config = () => stack.app.configService;
const importAll = async (given: unknown, app: App = stack.app) => {
  const { digest } = await app.configService.diff(given);
  return app.configService.import(given, digest, by);
};

describe("the configuration", () => {
  beforeEach(async () => {
    stack = await runInMemory();
  });

  test("that is exported is what is imported, and changes nothing where it came from", async () => {
    const exported = await config().export();
    expect(automationConfigSchema.parse(JSON.parse(JSON.stringify(exported.config)))).toEqual(exported.config);
    expect((await config().diff(exported.config)).differences).toEqual([]);
    expect(await config().import(exported.config, exported.digest, by)).toEqual({ differences: [], warnings: [] });
    expect((await stack.app.taskService.get("example")).version).toBe(1);
  });

  test("is shown before it is taken over: added, changed and removed", async () => {
    const next = configOf(2, { limits: { maxGrossFraction: 0.5 } });
    const { differences } = await config().diff(next);
    expect(differences.map(({ kind, what }) => `${kind} ${what}`)).toEqual([
      "changed risk_limits",
      "removed task example",
      "added task task-000",
      "added task task-001",
    ]);
    expect(differences[0]?.differences).toEqual([{ path: "maxGrossFraction", from: 0.95, to: 0.5, loosens: false }]);
    expect((await config().export()).config).toEqual(exampleConfig(["AAA", "BBB"]));
  });

  test("is taken over whole: versions go on, what it does not hold is a tombstone, and everything says who and why", async () => {
    await stack.app.taskService.patch("example", { name: "Edited" }, 1, by);
    const kept = exampleConfig(["AAA", "BBB"], { name: "Imported" }).tasks;
    const next = { ...configOf(30, { universes: { pair: ["AAA", "BBB"] } }) };
    const all = { ...next, tasks: [...kept, ...next.tasks] };
    stack.setNow("2026-06-15T13:36:00Z");
    await importAll(all);
    expect((await config().export()).config).toEqual(all);
    expect(await stack.app.taskService.get("example")).toMatchObject({
      version: 3,
      createdAt: "2026-06-15T13:34:00.000Z",
      changedAt: "2026-06-15T13:36:00.000Z",
      changedBy: by.principal,
      reason: "from staging",
    });
    expect(await stack.app.settingsService.get("universes")).toMatchObject({ version: 2, changedBy: by.principal });
    expect(await stack.app.settingsService.get("risk_limits")).toMatchObject({ version: 1 });
    await importAll({ ...all, tasks: kept });
    expect(await stack.app.taskService.get("task-007", 2)).toMatchObject({ deleted: true });
    await importAll(all);
    expect(await stack.app.taskService.get("task-007")).toMatchObject({ version: 3, deleted: false });
    expect((await config().export()).config).toEqual(all);
  });

  test("is due as it says from then on", async () => {
    await importAll({ ...exampleConfig(["AAA"], { schedule: { cron: "0 12 * * *" } }) });
    expect(await stack.ports.slots.upcoming(9)).toMatchObject([
      { taskId: "example", version: 2, dueAt: "2026-06-15T16:00:00.000Z" },
    ]);
  });

  test("is not taken over onto another state than the one that was shown", async () => {
    const { digest } = await config().diff(configOf(3));
    await stack.app.taskService.patch("example", { name: "Edited since" }, 1, by);
    await expect(config().import(configOf(3), digest, by)).rejects.toMatchObject({ code: "CONFIG_CHANGED" });
    expect((await config().export()).config.tasks.map(({ name }) => name)).toEqual(["Edited since"]);
  });

  test("is not taken over when something is saved while it is read", async () => {
    const { digest } = await config().diff(configOf(3));
    const { settings } = stack.ports;
    const section = async (...given: Parameters<typeof settings.section>) => {
      const read = await settings.section(...given);
      if (given[0] === "universes") await stack.app.taskService.patch("example", { name: "Just now" }, 1, by);
      return read;
    };
    const racing = createApp({ ...stack.ports, settings: { ...settings, section } });
    await expect(racing.configService.import(configOf(3), digest, by)).rejects.toMatchObject({
      code: "CONFIG_CHANGED",
    });
    expect((await config().export()).config.tasks.map(({ name }) => name)).toEqual(["Just now"]);
  });

  test("is judged whole, each fault with its path, and then nothing has changed", async () => {
    const good = configOf(2);
    const before = await config().export();
    const bad = [
      [{ ...good, tasks: [...good.tasks, good.tasks[0]] }, "tasks"],
      [{ ...good, tasks: [{ ...good.tasks[0], symbols: undefined, universe: "none" }] }, "tasks[0].universe"],
      [{ ...good, tasks: [{ ...good.tasks[0], symbols: undefined, universe: "constructor" }] }, "tasks[0].universe"],
      [{ ...good, tasks: [{ ...good.tasks[0], strategies: [{ name: "astrology" }] }] }, "tasks[0].strategies[0].name"],
      [{ ...good, tasks: [good.tasks[0], { ...good.tasks[1], symbols: ["AAA", "AAB"] }] }, "tasks[1].symbols[1]"],
      [configOf(1, { universes: { some: ["XYZ"] } }), "automation.universes.some[0]"],
      [{ ...good, secrets: true }, "secrets"],
      [null, "(whole)"],
    ] as const;
    for (const [given, path] of bad) {
      await expect(config().import(given, before.digest, by)).rejects.toMatchObject({
        code: "INVALID_CONFIG",
        faults: [{ path }],
      });
    }
    const twice = { ...good, secrets: true, tasks: [{ ...good.tasks[0], strategies: [{ name: "astrology" }] }] };
    await expect(config().import(twice, before.digest, by)).rejects.toMatchObject({
      faults: [{ path: "secrets" }, { path: "tasks[0].strategies[0].name" }],
    });
    expect(await config().export()).toEqual(before);
  });

  test("is taken over with a warning while the broker cannot be reached", async () => {
    await stack.stop();
    expect((await importAll(configOf(1))).warnings).toEqual([expect.stringContaining("unchecked")]);
  });

  test("too large to be stored at once is refused, and nothing has changed", async () => {
    const { imports } = stack.ports;
    const { InvariantError } = await import("../../src/core/model/errors.ts");
    const begin = async () => Promise.reject(new InvariantError("PAYLOAD_TOO_LARGE", "it does not fit"));
    const app = createApp({ ...stack.ports, imports: { ...imports, begin } });
    await expect(importAll(configOf(1), app)).rejects.toMatchObject({
      code: "INVALID_CONFIG",
      faults: [{ path: "tasks" }],
    });
  });
});

test("looser limits in it are refused on a live account as a whole, with what to do; tighter ones are taken", async () => {
  stack = await runInMemory({ ports: { mode: "live" } });
  const looser = configOf(2, { limits: { maxGrossFraction: 0.99 } });
  await expect(importAll(looser)).rejects.toMatchObject({
    code: "SECOND_PERSON_NEEDED",
    message: expect.stringContaining("confirmed"),
    faults: [{ path: "automation.risk_limits.maxGrossFraction" }],
  });
  expect((await config().export()).config.tasks.map(({ id }) => id)).toEqual(["example"]);
  expect((await importAll(configOf(2, { limits: { maxGrossFraction: 0.5 } }))).differences).toHaveLength(4);
});

describe("an import that dies", () => {
  const before = exampleConfig(["AAA", "BBB"]);
  /** Three transactions of tasks and one of settings. */
  const after = configOf(26, { limits: { maxGrossFraction: 0.5 }, universes: { pair: ["AAA"] } });

  /** Tables of which the `dies`-th call, and all after it, fail: with its effect or without. */
  function dyingTables(tables: ReadonlyMap<string, Table>, dies: number, withEffect: boolean) {
    let calls = 0;
    const dying = (table: Table): Table =>
      new Proxy(table, {
        get: (target, name) => {
          const method: unknown = Reflect.get(target, name);
          if (typeof method !== "function") return method;
          return async (...given: unknown[]) => {
            calls += 1;
            if (calls === dies && withEffect) await Reflect.apply(method, target, given);
            if (calls >= dies) throw new TransientError("STORE_UNAVAILABLE", "the process has ended");
            return (await Reflect.apply(method, target, given)) as unknown;
          };
        },
      });
    return createStores((name) => dying(tables.get(name) ?? createMemoryTable()));
  }

  async function seeded() {
    const tables = new Map<string, Table>();
    const stores = createStores((name) => {
      const table = createMemoryTable();
      tables.set(name, table);
      return table;
    });
    await stores.settings.seed(before, at("2026-06-15T13:34:00Z"));
    return { tables, app: createApp({ ...stack.ports, ...stores }), stores };
  }

  test.each([
    ["before a call has its effect", false],
    ["after it, before its answer", true],
  ])(
    "at any call of the tables, %s, leaves everything as it was or is made whole by the next tick",
    async (_, withEffect) => {
      stack = await runInMemory();
      const ends = { nothing: 0, whole: 0, halfway: 0 };
      for (let dies = 1; ; dies++) {
        const { tables, app, stores } = await seeded();
        const { digest } = await app.configService.diff(after);
        const doomed = createApp({ ...stack.ports, ...dyingTables(tables, dies, withEffect) });
        const died = await doomed.configService.import(after, digest, by).then(
          () => false,
          () => true,
        );
        const pending = await stores.imports.pending();
        // Who reads meanwhile is told to wait, instead of being shown a half of it.
        if (pending !== undefined) {
          ends.halfway += 1;
          await expect(app.configService.export()).rejects.toMatchObject({ name: "TransientError" });
        }
        await app.scheduler.tick("timer");
        expect(await stores.imports.pending()).toBeUndefined();
        const { config: now } = await app.configService.export();
        const whole = JSON.stringify(now) === JSON.stringify(after);
        expect([dies, now]).toEqual([dies, whole ? after : before]);
        if (pending !== undefined || !died) expect([dies, whole]).toEqual([dies, true]);
        // Each version once, however often it was begun.
        if (whole) expect(await app.taskService.get("task-011")).toMatchObject({ version: 1 });
        if (whole) expect(await app.settingsService.get("risk_limits")).toMatchObject({ version: 2 });
        ends[whole ? "whole" : "nothing"] += 1;
        if (!died) break;
      }
      expect(ends.nothing).toBeGreaterThan(5);
      expect(ends.halfway).toBeGreaterThan(30);
      expect(ends.whole).toBeGreaterThan(ends.halfway);
    },
  );

  /** An import that has been stored and of which nothing has been made. */
  async function begun() {
    const { app, stores } = await seeded();
    const { digest } = await app.configService.diff(after);
    const settings = { ...stores.settings, save: async () => Promise.reject(new Error("the process ends here")) };
    const doomed = createApp({ ...stack.ports, ...stores, settings });
    await expect(doomed.configService.import(after, digest, by)).rejects.toThrow("the process ends here");
    expect(await stores.imports.pending()).toBeDefined();
    return { app, stores };
  }

  test("is made by whoever saves next, and their change comes after it", async () => {
    stack = await runInMemory();
    const { app } = await begun();
    await expect(
      app.taskService.patch("example", { name: "Of a task that it deletes" }, "*", by),
    ).rejects.toMatchObject({
      code: "TASK_NOT_FOUND",
    });
    expect((await app.configService.export()).config).toEqual(after);
    const other = (await begun()).app;
    await other.settingsService.put(
      "risk_limits",
      { ...before.automation.risk_limits, maxGrossFraction: 0.4 },
      "*",
      by,
    );
    expect((await other.configService.export()).config).toEqual({
      ...after,
      automation: { ...after.automation, risk_limits: { ...after.automation.risk_limits, maxGrossFraction: 0.4 } },
    });
  });

  test("refuses an edit of a version that it replaces", async () => {
    stack = await runInMemory();
    const { app } = await begun();
    await expect(app.settingsService.put("universes", { other: ["BBB"] }, 1, by)).rejects.toMatchObject({
      code: "VERSION_CONFLICT",
    });
  });

  test("is made once by several at once", async () => {
    stack = await runInMemory();
    const { app, stores } = await begun();
    const others = [1, 2, 3].map(() => createApp({ ...stack.ports, ...stores }));
    await Promise.all(others.map((each) => each.scheduler.tick("timer")));
    expect((await app.configService.export()).config).toEqual(after);
    expect((await app.taskService.get("task-020")).version).toBe(1);
    expect((await app.taskService.get("example", 2)).deleted).toBe(true);
  });

  test("lets no second import begin before it is made", async () => {
    stack = await runInMemory();
    const { app, stores } = await begun();
    const second = { id: "second", by, sections: [], tasks: [] };
    expect(await stores.imports.begin(second, await stores.imports.mark())).toBe(false);
    await app.scheduler.tick("timer");
    expect(await stores.imports.begin(second, await stores.imports.mark())).toBe(true);
  });
});
