// Bars from single trades: what a bar is made of, when it is closed, and what late, corrected and cancelled trades do to it.
import { describe, expect, test } from "vitest";
import {
  barsOf,
  gapsOf,
  type IntradayBars,
  type Tick,
  withClock,
  withTicks,
} from "../../../src/core/monitoring/intradayBars.ts";
import { cancel, clock, correction, fed, lines, minutes, ms, open, today, trade, wholeDay } from "./exampleTicks.ts";

describe("a minute bar", () => {
  test("has the first, highest, lowest and last price of its trades and the sum of their sizes", () => {
    const ticks = [
      trade(1, "13:30:00", 10),
      trade(2, "13:30:20", 12),
      trade(3, "13:30:40", 9),
      trade(4, "13:30:59.999", 11),
    ];
    expect(minutes(fed(ticks))).toEqual(["13:30 10 12 9 11 400"]);
  });

  test.each([
    ["numbers by their value", [9, 10]],
    ["texts of digits as numbers", ["9", "10"]],
    ["numbers before texts", ["10", "1a"]],
    ["texts as text", ["a10", "a9"]],
  ])("takes trades of one millisecond in the order of their ids: %s", (_, [first, last]) => {
    const ticks = [trade(last ?? "", "13:30:01", 20), trade(first ?? "", "13:30:01", 10)];
    expect(minutes(fed(ticks))).toEqual(["13:30 10 20 10 20 200"]);
  });

  test("begins with its minute and ends before the next", () => {
    expect(minutes(fed([trade(1, "13:30:59.999", 10), trade(2, "13:31:00", 11)]))).toEqual([
      "13:30 10 10 10 10 100",
      "13:31 11 11 11 11 100",
    ]);
  });

  test("is not there for a minute without trades, and of such minutes gapsOf tells", () => {
    const state = withClock(withTicks(open(), [trade(1, "13:30:10", 10), trade(2, "13:33:10", 11)]), today("13:35:05"));
    expect(minutes(state)).toHaveLength(2);
    expect(clock(gapsOf(state, wholeDay))).toEqual(["13:31", "13:32", "13:34"]);
  });

  test("belongs to one symbol alone", () => {
    const state = fed([trade(1, "13:30:10", 10), { ...trade(1, "13:30:20", 99), symbol: "BBB" }]);
    expect(minutes(state)).toEqual(["13:30 10 10 10 10 100"]);
    expect(lines(barsOf(state, { ...wholeDay, symbol: "BBB", timeframe: "1Min" }))).toEqual(["13:30 99 99 99 99 100"]);
    expect(barsOf(state, { ...wholeDay, symbol: "CCC", timeframe: "1Min" }).timeMs).toHaveLength(0);
  });

  test("is given when it starts from `fromMs` on and before `toMs`", () => {
    const state = fed(["13:30", "13:31", "13:32"].map((time, id) => trade(id, time, 10)));
    const between = { symbol: "AAA", fromMs: today("13:31"), toMs: today("13:32"), timeframe: "1Min" } as const;
    expect(clock([...barsOf(state, between).timeMs])).toEqual(["13:31"]);
    for (const from of ["13:32", "13:33"]) {
      const gaps = gapsOf(state, { ...between, fromMs: today(from), toMs: today("13:35") });
      expect(clock(gaps), from).toEqual(["13:33", "13:34"]);
    }
  });
});

describe("a bar is closed", () => {
  const state = withTicks(open(), [trade(1, "13:30:10", 10), trade(2, "13:31:10", 11)]);

  test.each([
    ["13:31:04.999", 0],
    ["13:31:05", 1],
    ["13:32:04.999", 1],
    ["13:32:05", 2],
  ])("when its end has passed by the lateness: at %s there are %i", (time, count) => {
    expect(minutes(withClock(state, today(time)))).toHaveLength(count);
  });

  test("by the clock alone, whatever the times of ticks say", () => {
    expect(minutes(withTicks(state, [trade(3, "19:00", 12)]))).toEqual([]);
  });

  test("and a coarser one when the whole of it is over, even if its last minute has no trade", () => {
    expect(minutes(withClock(state, today("13:35:04.999")), "5Min")).toEqual([]);
    expect(minutes(withClock(state, today("13:35:05")), "5Min")).toEqual(["13:30 10 11 10 11 200"]);
  });

  test("and a clock that goes back changes nothing", () => {
    const later = withClock(state, today("13:32:05"));
    expect(withClock(later, today("13:31"))).toBe(later);
  });

  test("and no minute is a gap before it would be closed", () => {
    expect(clock(gapsOf(withClock(open(), today("13:32:04.999")), wholeDay))).toEqual(["13:30"]);
  });
});

