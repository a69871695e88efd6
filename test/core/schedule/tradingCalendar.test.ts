// The exchange's calendar, held against its published closures and half days.
import { describe, expect, test } from "vitest";
import { dayMs, type Instant, type TradingDay } from "../../../src/core/model/time.ts";
import {
  calendarRange,
  dayStart,
  holidayName,
  isSessionOpen,
  nextSessionAfter,
  previousTradingDay,
  sessionOn,
  sessionsBetween,
  sessionsFrom,
  tradingDayOf,
  tradingDaysBefore,
} from "../../../src/core/schedule/tradingCalendar.ts";

const day = (text: string): TradingDay => text as TradingDay;
const at = (text: string): Instant => text as Instant;

describe("sessions", () => {
  test.each([
    ["2026-06-15", "2026-06-15T13:30:00.000Z", "2026-06-15T20:00:00.000Z", false],
    ["2026-01-05", "2026-01-05T14:30:00.000Z", "2026-01-05T21:00:00.000Z", false],
    ["2026-11-27", "2026-11-27T14:30:00.000Z", "2026-11-27T18:00:00.000Z", true],
    ["2024-07-03", "2024-07-03T13:30:00.000Z", "2024-07-03T17:00:00.000Z", true],
    ["2002-09-11", "2002-09-11T16:00:00.000Z", "2002-09-11T20:00:00.000Z", false],
  ])("%s trades from %s to %s", (text, openAt, closeAt, early) => {
    expect(sessionOn(day(text))).toEqual({ day: text, openAt, closeAt, early });
  });

  test("the number of sessions a year is the published one", () => {
    const counts = (year: number) => sessionsBetween(day(`${year}-01-01`), day(`${year}-12-31`)).length;
    const published = [
      ...[252, 248, 252, 252, 252, 252, 251, 251, 253, 252], // 2000 to 2009
      ...[252, 252, 250, 252, 252, 252, 252, 251, 251, 252], // 2010 to 2019
      ...[253, 252, 251, 250, 252, 250, 251], // 2020 to 2026
    ];
    expect(published.map((_, index) => counts(2000 + index))).toEqual(published);
  });

  test("the half days from 2000 to 2026 are the published ones, and no others", () => {
    const halfDays = sessionsBetween(day("2000-01-01"), day("2026-12-31")).filter(({ early }) => early);
    expect(halfDays.map((session) => session.day)).toEqual([
      ...["2000-07-03", "2000-11-24", "2001-07-03", "2001-11-23", "2001-12-24", "2002-07-05", "2002-11-29"],
      ...["2002-12-24", "2003-07-03", "2003-11-28", "2003-12-24", "2003-12-26", "2004-11-26", "2005-11-25"],
      ...["2006-07-03", "2006-11-24", "2007-07-03", "2007-11-23", "2007-12-24", "2008-07-03", "2008-11-28"],
      ...["2008-12-24", "2009-11-27", "2009-12-24", "2010-11-26", "2011-11-25", "2012-07-03", "2012-11-23"],
      ...["2012-12-24", "2013-07-03", "2013-11-29", "2013-12-24", "2014-07-03", "2014-11-28", "2014-12-24"],
      ...["2015-11-27", "2015-12-24", "2016-11-25", "2017-07-03", "2017-11-24", "2018-07-03", "2018-11-23"],
      ...["2018-12-24", "2019-07-03", "2019-11-29", "2019-12-24", "2020-11-27", "2020-12-24", "2021-11-26"],
      ...["2022-11-25", "2023-07-03", "2023-11-24", "2024-07-03", "2024-11-29", "2024-12-24", "2025-07-03"],
      ...["2025-11-28", "2025-12-24", "2026-11-27", "2026-12-24"],
    ]);
  });

  test("the half days from 2027 to 2030 follow the rules the exchange keeps now", () => {
    const halfDays = sessionsBetween(day("2027-01-01"), day("2030-12-31")).filter(({ early }) => early);
    expect(halfDays.map((session) => session.day)).toEqual([
      ...["2027-11-26", "2028-07-03", "2028-11-24", "2029-07-03", "2029-11-23", "2029-12-24"],
      ...["2030-07-03", "2030-11-29", "2030-12-24"],
    ]);
  });

  test("days of which 13:00 would be wrong by the rule of another year close at 16:00", () => {
    for (const text of ["2002-07-03", "2013-07-05", "2008-12-26", "2014-12-26", "2019-07-05"]) {
      expect([text, sessionOn(day(text))?.early]).toEqual([text, false]);
    }
  });
});

