// Slots of each kind of schedule: intervals within the window, times by the session, several schedules at once, and the end of a task.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TradingWindow } from "../../../src/core/model/settings.ts";
import { schedulesOf, type Task, type TaskSchedule, windowOf } from "../../../src/core/model/task.ts";
import { addMs, dayMs, type Instant, instantFromMs, minuteMs, msFromInstant } from "../../../src/core/model/time.ts";
import { dueSlots, nextDue } from "../../../src/core/schedule/dueSlots.ts";
import { sessionsBetween } from "../../../src/core/schedule/tradingCalendar.ts";
import { at, day, exampleTask, exampleWindow } from "../examples.ts";
import { minutesOf, openMinutes } from "./windowOracle.ts";

const newYork = "America/New_York";
const scheduled = (schedule: Task["schedule"], more: Partial<Task> = {}) => exampleTask({ schedule, ...more });
/** The slots between two moments, as `15T14:30` in UTC. */
const slotsIn = (task: Task, from: string, to: string, window = exampleWindow()): readonly string[] =>
  dueSlots(task, window, addMs(at(from), -1), at(to)).map((slot) => slot.slice(8, 16));

describe("an interval", () => {
  const every = (everyMinutes: number, zone = newYork) => scheduled({ everyMinutes, zone });

  test("is due while the window is open only, counted from midnight and not from the open", () => {
    expect(slotsIn(every(120), "2026-06-12T00:00Z", "2026-06-15T23:59Z")).toEqual([
      ...["12T14:00", "12T16:00", "12T18:00"],
      ...["15T14:00", "15T16:00", "15T18:00"],
    ]);
  });

  test("is due at the open where that is a multiple, and not at the close", () => {
    const due = slotsIn(every(30), "2026-06-15T00:00Z", "2026-06-15T23:59Z");
    expect([due[0], due.at(-1), due.length]).toEqual(["15T13:30", "15T19:30", 13]);
  });

  test("begins anew at midnight, where the day is no multiple of it", () => {
    const allDay = exampleWindow({ extendedHours: true, ranges: [{ start: "00:00", end: "23:59" }] });
    const due = slotsIn(every(7 * 60), "2026-06-15T04:00Z", "2026-06-17T04:00Z", allDay);
    // 07:00 and 14:00 in New York; 21:00 is after the extended hours.
    expect(due).toEqual(["15T11:00", "15T18:00", "16T11:00", "16T18:00"]);
    // In India midnight comes during the session: it is the first moment of its day, four hours after the last of the day before.
    expect(slotsIn(every(20 * 60, "Asia/Kolkata"), "2026-06-15T00:00Z", "2026-06-16T00:00Z", allDay)).toEqual([
      ...["15T14:30", "15T18:30"],
    ]);
  });

  test("follows the half day, holidays, blackouts and buffers of its window", () => {
    const window = exampleWindow({
      openBufferMinutes: 1,
      blackouts: [{ from: at("2026-11-27T15:30Z"), to: at("2026-11-27T17:00Z"), reason: "maintenance" }],
    });
    expect(slotsIn(every(30), "2026-11-26T00:00Z", "2026-11-28T00:00Z", window)).toEqual([
      ...["27T15:00", "27T17:00", "27T17:30"],
    ]);
  });

  test("is due within its task's own window", () => {
    const task = scheduled(
      { everyMinutes: 60, zone: newYork },
      { window: { ranges: [{ start: "10:30", end: "12:30" }] } },
    );
    expect(slotsIn(task, "2026-06-15T00:00Z", "2026-06-16T00:00Z")).toEqual(["15T15:00", "15T16:00"]);
  });

  test("keeps to the clock of its zone when clocks change, forward and back", () => {
    const noon = every(720);
    expect(slotsIn(noon, "2026-03-06T00:00Z", "2026-03-09T23:59Z")).toEqual(["06T17:00", "09T16:00"]);
    expect(slotsIn(noon, "2026-10-30T00:00Z", "2026-11-02T23:59Z")).toEqual(["30T16:00", "02T17:00"]);
  });

  test("follows the clock through the hour that Cairo repeats, and over the one that it skips", () => {
    const window = exampleWindow({ extendedHours: true, ranges: [{ start: "00:00", end: "23:59" }] });
    const half = every(30, "Africa/Cairo");
    // 23:00 to 24:00 on Thursday 29 October comes twice there, from 16:00 to 18:00 in New York.
    expect(slotsIn(half, "2026-10-29T20:00Z", "2026-10-29T22:00Z", window)).toEqual([
      ...["29T20:00", "29T20:30", "29T21:00", "29T21:30", "29T22:00"],
    ]);
    // Midnight to one o'clock on Friday 24 April does not come.
    expect(slotsIn(every(40, "Africa/Cairo"), "2026-04-23T21:00Z", "2026-04-23T23:30Z", window)).toEqual([
      ...["23T21:20", "23T22:20", "23T23:00"],
    ]);
  });

  test("is due on the last day of the calendar too", () => {
    expect(slotsIn(every(120), "2030-12-31T00:00Z", "2031-01-02T00:00Z")).toEqual(["31T15:00", "31T17:00", "31T19:00"]);
  });

  test("of a window that never opens again is never due, and does not search for ever", () => {
    const window = exampleWindow({ weekdays: [6, 7] });
    expect(dueSlots(every(1), window, at("2026-06-15T00:00Z"), at("2030-12-31T23:59Z"))).toEqual([]);
    expect(dueSlots(every(1), exampleWindow(), at("2030-12-31T22:00Z"), at("2031-06-01T00:00Z"))).toEqual([]);
    expect(dueSlots(every(1), exampleWindow(), at("2031-01-02T15:00Z"), at("2031-01-02T16:00Z"))).toEqual([]);
  });
});

