// The turtles' breakout: in above the highs of the days before, out below the lows of fewer days.
import { expect, test } from "vitest";
import { donchianBreakout } from "../../../src/core/strategies/donchianBreakout.ts";
import { closesOf, says } from "./exampleView.ts";

// A bar reaches from one below its close to one above it.
const params = { entry: 3, exit: 2, atrPeriod: 1, stopRanges: 2 };

test.each([
  // The last day reaches from the close before, 10, to 13.
  ["enters above the highs, with its stop two ranges away", [10, 10, 10, 12], "A 1 stop 0.5"],
  ["says nothing at the highest high", [10, 10, 10, 11], "nothing"],
  ["says nothing though the close is the highest, where a high was higher", [10, 10, 11, 11.5], "nothing"],
  ["leaves below the lows", [10, 10, 10, 8], "A 0"],
  ["leaves below the lows of the fewer days, whatever the low before", [5, 10, 10, 8], "A 0"],
  ["says nothing at the lowest low", [10, 10, 10, 9], "nothing"],
  ["says nothing on too few bars", [10, 10, 12], "nothing"],
  ["says nothing where a day is missing", [10, Number.NaN, 10, 12], "nothing"],
])("%s", (_, closes, expected) => {
  expect(says(donchianBreakout, params, closesOf({ A: closes }))).toBe(expected);
});

test("gives no stop that would be at nothing or less", () => {
  expect(says(donchianBreakout, { ...params, stopRanges: 4 }, closesOf({ A: [10, 10, 10, 12] }))).toBe("A 1");
});

test("needs the day itself beside those before it, and bars in which the average range settles", () => {
  expect(donchianBreakout.needs({})).toEqual({ timeframe: "1Day", bars: 81, warmUp: 60 });
  expect(donchianBreakout.needs({ entry: 100, atrPeriod: 5 })).toEqual({ timeframe: "1Day", bars: 101, warmUp: 0 });
});

test.each([
  [{ entry: 10, exit: 20 }, "exit"],
  [{ entry: 1, exit: 1 }, "entry"],
  [{ stopRanges: 0 }, "stopRanges"],
  [{ atrPeriod: 101 }, "atrPeriod"],
  [{ days: 20 }, "days"],
])("the parameters %j are refused", (given, path) => {
  expect(donchianBreakout.paramsFault(given)).toMatchObject([{ path }]);
});
