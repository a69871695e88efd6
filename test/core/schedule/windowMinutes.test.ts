// The trading window at every minute of the weeks in which clocks change and of half days, held against the oracle.
import fc from "fast-check";
import { DateTime } from "luxon";
import { describe, expect, test } from "vitest";
import type { TradingWindow } from "../../../src/core/model/settings.ts";
import { addMs, dayMs, type Instant, instantFromMs, minuteMs, msFromInstant } from "../../../src/core/model/time.ts";
import { decideWindow } from "../../../src/core/schedule/tradingWindow.ts";
import { at, day, exampleWindow } from "../examples.ts";
import { openMinutes } from "./windowOracle.ts";

/** From midnight in New York; half days and the changes of clocks there and elsewhere. */
const spans = [
  ["the week in which clocks go forward in New York", "2026-03-05T05:00Z", 7],
  ["the week in which clocks go back in New York", "2026-10-29T04:00Z", 7],
  ["the week in which clocks go forward in London", "2026-03-26T04:00Z", 6],
  ["the week in which clocks go forward in Cairo", "2026-04-22T04:00Z", 3],
  ["the half day after Thanksgiving", "2026-11-26T05:00Z", 2],
  ["the half day before Christmas", "2026-12-24T05:00Z", 2],
] as const;
/** So that the next open can be seen: no window of these tests is closed for longer, unless for good. */
const lookAheadMs = 8 * dayMs;

function check(window: TradingWindow, from: Instant, days: number): { readonly open: number; readonly closed: number } {
  const fromMs = msFromInstant(from);
  const count = { open: 0, closed: 0 };
  const untilMs = fromMs + days * dayMs;
  const isOpen = openMinutes(window, fromMs, untilMs + lookAheadMs);
  let change = isOpen.length;
  const changes = isOpen.map(() => 0);
  for (let index = isOpen.length - 1; index >= 0; index--) {
    changes[index] = change;
    if (isOpen[index] !== isOpen[index - 1]) change = index;
  }
  for (let ms = fromMs, index = 0; ms < untilMs; ms += minuteMs, index++) {
    const instant = instantFromMs(ms);
    const decision = decide(window, instant);
    const next = decision === undefined ? undefined : decision.open ? decision.until : decision.nextOpenAt;
    const place = changes[index] ?? isOpen.length;
    const expected = place < isOpen.length ? instantFromMs(fromMs + place * minuteMs) : undefined;
    if ((decision?.open ?? false) !== isOpen[index])
      expect.fail(`${instant} must be ${isOpen[index] ? "open" : "closed"}`);
    if (expected !== undefined && next !== expected) expect.fail(`${instant} announces ${next} instead of ${expected}`);
    if (expected === undefined && next !== undefined && msFromInstant(next) < untilMs + lookAheadMs)
      expect.fail(`${instant} announces ${next}, at which nothing changes`);
    count[isOpen[index] ? "open" : "closed"]++;
  }
  return count;
}

/** Undefined for a window that never opens again. */
function decide(window: TradingWindow, instant: Instant): ReturnType<typeof decideWindow> | undefined {
  try {
    return decideWindow(window, instant);
  } catch (failure) {
    if (failure instanceof RangeError) return undefined;
    throw failure;
  }
}

