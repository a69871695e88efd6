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

describe("an interval", () => {
  const fault = (everyMinutes: number, zone: string) => scheduleFault({ everyMinutes, zone });

  test.each([
    [1, "America/New_York"],
    [390, "America/New_York"],
    [1440, "Europe/London"],
    [1440, "Asia/Kolkata"],
  ])("of %i minutes in %s is fine", (everyMinutes, zone) => expect(fault(everyMinutes, zone)).toBeUndefined());

  test("whose only moment is midnight in New York is refused: no session reaches so far", () => {
    const message = "is never due while the exchange trades";
    expect(fault(1440, "America/New_York")).toEqual({ field: "everyMinutes", message });
    expect(fault(1230, "America/New_York")).toEqual({ field: "everyMinutes", message });
  });
});

describe("a time by the session", () => {
  test.each(["open", "open+389m", "close-389m", "close"])("%s is fine", (at) => {
    expect(scheduleFault({ at })).toBeUndefined();
  });

  test.each(["open+390m", "close-999m"])("%s is refused: it is not within the session", (at) => {
    expect(scheduleFault({ at })).toEqual({ field: "at", message: "must be less than the 390 minutes of a session" });
  });
});
