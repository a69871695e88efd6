// The window narrowed to what the broker's calendar allows as well.
import { describe, expect, test } from "vitest";
import { tradingWindowSchema } from "../../../src/core/model/settings.ts";
import type { Instant, TradingDay } from "../../../src/core/model/time.ts";
import { compareCalendars, type SessionHours } from "../../../src/core/schedule/calendarCheck.ts";
import { stricterWindow } from "../../../src/core/schedule/stricterWindow.ts";
import { sessionsBetween } from "../../../src/core/schedule/tradingCalendar.ts";
import { decideWindow } from "../../../src/core/schedule/tradingWindow.ts";

const today = "2026-06-15" as TradingDay;
const at = (time: string): Instant => `2026-06-15T${time}:00.000Z` as Instant;
const builtIn = sessionsBetween(today, "2026-06-19" as TradingDay);
const windowIn = (zone: string, more: object = {}) =>
  tradingWindowSchema.parse({ zone, weekdays: [1, 2, 3, 4, 5], ranges: [{ start: "00:00", end: "23:59" }], ...more });
const newYork = windowIn("America/New_York");

/** The window where the broker's hours of today are these. */
const narrowed = (window: typeof newYork, openAt: Instant, closeAt: Instant) => {
  const atBroker: SessionHours[] = [{ day: today, openAt, closeAt }, ...builtIn.slice(1)];
  return stricterWindow(window, compareCalendars(builtIn, atBroker));
};

describe("today", () => {
  test("is open only while both calendars are", () => {
    const window = narrowed(newYork, at("14:30"), at("17:00"));
    expect(decideWindow(window, at("14:29")).open).toBe(false);
    expect(decideWindow(window, at("14:30"))).toMatchObject({ open: true, until: at("17:00") });
  });

  test("keeps the buffers before the broker's close and after its open", () => {
    const window = narrowed(
      windowIn("Europe/London", { openBufferMinutes: 10, closeBufferMinutes: 5 }),
      at("14:30"),
      at("17:00"),
    );
    expect(decideWindow(window, at("14:39")).open).toBe(false);
    expect(decideWindow(window, at("14:40"))).toMatchObject({ open: true, until: at("16:55") });
  });

  test("is never longer than the built-in session or the window's own hours", () => {
    const window = narrowed(
      windowIn("America/New_York", { ranges: [{ start: "10:00", end: "15:00" }] }),
      at("12:00"),
      at("22:00"),
    );
    expect([window.start, window.end]).toEqual(["10:00", "15:00"]);
    expect(decideWindow(narrowed(newYork, at("12:00"), at("22:00")), at("15:00"))).toMatchObject({
      until: at("20:00"),
    });
  });

  test.each([
    ["miss the window's", windowIn("America/New_York", { ranges: [{ start: "14:00", end: "15:00" }] }), at("17:00")],
    ["pass midnight in its zone", windowIn("Asia/Tokyo"), at("17:00")],
  ])("is a holiday where the broker's hours %s", (_, window, closeAt) => {
    const stricter = narrowed(window, at("13:30"), closeAt);
    expect(stricter.holidays).toEqual([today]);
    expect(decideWindow(stricter, at("14:00"))).toMatchObject({ open: false, code: "HOLIDAY" });
  });

  test("stays a window that the settings would allow", () => {
    const window = narrowed(newYork, at("14:30"), at("17:00"));
    expect(tradingWindowSchema.parse(window)).toEqual(window);
  });
});

test("another day's closure is a holiday, another day's hours change nothing today", () => {
  const [, tuesday, wednesday, thursday] = builtIn;
  const short = { ...(wednesday as SessionHours), closeAt: "2026-06-17T17:00:00.000Z" as Instant };
  const atBroker = [builtIn[0], short, thursday].filter((each) => each !== undefined);
  expect(stricterWindow(newYork, compareCalendars(builtIn, atBroker))).toEqual({
    ...newYork,
    holidays: [tuesday?.day],
  });
});

test("without differences it is the same window", () => {
  expect(stricterWindow(newYork, [])).toBe(newYork);
});
