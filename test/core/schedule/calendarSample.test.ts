// The built-in calendar held against the days on which shares were really traded.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Instant, TradingDay } from "../../../src/core/model/time.ts";
import { sessionsBetween, tradingDayOf } from "../../../src/core/schedule/tradingCalendar.ts";

const folder = join(import.meta.dirname, "../../../../shared/data/market/daily");

/** The trading days of one file of daily bars, oldest first. */
const daysIn = (file: string): TradingDay[] =>
  readFileSync(join(folder, file), "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((row) => tradingDayOf(row.split(",")[1] as Instant))
    .sort();

describe.skipIf(!existsSync(folder))("the sample data beside the project (skipped where it is absent)", () => {
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".csv")) : [];

  test("spans January 2013 to March 2021", () => {
    const days = files.flatMap(daysIn).sort();
    expect([days[0], days.at(-1)]).toEqual(["2013-01-02", "2021-03-31"]);
  });

  test.each(files)("every day with a bar in %s is a session, and every session has its bar", (file) => {
    const days = daysIn(file);
    const [first, last] = [days[0], days.at(-1)];
    expect(days.length).toBeGreaterThan(2000);
    if (first === undefined || last === undefined) return;
    expect(days).toEqual(sessionsBetween(first, last).map((session) => session.day));
  });
});