const windows: readonly (readonly [string, Partial<TradingWindow>])[] = [
  ["New York's session", {}],
  ["New York's session with buffers", { openBufferMinutes: 2, closeBufferMinutes: 10 }],
  [
    "a morning and an afternoon",
    {
      ranges: [
        { start: "09:45", end: "11:30" },
        { start: "13:15", end: "15:50" },
      ],
    },
  ],
  ["extended hours", { extendedHours: true, ranges: [{ start: "00:00", end: "23:59" }], openBufferMinutes: 7 }],
  ["London's afternoon", { zone: "Europe/London", ranges: [{ start: "14:30", end: "20:00" }] }],
  [
    "Tokyo, through midnight",
    {
      zone: "Asia/Tokyo",
      weekdays: [2, 3, 4, 5, 6],
      ranges: [
        { start: "00:00", end: "04:30" },
        { start: "22:45", end: "23:59" },
      ],
    },
  ],
  [
    "Cairo's change of clocks in extended hours",
    {
      zone: "Africa/Cairo",
      extendedHours: true,
      weekdays: [1, 2, 3, 4, 5, 6, 7],
      ranges: [
        { start: "00:30", end: "02:00" },
        { start: "22:30", end: "23:30" },
      ],
    },
  ],
  [
    "an early close of its own",
    {
      earlyCloses: [
        { day: day("2026-03-09"), at: "12:00" },
        { day: day("2026-11-02"), at: "15:00" },
      ],
      closeBufferMinutes: 5,
    },
  ],
  [
    "blackouts by day and by the minute",
    {
      blackouts: [
        { from: day("2026-03-09"), to: day("2026-03-10"), reason: "two days" },
        { from: at("2026-11-02T15:00Z"), to: at("2026-11-03T16:30Z"), reason: "some hours" },
      ],
    },
  ],
  ["holidays of its own and two weekdays", { holidays: [day("2026-03-10"), day("2026-11-03")], weekdays: [2, 4] }],
];

describe.each(spans)("every minute of %s", (_, from, days) => {
  test.each(windows)("is decided as the clocks say, with the right end or next open: %s", (_name, changes) => {
    const { open, closed } = check(exampleWindow(changes), at(from), days);
    expect(open + closed).toBe(days * 1440);
    expect(closed).toBeGreaterThan(0);
  });
});

test("the windows are open for some minutes of the weeks, so that the comparison says something", () => {
  const openIn = (window: TradingWindow, from: Instant, days: number): number =>
    openMinutes(window, msFromInstant(from), msFromInstant(from) + days * dayMs).filter((isOpen) => isOpen).length;
  for (const [name, changes] of windows) {
    const open = spans.reduce((sum, [, from, days]) => sum + openIn(exampleWindow(changes), at(from), days), 0);
    expect([name, open > 300]).toEqual([name, true]);
  }
});

describe("any window", () => {
  const zones = [
    "America/New_York",
    "Europe/London",
    "Asia/Tokyo",
    "Asia/Kolkata",
    "Australia/Sydney",
    "America/St_Johns",
    "UTC",
  ];
  const time = fc
    .integer({ min: 0, max: 1439 })
    .map((minute) => DateTime.fromMillis(minute * minuteMs, { zone: "UTC" }).toFormat("HH:mm"));
  const ranges = fc
    .uniqueArray(time, { minLength: 2, maxLength: 6 })
    .map((times) => times.sort().slice(0, times.length - (times.length % 2)))
    .map((times) =>
      times.flatMap((start, index) => (index % 2 === 0 ? [{ start, end: times[index + 1] ?? "23:59" }] : [])),
    );
  const within = (from: Instant, days: number) => {
    const someDay = fc.integer({ min: 0, max: days }).map((offset) => day(addMs(from, offset * dayMs).slice(0, 10)));
    const instants = fc.tuple(fc.integer({ min: 0, max: days * 1440 }), fc.integer({ min: 0, max: 600 }));
    const blackout = fc.oneof(
      someDay.map((on) => ({ from: on, to: on, reason: "a day" })),
      instants.map(([start, length]) => ({
        from: addMs(from, start * minuteMs),
        to: addMs(from, (start + length) * minuteMs),
        reason: "a while",
      })),
    );
    return fc.record({
      zone: fc.constantFrom(...zones),
      weekdays: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 3 }),
      ranges,
      holidays: fc.array(someDay, { maxLength: 1 }),
      earlyCloses: fc.array(fc.record({ day: someDay, at: time }), { maxLength: 2 }),
      blackouts: fc.array(blackout, { maxLength: 3 }),
      openBufferMinutes: fc.constantFrom(0, 0, 1, 30),
      closeBufferMinutes: fc.constantFrom(0, 0, 5, 120),
      extendedHours: fc.boolean(),
    });
  };

  test.each(spans)("is decided as the clocks say at every minute of %s", { timeout: 60_000 }, (_, from, days) => {
    fc.assert(
      fc.property(within(at(from), days), (changes) => {
        check(exampleWindow(changes), at(from), days);
      }),
      { numRuns: 8 },
    );
  });
});
