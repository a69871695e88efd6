// Longer bars put together from shorter ones: in the exchange's sessions, closed ones only, and the same whatever way they are reached.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type BarSeries, type Timeframe, timeframeSchema } from "../../../src/core/model/market.ts";
import { minuteMs } from "../../../src/core/model/time.ts";
import { consolidateBars } from "../../../src/core/monitoring/consolidateBars.ts";
import { barsOf } from "../../../src/core/monitoring/intradayBars.ts";
import { fed, lines, ms, today, trade, wholeDay } from "./exampleTicks.ts";

/** A bar for each moment; prices count up from 10, each minute two dollars wide, of one share. */
function series(times: readonly number[], timeframe: Timeframe = "1Min"): BarSeries {
  const column = (of: (index: number) => number): Float64Array => Float64Array.from(times, (_, index) => of(index));
  return {
    symbol: "AAA",
    timeframe,
    timeMs: Float64Array.from(times),
    open: column((index) => 10 + index),
    high: column((index) => 11 + index),
    low: column((index) => 9 + index),
    close: column((index) => 10.5 + index),
    volume: column(() => 1),
  };
}
const every = (from: string, to: string): readonly number[] =>
  Array.from({ length: (ms(to) - ms(from)) / minuteMs }, (_, index) => ms(from) + index * minuteMs);
const end = { closedByMs: ms("2030-01-01T00:00Z") };
const starts = ({ timeMs }: BarSeries): readonly string[] =>
  [...timeMs].map((at) => new Date(at).toISOString().slice(0, 16));

test("each bar opens with its first minute and closes with its last, between their highest and lowest", () => {
  const bars = consolidateBars(series(every("2026-06-15T13:30Z", "2026-06-15T13:42Z")), "5Min", end);
  expect(bars.timeframe).toBe("5Min");
  expect(lines(bars)).toEqual(["13:30 10 15 9 14.5 5", "13:35 15 20 14 19.5 5", "13:40 20 22 19 21.5 2"]);
});

test("minutes without a trade leave the bar with those that have one, and a bar without any is absent", () => {
  const bars = consolidateBars(series([today("13:31"), today("13:34"), today("13:45")]), "5Min", end);
  expect(lines(bars)).toEqual(["13:30 10 12 9 11.5 2", "13:45 12 13 11 12.5 1"]);
});

test.each<[string, Timeframe, string, number]>([
  ["five minutes in the last of them", "5Min", "2026-06-15T13:39:59.999Z", 1],
  ["five minutes at their end", "5Min", "2026-06-15T13:40Z", 2],
  ["a day before the close", "1Day", "2026-06-15T19:59:59.999Z", 0],
  ["a day at the close", "1Day", "2026-06-15T20:00Z", 1],
])("%s: so many bars are closed", (_, timeframe, at, count) => {
  const minutes = series(every("2026-06-15T13:30Z", "2026-06-15T13:40Z"));
  expect(consolidateBars(minutes, timeframe, { closedByMs: ms(at) }).timeMs).toHaveLength(count);
});

describe("before the open and after the close", () => {
  const minutes = series([
    ...every("2026-11-27T14:28Z", "2026-11-27T14:32Z"),
    ms("2026-11-27T17:59Z"),
    ms("2026-11-27T18:00Z"),
  ]);

  test("minutes are in no bar of the session", () => {
    expect(lines(consolidateBars(minutes, "1Hour", end))).toEqual(["14:30 12 14 11 13.5 2", "17:30 14 15 13 14.5 1"]);
    expect(lines(consolidateBars(minutes, "1Min", end))).toHaveLength(3);
    expect(lines(consolidateBars(minutes, "1Day", end))).toEqual(["05:00 12 15 11 14.5 3"]);
  });

  test("they have bars of their own where they are asked for", () => {
    const all = consolidateBars(minutes, "1Hour", { ...end, extendedHours: true });
    expect(starts(all).map((start) => start.slice(11))).toEqual(["14:00", "14:30", "17:30", "18:00"]);
    expect(consolidateBars(minutes, "1Day", { ...end, extendedHours: true })).toEqual(
      consolidateBars(minutes, "1Day", end),
    );
  });
});

