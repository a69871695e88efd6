// The trading window: examples by kind of day, and every minute of the days on which such code goes wrong.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addMs, instantFromMs, minuteMs, msFromInstant } from "../../../src/core/model/time.ts";
import { decideWindow, describeClosed } from "../../../src/core/schedule/tradingWindow.ts";
import { at, day, exampleWindow } from "../examples.ts";

test("on the day on which clocks change, and the days beside it, hours are as the clocks of the zone show them", () => {
  const window = exampleWindow({ zone: "Africa/Cairo", ranges: [{ start: "17:00", end: "18:00" }] });
  const opensOn = (date: string) => {
    const decision = decideWindow(window, at(`${date}T12:00Z`));
    return decision.open ? undefined : decision.nextOpenAt;
  };
  // Forward at the beginning of Friday 24 April, back at the end of Thursday 29 October.
  expect(opensOn("2026-04-23")).toBe("2026-04-23T15:00:00.000Z");
  expect(opensOn("2026-04-24")).toBe("2026-04-24T14:00:00.000Z");
  expect(opensOn("2026-10-29")).toBe("2026-10-29T14:00:00.000Z");
  expect(opensOn("2026-10-30")).toBe("2026-10-30T15:00:00.000Z");
});

test("a range that begins at a time which the clocks skip begins at the skip", () => {
  const given = { zone: "Africa/Cairo", extendedHours: true, ranges: [{ start: "00:30", end: "02:00" }] };
  // At midnight it is one o'clock at once, 22:00 UTC.
  expect(decideWindow(exampleWindow(given), at("2026-04-23T21:30Z"))).toMatchObject({
    open: false,
    nextOpenAt: "2026-04-23T22:00:00.000Z",
  });
});

test.each([
  ["2026-06-15", "Mondays"],
  ["2026-06-16", "Tuesdays"],
  ["2026-06-17", "Wednesdays"],
  ["2026-06-18", "Thursdays"],
  ["2026-06-12", "Fridays"],
])("a weekday that is no day of the window is told by its name: %s, %s", (date, name) => {
  const closed = new Date(`${date}T12:00Z`).getUTCDay();
  const window = exampleWindow({ weekdays: [1, 2, 3, 4, 5].filter((weekday) => weekday !== closed) });
  expect(decideWindow(window, at(`${date}T15:00Z`))).toMatchObject({
    open: false,
    reason: `the window is closed on ${name}`,
  });
});

describe("in New York hours", () => {
  const window = exampleWindow({ openBufferMinutes: 1, closeBufferMinutes: 5 });

  test.each([
    [
      "before the open, naming the next one the same day",
      "2026-06-15T13:24Z",
      "WINDOW_CLOSED: before the window opens at 09:31 New York; next open Mon 2026-06-15 09:31 New York",
    ],
    [
      "at the end, naming the next morning",
      "2026-06-15T19:55Z",
      "WINDOW_CLOSED: after the window closed at 15:55 New York; next open Tue 2026-06-16 09:31 New York",
    ],
    [
      "over a weekend",
      "2026-06-13T15:00Z",
      "WINDOW_CLOSED: weekend: the exchange is closed; next open Mon 2026-06-15 09:31 New York",
    ],
    [
      "on a holiday, by its name",
      "2026-11-26T15:00Z",
      "HOLIDAY: holiday: the exchange is closed for Thanksgiving; next open Fri 2026-11-27 09:31 New York",
    ],
    [
      "on a half day after its close",
      "2026-11-27T17:55Z",
      "WINDOW_CLOSED: half day: closed at 12:55 New York; next open Mon 2026-11-30 09:31 New York",
    ],
  ])("is closed %s", (_, instant, expected) => {
    const decision = decideWindow(window, at(instant));
    expect(decision.open ? "open" : `${decision.code}: ${describeClosed(decision, window)}`).toBe(expected);
  });

  test.each([
    ["from the first minute after the buffer", "2026-06-15T13:31Z", "2026-06-15T19:55:00.000Z"],
    ["to the last millisecond before the end", "2026-06-15T19:54:59.999Z", "2026-06-15T19:55:00.000Z"],
    ["until the early close on a half day", "2026-11-27T15:00Z", "2026-11-27T17:55:00.000Z"],
  ])("is open %s", (_, instant, until) => {
    expect(decideWindow(window, at(instant))).toMatchObject({ open: true, until });
  });
});

