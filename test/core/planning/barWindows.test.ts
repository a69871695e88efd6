// The window of the newest closed bars by the exchange's calendar, and how many bars it has.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Timeframe } from "../../../src/core/model/market.ts";
import { instantFromMs, minuteMs, msFromInstant } from "../../../src/core/model/time.ts";
import { bucketEnd, bucketStart } from "../../../src/core/monitoring/barBuckets.ts";
import { barsIn, windowOf } from "../../../src/core/planning/barWindows.ts";
import { at } from "../examples.ts";

const shown = (timeframe: Timeframe, count: number, asOf: string): string => {
  const { fromMs, toMs } = windowOf(timeframe, count, at(asOf));
  return `${instantFromMs(fromMs).slice(0, 16)} ${instantFromMs(toMs).slice(0, 16)}`;
};

test.each<[string, Timeframe, number, string, string]>([
  [
    "a day is closed when it is over, not at the close",
    "1Day",
    1,
    "2026-06-15T20:30Z",
    "2026-06-12T04:00 2026-06-15T04:00",
  ],
  ["a holiday and a weekend are no days", "1Day", 2, "2026-07-06T14:00Z", "2026-07-01T04:00 2026-07-06T04:00"],
  ["midnight moves with the clocks", "1Day", 2, "2026-03-09T14:00Z", "2026-03-05T05:00 2026-03-09T04:00"],
  ["the week that runs is not closed", "1Week", 2, "2026-06-17T14:00Z", "2026-06-01T04:00 2026-06-15T04:00"],
  ["the month that runs is not closed", "1Month", 3, "2026-03-31T14:00Z", "2025-12-01T05:00 2026-03-01T05:00"],
  ["the bar under way is not closed", "5Min", 2, "2026-06-15T13:44:59Z", "2026-06-15T13:30 2026-06-15T13:40"],
  [
    "before the first bar of the day is closed the newest are of the day before",
    "5Min",
    2,
    "2026-06-15T13:34:59Z",
    "2026-06-12T19:50 2026-06-12T20:00",
  ],
  ["a day that closed early ends at 13:00", "1Hour", 2, "2026-11-30T14:00Z", "2026-11-27T16:30 2026-11-27T18:00"],
  ["the last hour of a session is half of one", "1Hour", 1, "2026-06-12T21:00Z", "2026-06-12T19:30 2026-06-12T20:00"],
])("%s", (_, timeframe, count, asOf, expected) => {
  expect(shown(timeframe, count, asOf)).toBe(expected);
});

describe("for any moment of 2026 and any number of bars", () => {
  const moment = fc
    .integer({ min: 0, max: 364 * 24 * 60 * 6 })
    .map((tenths) => msFromInstant(at("2026-01-01T00:00Z")) + tenths * 10_000);
  const intraday = fc.constantFrom<Timeframe>("1Min", "5Min", "15Min", "30Min", "1Hour");

  test("a window of minutes or days holds just so many bars by the calendar", () => {
    fc.assert(
      fc.property(
        moment,
        fc.oneof(intraday, fc.constant<Timeframe>("1Day")),
        fc.integer({ min: 1, max: 900 }),
        (ms, timeframe, count) => {
          expect(barsIn(timeframe, windowOf(timeframe, count, instantFromMs(ms)))).toBe(count);
        },
      ),
      { numRuns: 300 },
    );
  });

  test("the newest bar of the window is the last one that is closed", () => {
    fc.assert(
      fc.property(moment, intraday, (ms, timeframe) => {
        const { fromMs, toMs } = windowOf(timeframe, 1, instantFromMs(ms));
        expect([bucketStart(fromMs, timeframe), bucketEnd(fromMs, timeframe)]).toEqual([fromMs, toMs]);
        expect(toMs).toBeLessThanOrEqual(ms);
        for (let next = toMs; next + minuteMs <= ms; next += minuteMs) {
          const start = bucketStart(next, timeframe);
          if (!Number.isNaN(start)) expect(bucketEnd(start, timeframe)).toBeGreaterThan(ms);
        }
      }),
      { numRuns: 60 },
    );
  });
});
