// Schedules of timers: six fields, in UTC.
import { expect, test } from "vitest";
import { type Instant, parseInstant } from "../../../../src/core/model/time.ts";
import { parseSchedule } from "../../../../src/local/functionsHost/timer/schedule.ts";

const at = (text: string): Instant => parseInstant(`2026-11-23T${text}Z`) ?? ("" as Instant);

test.each([
  ["0 * * * * *", at("05:49:00"), at("05:50:00")],
  ["*/30 * * * * *", at("05:49:00"), at("05:49:30")],
  ["* * * * *", at("05:49:10"), at("05:50:00")],
  ["0 30 9 * * MON-FRI", at("05:49:00"), at("09:30:00")],
  ["0 0 0 13 * 5", at("05:49:00"), "2027-08-13T00:00:00.000Z"],
])("'%s' is due after %s at %s", (expression, after, next) => {
  expect(parseSchedule(expression).after(after)).toBe(next);
});

test("names the latest of several occurrences that have passed", () => {
  const schedule = parseSchedule("0 * * * * *");
  expect(schedule.latest(at("05:50:00"), at("06:10:59.999"))).toBe(at("06:10:00"));
  expect(schedule.latest(at("05:50:00"), at("05:50:00"))).toBe(at("05:50:00"));
});

test("refuses what is no schedule", () => {
  expect(() => parseSchedule("every minute")).toThrow("was not recognized as a valid cron expression");
});