describe("settings", () => {
  test.each([
    ["an extra holiday", { holidays: [day("2026-06-15")] }, "HOLIDAY"],
    ["a weekday that is left out", { weekdays: [2, 3] }, "WINDOW_CLOSED"],
    ["hours that have ended", { ranges: [{ start: "09:30", end: "09:45" }] }, "WINDOW_CLOSED"],
    ["hours that have not begun", { ranges: [{ start: "11:00", end: "16:00" }] }, "WINDOW_CLOSED"],
    ["a buffer after the open", { openBufferMinutes: 45 }, "WINDOW_CLOSED"],
  ])("%s closes the window", (_, changes, code) => {
    const instant = at("2026-06-15T14:00Z");
    expect(decideWindow(exampleWindow(), instant).open).toBe(true);
    expect(decideWindow(exampleWindow(changes), instant)).toMatchObject({ open: false, code });
  });

  test("hours after a half day's close say that it is a half day", () => {
    const decision = decideWindow(
      exampleWindow({ ranges: [{ start: "14:00", end: "16:00" }] }),
      at("2026-11-27T15:00Z"),
    );
    expect(decision).toMatchObject({
      open: false,
      reason: "half day: the window's hours miss the session, which ends at 13:00 New York",
    });
  });

  const told = (changes: Parameters<typeof exampleWindow>[0], instant: string): string => {
    const window = exampleWindow(changes);
    const decision = decideWindow(window, at(instant));
    return decision.open ? `open until ${decision.until}` : `${decision.code}: ${describeClosed(decision, window)}`;
  };
  const split = {
    ranges: [
      { start: "09:30", end: "11:00" },
      { start: "13:00", end: "16:00" },
    ],
  };
  const blackout = (from: string, to: string, reason = "maintenance") => ({
    blackouts: [{ from: from.length === 10 ? day(from) : at(from), to: to.length === 10 ? day(to) : at(to), reason }],
  });
  const cut = (time: string) => ({ earlyCloses: [{ day: day("2026-06-15"), at: time }] });

  test.each([
    [
      "between two ranges, naming the next",
      split,
      "2026-06-15T16:00Z",
      "WINDOW_CLOSED: before the window opens at 13:00 New York; next open Mon 2026-06-15 13:00 New York",
    ],
    ["in the first of two ranges, until its end", split, "2026-06-15T14:00Z", "open until 2026-06-15T15:00:00.000Z"],
    [
      "in two ranges that touch, which are one",
      {
        ranges: [
          { start: "09:30", end: "11:00" },
          { start: "11:00", end: "12:00" },
        ],
      },
      "2026-06-15T14:00Z",
      "open until 2026-06-15T16:00:00.000Z",
    ],
    [
      "on a weekday that is left out, by its name",
      { weekdays: [2, 3] },
      "2026-06-15T14:00Z",
      "WINDOW_CLOSED: the window is closed on Mondays; next open Tue 2026-06-16 09:30 New York",
    ],
    [
      "on a holiday of its own",
      { holidays: [day("2026-06-15")] },
      "2026-06-15T14:00Z",
      "HOLIDAY: holiday: 2026-06-15 is a holiday of the trading window; next open Tue 2026-06-16 09:30 New York",
    ],
    [
      "in a blackout of days, both included, from the first minute",
      blackout("2026-06-15", "2026-06-16"),
      "2026-06-16T19:59Z",
      "BLACKOUT: blackout: maintenance; next open Wed 2026-06-17 09:30 New York",
    ],
    [
      "before hours that a blackout has taken whole, by its reason",
      blackout("2026-06-15", "2026-06-15"),
      "2026-06-15T12:00Z",
      "BLACKOUT: blackout: maintenance; next open Tue 2026-06-16 09:30 New York",
    ],
    [
      "in a blackout of minutes, opening at its very end",
      blackout("2026-06-15T14:00:30Z", "2026-06-15T14:10:15Z"),
      "2026-06-15T14:10:14.999Z",
      "BLACKOUT: blackout: maintenance; next open Mon 2026-06-15 10:10 New York",
    ],
    [
      "until a blackout begins",
      blackout("2026-06-15T14:00:30Z", "2026-06-15T14:10:15Z"),
      "2026-06-15T14:00:29Z",
      "open until 2026-06-15T14:00:30.000Z",
    ],
    [
      "before the open of a day on which a blackout leaves something",
      blackout("2026-06-15T13:00Z", "2026-06-15T15:00Z"),
      "2026-06-15T12:59Z",
      "WINDOW_CLOSED: before the window opens at 11:00 New York; next open Mon 2026-06-15 11:00 New York",
    ],
    ["until an early close of its own", cut("12:00"), "2026-06-15T14:00Z", "open until 2026-06-15T16:00:00.000Z"],
    [
      "after an early close of its own",
      cut("12:00"),
      "2026-06-15T16:00Z",
      "WINDOW_CLOSED: after the window closed at 12:00 New York; next open Tue 2026-06-16 09:30 New York",
    ],
    [
      "on a day of which early close and buffers leave nothing",
      { ...cut("09:45"), closeBufferMinutes: 20 },
      "2026-06-15T13:40Z",
      "WINDOW_CLOSED: early close: nothing is left of the session after its buffers; next open Tue 2026-06-16 09:30 New York",
    ],
    [
      "on a day of which early close and buffers leave exactly nothing",
      { ...cut("09:50"), openBufferMinutes: 5, closeBufferMinutes: 15 },
      "2026-06-15T13:40Z",
      "WINDOW_CLOSED: early close: nothing is left of the session after its buffers; next open Tue 2026-06-16 09:35 New York",
    ],
    [
      "in a range that begins as the session ends",
      { ...cut("10:00"), ranges: [{ start: "10:00", end: "16:00" }] },
      "2026-06-15T13:40Z",
      "WINDOW_CLOSED: the window's hours miss the session, which ends at 10:00 New York; next open Tue 2026-06-16 10:00 New York",
    ],
    [
      "by the blackout that takes the hours, not by those that end or begin with them",
      {
        blackouts: [
          ...blackout("2026-06-15T12:00Z", "2026-06-15T13:30Z", "night").blackouts,
          ...blackout("2026-06-15T20:00Z", "2026-06-15T21:00Z", "evening").blackouts,
          ...blackout("2026-06-15T13:30Z", "2026-06-15T20:00Z").blackouts,
        ],
      },
      "2026-06-15T11:00Z",
      "BLACKOUT: blackout: maintenance; next open Tue 2026-06-16 09:30 New York",
    ],
    [
      "before the open in regular hours",
      {},
      "2026-06-15T12:00Z",
      "WINDOW_CLOSED: before the window opens at 09:30 New York; next open Mon 2026-06-15 09:30 New York",
    ],
    [
      "in hours that no session meets",
      {
        ranges: [
          { start: "16:00", end: "18:00" },
          { start: "09:30", end: "10:00" },
        ].toReversed(),
        weekdays: [1, 5],
      },
      "2026-11-27T19:00Z",
      "WINDOW_CLOSED: after the window closed at 10:00 New York; next open Mon 2026-11-30 09:30 New York",
    ],
  ])("are told %s", (_, changes, instant, expected) => {
    expect(told(changes, instant)).toBe(expected);
  });

  test.each([
    ["2026-06-15T07:59Z", false, undefined],
    ["2026-06-15T08:00Z", true, true],
    ["2026-06-15T13:29Z", true, true],
    ["2026-06-15T13:30Z", true, false],
    ["2026-06-15T20:00Z", true, true],
    ["2026-06-16T00:00Z", false, undefined],
    ["2026-11-27T21:59Z", true, true],
    ["2026-11-27T22:00Z", false, undefined],
  ])("with extended hours the window at %s is open: %s, outside the regular session: %s", (instant, open, extended) => {
    const window = exampleWindow({ extendedHours: true, ranges: [{ start: "00:00", end: "23:59" }] });
    const decision = decideWindow(window, at(instant));
    expect([decision.open, decision.open ? decision.extended : undefined]).toEqual([open, extended]);
  });

  test("an early close before the open shuts the day, also one early in the night", () => {
    for (const close of ["02:00", "04:30", "09:30"]) {
      const window = exampleWindow({ earlyCloses: [{ day: day("2026-06-15"), at: close }] });
      expect(
        [decideWindow(window, at("2026-06-15T14:00Z")).open, decideWindow(window, at("2026-06-16T14:00Z")).open],
        close,
      ).toEqual([false, true]);
    }
  });

  test("a window that never opens again is a RangeError, not an endless search", () => {
    expect(() => decideWindow(exampleWindow({ weekdays: [6, 7] }), at("2026-06-15T14:00Z"))).toThrow(RangeError);
  });
});

