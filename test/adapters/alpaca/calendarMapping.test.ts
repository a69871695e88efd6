// Alpaca's calendar read into sessions.
import { expect, test } from "vitest";
import { mapSessions } from "../../../src/adapters/alpaca/calendarMapping.ts";
import { InvariantError } from "../../../src/core/model/errors.ts";

const winter = { date: "2026-11-27", open: "09:30", close: "13:00", session_open: "0400", session_close: "1700" };

test("wall time becomes an instant by New York's offset of that day, oldest day first", () => {
  expect(mapSessions([winter, { date: "2026-06-15", open: "09:30", close: "16:00" }])).toEqual([
    { day: "2026-06-15", openAt: "2026-06-15T13:30:00.000Z", closeAt: "2026-06-15T20:00:00.000Z" },
    { day: "2026-11-27", openAt: "2026-11-27T14:30:00.000Z", closeAt: "2026-11-27T18:00:00.000Z" },
  ]);
});

test.each([
  ["a day that does not exist", [{ ...winter, date: "2026-02-30" }], "0.date: must be a day"],
  ["a time that is none", [{ ...winter, close: "25:00" }], "0.close: must be a time of day"],
  ["no list", { message: "not found" }, "expected array"],
])("%s cannot be read", (_, wire, reason) => {
  expect(() => mapSessions(wire)).toThrow(InvariantError);
  expect(() => mapSessions(wire)).toThrow(reason);
});
