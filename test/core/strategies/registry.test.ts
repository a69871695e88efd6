// The judgement of a whole configuration: every fault with its path, none too many.
import { describe, expect, test } from "vitest";
import automation from "../../../config/automation.json" with { type: "json" };
import { type AutomationConfig, automationConfigSchema } from "../../../src/core/model/automation.ts";
import { automationSchema } from "../../../src/core/model/settings.ts";
import type { Task } from "../../../src/core/model/task.ts";
import {
  automationFaults,
  opensAfter,
  readableFaults,
  strategies,
  taskFaults,
} from "../../../src/core/strategies/registry.ts";
import { at, exampleLimits, exampleTask, exampleWindow } from "../examples.ts";

const config = (changes: Partial<AutomationConfig> = {}): AutomationConfig => ({
  automation: automationSchema.parse({ trading_window: exampleWindow(), risk_limits: exampleLimits() }),
  tasks: [exampleTask()],
  ...changes,
});

test("the configuration that is shipped has no faults", () => {
  expect(automationFaults(automationConfigSchema.parse(automation))).toEqual([]);
});

test("lists every fault of every task with its whole path", () => {
  const tasks = [
    exampleTask({
      schedule: { cron: "99 9 * * *", zone: "UTC" },
      strategies: [
        { name: "movingAverageCross", params: { fast: 5, slow: 20 }, weight: 1 },
        { name: "movingAverageCross", params: { fast: "five" }, weight: 1 },
        { name: "astrology", params: {}, weight: 1 },
      ],
    }),
    exampleTask({ id: "second", strategies: [{ name: "targetWeights", params: { weight: {} }, weight: 1 }] }),
  ];
  expect(automationFaults(config({ tasks })).map(({ path }) => path)).toEqual([
    "tasks[0].schedule.cron",
    "tasks[0].strategies[1].params.fast",
    "tasks[0].strategies[2].name",
    "tasks[1].strategies[0].params.weights",
    "tasks[1].strategies[0].params.weight",
  ]);
});

describe("the faults of one task", () => {
  const from = at("2026-06-15T12:00Z");
  const faultsOf = (changes: Partial<Task>, window = exampleWindow(), path?: string) => {
    const { symbols: _, ...task } = exampleTask();
    const judged = { ...task, ...(changes.universe === undefined ? { symbols: ["AAA"] } : {}), ...changes };
    return taskFaults(judged, { window, universes: { core: ["SPY"] }, from }, path).map(
      (fault) => `${fault.path}: ${fault.message}`,
    );
  };
  const use = (name: string, params: unknown) => [{ name, params, weight: 1 }] as Task["strategies"];

  test("are none in one that is sound", () => {
    expect(faultsOf({})).toEqual([]);
    expect(faultsOf({ universe: "core" })).toEqual([]);
    expect(faultsOf({ window: { ranges: [{ start: "10:00", end: "11:00" }] } })).toEqual([]);
  });

  test("name what is not there, and what there is", () => {
    expect(faultsOf({ universe: "gone" })).toEqual(['universe: there is no list "gone" in the settings']);
    expect(faultsOf({ universe: "gone" }, exampleWindow(), "tasks[3]")[0]).toMatch(/^tasks\[3\]\.universe: /);
    expect(faultsOf({ strategies: use("astrology", {}) })).toEqual([
      `strategies[0].name: there is no strategy "astrology"; there are ${strategies.map(({ name }) => name).join(", ")}`,
    ]);
    const whole = faultsOf({ strategies: use("movingAverageCross", { fast: 20, slow: 5 }) });
    expect(whole).toHaveLength(1);
    expect(whole[0]).toMatch(/^strategies\[0\]\.params/);
    expect(faultsOf({ strategies: use("movingAverageCross", "none") })[0]).toMatch(/^strategies\[0\]\.params: /);
  });

  test("of several schedules name the one", () => {
    const zone = "UTC";
    const faults = faultsOf({
      schedule: [
        { everyMinutes: 5, zone },
        { cron: "99 9 * * *", zone },
      ],
    });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(/^schedule\[1\]\.cron: /);
  });

  test("tell a window of its own that never opens, and not one that the common window shuts", () => {
    const shut = { ranges: [{ start: "01:00", end: "02:00" }] };
    expect(faultsOf({ window: shut })).toEqual(["window: never opens while the exchange trades"]);
    expect(faultsOf({ window: shut }, exampleWindow(shut))).toEqual([]);
    expect(faultsOf({}, exampleWindow(shut))).toEqual([]);
  });
});

describe("in a task whose shape is wrong elsewhere", () => {
  const readable = (task: unknown, path?: string) => readableFaults(task, path).map((fault) => fault.path);
  const faulty = { id: 7, schedule: { cron: "99 9 * * *", zone: "UTC" }, strategies: [{ name: "astrology" }] };

  test("faults of its schedule and its strategies are told all the same", () => {
    expect(readable(faulty)).toEqual(["schedule.cron", "strategies[0].name"]);
    expect(readable(faulty, "tasks[2]")).toEqual(["tasks[2].schedule.cron", "tasks[2].strategies[0].name"]);
  });

  test("what cannot be read is left to the schema", () => {
    expect(readable({ ...faulty, schedule: 5 })).toEqual(["strategies[0].name"]);
    expect(readable({ ...faulty, strategies: "none" })).toEqual(["schedule.cron"]);
    expect(readable("no task")).toEqual([]);
  });
});

test("a window opens again unless it never does, and any other failure is one", () => {
  expect(opensAfter(exampleWindow(), at("2026-06-15T12:00Z"))).toBe(true);
  expect(opensAfter(exampleWindow({ ranges: [{ start: "01:00", end: "02:00" }] }), at("2026-06-15T12:00Z"))).toBe(
    false,
  );
  expect(() => opensAfter(undefined as never, at("2026-06-15T12:00Z"))).toThrow(TypeError);
});

test("a trading window that never opens is a fault", () => {
  const window = exampleWindow({ ranges: [{ start: "01:00", end: "02:00" }] });
  const { automation: sound } = config();
  const faults = automationFaults(config({ automation: { ...sound, trading_window: window } }));
  expect(faults).toEqual([{ path: "automation.trading_window", message: "never opens while the exchange trades" }]);
});
