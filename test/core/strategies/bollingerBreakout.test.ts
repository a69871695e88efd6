// Bollinger breakout: in above the upper band, out below the middle one.
import { expect, test } from "vitest";
import { bollingerBreakout } from "../../../src/core/strategies/bollingerBreakout.ts";
import { closesOf, says } from "./exampleView.ts";

const params = { period: 3, deviations: 1 };

test.each([
  // The mean is 11 and the deviation √2.
  ["enters above the upper band, with its stop at the middle", [10, 10, 13], "A 1 stop 0.1538"],
  ["leaves below the middle", [10, 13, 11], "A 0"],
  ["says nothing between the middle and the upper band", [13, 10, 12], "nothing"],
  ["says nothing where the price does not move", [10, 10, 10], "nothing"],
  ["looks at the newest bars only", [1, 99, 10, 10, 13], "A 1 stop 0.1538"],
  ["says nothing on too few bars", [10, 13], "nothing"],
  ["says nothing where a close is missing", [10, Number.NaN, 13], "nothing"],
])("%s", (_, closes, expected) => {
  expect(says(bollingerBreakout, params, closesOf({ A: closes }))).toBe(expected);
});

test("says nothing at the upper band itself, and at the middle", () => {
  // Both means are 2; the first deviation is 1.
  expect(says(bollingerBreakout, { period: 4, deviations: 1 }, closesOf({ A: [3, 1, 1, 3] }))).toBe("nothing");
  expect(says(bollingerBreakout, params, closesOf({ A: [4, 0, 2] }))).toBe("nothing");
});

test("needs the bars of one window", () => {
  expect(bollingerBreakout.needs({})).toEqual({ timeframe: "1Day", bars: 20 });
});

test.each([
  [{ period: 5, deviations: 2 }, "deviations"],
  [{ period: 501 }, "period"],
  [{ deviations: 0 }, "deviations"],
  [{ width: 2 }, "width"],
])("the parameters %j are refused", (given, path) => {
  expect(bollingerBreakout.paramsFault(given)).toMatchObject([{ path }]);
});

test("what is accepted can be reached, by a single close far from others that are equal", () => {
  expect(bollingerBreakout.paramsFault({ period: 5, deviations: 1.99 })).toEqual([]);
  expect(says(bollingerBreakout, { period: 5, deviations: 1.99 }, closesOf({ A: [10, 10, 10, 10, 20] }))).toBe(
    "A 1 stop 0.4",
  );
});
