// The volatility-targeted trend: in above the average, the larger the calmer the symbol.
import { expect, test } from "vitest";
import { volatilityTrend } from "../../../src/core/strategies/volatilityTrend.ts";
import { exampleBars } from "../examples.ts";
import { closesOf, says, viewOf } from "./exampleView.ts";

const params = { trend: 2, volatilityBars: 5 };
/** Up and down by a tenth: the returns have a variance of 0.012, which is a yearly volatility of √(0.012 × 252) = 1.739. */
const swings = [100, 110, 99, 108.9, 98.01, 107.811];

test.each([
  ["is in above the average, by the wished-for over the realised volatility", swings, {}, "A 0.0863"],
  ["is twice as large for twice the volatility", swings, { annualVolatility: 0.3 }, "A 0.1725"],
  ["is never larger than it may be", swings, { maxWeight: 0.05 }, "A 0.05"],
  ["is out below the average", [...swings, 97], {}, "A 0"],
  ["is out where the price does not move, for it is not above the average", [10, 10, 10, 10, 10, 10], {}, "A 0"],
  ["is as large as it may be on a rise without any swings", [1, 2, 4, 8, 16, 32], { maxWeight: 0.4 }, "A 0.4"],
  ["says nothing on too few bars for the volatility", swings.slice(1), {}, "nothing"],
  ["says nothing on too few bars for the average", swings, { trend: 7 }, "nothing"],
  ["says nothing where there was no price", [0, 0, 0, 0, 1, 2], {}, "nothing"],
])("%s", (_, closes, more, expected) => {
  expect(says(volatilityTrend, { ...params, ...more }, closesOf({ A: closes }))).toBe(expected);
});

test("divides by the number of all symbols, those left out of the run included", () => {
  const view = viewOf([exampleBars("A", swings)], { symbols: ["A", "B"] });
  expect(says(volatilityTrend, params, view)).toBe("A 0.0431");
});

test("needs as many bars as the longer of its two windows", () => {
  expect(volatilityTrend.needs({})).toEqual({ timeframe: "1Day", bars: 200 });
  expect(volatilityTrend.needs({ trend: 10 })).toEqual({ timeframe: "1Day", bars: 21 });
});

test.each([
  [{ trend: 1 }, "trend"],
  [{ volatilityBars: 4 }, "volatilityBars"],
  [{ annualVolatility: 0 }, "annualVolatility"],
  [{ maxWeight: 1.5 }, "maxWeight"],
  [{ target: 0.1 }, "target"],
])("the parameters %j are refused", (given, path) => {
  expect(volatilityTrend.paramsFault(given)).toMatchObject([{ path }]);
});
