// Slots: which are due, each exactly once however ticks come.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addMs, dayMs, type Instant, minuteMs } from "../../../src/core/model/time.ts";
import { dueSlots, nextDue } from "../../../src/core/schedule/dueSlots.ts";
import { at, everyMinute, exampleTask, exampleWindow } from "../examples.ts";

const scheduled = (cron: string, zone = "America/New_York") => exampleTask({ schedule: { cron, zone } });
const window = exampleWindow();
const minutes = (slots: readonly Instant[]): readonly string[] => slots.map((slot) => slot.slice(0, 16));

describe("due slots", () => {
  test("are those after the last one and up to now, in the task's zone", () => {
    const due = dueSlots(scheduled("0 10,15 * * 1-5"), window, at("2026-06-12T14:00Z"), at("2026-06-15T14:00Z"));
    expect(minutes(due)).toEqual(["2026-06-12T19:00", "2026-06-15T14:00"]);
  });

  test("do not include the one already done, nor one a millisecond ahead", () => {
    expect(dueSlots(scheduled("0 10 * * *"), window, at("2026-06-15T14:00Z"), at("2026-06-16T13:59:59.999Z"))).toEqual(
      [],
    );
  });

  test("are none when the clock has gone back", () => {
    expect(dueSlots(exampleTask(everyMinute()), window, at("2026-06-15T14:00Z"), at("2026-06-15T13:00Z"))).toEqual([]);
  });

  test.each([
    ["skipped by the change of clocks is due when the clocks have changed", "30 2 * * *", "2026-03-08", ["07:00"]],
    ["in a list and skipped is due then too", "30 2,14 * * *", "2026-03-08", ["07:00", "18:30"]],
    ["repeated by the change of clocks is due the first time only", "30 1 * * *", "2026-11-01", ["05:30"]],
    ["in a list and repeated is due the first time only", "30 1,14 * * *", "2026-11-01", ["05:30", "19:30"]],
  ])("a time of day %s", (_, cron, date, times) => {
    const from = at(`${date}T04:59Z`);
    expect(minutes(dueSlots(scheduled(cron), window, from, addMs(from, dayMs)))).toEqual(
      times.map((time) => `${date}T${time}`),
    );
  });

  test("an interval goes on through both of the repeated hours", () => {
    const due = dueSlots(scheduled("*/30 * * * *"), window, at("2026-11-01T04:59Z"), at("2026-11-01T07:00Z"));
    expect(minutes(due).map((text) => text.slice(11))).toEqual(["05:00", "05:30", "06:00", "06:30", "07:00"]);
  });

  test("after a gap of weeks come in portions, oldest first, and none is lost", () => {
    const [from, to] = [at("2026-05-01T12:00Z"), at("2026-06-01T12:00Z")];
    const task = scheduled("*/5 9-16 * * 1-5");
    const whole = dueSlots(task, window, from, to, 10_000);
    const portions: Instant[] = [];
    for (
      let after = from, got = dueSlots(task, window, after, to);
      got.length > 0;
      got = dueSlots(task, window, after, to)
    ) {
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
          found.push(...dueSlots(task, window, found.at(-1) ?? start, addMs(start, tick * minuteMs), 5000));
        }
        const last = addMs(start, Math.max(...ticks) * minuteMs);
        expect(found).toEqual(dueSlots(task, window, start, last, 5000));
        expect(new Set(found).size).toBe(found.length);
        expect(found).toEqual([...found].sort());
      }),
      { numRuns: 60 },
    );
  });

  test("the next slot is the first of those that come due", () => {
    expect(nextDue(scheduled("0 10 * * 1-5"), at("2026-06-12T14:00Z"))).toBe("2026-06-15T14:00:00.000Z");
    expect(nextDue(scheduled("0 10 30 2 *"), at("2026-06-12T14:00Z"))).toBeUndefined();
  });
});
