// Bars and the hours of the exchange: where bars begin on short days and when clocks change, before the open and after the close.
import { describe, expect, test } from "vitest";
import type { Timeframe } from "../../../src/core/model/market.ts";
import { minuteMs } from "../../../src/core/model/time.ts";
import { bucketEnd, bucketStart } from "../../../src/core/monitoring/barBuckets.ts";
import {
  barsOf,
  gapsOf,
  type IntradayBars,
  openIntradayBars,
  type Tick,
  withClock,
  withTicks,
} from "../../../src/core/monitoring/intradayBars.ts";
import { clock, fed, minutes, ms, today, trade } from "./exampleTicks.ts";

const hourMs = 60 * minuteMs;

/** A trade at 10 dollars in every minute of a span, on whatever day. */
const everyMinute = (from: string, to: string): readonly Tick[] =>
  Array.from({ length: (ms(to) - ms(from)) / minuteMs }, (_, index) => ({
    symbol: "AAA",
    id: index,
    at: ms(from) + index * minuteMs,
    price: 10,
    size: 1,
  }));

/** After a trade in every minute from midnight to midnight UTC, two days on. */
function tradedAllDay(date: string, extendedHours: boolean): IntradayBars {
  const midnight = `${date}T00:00Z`;
  const state = withTicks(
    openIntradayBars({ latenessMs: 0, horizonMs: 0, extendedHours }),
    everyMinute(midnight, new Date(ms(midnight) + 24 * hourMs).toISOString()),
  );
  return withClock(state, ms(midnight) + 48 * hourMs);
}
const startsOn = (date: string, timeframe: Timeframe, extendedHours = false): readonly string[] => {
  const range = { symbol: "AAA", fromMs: ms(`${date}T00:00Z`), toMs: ms(`${date}T23:59Z`) };
  return clock([...barsOf(tradedAllDay(date, extendedHours), { ...range, timeframe }).timeMs]);
};

describe("bars of the session", () => {
  test.each([
    ["a winter day", "2026-03-06", ["14:30", "15:30", "16:30", "17:30", "18:30", "19:30", "20:30"]],
    [
      "the Monday after clocks went forward",
      "2026-03-09",
      ["13:30", "14:30", "15:30", "16:30", "17:30", "18:30", "19:30"],
    ],
    ["the Friday before clocks go back", "2026-10-30", ["13:30", "14:30", "15:30", "16:30", "17:30", "18:30", "19:30"]],
    [
      "the Monday after clocks went back",
      "2026-11-02",
      ["14:30", "15:30", "16:30", "17:30", "18:30", "19:30", "20:30"],
    ],
    ["a day that closes at 13:00", "2026-11-27", ["14:30", "15:30", "16:30", "17:30"]],
    ["the late open of 2002", "2002-09-11", ["16:00", "17:00", "18:00", "19:00"]],
    ["a holiday", "2026-07-03", []],
    ["a Saturday", "2026-06-13", []],
  ])("start at the open in New York: the hours of %s", (_, date, expected) => {
    expect(startsOn(date, "1Hour")).toEqual(expected);
  });

  test("end at 13:00 on a day that closes early, and the last hour is half of one", () => {
    const state = tradedAllDay("2026-11-27", false);
    const all = { symbol: "AAA", fromMs: 0, toMs: ms("2026-12-01T00:00Z") };
    const { timeMs, volume } = barsOf(state, { ...all, timeframe: "1Hour" });
    expect(timeMs.at(-1)).toBe(ms("2026-11-27T17:30Z"));
    expect([...volume]).toEqual([60, 60, 60, 30]);
    expect(barsOf(state, { ...all, timeframe: "1Min" }).timeMs.at(-1)).toBe(ms("2026-11-27T17:59Z"));
  });

  test("and the last hour is closed when the session is, not half an hour later", () => {
    const state = withTicks(openIntradayBars({ latenessMs: 0, horizonMs: 0 }), [trade(1, "19:45", 10)]);
    expect(minutes(withClock(state, today("19:59:59.999")), "1Hour")).toEqual([]);
    expect(minutes(withClock(state, today("20:00")), "1Hour")).toEqual(["19:30 10 10 10 10 100"]);
  });

  test("leave out a trade before the open and one at the close, and count it", () => {
    const state = fed([
      trade(1, "13:29:59.999", 1),
      trade(2, "13:30", 2),
      trade(3, "19:59:59.999", 3),
      trade(4, "20:00", 4),
    ]);
    expect(minutes(state)).toEqual(["13:30 2 2 2 2 100", "19:59 3 3 3 3 100"]);
    expect(state.dropped).toEqual({ late: 0, outsideHours: 2 });
  });

  test("of a whole day are stamped midnight in New York and closed with the session", () => {
    const state = withTicks(openIntradayBars({ latenessMs: 0, horizonMs: 0 }), [
      trade(1, "13:30", 10),
      trade(2, "19:59", 12),
    ]);
    expect(minutes(withClock(state, today("19:59:59")), "1Day")).toEqual([]);
    expect(minutes(withClock(state, today("20:00")), "1Day")).toEqual(["04:00 10 12 10 12 200"]);
    expect(startsOn("2026-01-15", "1Day")).toEqual(["05:00"]);
    expect(startsOn("2026-11-27", "1Day")).toEqual(["05:00"]);
  });

  test("know no gap outside the session, nor on a day without one", () => {
    const state = withClock(openIntradayBars({ latenessMs: 0, horizonMs: 0 }), ms("2026-12-01T00:00Z"));
    const gaps = (fromMs: number, toMs: number) => gapsOf(state, { symbol: "AAA", fromMs, toMs });
    expect(gaps(ms("2026-11-26T00:00Z"), ms("2026-11-29T00:00Z"))).toHaveLength(210);
    expect(gaps(ms("2026-11-28T00:00Z"), ms("2026-11-29T00:00Z"))).toEqual([]);
    expect(gaps(ms("2026-11-24T00:00Z"), ms("2026-11-25T00:00Z"))).toHaveLength(390);
    expect(gaps(ms("2026-11-25T00:00Z"), ms("2026-11-24T00:00Z"))).toEqual([]);
  });
});