test.each<[string, Tick]>([
  ["time", trade(1, "13:31:00", 10)],
  ["price", trade(1, "13:30:10", 12)],
  ["size", trade(1, "13:30:10", 10, 300)],
])("two trades under one id that differ in %s make one, and the same in either order", (_, other) => {
  const first = trade(1, "13:30:10", 10);
  expect(minutes(fed([first, other]))).toEqual(["13:30 10 10 10 10 100"]);
  expect(minutes(fed([other, first]))).toEqual(["13:30 10 10 10 10 100"]);
});

describe("a correction", () => {
  const first = trade(1, "13:30:10", 10);
  const second = trade(2, "13:30:20", 50);

  test.each([
    ["replaces the trade", [first, second, correction(3, 2, "13:30:20", 11)], ["13:30 10 11 10 11 200"]],
    ["may come before the trade", [correction(3, 2, "13:30:20", 11), second, first], ["13:30 10 11 10 11 200"]],
    ["may keep the id of the trade", [correction(2, 2, "13:30:20", 11), first, second], ["13:30 10 11 10 11 200"]],
    ["may stand without the trade", [correction(3, 2, "13:30:20", 11)], ["13:30 11 11 11 11 100"]],
    [
      "may itself be corrected",
      [correction(4, 3, "13:30:20", 12), first, correction(3, 2, "13:30:20", 11), second],
      ["13:30 10 12 10 12 200"],
    ],
    [
      "gives way to another of the same trade with a higher id",
      [first, second, correction(10, 2, "13:30:20", 12), correction(9, 2, "13:30:20", 11)],
      ["13:30 10 12 10 12 200"],
    ],
    [
      "gives way to one with a higher id that comes later too",
      [first, second, correction(9, 2, "13:30:20", 11), correction(10, 2, "13:30:20", 12)],
      ["13:30 10 12 10 12 200"],
    ],
    [
      "moves the trade into another minute",
      [first, second, correction(3, 2, "13:32", 11)],
      ["13:30 10 10 10 10 100", "13:32 11 11 11 11 100"],
    ],
    ["moves it out of the session", [first, second, correction(3, 2, "13:29", 11)], ["13:30 10 10 10 10 100"]],
  ])("%s", (_, ticks, expected) => {
    expect(minutes(fed(ticks))).toEqual(expected);
  });
});

test("of two corrections of one trade the one with the higher number counts, whichever comes first", () => {
  const original = trade(1, "13:30:10", 10);
  const [lower, higher] = [correction(99, 1, "13:30:10", 20), correction(100, 1, "13:30:10", 30)];
  expect(minutes(fed([original, lower, higher]))).toEqual(["13:30 30 30 30 30 100"]);
  expect(minutes(fed([original, higher, lower]))).toEqual(["13:30 30 30 30 30 100"]);
});

test("of a trade and a correction under one id the correction counts, whichever comes first", () => {
  const [plain, corrected] = [trade(7, "13:30:10", 10), correction(7, 5, "13:30:20", 50)];
  expect(minutes(fed([plain, corrected]))).toEqual(["13:30 50 50 50 50 100"]);
  expect(minutes(fed([corrected, plain]))).toEqual(["13:30 50 50 50 50 100"]);
});

