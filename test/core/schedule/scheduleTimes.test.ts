// The times that one schedule names, and what is wrong with one that cannot be used.
import { describe, expect, test } from "vitest";
import { scheduleFault } from "../../../src/core/schedule/scheduleTimes.ts";

const cronFault = (cron: string) => {
  const fault = scheduleFault({ cron, zone: "America/New_York" });
  expect(fault?.field ?? "cron").toBe("cron");
  return fault?.message;
};

describe("a cron expression", () => {
  test.each([["*/5 9-16 * * 1-5"], ["0 10 L * *"], ["30 15 * * MON-FRI"]])("%s is fine", (cron) => {
    expect(cronFault(cron)).toBeUndefined();
  });

  test.each([
    ["0 */5 * * * *", "must have five fields: minute, hour, day of month, month, weekday"],
    ["@daily", "must have five fields: minute, hour, day of month, month, weekday"],
    ["61 * * * *", "Invalid value for minute: 61"],
    ["0 10 30 2 *", "is never due"],
  ])("%s is refused: %s", (cron, fault) => {
    expect(cronFault(cron)).toBe(fault);
  });
});
