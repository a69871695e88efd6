// Tasks as an operator keeps them: versions, merge patches, what is refused and with which paths, and that a misprint is never stored.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { By } from "../../src/core/model/control.ts";
import { at, flaky, type MemoryStack, runInMemory } from "../support/memoryStack.ts";

const by: By = { principal: { kind: "claimed", name: "ann" }, reason: "a test", source: "test" };
const body = (more: object = {}) => ({
  id: "second",
  name: "Second",
  schedule: { cron: "0 10 * * 1-5" },
  symbols: ["AAA"],
  strategies: [{ name: "targetWeights", params: { weights: { AAA: 0.5 } } }],
  sizing: { method: "percentOfEquity", equityFraction: 0.5 },
  ...more,
});

let stack: MemoryStack;
beforeEach(async () => {
  stack = await runInMemory();
});
afterEach(() => stack.stop());

const tasks = () => stack.app.taskService;
const faultsOf = async (saving: Promise<unknown>): Promise<readonly string[]> => {
  const failure: unknown = await saving.then(() => undefined).catch((refused: unknown) => refused);
  expect(failure).toMatchObject({ name: "RefusedError", code: "INVALID_TASK" });
  return (failure as { faults: { path: string }[] }).faults.map(({ path }) => path);
};

test.each([
  ["that has expired", { expiresAt: "2026-06-15T13:34:00Z" }, /^it expired at 2026-06-15T13:34:00.000Z/],
  ["of the other mode", { mode: "live" }, /^it is a live task and this app trades paper/],
  ["of an account of its own", { account: "mian" }, /^its account is "mian"/],
])("a task %s is saved with a warning that says why it may not trade as expected", async (_, more, warning) => {
  const { stored, warnings } = await tasks().create(body(more), by);
  expect(stored.version).toBe(1);
  expect(warnings).toEqual([expect.stringMatching(warning)]);
});

describe("a task", () => {
  test("keeps its id, its creation time and every version over all edits", async () => {
    await tasks().create(body(), by);
    stack.setNow("2026-06-15T13:36:00Z");
    await tasks().replace("second", body({ name: "Renamed", id: undefined }), 1, by);
    stack.setNow("2026-06-15T13:38:00Z");
    await tasks().patch("second", { sizing: { equityFraction: 0.25 } }, 2, { ...by, reason: "smaller" });
    expect(await tasks().get("second")).toMatchObject({
      task: { id: "second", name: "Renamed", sizing: { equityFraction: 0.25, rebalanceBandFraction: 0.01 } },
      version: 3,
      createdAt: "2026-06-15T13:34:00.000Z",
      changedAt: "2026-06-15T13:38:00.000Z",
      changedBy: { kind: "claimed", name: "ann" },
      reason: "smaller",
      source: "test",
    });
    expect((await tasks().get("second", 1)).task.name).toBe("Second");
    expect((await tasks().get("second", 2)).task.sizing).toMatchObject({ equityFraction: 0.5 });
    await expect(tasks().get("second", 4)).rejects.toMatchObject({ code: "VERSION_NOT_FOUND" });
    await expect(tasks().get("second", 0)).rejects.toMatchObject({ code: "VERSION_NOT_FOUND" });
  });

  test("is changed only from the version that the change was made for", async () => {
    await tasks().create(body(), by);
    await tasks().patch("second", { name: "First edit" }, 1, by);
    await expect(tasks().patch("second", { name: "Lost edit" }, 1, by)).rejects.toMatchObject({
      code: "VERSION_CONFLICT",
    });
    await expect(tasks().remove("second", 1, by)).rejects.toMatchObject({ code: "VERSION_CONFLICT" });
    expect((await tasks().patch("second", { name: "Any" }, "*", by)).stored.version).toBe(3);
  });

  test("of which two edits come at once takes one, and refuses the other or makes it on top", async () => {
    await tasks().create(body(), by);
    const edits = ["one", "two"].map((name) => tasks().patch("second", { name }, 1, by));
    const ends = (await Promise.allSettled(edits)).map(({ status }) => status);
    expect(ends.sort()).toEqual(["fulfilled", "rejected"]);
    await Promise.all(["three", "four"].map((name) => tasks().patch("second", { name }, "*", by)));
    expect((await tasks().get("second")).version).toBe(4);
  });

  test("that is written as it is there makes no new version", async () => {
    const { stored } = await tasks().create(body(), by);
    expect((await tasks().replace("second", stored.task, 1, by)).stored.version).toBe(1);
    expect((await tasks().patch("second", {}, 1, by)).stored.version).toBe(1);
  });

  test("is shown but not stored by a dry run", async () => {
    expect((await tasks().create(body(), by, { dryRun: true })).stored.version).toBe(1);
    await expect(tasks().get("second")).rejects.toMatchObject({ code: "TASK_NOT_FOUND" });
    await tasks().create(body(), by);
    const { stored } = await tasks().patch("second", { name: "Shown" }, 1, by, { dryRun: true });
    expect(stored).toMatchObject({ version: 2, task: { name: "Shown" } });
    expect((await tasks().get("second")).task.name).toBe("Second");
    expect(await faultsOf(tasks().patch("second", { name: "" }, 1, by, { dryRun: true }))).toEqual(["name"]);
  });

  test("is due by its new version from the moment at which it is saved", async () => {
    await tasks().create(body(), by);
    const dueOf = async () => (await stack.ports.slots.upcoming(9)).filter(({ taskId }) => taskId === "second");
    expect(await dueOf()).toMatchObject([{ version: 1, dueAt: "2026-06-15T14:00:00.000Z" }]);
    await tasks().patch("second", { schedule: { cron: "0 12 * * *" } }, 1, by);
    expect(await dueOf()).toMatchObject([{ version: 2, dueAt: "2026-06-15T16:00:00.000Z" }]);
    await tasks().remove("second", 2, by);
    expect(await dueOf()).toEqual([]);
  });

  test("never begins a version before the one that it follows, whatever the clock says", async () => {
    await tasks().create(body(), by);
    stack.setNow("2026-06-15T13:33:00Z");
    expect((await tasks().patch("second", { name: "Late clock" }, 1, by)).stored.changedAt).toBe(
      "2026-06-15T13:34:00.000Z",
    );
  });
});