describe("in another zone", () => {
  const window = exampleWindow({ zone: "Europe/London", ranges: [{ start: "14:30", end: "20:00" }] });

  test("the hours are the zone's and the session is the exchange's", () => {
    expect(decideWindow(window, at("2026-06-15T13:29Z")).open).toBe(false);
    expect(decideWindow(window, at("2026-06-15T13:30Z"))).toMatchObject({ until: "2026-06-15T19:00:00.000Z" });
  });

  test("between the two changes of clocks the same hours meet another part of the session", () => {
    // Mid-March New York is four hours behind London: the session is 13:30 to 20:00 in London.
    expect(decideWindow(window, at("2026-03-16T14:00Z")).open).toBe(false);
    expect(decideWindow(window, at("2026-03-16T14:30Z"))).toMatchObject({ until: "2026-03-16T20:00:00.000Z" });
  });

  test("a session that spans midnight there may open twice, and each weekday counts as the zone's", () => {
    const sydney = exampleWindow({
      zone: "Australia/Sydney",
      weekdays: [2, 3, 4, 5, 6],
      ranges: [{ start: "00:15", end: "23:45" }],
    });
    // Monday's session in New York runs from 23:30 on Monday to 06:00 on Tuesday in Sydney.
    expect(decideWindow(sydney, at("2026-06-15T13:40Z"))).toMatchObject({
      open: false,
      nextOpenAt: "2026-06-15T14:15:00.000Z",
    });
    expect(decideWindow(sydney, at("2026-06-16T13:40Z"))).toMatchObject({ until: "2026-06-16T13:45:00.000Z" });
    expect(decideWindow(sydney, at("2026-06-16T13:50Z"))).toMatchObject({
      open: false,
      nextOpenAt: "2026-06-16T14:15:00.000Z",
    });
  });
});