describe("a time by the session", () => {
  test.each([
    ["open", "15T13:30"],
    ["open+5m", "15T13:35"],
    ["close-10m", "15T19:50"],
    ["close", "15T20:00"],
  ])("%s is due at %s", (when, expected) => {
    expect(slotsIn(scheduled({ at: when }), "2026-06-13T00:00Z", "2026-06-15T23:59Z")).toEqual([expected]);
  });

  test("follows the change of clocks, the half day and the holiday", () => {
    const both = scheduled([{ at: "open+5m" }, { at: "close-10m" }]);
    expect(slotsIn(both, "2026-03-06T00:00Z", "2026-03-10T00:00Z")).toEqual([
      ...["06T14:35", "06T20:50", "09T13:35", "09T19:50"],
    ]);
    expect(slotsIn(both, "2026-11-25T12:00Z", "2026-11-30T15:00Z")).toEqual([
      ...["25T14:35", "25T20:50", "27T14:35", "27T17:50", "30T14:35"],
    ]);
  });

  test("is due outside the window too: whether it runs is another question", () => {
    const afternoon = exampleWindow({ ranges: [{ start: "14:00", end: "16:00" }] });
    expect(slotsIn(scheduled({ at: "open" }), "2026-06-15T00:00Z", "2026-06-15T23:59Z", afternoon)).toEqual([
      "15T13:30",
    ]);
  });

  test("is due until the calendar ends and never after it", () => {
    const task = scheduled({ at: "close" });
    expect(nextDue(task, at("2030-12-30T23:00Z"))).toBe("2030-12-31T21:00:00.000Z");
    expect(nextDue(task, at("2030-12-31T21:00Z"))).toBeUndefined();
  });
});

