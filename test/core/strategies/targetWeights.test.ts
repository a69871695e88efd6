// Fixed shares: each named symbol at its weight.
import { expect, test } from "vitest";
import { targetWeights } from "../../../src/core/strategies/targetWeights.ts";
import { closesOf } from "./exampleView.ts";

test("wishes each named symbol that takes part at its weight, and says nothing on others", () => {
  expect(targetWeights.decide(closesOf({ AAA: [], OTHER: [] }), { weights: { AAA: 0.4, GONE: 0.2 } })).toEqual([
    { strategy: "targetWeights", symbol: "AAA", targetWeight: 0.4, strength: 1, reasons: { weight: 0.4 } },
  ]);
  expect(targetWeights.needs({ weights: { AAA: 0.4 } })).toEqual({ timeframe: "1Day", bars: 0 });
});

test.each([
  [{ weights: { AAA: 0.6, BBB: 0.5 } }, "weights"],
  [{ weights: { AAA: -0.1 } }, "weights.AAA"],
  [{ weights: { spy: 0.5 } }, "weights.spy"],
  [{ weights: {} }, "weights"],
  [{}, "weights"],
])("the parameters %j are refused", (given, path) => {
  expect(targetWeights.paramsFault(given)).toMatchObject([{ path }]);
});

test("weights that sum to 1 in decimals are accepted though their binary sum is a little more", () => {
  expect(targetWeights.paramsFault({ weights: { A: 0.7, B: 0.1, C: 0.1, D: 0.1 } })).toEqual([]);
  expect(targetWeights.paramsFault({ weights: { A: 0.1, B: 0.7, C: 0.2 } })).toEqual([]);
});