describe("a cancel", () => {
  const first = trade(1, "13:30:10", 10);
  const second = trade(2, "13:30:20", 50);

  test.each([
    ["removes the trade", [first, second, cancel(2, "13:30:20")], ["13:30 10 10 10 10 100"]],
    ["may come before the trade", [cancel("2", "13:30:20"), first, second], ["13:30 10 10 10 10 100"]],
    ["leaves no bar where it removes the only trade", [first, cancel(1, "13:30:10")], []],
    [
      "of a correction brings the first trade not back",
      [first, second, correction(3, 2, "13:30:20", 11), cancel(3, "13:30:20")],
      ["13:30 10 10 10 10 100"],
    ],
    [
      "of a corrected trade removes the correction too",
      [first, second, cancel(2, "13:30:20"), correction(3, 2, "13:30:20", 11)],
      ["13:30 10 10 10 10 100"],
    ],
  ])("%s", (_, ticks, expected) => {
    expect(minutes(fed(ticks))).toEqual(expected);
  });

  test("is stronger than a correction of any id, whichever comes first", () => {
    for (const id of ["a", "x", 99]) {
      const [corrected, cancelled] = [correction(id, 2, "13:30:20", 11), cancel(2, "13:30:20")];
      expect(minutes(fed([first, second, corrected, cancelled]))).toEqual(["13:30 10 10 10 10 100"]);
      expect(minutes(fed([first, second, cancelled, corrected]))).toEqual(["13:30 10 10 10 10 100"]);
    }
  });

  test("is not counted as a trade when it is said to be outside the session", () => {
    expect(fed([cancel(1, "13:29")]).dropped).toEqual({ late: 0, outsideHours: 0 });
  });

  test("touches no trade of that id on another day or of another symbol", () => {
    const friday: Tick = { symbol: "AAA", kind: "cancel", originalId: 1, at: ms("2026-06-12T14:00Z") };
    const other: Tick = { symbol: "BBB", kind: "cancel", originalId: 1, at: today("13:30:10") };
    expect(minutes(fed([first, friday, other]))).toEqual(["13:30 10 10 10 10 100"]);
  });
});

describe("past the horizon", () => {
  const early = withClock(
    withTicks(open(), [trade(1, "13:30:10", 10), trade(2, "13:31:10", 11)]),
    today("13:35:59.999"),
  );
  const over = withClock(early, today("13:36"));

  test("a closed bar still changes before it", () => {
    expect(minutes(withTicks(early, [trade(3, "13:30:50", 15)]))[0]).toBe("13:30 10 15 10 15 200");
    expect(minutes(withTicks(early, [cancel(1, "13:30:10")]))).toEqual(["13:31 11 11 11 11 100"]);
  });

  test.each([
    ["trade", trade(3, "13:30:50", 15)],
    ["duplicate", trade(1, "13:30:10", 10)],
    ["correction", correction(3, 1, "13:30:10", 15)],
    ["cancel", cancel(1, "13:30:10")],
  ])("a %s has no effect and is counted", (_, tick) => {
    const state = withTicks(over, [tick]);
    expect(minutes(state)).toEqual(minutes(early));
    expect(state.dropped).toEqual({ late: 1, outsideHours: 0 });
  });

  test("the trades of a minute are forgotten and its bar is kept", () => {
    const tradesHeld = (state: IntradayBars) => state.books.get("AAA")?.trades.size;
    expect([tradesHeld(early), tradesHeld(over)]).toEqual([2, 1]);
    expect(minutes(over)).toEqual(["13:30 10 10 10 10 100", "13:31 11 11 11 11 100"]);
  });

  test("a correction is remembered until the day is over, for a trade that comes hours after it", () => {
    const state = withClock(withTicks(open(), [cancel(1, "13:30:10")]), today("17:00"));
    expect(minutes(withClock(withTicks(state, [trade(1, "17:00:10", 10)]), today("18:00")))).toEqual([]);
    const nextDay = withClock(state, ms("2026-06-16T13:36:01Z"));
    expect(state.books.get("AAA")?.withdrawn.size).toBe(1);
    expect(nextDay.books.get("AAA")?.withdrawn.size).toBe(0);
  });

  test("the lateness must lie within it", () => {
    expect(() => open({ latenessMs: 2, horizonMs: 1 })).toThrow(RangeError);
    expect(() => open({ latenessMs: -1 })).toThrow(RangeError);
  });
});

test.each([
  ["no price", trade(1, "13:30", 0), "the trade 1 of AAA cannot be: 100 shares at 0"],
  ["an endless price", trade(1, "13:30", Number.POSITIVE_INFINITY), "100 shares at Infinity"],
  ["a negative size", trade(1, "13:30", 10, -1), "-1 shares at 10"],
  ["a size that is no number", trade(1, "13:30", 10, Number.NaN), "NaN shares at 10"],
  [
    "a time outside the calendar",
    { ...trade(1, "13:30", 10), at: ms("2031-01-02T15:00Z") },
    "the trading calendar knows",
  ],
])("refuses a tick with %s", (_, tick, message) => {
  expect(() => withTicks(open(), [tick])).toThrow(message);
});
