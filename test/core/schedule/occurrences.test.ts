// When a task is due next, told in its own zone, with the window's verdict.
import { describe, expect, test } from "vitest";
import { tradingWindowSchema } from "../../../src/core/model/settings.ts";
import { taskSchema } from "../../../src/core/model/task.ts";
import { addMs, parseInstant } from "../../../src/core/model/time.ts";
import { occurrencesOf, scheduleEnd } from "../../../src/core/schedule/occurrences.ts";

const window = tradingWindowSchema.parse({
  zone: "America/New_York",
  weekdays: [1, 2, 3, 4, 5],
  ranges: [{ start: "09:30", end: "16:00" }],
});
const task = (schedule: unknown, more: object = {}) =>
  taskSchema.parse({
    id: "t",
    name: "T",
    schedule,
    symbols: ["SPY"],
    strategies: [{ name: "targetWeights", params: { weights: { SPY: 1 } } }],
    sizing: { method: "percentOfEquity", equityFraction: 0.5 },
    ...more,
  });
const next = (given: ReturnType<typeof task>, after: string, count: number) => {
  const from = parseInstant(after);
  if (from === undefined) throw new Error(after);
  return occurrencesOf(given, window, from, count);
};

describe("the next occurrences", () => {
  test("are told in the schedule's zone with its offset, before and after the clocks change", () => {
    const daily = task({ cron: "0 10 * * *", zone: "America/New_York" });
    expect(next(daily, "2026-03-06T20:00:00Z", 3).map(({ slot, local }) => [slot, local])).toEqual([
      ["2026-03-07T15:00:00.000Z", "2026-03-07T10:00:00-05:00"],
      ["2026-03-08T14:00:00.000Z", "2026-03-08T10:00:00-04:00"],
      ["2026-03-09T14:00:00.000Z", "2026-03-09T10:00:00-04:00"],
    ]);
  });

  test("tell zones ahead of UTC by half hours", () => {
    const kolkata = task({ cron: "0 20 * * 1-5", zone: "Asia/Kolkata" });
    expect(next(kolkata, "2026-06-15T00:00:00Z", 1)).toMatchObject([
      {
        local: "2026-06-15T20:00:00+05:30",
        zone: "Asia/Kolkata",
        verdict: { open: true, until: "2026-06-15T20:00:00.000Z" },
      },
    ]);
  });

  test("carry the verdict of the task's own window, and why it is closed", () => {
    const own = task({ cron: "0 10 * * *" }, { window: { weekdays: [1] } });
    expect(next(own, "2026-06-14T00:00:00Z", 3).map(({ verdict }) => verdict)).toMatchObject([
      { open: false, code: "WINDOW_CLOSED", reason: expect.stringContaining("weekend") },
      { open: true },
      { open: false, reason: expect.stringContaining("closed on Tuesdays") },
    ]);
  });

  test("of several schedules come in order, a moment that two of them name once", () => {
    const several = task([{ at: "open+5m" }, { cron: "35 9,12 * * *", zone: "America/New_York" }, { at: "close-10m" }]);
    expect(next(several, "2026-06-15T00:00:00Z", 4).map(({ local, zone }) => `${local.slice(0, 16)} ${zone}`)).toEqual([
      "2026-06-15T09:35 America/New_York",
      "2026-06-15T12:35 America/New_York",
      "2026-06-15T15:50 America/New_York",
      "2026-06-16T09:35 America/New_York",
    ]);
  });

  test("fail where the window cannot be judged: only one that never opens again is told as closed", () => {
    const daily = task({ cron: "0 10 * * *", zone: "America/New_York" });
    const broken = { ...window, weekdays: undefined } as unknown as typeof window;
    expect(() => occurrencesOf(daily, broken, addMs(scheduleEnd, -86_400_000), 1)).toThrow(TypeError);
  });

  test("end where the task expires and where the calendar does", () => {
    expect(
      next(task({ cron: "0 10 * * *" }, { expiresAt: "2026-06-16T12:00:00Z" }), "2026-06-15T00:00:00Z", 9),
    ).toHaveLength(1);
    const last = occurrencesOf(task({ cron: "0 20 * * *" }), window, addMs(scheduleEnd, -86_400_000), 9);
    expect(last).toMatchObject([{ slot: scheduleEnd, verdict: { open: false, code: "WINDOW_CLOSED" } }]);
  });
});
