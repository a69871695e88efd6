// Time-series momentum: in after a rise over the past, out or short after a fall.
import { expect, test } from "vitest";
import { timeSeriesMomentum } from "../../../src/core/strategies/timeSeriesMomentum.ts";
import { closesOf, says } from "./exampleView.ts";

const params = { lookback: 3, skip: 1 };

test.each([
  ["is in after a rise up to the skipped bars, whatever these did", [10, 11, 12, 5], {}, "A 1 !0.2"],
  ["is out after a fall", [10, 11, 8, 50], {}, "A 0 !0.2"],
  ["is short after a fall where it may be", [10, 11, 8, 50], { short: true }, "A -1 !0.2"],
  ["is out where nothing changed, also where it may be short", [10, 11, 10, 50], { short: true }, "A 0 !0"],
  ["looks up to the newest bar where nothing is skipped", [10, 11, 12, 5], { skip: 0 }, "A 0 !0.5"],
  ["is never more than wholly sure", [10, 11, 40, 5], {}, "A 1"],
  ["says nothing on too few bars", [11, 12, 5], {}, "nothing"],
  ["says nothing on a rise from no price at all", [0, 11, 12, 5], {}, "nothing"],
])("%s", (_, closes, more, expected) => {
  expect(says(timeSeriesMomentum, { ...params, ...more }, closesOf({ A: closes }))).toBe(expected);
});

test("needs the bar from which the return is counted", () => {
  expect(timeSeriesMomentum.needs({})).toEqual({ timeframe: "1Day", bars: 253 });
});

test.each([
  [{ lookback: 20, skip: 20 }, "skip"],
  [{ lookback: 1 }, "lookback"],
  [{ short: "yes" }, "short"],
  [{ months: 12 }, "months"],
])("the parameters %j are refused", (given, path) => {
  expect(timeSeriesMomentum.paramsFault(given)).toMatchObject([{ path }]);
});
