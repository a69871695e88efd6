// Instants and days: what is read as one, and the arithmetic on them.
import { describe, expect, test } from "vitest";
import {
  addDays,
  addMs,
  dayMs,
  earliestOf,
  hourOf,
  latestOf,
  minuteMs,
  msBetween,
  parseInstant,
  parseTradingDay,
} from "../../../src/core/model/time.ts";
import { at, day } from "../examples.ts";

test.each([
  ["2026-06-15T14:00Z", "2026-06-15T14:00:00.000Z"],
  ["2026-06-15T14:00:01z", "2026-06-15T14:00:01.000Z"],
  ["2026-06-15T14:00:01.25Z", "2026-06-15T14:00:01.250Z"],
  ["2026-06-15T14:00:01.123456789Z", "2026-06-15T14:00:01.123Z"],
  ["2026-06-15T10:00:00-04:00", "2026-06-15T14:00:00.000Z"],
  ["2026-06-15T16:30:00+0230", "2026-06-15T14:00:00.000Z"],
])("%s is the instant %s", (text, instant) => {
  expect(parseInstant(text)).toBe(instant);
});

test.each([
  "",
  "2026-06-15",
  "2026-06-15T14:00",
  "2026-06-15 14:00Z",
  "2026-06-15T14Z",
  "2026-06-15T14:00:01.Z",
  "2026-06-15T14:00:01.1234567890Z",
  "2026-06-15T14:00:1Z",
  "2026-6-15T14:00Z",
  "26-06-15T14:00Z",
  "+2026-06-15T14:00Z",
  "2026-06-15T14:00Z and more",
  "2026-06-15T14:00+2:00",
  "2026-13-15T14:00Z",
  "2026-06-15T25:00Z",
])("%j is no instant", (text) => {
  expect(parseInstant(text)).toBeUndefined();
});

test.each(["", "2026-6-15", "2026-02-30", "2025-02-29", "2026-13-01", "2026-06-15T00:00Z", "x2026-06-15", "20260615"])(
  "%j is no day",
  (text) => {
    expect(parseTradingDay(text)).toBeUndefined();
  },
);

test("a day that exists is one", () => {
  expect(parseTradingDay("2024-02-29")).toBe("2024-02-29");
  expect(parseTradingDay("2026-12-31")).toBe("2026-12-31");
});

describe("arithmetic", () => {
  const noon = at("2026-06-15T12:00Z");

  test("moves an instant either way, and measures between two", () => {
    expect(addMs(noon, 90_000)).toBe("2026-06-15T12:01:30.000Z");
    expect(addMs(noon, -1)).toBe("2026-06-15T11:59:59.999Z");
    expect(msBetween(noon, addMs(noon, 5))).toBe(5);
    expect(msBetween(addMs(noon, 5), noon)).toBe(-5);
    expect([minuteMs, dayMs]).toEqual([60 * 1000, 24 * 60 * 60 * 1000]);
  });

  test("moves a day over the ends of months and years", () => {
    expect(addDays(day("2026-12-31"), 1)).toBe("2027-01-01");
    expect(addDays(day("2024-03-01"), -1)).toBe("2024-02-29");
    expect(addDays(day("2026-06-15"), 0)).toBe("2026-06-15");
  });

  test("names the hour of an instant", () => {
    expect(hourOf(at("2026-06-15T09:59:59.999Z"))).toBe("2026-06-15T09");
  });

  test("finds the latest and the earliest", () => {
    const [first, second, third] = [noon, addMs(noon, 1), addMs(noon, 2)];
    expect(latestOf(second, third, first)).toBe(third);
    expect(earliestOf(second, third, first)).toBe(first);
    expect([latestOf(first), earliestOf(first)]).toEqual([first, first]);
  });
});
