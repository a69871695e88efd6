// Bollinger reversion: in below the lower band, out at the middle one.
import { expect, test } from "vitest";
import { bollingerReversion } from "../../../src/core/strategies/bollingerReversion.ts";
import { closesOf, says } from "./exampleView.ts";

const params = { period: 3, deviations: 1 };

test.each([
  // The mean is 12 and the deviation √2.
  ["enters below the lower band, with the middle as its target", [13, 13, 10], "A 1 target 0.2"],
  ["leaves above the middle", [10, 13, 12], "A 0"],
  ["leaves at the middle", [10, 10, 10], "A 0"],
  ["says nothing between the lower band and the middle", [13, 10, 11], "nothing"],
  ["says nothing on too few bars", [13, 10], "nothing"],
  ["says nothing where a close is missing", [13, Number.NaN, 10], "nothing"],
])("%s", (_, closes, expected) => {
  expect(says(bollingerReversion, params, closesOf({ A: closes }))).toBe(expected);
});

test("says nothing at the lower band itself", () => {
  // A mean of 2 and a deviation of 1.
  expect(says(bollingerReversion, { period: 4, deviations: 1 }, closesOf({ A: [1, 3, 3, 1] }))).toBe("nothing");
});

test("gives equal parts of all symbols", () => {
  const view = closesOf({ A: [13, 13, 10], B: [10, 13, 12] });
  expect(says(bollingerReversion, params, view)).toBe("A 0.5 target 0.2, B 0");
});

test.each([
  [{ period: 5, deviations: 2 }, "deviations"],
  [{ period: 501 }, "period"],
  [{ deviations: 11, period: 500 }, "deviations"],
  [{ k: 2 }, "k"],
])("the parameters %j are refused", (given, path) => {
  expect(bollingerReversion.paramsFault(given)).toMatchObject([{ path }]);
});