describe("a task that is deleted", () => {
  beforeEach(async () => {
    await tasks().create(body(), by);
    await tasks().remove("second", 1, { ...by, reason: "done with it" });
  });

  test("leaves a tombstone that says when, by whom and why, and its versions", async () => {
    await expect(tasks().get("second")).rejects.toMatchObject({
      code: "TASK_NOT_FOUND",
      message: expect.stringMatching(
        /deleted at 2026-06-15T13:34:00.000Z by ann \(claimed\) \(done with it\), as version 2/,
      ),
    });
    expect(await tasks().get("second", 1)).toMatchObject({ deleted: false });
    expect(await tasks().get("second", 2)).toMatchObject({ deleted: true, task: { name: "Second" } });
    expect((await tasks().list({ limit: 10 })).items.map(({ task }) => task.id)).toEqual(["example"]);
  });

  test("cannot be changed, run or made again", async () => {
    const refused = { code: "TASK_NOT_FOUND" };
    await expect(tasks().patch("second", { name: "x" }, "*", by)).rejects.toMatchObject(refused);
    await expect(tasks().setEnabled("second", true, by)).rejects.toMatchObject(refused);
    await expect(tasks().remove("second", "*", by)).rejects.toMatchObject(refused);
    await expect(tasks().runNow("second", by)).rejects.toMatchObject(refused);
    await expect(tasks().dryRun("second")).rejects.toMatchObject(refused);
    await expect(tasks().next("second", 3)).rejects.toMatchObject(refused);
    await expect(tasks().create(body(), by)).rejects.toMatchObject({
      code: "TASK_EXISTS",
      message: expect.stringContaining("never used again"),
    });
  });
});