describe("several schedules", () => {
  test("name one slot where they name the same moment", () => {
    const task = scheduled([
      { cron: "0 10,12 * * 1-5", zone: newYork },
      { everyMinutes: 60, zone: newYork },
      { at: "open+30m" },
      { cron: "0 15 * * 1-5", zone: "Europe/London" },
    ]);
    expect(slotsIn(task, "2026-06-15T00:00Z", "2026-06-15T17:00Z")).toEqual([
      ...["15T14:00", "15T15:00", "15T16:00", "15T17:00"],
    ]);
  });

  test("go on without one that is never due", () => {
    const task = scheduled([{ cron: "0 10 30 2 *", zone: newYork }, { at: "open" }]);
    expect(nextDue(task, at("2026-06-15T00:00Z"))).toBe("2026-06-15T13:30:00.000Z");
    expect(nextDue(scheduled({ cron: "0 10 30 2 *", zone: newYork }), at("2026-06-15T00:00Z"))).toBeUndefined();
  });
});

describe("a task that expires", () => {
  const task = scheduled({ cron: "0 10 * * *", zone: "UTC" }, { expiresAt: at("2026-06-16T10:00Z") });

  test("is due before that instant, and neither at it nor after it", () => {
    expect(slotsIn(task, "2026-06-14T00:00Z", "2026-06-18T00:00Z")).toEqual(["14T10:00", "15T10:00"]);
    expect(nextDue(task, at("2026-06-15T09:00Z"))).toBe("2026-06-15T10:00:00.000Z");
    expect(nextDue(task, at("2026-06-15T10:00Z"))).toBeUndefined();
  });

  test("of which no schedule is ever due is never due", () => {
    const never = scheduled({ cron: "0 10 30 2 *", zone: "UTC" }, { expiresAt: at("2026-06-16T10:00Z") });
    expect(nextDue(never, at("2026-06-15T09:00Z"))).toBeUndefined();
  });
});

