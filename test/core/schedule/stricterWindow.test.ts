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

  test.each([
    ["the built-in session", newYork, at("20:00")],
    [
      "the window's own hours",
      windowIn("America/New_York", { ranges: [{ start: "10:00", end: "15:00" }] }),
      at("19:00"),
    ],
  ])("is never longer than %s", (_, window, until) => {
    expect(decideWindow(narrowed(window, at("12:00"), at("22:00")), at("15:00"))).toMatchObject({ until });
  });

  test("is closed where the broker's hours miss the window's", () => {
    const afternoon = windowIn("America/New_York", { ranges: [{ start: "14:00", end: "15:00" }] });
    expect(decideWindow(narrowed(afternoon, at("13:30"), at("17:00")), at("14:00"))).toMatchObject({
      open: false,
      code: "BLACKOUT",
      reason: "blackout: the broker's calendar closes at 17:00 UTC",
      nextOpenAt: "2026-06-16T18:00:00.000Z",
    });
  });

  test("is narrowed in a zone in which it passes midnight", () => {
    const window = narrowed(windowIn("Asia/Tokyo", { weekdays: [1, 2] }), at("14:00"), at("17:00"));
    expect(decideWindow(window, at("13:59")).open).toBe(false);
    // Up to 23:59 in Tokyo, and again from midnight on.
    expect(decideWindow(window, at("14:00"))).toMatchObject({ until: at("14:59") });
    expect(decideWindow(window, at("15:00"))).toMatchObject({ until: at("17:00") });
  });

  test("has no extended hours outside the broker's", () => {
    const window = narrowed(windowIn("America/New_York", { extendedHours: true }), at("13:30"), at("17:00"));
    expect(decideWindow(window, at("12:00"))).toMatchObject({ open: false, nextOpenAt: at("13:30") });
    expect(decideWindow(window, at("21:00"))).toMatchObject({ open: false, nextOpenAt: "2026-06-16T08:00:00.000Z" });
  });

  test("stays a window that the settings would allow", () => {
    const window = narrowed(newYork, at("14:30"), at("17:00"));
    expect(tradingWindowSchema.parse(window)).toEqual(window);
  });

  test("has no blackouts where the broker trades as long as the extended session or longer", () => {
    expect(narrowed(newYork, at("08:00"), "2026-06-16T00:00:00.000Z" as Instant).blackouts).toEqual([]);
    expect(narrowed(newYork, at("07:59"), "2026-06-16T00:01:00.000Z" as Instant).blackouts).toEqual([]);
  });
});

test("another day's closure is a holiday, another day's hours change nothing today", () => {
  const [, tuesday, wednesday, thursday, friday] = builtIn;
  const short = { ...(wednesday as SessionHours), closeAt: "2026-06-17T17:00:00.000Z" as Instant };
  const atBroker = [builtIn[0], short, thursday, friday].filter((each) => each !== undefined);
  const window = stricterWindow(newYork, compareCalendars(builtIn, atBroker));
  expect(window.holidays).toEqual([tuesday?.day]);
  const decisions = (of: typeof newYork) =>
    [13, 14, 19, 20].map((hour) => decideWindow(of, `2026-06-15T${hour}:30:00.000Z` as Instant).open);
  expect(decisions(window)).toEqual(decisions(newYork));
  expect(decideWindow(window, "2026-06-17T14:00:00.000Z" as Instant)).toMatchObject({ until: short.closeAt });
});

test("a day on which only the broker trades stays closed", () => {
  const holiday = { day: "2026-06-19" as TradingDay, openAt: at("13:30"), closeAt: at("20:00") };
  const window = stricterWindow(newYork, compareCalendars(builtIn, [...builtIn, holiday]));
  expect(window).toEqual(newYork);
  expect(decideWindow(window, "2026-06-19T15:00:00.000Z" as Instant)).toMatchObject({ open: false, code: "HOLIDAY" });
});

test("without differences it is the same window", () => {
  expect(stricterWindow(newYork, [])).toBe(newYork);
});
