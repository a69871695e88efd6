// The end of the built-in calendar, and its differences from the broker's.
import { describe, expect, test } from "vitest";
import type { Instant, TradingDay } from "../../../src/core/model/time.ts";
import {
  calendarExpiresOn,
  calendarWarning,
  compareCalendars,
  describeDifference,
  type SessionHours,
} from "../../../src/core/schedule/calendarCheck.ts";
import { type Session, sessionOn, sessionsBetween } from "../../../src/core/schedule/tradingCalendar.ts";

const day = (text: string): TradingDay => text as TradingDay;

describe("the end of the calendar", () => {
  test("is the last day that can be asked for", () => {
    expect(sessionOn(calendarExpiresOn)).toBeDefined();
    expect(() => sessionOn(day("2031-01-01"))).toThrow(RangeError);
  });

  test.each([
    ["2026-11-23", undefined],
    ["2030-10-01", undefined],
    ["2030-10-02", "ends on 2030-12-31, in 90 days: nothing is traded after it until it is extended"],
    ["2030-12-30", "ends on 2030-12-31, in 1 day: nothing is traded after it until it is extended"],
    ["2030-12-31", "ends on 2030-12-31, today: nothing is traded after it until it is extended"],
    ["2031-01-01", "ended on 2030-12-31: nothing is traded until it is extended"],
  ])("on %s people are told: %s", (today, text) => {
    expect(calendarWarning(day(today))).toBe(text === undefined ? undefined : `the trading calendar ${text}`);
  });
});

describe("compared with the broker's calendar", () => {
  const week = sessionsBetween(day("2026-11-23"), day("2026-11-30"));
  const hours = (session: Session): SessionHours => ({
    day: session.day,
    openAt: session.openAt,
    closeAt: session.closeAt,
  });

  test("the same hours are no difference, whatever else a session says", () => {
    expect(compareCalendars(week, week.map(hours).reverse())).toEqual([]);
  });

  test("a session that only one side has, or has at other hours, is a difference, oldest first", () => {
    const longer = { ...hours(week[3] as Session), closeAt: "2026-11-27T21:00:00.000Z" as Instant };
    const holiday = {
      day: day("2026-11-26"),
      openAt: "2026-11-26T14:30:00.000Z" as Instant,
      closeAt: "2026-11-26T21:00:00.000Z" as Instant,
    };
    const others = week.slice(1).filter((session) => session.day !== longer.day);
    expect(compareCalendars(week, [longer, ...others, holiday]).map(describeDifference)).toEqual([
      "2026-11-23: 14:30 to 21:00 UTC by the built-in calendar, closed by the broker's",
      "2026-11-26: closed by the built-in calendar, 14:30 to 21:00 UTC by the broker's",
      "2026-11-27: 14:30 to 18:00 UTC by the built-in calendar, 14:30 to 21:00 UTC by the broker's",
    ]);
  });

  test("a later open is a difference too", () => {
    const [monday, ...rest] = week.map(hours);
    const late = { ...(monday as SessionHours), openAt: "2026-11-23T15:30:00.000Z" as Instant };
    expect(compareCalendars(week, [late, ...rest])).toEqual([{ day: "2026-11-23", builtIn: week[0], atBroker: late }]);
  });
});
