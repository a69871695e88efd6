// Slots: which are due, each exactly once however ticks come, and what becomes of one.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addMs, dayMs, type Instant, minuteMs, msFromInstant } from "../../../src/core/model/time.ts";
import { dueSlots, judgeSlot, nextSlot, scheduleFault } from "../../../src/core/schedule/dueSlots.ts";
import { at, day, everyMinute, exampleControl, exampleTask, exampleWindow } from "../examples.ts";

const scheduled = (cron: string, zone = "America/New_York") => exampleTask({ schedule: { cron, zone } });
const minutes = (slots: readonly Instant[]): readonly string[] => slots.map((slot) => slot.slice(0, 16));

describe("due slots", () => {
  test("are those after the last one and up to now, in the task's zone", () => {
    const due = dueSlots(scheduled("0 10,15 * * 1-5"), at("2026-06-12T14:00Z"), at("2026-06-15T14:00Z"));
    expect(minutes(due)).toEqual(["2026-06-12T19:00", "2026-06-15T14:00"]);
  });

  test("do not include the one already done, nor one a millisecond ahead", () => {
    expect(dueSlots(scheduled("0 10 * * *"), at("2026-06-15T14:00Z"), at("2026-06-16T13:59:59.999Z"))).toEqual([]);
  });

  test("are none when the clock has gone back", () => {
    expect(dueSlots(exampleTask(everyMinute()), at("2026-06-15T14:00Z"), at("2026-06-15T13:00Z"))).toEqual([]);
  });

  test.each([
    ["skipped by the change of clocks is due when the clocks have changed", "30 2 * * *", "2026-03-08", ["07:00"]],
    ["in a list and skipped is due then too", "30 2,14 * * *", "2026-03-08", ["07:00", "18:30"]],
    ["repeated by the change of clocks is due the first time only", "30 1 * * *", "2026-11-01", ["05:30"]],
    ["in a list and repeated is due the first time only", "30 1,14 * * *", "2026-11-01", ["05:30", "19:30"]],
  ])("a time of day %s", (_, cron, date, times) => {
    const from = at(`${date}T04:59Z`);
    expect(minutes(dueSlots(scheduled(cron), from, addMs(from, dayMs)))).toEqual(
      times.map((time) => `${date}T${time}`),
    );
  });

  test("an interval goes on through both of the repeated hours", () => {
    const due = dueSlots(scheduled("*/30 * * * *"), at("2026-11-01T04:59Z"), at("2026-11-01T07:00Z"));
    expect(minutes(due).map((text) => text.slice(11))).toEqual(["05:00", "05:30", "06:00", "06:30", "07:00"]);
  });

  test("after a gap of weeks come in portions, oldest first, and none is lost", () => {
    const [from, to] = [at("2026-05-01T12:00Z"), at("2026-06-01T12:00Z")];
    const task = scheduled("*/5 9-16 * * 1-5");
    const whole = dueSlots(task, from, to, 10_000);
    const portions: Instant[] = [];
    for (let after = from, got = dueSlots(task, after, to); got.length > 0; got = dueSlots(task, after, to)) {
      expect(got.length).toBeLessThanOrEqual(500);
      portions.push(...got);
      after = got.at(-1) ?? after;
    }
    expect(portions).toEqual(whole);
    expect(whole.length).toBeGreaterThan(1500);
  });

  test("come exactly once over any ticks: late, doubled, missing", () => {
    const start = at("2026-10-30T00:00Z");
    const crons = ["*/7 * * * *", "15 9-16 * * 1-5", "30 1 * * *", "0 0 1 * *", "59 23 * * 0"];
    const zones = ["America/New_York", "UTC", "Australia/Lord_Howe"];
    const tickMinutes = fc.array(fc.integer({ min: 0, max: 5 * 1440 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(fc.constantFrom(...crons), fc.constantFrom(...zones), tickMinutes, (cron, zone, ticks) => {
        const task = scheduled(cron, zone);
        const found: Instant[] = [];
        for (const tick of ticks) {
          found.push(...dueSlots(task, found.at(-1) ?? start, addMs(start, tick * minuteMs), 5000));
        }
        const last = addMs(start, Math.max(...ticks) * minuteMs);
        expect(found).toEqual(dueSlots(task, start, last, 5000));
        expect(new Set(found).size).toBe(found.length);
        expect(found).toEqual([...found].sort());
      }),
      { numRuns: 60 },
    );
  });

  test("the next slot is the first of those that come due", () => {
    expect(nextSlot(scheduled("0 10 * * 1-5"), at("2026-06-12T14:00Z"))).toBe("2026-06-15T14:00:00.000Z");
    expect(nextSlot(scheduled("0 10 30 2 *"), at("2026-06-12T14:00Z"))).toBeUndefined();
  });
});

describe("a cron expression", () => {
  test.each([["*/5 9-16 * * 1-5"], ["0 10 L * *"], ["30 15 * * MON-FRI"]])("%s is fine", (cron) => {
    expect(scheduleFault(cron, "America/New_York")).toBeUndefined();
  });

  test.each([
    ["0 */5 * * * *", "must have five fields: minute, hour, day of month, month, weekday"],
    ["@daily", "must have five fields: minute, hour, day of month, month, weekday"],
    ["61 * * * *", "Invalid value for minute: 61"],
    ["0 10 30 2 *", "is never due"],
  ])("%s is refused: %s", (cron, fault) => {
    expect(scheduleFault(cron, "America/New_York")).toBe(fault);
  });
});

describe("a slot that is due", () => {
  const judge = (changes: Partial<Parameters<typeof judgeSlot>[0]> = {}) =>
    judgeSlot({
      slot: at("2026-06-15T14:00Z"),
      now: at("2026-06-15T14:00:01Z"),
      graceMinutes: 5,
      newestDue: true,
      task: exampleTask(),
      control: exampleControl(),
      window: exampleWindow(),
      ...changes,
    });

  test("runs", () => expect(judge()).toEqual({ kind: "run" }));

  test("runs at the end of its grace and is missed a moment later", () => {
    expect(judge({ now: at("2026-06-15T14:05Z") })).toEqual({ kind: "run" });
    expect(judge({ now: at("2026-06-15T14:05:00.001Z") })).toMatchObject({ state: "missed", code: "MISSED" });
  });

  test.each([
    [
      "is missed when a newer one is due as well: nothing is made up for",
      { newestDue: false },
      { state: "missed", code: "MISSED", reason: "superseded: a newer slot of the task was due as well" },
    ],
    [
      "is blocked while the automation is stopped, by whom and why",
      { control: exampleControl({ automation: "stopped", actor: "operator", reason: "maintenance" }) },
      { state: "blocked", code: "STOPPED", reason: "the automation was stopped by operator: maintenance" },
    ],
    [
      "is blocked while its task is disabled",
      { task: exampleTask({ enabled: false }) },
      { state: "blocked", code: "TASK_DISABLED", reason: 'task "trend" is disabled' },
    ],
    [
      "is skipped outside the window, naming the next open",
      { slot: at("2026-06-15T13:25Z"), now: at("2026-06-15T13:25Z") },
      {
        state: "skipped",
        code: "WINDOW_CLOSED",
        reason: "before the window opens at 09:30 New York; next open Mon 2026-06-15 09:30 New York",
      },
    ],
    [
      "is skipped on a half day after 13:00 New York, naming the next open",
      { slot: at("2026-11-27T18:00Z"), now: at("2026-11-27T18:00Z") },
      {
        state: "skipped",
        code: "WINDOW_CLOSED",
        reason: "half day: closed at 13:00 New York; next open Mon 2026-11-30 09:30 New York",
      },
    ],
    [
      "is skipped on an extra holiday",
      { window: exampleWindow({ holidays: [day("2026-06-15")] }) },
      { state: "skipped", code: "HOLIDAY" },
    ],
    [
      "is skipped, not missed, when the window was closed at its time, however late it is looked at",
      { slot: at("2026-06-13T14:00Z"), now: at("2026-06-15T14:00Z") },
      { state: "skipped", code: "WINDOW_CLOSED" },
    ],
    [
      "is skipped when the window has closed since",
      { slot: at("2026-06-15T19:58Z"), now: at("2026-06-15T20:01Z") },
      { state: "skipped", code: "WINDOW_CLOSED" },
    ],
  ])("%s", (_, changes, expected) => {
    expect(judge(changes)).toMatchObject({ kind: "end", ...expected });
  });

  test("has exactly one end whatever the circumstances, and runs only when each allows it", () => {
    const around = fc.integer({ min: -3 * 1440, max: 3 * 1440 });
    const circumstances = fc.record({
      offset: around,
      late: fc.integer({ min: 0, max: 30 }),
      newestDue: fc.boolean(),
      enabled: fc.boolean(),
      started: fc.boolean(),
    });
    fc.assert(
      fc.property(circumstances, ({ offset, late, newestDue, enabled, started }) => {
        const slot = addMs(at("2026-06-15T14:00Z"), offset * minuteMs);
        const now = addMs(slot, late * minuteMs);
        const control = exampleControl({ automation: started ? "started" : "stopped" });
        const judgement = judge({ slot, now, newestDue, control, task: exampleTask({ enabled }) });
        if (judgement.kind === "end") expect(judgement.reason).not.toBe("");
        else {
          expect({ newestDue, enabled, started }).toEqual({ newestDue: true, enabled: true, started: true });
          expect(msFromInstant(now) - msFromInstant(slot)).toBeLessThanOrEqual(5 * minuteMs);
        }
      }),
    );
  });
});
