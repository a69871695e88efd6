// Looking sessions up by instant, across years and at their very edges.
import { describe, expect, test } from "vitest";
import {
  currentOrNextSession,
  currentOrNextTradingDay,
  latestSession,
  nextSession,
  openSessionAt,
  sessionBefore,
  tradingDayAt,
  tradingDaysTouching,
} from "../../src/simulator/sessions.ts";

const at = (instant: string): number => Date.parse(instant);

describe("over the turn of the year", () => {
  test("the next session is the first of the new year", () => {
    expect(currentOrNextSession(at("2025-12-31T21:00:00Z"))?.day).toBe("2026-01-02");
    expect(nextSession(at("2025-12-31T15:00:00Z"))?.day).toBe("2026-01-02");
    expect(nextSession(at("2026-01-01T12:00:00Z"))?.day).toBe("2026-01-02");
  });

  test("the latest session is the last of the old year", () => {
    const latest = latestSession(at("2026-01-02T14:29:59Z"));
    expect(latest?.day).toBe("2025-12-31");
    expect(latest && sessionBefore(latest)?.day).toBe("2025-12-30");
  });
});

describe("at its edges", () => {
  test.each([
    ["2026-06-15T13:29:59.999Z", undefined],
    ["2026-06-15T13:30:00Z", "2026-06-15"],
    ["2026-06-15T19:59:59.999Z", "2026-06-15"],
    ["2026-06-15T20:00:00Z", undefined],
  ])("a session at %s: %s", (instant, day) => {
    expect(openSessionAt(at(instant))?.day).toBe(day);
  });

  test.each([
    ["2026-06-15T07:59:59.999Z", undefined],
    ["2026-06-15T08:00:00Z", "2026-06-15"],
    ["2026-06-15T23:59:59.999Z", "2026-06-15"],
    ["2026-06-16T00:00:00Z", undefined],
    ["2026-11-27T21:59:59.999Z", "2026-11-27"],
    ["2026-11-27T22:00:00Z", undefined],
  ])("a trading day at %s: %s", (instant, day) => {
    expect(tradingDayAt(at(instant))?.day).toBe(day);
  });

  test("the current session is so until its close, the current trading day for four hours more", () => {
    const close = at("2026-06-15T20:00:00Z");
    expect(currentOrNextSession(close - 1)?.day).toBe("2026-06-15");
    expect(currentOrNextSession(close)?.day).toBe("2026-06-16");
    expect(currentOrNextTradingDay(close)?.day).toBe("2026-06-15");
    expect(currentOrNextTradingDay(close + 4 * 3_600_000)?.day).toBe("2026-06-16");
  });
});

test("trading days touch a stretch that begins before and ends after their hours, and leave weekends out", () => {
  const touched = (from: string, to: string) => tradingDaysTouching(at(from), at(to)).map(({ day }) => day);
  expect(touched("2026-06-12T23:00:00Z", "2026-06-15T08:00:00Z")).toEqual(["2026-06-12", "2026-06-15"]);
  expect(touched("2026-06-13T00:00:00Z", "2026-06-15T07:59:59Z")).toEqual([]);
  expect(touched("2026-06-15T14:00:00Z", "2026-06-15T14:00:01Z")).toEqual(["2026-06-15"]);
});
