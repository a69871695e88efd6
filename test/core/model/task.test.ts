// What holds for a task once the common settings and its own are put together.
import { describe, expect, test } from "vitest";
import { windowOverridesSchema } from "../../../src/core/model/settings.ts";
import { graceMsOf, isExpired, limitsOf, schedulesOf, symbolsOf, windowOf } from "../../../src/core/model/task.ts";
import { at, day, exampleLimits, exampleTask, exampleWindow } from "../examples.ts";

describe("the window of a task", () => {
  test("says nothing of the grace, for which the task has a field of its own", () => {
    expect(windowOverridesSchema.safeParse({ closeBufferMinutes: 5 }).success).toBe(true);
    expect(windowOverridesSchema.safeParse({ graceMinutes: 5 }).success).toBe(false);
  });

  test("is the common one, the very same, where it says nothing of its own", () => {
    const common = exampleWindow();
    expect(windowOf(exampleTask(), common)).toBe(common);
  });

  test("has the task's hours in the place of the common ones, field by field, and its own grace", () => {
    const own = { ranges: [{ start: "10:00", end: "11:00" }], extendedHours: true, closeBufferMinutes: 0 };
    const common = exampleWindow({ closeBufferMinutes: 5, openBufferMinutes: 3 });
    expect(windowOf(exampleTask({ window: own, graceMinutes: 30 }), common)).toEqual({
      ...common,
      ...own,
      graceMinutes: 30,
    });
    expect(graceMsOf(windowOf(exampleTask({ graceMinutes: 30 }), common))).toBe(1_800_000);
  });

  test("is closed whenever the common one has a closure, whatever closures are its own", () => {
    const common = exampleWindow({
      holidays: [day("2026-06-18")],
      earlyCloses: [{ day: day("2026-06-17"), at: "12:00" }],
      blackouts: [{ from: day("2026-06-16"), to: day("2026-06-16"), reason: "maintenance" }],
    });
    const own = {
      holidays: [day("2026-07-01")],
      earlyCloses: [],
      blackouts: [{ from: at("2026-07-02T14:00Z"), to: at("2026-07-02T15:00Z"), reason: "its own" }],
    };
    const window = windowOf(exampleTask({ window: own }), common);
    expect(window.holidays).toEqual(["2026-06-18", "2026-07-01"]);
    expect(window.earlyCloses).toEqual(common.earlyCloses);
    expect(window.blackouts.map(({ reason }) => reason)).toEqual(["maintenance", "its own"]);
  });
});

test("of each limit the tighter one holds, the task's or the common one", () => {
  const common = exampleLimits({
    maxOrderNotionalUsd: 1000,
    minOrderNotionalUsd: 5,
    maxPositionFraction: 0.3,
    maxGrossFraction: 1,
  });
  const tighter = {
    maxOrderNotionalUsd: 500,
    minOrderNotionalUsd: 50,
    maxPositionFraction: 0.1,
    maxGrossFraction: 0.5,
  };
  const looser = { maxOrderNotionalUsd: 5000, minOrderNotionalUsd: 1, maxPositionFraction: 0.9, maxGrossFraction: 3 };
  expect(limitsOf(exampleTask(), common)).toBe(common);
  expect(limitsOf(exampleTask({ limits: tighter }), common)).toEqual({ ...common, ...tighter });
  expect(limitsOf(exampleTask({ limits: looser }), common)).toEqual(common);
  expect(limitsOf(exampleTask({ limits: { maxGrossFraction: 0.5 } }), common)).toEqual({
    ...common,
    maxGrossFraction: 0.5,
  });
});

test("a task has one schedule or a list of them, and is asked for all", () => {
  const [first, second] = [{ cron: "0 10 * * *" }, { cron: "0 15 * * *" }];
  const both = exampleTask({ schedule: [first, second] as never });
  expect(schedulesOf(both)).toMatchObject([first, second]);
  expect(schedulesOf(exampleTask({ schedule: first as never }))).toMatchObject([first]);
});

test("a task expires at its instant, and one without never does", () => {
  const task = exampleTask({ expiresAt: at("2026-06-15T14:00Z") });
  expect(isExpired(task, at("2026-06-15T13:59:59.999Z"))).toBe(false);
  expect(isExpired(task, at("2026-06-15T14:00Z"))).toBe(true);
  expect(isExpired(exampleTask(), at("2030-01-01T00:00Z"))).toBe(false);
});

test("the symbols of a task are its own or those of the list it names, and a list that is gone is told", () => {
  const { symbols: _, ...own } = exampleTask();
  const named = { ...own, universe: "core" };
  expect(symbolsOf(exampleTask(), { core: ["SPY"] })).toEqual(["AAA", "BBB", "CCC"]);
  expect(symbolsOf(named, { core: ["SPY"] })).toEqual(["SPY"]);
  expect(() => symbolsOf(named, {})).toThrow('task trend names the universe "core", which the settings do not hold');
});
