// The end of the built-in calendar, and its differences from the broker's.
import { describe, expect, test } from "vitest";
import type { TradingDay } from "../../../src/core/model/time.ts";
import { calendarExpiresOn, calendarWarning } from "../../../src/core/schedule/calendarCheck.ts";
import { sessionOn } from "../../../src/core/schedule/tradingCalendar.ts";

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