describe("a body", () => {
  test("is judged whole, each fault with its path", async () => {
    const bad = body({
      name: "",
      colour: "red",
      symbols: ["AAA", "aaa"],
      schedule: [{ cron: "0 10 * * 1-5" }, { everyMinutes: 0 }],
      sizing: { method: "percentOfEquity", equityFraction: 2, leverage: 3 },
    });
    expect([...(await faultsOf(tasks().create(bad, by)))].sort()).toEqual([
      "colour",
      "name",
      "schedule[1].everyMinutes",
      "sizing.equityFraction",
      "sizing.leverage",
      "symbols[1]",
    ]);
  });

  test("is held against the schedules, the strategies and the settings", async () => {
    const bad = body({
      symbols: undefined,
      universe: "large-caps",
      schedule: [{ cron: "0 10 * * 1-5" }, { cron: "61 10 * * *" }],
      strategies: [{ name: "astrology" }, { name: "movingAverageCross", params: { fast: 10, slow: 5, mood: 1 } }],
      window: { ranges: [{ start: "01:00", end: "02:00" }] },
    });
    expect(await faultsOf(tasks().create(bad, by))).toEqual([
      "schedule[1].cron",
      "strategies[0].name",
      "strategies[1].params.mood",
      "strategies[1].params.fast",
      "universe",
      "window",
    ]);
  });

  test.each(["constructor", "tostring"])("cannot name the list %s, which is nobody's", async (universe) => {
    expect(await faultsOf(tasks().create(body({ symbols: undefined, universe }), by))).toEqual(["universe"]);
  });

  test("cannot change the id, nor say what the app says", async () => {
    expect(await faultsOf(tasks().replace("example", body(), 1, by))).toEqual(["id"]);
    expect(await faultsOf(tasks().patch("example", { id: "other" }, 1, by))).toEqual(["id"]);
    const told = { createdAt: "2020-01-01T00:00:00Z", version: 7 };
    expect(await faultsOf(tasks().replace("example", { ...body(), id: "example", ...told }, 1, by))).toEqual([
      "createdAt",
      "version",
    ]);
  });

  test.each([null, [], "text", 7])("that is %j is no merge patch and no task", async (value) => {
    await expect(tasks().patch("example", value, 1, by)).rejects.toMatchObject({ code: "INVALID_PATCH" });
    expect(await faultsOf(tasks().replace("example", value, 1, by))).toEqual(["(whole)"]);
  });

  test("patches one kind of symbols into the other", async () => {
    await stack.app.settingsService.put("universes", { pair: ["AAA", "BBB"] }, "*", by);
    const { stored } = await tasks().patch("example", { symbols: null, universe: "pair" }, 1, by);
    expect(stored.task).not.toHaveProperty("symbols");
    expect(stored.task.universe).toBe("pair");
  });
});

describe("a misprinted symbol", () => {
  test("is refused by its path, however many there are", async () => {
    expect(await faultsOf(tasks().create(body({ symbols: ["AAA", "BBB", "AAB"] }), by))).toEqual(["symbols[2]"]);
    const many = ["AAA", "B", "C", "D", "E", "F", "BBB"];
    expect(await faultsOf(tasks().create(body({ symbols: many }), by))).toEqual(
      [1, 2, 3, 4, 5].map((at) => `symbols[${at}]`),
    );
    await expect(tasks().get("second")).rejects.toMatchObject({ code: "TASK_NOT_FOUND" });
  });

  test("is stored with a warning that names it while the broker cannot be reached", async () => {
    await stack.stop();
    const { warnings } = await tasks().create(body({ symbols: ["AAB"] }), by);
    expect(warnings).toEqual([expect.stringContaining("AAB are unchecked")]);
    expect(await tasks().get("second")).toMatchObject({ version: 1 });
  });
});

describe("switching a task", () => {
  test("off and on makes a version only where it changes", async () => {
    expect(await tasks().setEnabled("example", true, by)).toMatchObject({ version: 1 });
    expect(await tasks().setEnabled("example", false, by)).toMatchObject({ version: 2, task: { enabled: false } });
    expect(await tasks().setEnabled("example", false, by)).toMatchObject({ version: 2 });
    expect(await tasks().setEnabled("example", true, by)).toMatchObject({ version: 3, task: { enabled: true } });
  });

  test("off works while the broker cannot be reached", async () => {
    await stack.stop();
    expect(await tasks().setEnabled("example", false, by)).toMatchObject({ version: 2 });
  });
});

describe("the list", () => {
  test("goes on after the last id of a page", async () => {
    for (const id of ["c", "a", "b"]) await tasks().create(body({ id }), by);
    const ids = ({ items }: { items: readonly { task: { id: string } }[] }) => items.map(({ task }) => task.id);
    const first = await tasks().list({ limit: 3 });
    expect(ids(first)).toEqual(["a", "b", "c"]);
    const second = await tasks().list({ limit: 3, after: first.next ?? "" });
    expect(ids(second)).toEqual(["example"]);
    expect(second).not.toHaveProperty("next");
  });
});

describe("what is due next", () => {
  test("is told with the window's verdict", async () => {
    const { items } = await tasks().next("example", 3);
    const [first, ...more] = items;
    expect(first).toEqual({
      slot: at("2026-06-15T13:35:00Z"),
      local: "2026-06-15T09:35:00-04:00",
      zone: "America/New_York",
      verdict: { open: true, until: "2026-06-15T20:00:00.000Z" },
    });
    expect(more).toHaveLength(2);
  });
});

test("an id that no task can have is not found, and never asked for in the tables", async () => {
  Object.assign(stack.ports.tasks, { get: flaky(stack.ports.tasks, () => true, "STORE_UNAVAILABLE").get });
  for (const id of ["../x", "A", "", "a/b", "x".repeat(41)]) {
    await expect(tasks().get(id)).rejects.toMatchObject({ code: "TASK_NOT_FOUND" });
  }
});
