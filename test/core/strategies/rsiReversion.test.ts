// RSI mean reversion: in after a fall, out after a rise, silent in between.
import { expect, test } from "vitest";
import { rsiReversion } from "../../../src/core/strategies/rsiReversion.ts";
import { closesOf, says } from "./exampleView.ts";

const params = { period: 2, enterBelow: 30, exitAbove: 55 };

test.each([
  ["enters after nothing but falls, wholly sure", [10, 9, 8], "A 1"],
  // Up 1.5 and down 8.5: an index of 15.
  ["enters half sure at half of the threshold", [100, 101.5, 93], "A 1 !0.5"],
  ["leaves after a rise", [8, 9, 10], "A 0"],
  ["says nothing in between", [10, 9, 10], "nothing"],
  ["says nothing where the price does not move", [10, 10, 10], "nothing"],
  ["says nothing on too few bars", [10, 9], "nothing"],
  ["says nothing where the newest close is missing", [10, 9, 8, Number.NaN], "nothing"],
])("%s", (_, closes, expected) => {
  expect(says(rsiReversion, params, closesOf({ A: closes }))).toBe(expected);
});

test("says nothing at a threshold itself", () => {
  const atFifty = closesOf({ A: [10, 9, 10] });
  expect(says(rsiReversion, { ...params, enterBelow: 50 }, atFifty)).toBe("nothing");
  expect(says(rsiReversion, { ...params, exitAbove: 50 }, atFifty)).toBe("nothing");
  expect(says(rsiReversion, { ...params, enterBelow: 50.01 }, atFifty)).toBe("A 1 !0.0002");
  expect(says(rsiReversion, { ...params, exitAbove: 49.99 }, atFifty)).toBe("A 0");
});

test("gives equal parts of all symbols", () => {
  expect(says(rsiReversion, params, closesOf({ A: [10, 9, 8], B: [8, 9, 10] }))).toBe("A 0.5, B 0");
});

test("needs eight periods of changes, of which the last one is never without", () => {
  expect(rsiReversion.needs({})).toEqual({ timeframe: "1Day", bars: 113, warmUp: 98 });
});

test.each([
  [{ enterBelow: 60, exitAbove: 60 }, "enterBelow"],
  [{ period: 1 }, "period"],
  [{ enterBelow: 0 }, "enterBelow"],
  [{ exitAbove: 100 }, "exitAbove"],
  [{ threshold: 30 }, "threshold"],
])("the parameters %j are refused", (given, path) => {
  expect(rsiReversion.paramsFault(given)).toMatchObject([{ path }]);
});
