// MACD: in while the line is above its signal line.
import { expect, test } from "vitest";
import { macdTrend } from "../../../src/core/strategies/macdTrend.ts";
import { closesOf, says } from "./exampleView.ts";

const params = { fast: 2, slow: 3, signal: 2 };

test.each([
  // The line goes from 2/3 to 7/6, its signal line is their mean, 11/12: apart by 3 percent of the price.
  ["is in while the line rises above its signal line", [1, 2, 4, 8], "A 1"],
  // From 2/3 to 1/2, so that the signal line is 7/12; at a price of 4 the line is 2 percent below it.
  ["is out while the line falls below it", [1, 2, 4, 4], "A 0"],
  // From 1/3 to 2/9, so that the signal line is 5/18; the difference of 1/18 is 0.0556 percent of 100.
  ["is the less sure the closer they are", [98, 99, 100, 100], "A 0 !0.0833"],
  ["is out, and not sure at all, where the price does not move", [5, 5, 5, 5], "A 0 !0"],
  ["says nothing on too few bars", [1, 2, 4], "nothing"],
  ["says nothing where the newest close is missing", [1, 2, 4, 8, Number.NaN], "nothing"],
])("%s", (_, closes, expected) => {
  expect(says(macdTrend, params, closesOf({ A: closes }))).toBe(expected);
});

test("needs four times the bars that make its first value", () => {
  expect(macdTrend.needs({})).toEqual({ timeframe: "1Day", bars: 139, warmUp: 105 });
});

test.each([
  [{ fast: 26, slow: 26 }, "fast"],
  [{ slow: 301 }, "slow"],
  [{ signal: 0 }, "signal"],
  [{ signal: "9" }, "signal"],
  [{ period: 9 }, "period"],
])("the parameters %j are refused", (given, path) => {
  expect(macdTrend.paramsFault(given)).toMatchObject([{ path }]);
});