test("an early close of a session that spans midnight elsewhere is at that time of the New York day", () => {
  const untilWith = (close: string) => {
    const window = exampleWindow({
      zone: "Australia/Sydney",
      weekdays: [1, 2, 3, 4, 5, 6],
      ranges: [{ start: "00:00", end: "23:59" }],
      earlyCloses: [{ day: day("2026-06-15"), at: close }],
    });
    const decision = decideWindow(window, at("2026-06-15T13:40Z"));
    return decision.open ? decision.until : undefined;
  };
  // Monday's session runs from 23:30 on Monday to 06:00 on Tuesday in Sydney.
  expect(untilWith("23:45")).toBe("2026-06-15T13:45:00.000Z");
  expect(untilWith("23:35")).toBeUndefined();
  // At two on Tuesday, long after the minute at midnight that the range leaves out.
  expect(untilWith("02:00")).toBe("2026-06-15T13:59:00.000Z");
});

test("a window that opens at midnight opens on the day that begins then", () => {
  const sydney = exampleWindow({
    zone: "Australia/Sydney",
    weekdays: [2],
    ranges: [{ start: "00:00", end: "05:00" }],
  });
  const decision = decideWindow(sydney, at("2026-06-15T13:40Z"));
  expect(decision.open ? "open" : describeClosed(decision, sydney)).toBe(
    "before the window opens at 00:00 Sydney; next open Tue 2026-06-16 00:00 Sydney",
  );
});