describe("whatever the schedules and the window", () => {
  const zones = [newYork, "Europe/London", "Asia/Kolkata", "Africa/Cairo"];
  const crons = ["*/20 9-16 * * 1-5", "30 2 * * *", "0 0 1 * *", "15 14 * * 1-5", "*/45 * * * *"];
  const one: fc.Arbitrary<TaskSchedule> = fc.oneof(
    fc.record({ cron: fc.constantFrom(...crons), zone: fc.constantFrom(...zones) }),
    fc.record({ everyMinutes: fc.constantFrom(17, 30, 45, 90, 240, 1440), zone: fc.constantFrom(...zones) }),
    fc.constantFrom("open", "open+5m", "open+120m", "close-10m", "close").map((when) => ({ at: when })),
  );
  const schedules = fc.array(one, { minLength: 1, maxLength: 3 });
  const window = fc.record({
    zone: fc.constantFrom(...zones),
    ranges: fc.constantFrom<TradingWindow["ranges"]>(
      [{ start: "09:30", end: "16:00" }],
      [{ start: "00:00", end: "23:59" }],
      [
        { start: "01:30", end: "10:00" },
        { start: "14:45", end: "20:20" },
      ],
    ),
    weekdays: fc.constantFrom<TradingWindow["weekdays"]>([1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6, 7], [2, 4]),
    openBufferMinutes: fc.constantFrom(0, 3),
    closeBufferMinutes: fc.constantFrom(0, 10),
    extendedHours: fc.boolean(),
  });
  const starts = ["2026-03-05T05:00Z", "2026-10-28T04:00Z", "2026-11-25T05:00Z", "2026-04-22T04:00Z"];
  const days = 5;

  test("intervals are due at every minute that is a multiple on the clock while the window is open, and at no other", () => {
    fc.assert(
      fc.property(fc.constantFrom(...starts), one, window, (start, schedule, changes) => {
        if (!("everyMinutes" in schedule)) return;
        const [fromMs, untilMs] = [msFromInstant(at(start)), msFromInstant(at(start)) + days * dayMs];
        const open = openMinutes(exampleWindow(changes), fromMs, untilMs);
        const expected = minutesOf(schedule.zone, fromMs, untilMs).flatMap(({ ms, time }, index) => {
          const minute = Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
          return open[index] === true && minute % schedule.everyMinutes === 0 ? [instantFromMs(ms)] : [];
        });
        const found = dueSlots(
          scheduled(schedule),
          exampleWindow(changes),
          addMs(at(start), -1),
          instantFromMs(untilMs - 1),
          1e5,
        );
        expect(found).toEqual(expected);
      }),
      { numRuns: 25 },
    );
  });

  test("times by the session are due once a session, in it or at its ends", () => {
    const sessions = sessionsBetween(day("2026-01-02"), day("2026-12-31"));
    for (const when of ["open", "open+389m", "close-389m", "close"]) {
      const due = dueSlots(scheduled({ at: when }), exampleWindow(), at("2026-01-01T00:00Z"), at("2027-01-01T00:00Z"));
      const close = when.startsWith("close");
      const minutes = Number.parseInt(when.slice(close ? 5 : 4) || "0", 10);
      expect(due).toEqual(sessions.map(({ openAt, closeAt }) => addMs(close ? closeAt : openAt, minutes * minuteMs)));
    }
  });

  test("several are due when one of them is, each moment once and in order", () => {
    fc.assert(
      fc.property(fc.constantFrom(...starts), schedules, window, (start, several, changes) => {
        const found = (schedule: Task["schedule"]): readonly Instant[] =>
          dueSlots(scheduled(schedule), exampleWindow(changes), at(start), addMs(at(start), days * dayMs), 1e5);
        expect(found(several)).toEqual([...new Set(several.flatMap((schedule) => found(schedule)))].sort());
      }),
      { numRuns: 25 },
    );
  });

  test("nothing is due before the next due moment that is told, whatever the window is changed to", () => {
    const moment = fc.integer({ min: 0, max: days * 1440 * 60_000 });
    fc.assert(
      fc.property(fc.constantFrom(...starts), moment, schedules, window, (start, offset, several, changes) => {
        const task = scheduled(several);
        const after = addMs(at(start), offset);
        const next = nextDue(task, after);
        const [first] = dueSlots(task, exampleWindow(changes), after, addMs(after, 8 * dayMs), 1);
        if (first === undefined) return;
        if (next === undefined || next > first) expect.fail(`${first} is due before ${next}`);
        expect(next > after).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  test("come exactly once over any ticks, late or doubled or missing, as the agenda moves on", () => {
    const ticks = fc.array(fc.integer({ min: 0, max: days * 1440 }), { minLength: 1, maxLength: 25 });
    fc.assert(
      fc.property(fc.constantFrom(...starts), ticks, schedules, window, (start, minutes, several, changes) => {
        const task = scheduled(several);
        const common = exampleWindow(changes);
        const found: Instant[] = [];
        let dueAt = nextDue(task, addMs(at(start), -1));
        for (const minute of minutes) {
          const now = addMs(at(start), minute * minuteMs);
          if (dueAt === undefined || dueAt > now) continue;
          found.push(...dueSlots(task, common, addMs(dueAt, -1), now, 1e5));
          dueAt = nextDue(task, now);
        }
        const last = addMs(at(start), Math.max(...minutes) * minuteMs);
        expect(found).toEqual(dueSlots(task, common, addMs(at(start), -1), last, 1e5));
      }),
      { numRuns: 25 },
    );
  });

  test("a task's own window takes the place of the common one, field by field", () => {
    fc.assert(
      fc.property(fc.constantFrom(...starts), window, window, (start, common, own) => {
        const task = scheduled({ everyMinutes: 15, zone: newYork }, { window: own });
        const slots = (of: Task, by: TradingWindow) => dueSlots(of, by, at(start), addMs(at(start), 3 * dayMs));
        const merged = windowOf(task, exampleWindow(common));
        expect(schedulesOf(task)).toHaveLength(1);
        expect(slots(task, exampleWindow(common))).toEqual(slots(scheduled(task.schedule), merged));
      }),
      { numRuns: 20 },
    );
  });
});
