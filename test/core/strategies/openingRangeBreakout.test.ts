// The opening range: in above it, out below it and before the close, on whole days and half days.
import { expect, test } from "vitest";
import type { BarSeries } from "../../../src/core/model/market.ts";
import { minuteMs, msFromInstant } from "../../../src/core/model/time.ts";
import { sessionOn } from "../../../src/core/schedule/tradingCalendar.ts";
import { openingRangeBreakout } from "../../../src/core/strategies/openingRangeBreakout.ts";
import { at, day } from "../examples.ts";
import { says, viewOf } from "./exampleView.ts";

const params = { rangeMinutes: 10, exitMinutes: 15 };

/** Five-minute bars from this instant on, each from one below its close to one above it. */
function fiveMinutes(from: string, closes: readonly number[]): BarSeries {
  const column = (of: (close: number) => number): Float64Array => Float64Array.from(closes, of);
  return {
    symbol: "A",
    timeframe: "5Min",
    timeMs: Float64Array.from(closes, (_, index) => msFromInstant(at(from)) + index * 5 * minuteMs),
    open: column((close) => close),
    high: column((close) => close + 1),
    low: column((close) => close - 1),
    close: column((close) => close),
    volume: column(() => 100),
  };
}
/** Those of the session of 2026-06-15, which opens at 13:30 UTC. */
const today = (...closes: readonly number[]): BarSeries => fiveMinutes("2026-06-15T13:30Z", closes);
const saysAt = (clock: string, bars: BarSeries, given: object = params): string =>
  says(openingRangeBreakout, given, viewOf([bars], { asOf: at(`2026-06-15T${clock}Z`) }));

test.each([
  ["says nothing before the range is complete", "13:40", today(50, 50), "nothing"],
  ["says nothing within the range", "13:45", today(50, 50, 50.9), "nothing"],
  ["says nothing at its high", "13:45", today(50, 50, 51), "nothing"],
  ["says nothing at its low", "13:45", today(50, 50, 49), "nothing"],
  ["enters above its high, with its stop at its low", "13:45", today(50, 50, 52), "A 1 stop 0.0577"],
  ["leaves below its low", "13:50", today(50, 50, 52, 48.5), "A 0"],
  ["goes by the newest close", "13:50", today(50, 50, 48.5, 52), "A 1 stop 0.0577"],
  ["counts the session's first bar to it", "13:45", today(60, 50, 55), "nothing"],
  ["does not count what follows the range to it", "13:55", today(50, 50, 60, 40, 52), "A 1 stop 0.0577"],
  ["does not look at the day before", "13:45", fiveMinutes("2026-06-12T19:50Z", [90, 90, 90]), "nothing"],
  ["leaves before the close, whatever the price", "19:45", today(50, 50, 52), "A 0"],
  ["still enters a minute before that", "19:44", today(50, 50, 52), "A 1 stop 0.0577"],
  ["leaves before the close without any bars", "19:45", today(), "A 0"],
])("%s", (_, clock, bars, expected) => {
  expect(saysAt(clock, bars)).toBe(expected);
});

test("does not look at what was traded before the open", () => {
  expect(saysAt("13:45", fiveMinutes("2026-06-15T13:20Z", [90, 10, 50, 50, 52]))).toBe("A 1 stop 0.0577");
});

test("says nothing where no bar of the range is there", () => {
  expect(saysAt("13:50", fiveMinutes("2026-06-15T13:40Z", [52, 53]))).toBe("nothing");
});

test("leaves before an early close", () => {
  const halfDay = { session: sessionOn(day("2026-11-27")) };
  const bars = fiveMinutes("2026-11-27T14:30Z", [50, 50, 52]);
  const at1244 = viewOf([bars], { ...halfDay, asOf: at("2026-11-27T17:44Z") });
  const at1245 = viewOf([bars], { ...halfDay, asOf: at("2026-11-27T17:45Z") });
  expect(says(openingRangeBreakout, params, at1244)).toBe("A 1 stop 0.0577");
  expect(says(openingRangeBreakout, params, at1245)).toBe("A 0");
});

test("says nothing on a day without a session", () => {
  const view = viewOf([today(50, 50, 52)], { session: undefined, asOf: at("2026-06-14T19:50Z") });
  expect(says(openingRangeBreakout, params, view)).toBe("nothing");
});

test("needs the bars of a whole session, and cannot do without the range and one more", () => {
  expect(openingRangeBreakout.needs({})).toEqual({ timeframe: "5Min", bars: 78, warmUp: 71 });
});

test.each([
  [{ rangeMinutes: 12 }, "rangeMinutes"],
  [{ rangeMinutes: 0 }, "rangeMinutes"],
  [{ exitMinutes: 4 }, "exitMinutes"],
  [{ minutes: 30 }, "minutes"],
])("the parameters %j are refused", (given, path) => {
  expect(openingRangeBreakout.paramsFault(given)).toMatchObject([{ path }]);
});