describe("weeks and months", () => {
  // Midnight in New York; clocks go forward on 2026-03-08, 2026-04-03 is Good Friday.
  const midnights = [
    "2026-02-26T05",
    "2026-02-27T05",
    "2026-03-02T05",
    "2026-03-06T05",
    "2026-03-09T04",
    "2026-03-31T04",
    "2026-04-01T04",
    "2026-04-02T04",
    "2026-04-06T04",
  ];
  const days = series(
    midnights.map((text) => ms(`${text}:00Z`)),
    "1Day",
  );

  test("begin at midnight in New York, on the Monday and on the first", () => {
    expect(starts(consolidateBars(days, "1Week", end))).toEqual([
      "2026-02-23T05:00",
      "2026-03-02T05:00",
      "2026-03-09T04:00",
      "2026-03-30T04:00",
      "2026-04-06T04:00",
    ]);
    expect(starts(consolidateBars(days, "1Month", end))).toEqual([
      "2026-02-01T05:00",
      "2026-03-01T05:00",
      "2026-04-01T04:00",
    ]);
    expect(consolidateBars(days, "1Month", end).volume).toEqual(Float64Array.of(2, 4, 3));
  });

  test("are closed when the next has begun", () => {
    const by = (timeframe: Timeframe, at: string) =>
      consolidateBars(days, timeframe, { closedByMs: ms(at) }).timeMs.length;
    expect([by("1Week", "2026-04-06T03:59Z"), by("1Week", "2026-04-06T04:00Z")]).toEqual([3, 4]);
    expect([by("1Month", "2026-04-01T03:59Z"), by("1Month", "2026-04-01T04:00Z")]).toEqual([1, 2]);
  });

  test("are made of days only, and everything shorter of minutes only", () => {
    for (const timeframe of timeframeSchema.options) {
      const [right, wrong] = /Week|Month/.test(timeframe) ? (["1Day", "1Min"] as const) : (["1Min", "1Day"] as const);
      expect(() => consolidateBars(series([], wrong), timeframe, end)).toThrow(RangeError);
      expect(consolidateBars(series([], right), timeframe, end).timeMs).toHaveLength(0);
    }
  });
});

test("no bars give no bars", () => {
  expect(consolidateBars(series([]), "5Min", end)).toEqual({ ...series([]), timeframe: "5Min" });
});

describe("for any minutes of a week in which clocks change", () => {
  const from = ms("2026-03-05T00:00Z");
  const minutes = fc
    .uniqueArray(fc.integer({ min: 0, max: 7 * 24 * 60 - 1 }), { maxLength: 300 })
    .map((places) => series(places.toSorted((a, b) => a - b).map((place) => from + place * minuteMs)));
  const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);

  test("every share of the session is in one bar, and the day says the same as its hours", () => {
    fc.assert(
      fc.property(
        minutes,
        fc.constantFrom<Timeframe>("5Min", "15Min", "30Min", "1Hour", "1Day"),
        (given, timeframe) => {
          const [bars, session] = [consolidateBars(given, timeframe, end), consolidateBars(given, "1Min", end)];
          expect(sum(bars.volume)).toBe(sum(session.volume));
          expect(Math.max(0, ...bars.high)).toBe(Math.max(0, ...session.high));
          expect([bars.open[0], bars.close.at(-1)]).toEqual([session.open[0], session.close.at(-1)]);
          expect([...bars.timeMs]).toEqual([...new Set(bars.timeMs)].toSorted((a, b) => a - b));
        },
      ),
    );
  });

  test("what is closed at a moment is the beginning of what is closed later", () => {
    fc.assert(
      fc.property(minutes, fc.nat({ max: 7 * 24 * 60 }), (given, later) => {
        const bars = consolidateBars(given, "30Min", { closedByMs: from + later * minuteMs });
        const all = consolidateBars(given, "30Min", end);
        expect([...bars.close]).toEqual([...all.close].slice(0, bars.close.length));
      }),
    );
  });
});

test("bars rebuilt from single trades are those of their minutes", () => {
  const state = fed([trade(1, "13:30", 10), trade(2, "13:34:59", 12), trade(3, "13:36", 9), trade(4, "13:50", 11)]);
  const minutes = barsOf(state, { ...wholeDay, timeframe: "1Min" });
  expect(barsOf(state, { ...wholeDay, timeframe: "5Min" })).toEqual(consolidateBars(minutes, "5Min", end));
});