describe("with extended hours", () => {
  test("bars begin at 04:00, start anew at the open and at the close, and end four hours after it", () => {
    const expected = [
      "08:00",
      "09:00",
      "10:00",
      "11:00",
      "12:00",
      "13:00",
      "13:30",
      "14:30",
      "15:30",
      "16:30",
      "17:30",
    ];
    expect(startsOn("2026-06-15", "1Hour", true)).toEqual([
      ...expected,
      "18:30",
      "19:30",
      "20:00",
      "21:00",
      "22:00",
      "23:00",
    ]);
    expect(startsOn("2026-11-27", "1Hour", true).slice(-6)).toEqual([
      "16:30",
      "17:30",
      "18:00",
      "19:00",
      "20:00",
      "21:00",
    ]);
  });

  test("no bar reaches over the open or the close", () => {
    const hour = (time: string) => {
      const start = bucketStart(today(time), "1Hour", true);
      return [start, bucketEnd(start, "1Hour")];
    };
    expect(hour("13:29")).toEqual([today("13:00"), today("13:30")]);
    expect(hour("19:59")).toEqual([today("19:30"), today("20:00")]);
    expect(hour("20:00")).toEqual([today("20:00"), today("21:00")]);
    expect(bucketStart(today("07:59"), "1Min", true)).toBeNaN();
  });

  test("the bar of a day is still the session's alone", () => {
    const ticks = [trade(1, "13:00", 1), trade(2, "13:30", 10), trade(3, "20:30", 99)];
    expect(minutes(fed(ticks, { extendedHours: true }), "1Day")).toEqual(["04:00 10 10 10 10 100"]);
    expect(minutes(fed(ticks, { extendedHours: true }))).toHaveLength(3);
  });

  test("their minutes without trades are gaps too", () => {
    const quiet = withClock(openIntradayBars({ latenessMs: 0, horizonMs: 0, extendedHours: true }), today("23:59"));
    const gaps = gapsOf(quiet, { symbol: "AAA", fromMs: today("00:00"), toMs: today("23:59") });
    expect(gaps[0]).toBe(today("08:00"));
    expect(gaps).toHaveLength(16 * 60 - 1);
  });
});