/** As the exchange published them: one of each occasion. */
const holidays2026 = [
  ...["2026-01-01", "2026-01-19", "2026-02-16", "2026-04-03", "2026-05-25"],
  ...["2026-06-19", "2026-07-03", "2026-09-07", "2026-11-26", "2026-12-25"],
];

describe("holidays", () => {
  test.each([
    ["2026-01-01", "New Year's Day"],
    ["2023-01-02", "New Year's Day"],
    ["2026-01-19", "Martin Luther King Jr. Day"],
    ["2026-02-16", "Presidents' Day"],
    ["2000-04-21", "Good Friday"],
    ["2024-03-29", "Good Friday"],
    ["2026-04-03", "Good Friday"],
    ["2026-05-25", "Memorial Day"],
    ["2022-06-20", "Juneteenth"],
    ["2027-06-18", "Juneteenth"],
    ["2026-07-03", "Independence Day"],
    ["2021-07-05", "Independence Day"],
    ["2026-09-07", "Labor Day"],
    ["2026-11-26", "Thanksgiving"],
    ["2021-12-24", "Christmas"],
    ["2022-12-26", "Christmas"],
    ["2001-09-13", "Attack on the World Trade Center"],
    ["2025-01-09", "Day of mourning for President Carter"],
  ])("%s is closed: %s", (text, name) => {
    expect(holidayName(day(text))).toBe(name);
    expect(sessionOn(day(text))).toBeUndefined();
  });

  test("the closures that follow no rule are these, and no others", () => {
    const everyDay = Array.from({ length: (Date.UTC(2031, 0, 1) - Date.UTC(2000, 0, 1)) / dayMs }, (_, index) =>
      day(new Date(Date.UTC(2000, 0, 1) + index * dayMs).toISOString().slice(0, 10)),
    );
    const yearly = new Set(holidays2026.map((text) => holidayName(day(text))));
    expect(yearly.size).toBe(10);
    const special = everyDay.filter((each) => holidayName(each) !== undefined && !yearly.has(holidayName(each)));
    expect(special.map((each) => `${each} ${holidayName(each)}`)).toEqual([
      "2001-09-11 Attack on the World Trade Center",
      "2001-09-12 Attack on the World Trade Center",
      "2001-09-13 Attack on the World Trade Center",
      "2001-09-14 Attack on the World Trade Center",
      "2004-06-11 Day of mourning for President Reagan",
      "2007-01-02 Day of mourning for President Ford",
      "2012-10-29 Hurricane Sandy",
      "2012-10-30 Hurricane Sandy",
      "2018-12-05 Day of mourning for President Bush",
      "2025-01-09 Day of mourning for President Carter",
    ]);
    for (const text of special) expect([text, sessionOn(text)]).toEqual([text, undefined]);
  });

  test("a New Year's Day on a Saturday is not kept on the Friday before", () => {
    expect(sessionOn(day("2021-12-31"))).toBeDefined();
    expect(sessionOn(day("2010-12-31"))).toBeDefined();
  });

  test("Juneteenth is a trading day before 2022", () => {
    expect(sessionOn(day("2019-06-19"))).toBeDefined();
  });

  test("a weekend is closed without a holiday's name", () => {
    expect(sessionOn(day("2026-06-13"))).toBeUndefined();
    expect(holidayName(day("2026-06-13"))).toBeUndefined();
  });
});