test("Friday's session may be open on a Saturday elsewhere, and is told so", () => {
  const sydney = exampleWindow({
    zone: "Australia/Sydney",
    weekdays: [6],
    ranges: [{ start: "00:15", end: "05:00" }],
  });
  const decision = decideWindow(sydney, at("2026-06-12T13:00Z"));
  expect(decision.open ? "open" : describeClosed(decision, sydney)).toBe(
    "before the window opens at 00:15 Sydney; next open Sat 2026-06-13 00:15 Sydney",
  );
});

describe("every minute", () => {
  const local = new Intl.DateTimeFormat("en-CA", {
    timeZone: "America/New_York",
    ...({ year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" } as const),
    hourCycle: "h23",
  });
  const halfDays = ["2026-11-27", "2026-12-24"];
  const closedDays = ["2026-11-26", "2026-12-25"];
  const window = exampleWindow({ openBufferMinutes: 2, closeBufferMinutes: 10 });

  /** The rule once more, told by the wall clock in New York. */
  function isOpen(ms: number): boolean {
    const [date = "", time = ""] = local.format(ms).split(", ");
    const weekday = new Date(`${date}T12:00:00Z`).getUTCDay();
    if (weekday === 0 || weekday === 6 || closedDays.includes(date)) return false;
    return time >= "09:32" && time < (halfDays.includes(date) ? "12:50" : "15:50");
  }

  test.each([
    ["the week in which clocks go forward", "2026-03-05T05:00Z", 7],
    ["the week in which clocks go back", "2026-10-29T04:00Z", 7],
    ["the half day after Thanksgiving", "2026-11-26T05:00Z", 2],
    ["the half day before Christmas", "2026-12-24T05:00Z", 2],
  ])("of %s is decided as the clock in New York says, with a next open that is open", (_, from, days) => {
    let open = decideWindow(window, addMs(at(from), -minuteMs)).open;
    let announced: string | undefined;
    for (let minute = 0; minute < days * 1440; minute++) {
      const instant = addMs(at(from), minute * minuteMs);
      const decision = decideWindow(window, instant);
      if (decision.open !== isOpen(msFromInstant(instant))) expect.fail(`${instant} is wrongly decided`);
      if (decision.open && !open && announced !== undefined) expect(instant).toBe(announced);
      announced = decision.open ? decision.until : decision.nextOpenAt;
      if (announced <= instant) expect.fail(`${instant} announces ${announced}, which is past`);
      open = decision.open;
    }
  });

  test("a closed window is closed until the next open it names, and an open one until its end", () => {
    const anyInstant = fc.integer({ min: Date.UTC(2000, 0, 2), max: Date.UTC(2030, 10, 30) }).map(instantFromMs);
    fc.assert(
      fc.property(anyInstant, fc.double({ min: 0, max: 1, noNaN: true }), (instant, share) => {
        const decision = decideWindow(window, instant);
        const change = decision.open ? decision.until : decision.nextOpenAt;
        const between = instantFromMs(
          Math.floor(msFromInstant(instant) + share * (msFromInstant(change) - 1 - msFromInstant(instant))),
        );
        expect(decideWindow(window, between).open).toBe(decision.open);
        expect(decideWindow(window, change).open).toBe(!decision.open);
      }),
    );
  });
});