describe("from one day to another", () => {
  test.each([
    ["2026-06-16T03:59:59.999Z", "2026-06-15"],
    ["2026-06-16T04:00:00.000Z", "2026-06-16"],
    ["2026-01-06T04:59:59.999Z", "2026-01-05"],
    ["2026-01-06T05:00:00.000Z", "2026-01-06"],
  ])("at %s it is %s in New York", (instant, expected) => {
    expect(tradingDayOf(at(instant))).toBe(expected);
  });

  test.each([
    ["2026-06-15T13:29:59.999Z", false],
    ["2026-06-15T13:30:00.000Z", true],
    ["2026-06-15T19:59:59.999Z", true],
    ["2026-06-15T20:00:00.000Z", false],
    ["2026-11-27T18:00:00.000Z", false],
    ["2026-06-14T14:00:00.000Z", false],
  ])("at %s a session is open: %s", (instant, isOpen) => {
    expect(isSessionOpen(at(instant))).toBe(isOpen);
  });

  test("a day begins at midnight in New York, by summer time or not", () => {
    expect(dayStart(day("2026-06-15"))).toBe("2026-06-15T04:00:00.000Z");
    expect(dayStart(day("2026-12-15"))).toBe("2026-12-15T05:00:00.000Z");
    expect(dayStart(day("2026-03-08"))).toBe("2026-03-08T05:00:00.000Z");
    expect(dayStart(day("2026-11-01"))).toBe("2026-11-01T04:00:00.000Z");
  });

  test("the next session is the first that opens later, over weekends, holidays and years", () => {
    expect(nextSessionAfter(at("2026-06-15T13:29:59.999Z")).day).toBe("2026-06-15");
    expect(nextSessionAfter(at("2026-06-15T13:30:00.000Z")).day).toBe("2026-06-16");
    expect(nextSessionAfter(at("2026-07-02T20:00:00.000Z")).day).toBe("2026-07-06");
    expect(nextSessionAfter(at("2026-12-31T21:00:00.000Z")).day).toBe("2027-01-04");
  });

  test("counts trading days back over holidays and years", () => {
    expect(previousTradingDay(day("2026-01-05"))).toBe("2026-01-02");
    expect(previousTradingDay(day("2026-01-02"))).toBe("2025-12-31");
    expect(previousTradingDay(day("2026-07-05"))).toBe("2026-07-02");
    expect(tradingDaysBefore(day("2026-01-05"), 0)).toBe("2026-01-05");
    expect(tradingDaysBefore(day("2026-01-05"), 3)).toBe("2025-12-30");
  });

  test("no day before a day is that day, also one without a session", () => {
    expect(tradingDaysBefore(day("2026-06-13"), 0)).toBe("2026-06-13");
  });

  test("the sessions from a day on begin with its own or the next one's, and end with the calendar", () => {
    const [first, second] = sessionsFrom(day("2026-06-15"));
    expect([first?.day, second?.day]).toEqual(["2026-06-15", "2026-06-16"]);
    const [afterWeekend] = sessionsFrom(day("2026-06-13"));
    expect(afterWeekend?.day).toBe("2026-06-15");
    expect([...sessionsFrom(day("2030-12-30"))].map((session) => session.day)).toEqual(["2030-12-30", "2030-12-31"]);
    expect([...sessionsFrom(day("2031-01-01"))]).toEqual([]);
    expect([...sessionsFrom(day("1999-01-01"))][0]?.day).toBe("2000-01-03");
  });

  test("counting back agrees with the list of sessions for every distance", () => {
    const sessions = sessionsBetween(day("2019-01-01"), day("2024-06-14"));
    for (let n = 1; n < sessions.length; n++) {
      expect(tradingDaysBefore(day("2024-06-14"), n)).toBe(sessions[sessions.length - 1 - n]?.day);
    }
  });

  test("outside its years the calendar says what it knows", () => {
    const known = `the trading calendar knows ${calendarRange.from} to ${calendarRange.to}`;
    expect(() => sessionOn(day("1999-12-31"))).toThrow(new RangeError(`${known}, not 1999-12-31`));
    expect(() => sessionsBetween(day("2030-01-01"), day("2031-01-01"))).toThrow(RangeError);
    expect(() => nextSessionAfter(at("2030-12-31T21:00:00.000Z"))).toThrow(RangeError);
    expect(() => tradingDaysBefore(day("2000-01-04"), 2)).toThrow(RangeError);
  });
});
