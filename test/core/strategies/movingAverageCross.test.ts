// The moving-average cross: in while the fast average is above the slow one.
import { describe, expect, test } from "vitest";
import { movingAverageCross } from "../../../src/core/strategies/movingAverageCross.ts";
import { closesOf, says } from "./exampleView.ts";

const params = { fast: 2, slow: 4 };

test.each([
  ["is in where the fast average is above the slow one", [10, 11, 12, 13], "A 1 !0.087"],
  ["is out where it is below", [13, 12, 11, 10], "A 0 !0.087"],
  ["is out where they are equal", [10, 10, 10, 10], "A 0 !0"],
  ["looks at the newest bars only", [900, 10, 11, 12, 13], "A 1 !0.087"],
  ["says nothing on too few bars", [10, 11, 12], "nothing"],
  ["says nothing where a close is missing", [10, Number.NaN, 12, 13], "nothing"],
])("%s", (_, closes, expected) => {
  expect(says(movingAverageCross, params, closesOf({ A: closes }))).toBe(expected);
});

test("gives equal parts of all symbols, with the averages as reasons", () => {
  const signals = movingAverageCross.decide(closesOf({ UP: [10, 11, 12, 13], DOWN: [13, 12, 11, 10] }), params);
  expect(signals).toEqual([
    {
      strategy: "movingAverageCross",
      symbol: "UP",
      targetWeight: 0.5,
      strength: 12.5 / 11.5 - 1,
      reasons: { fast: 12.5, slow: 11.5, close: 13 },
    },
    {
      strategy: "movingAverageCross",
      symbol: "DOWN",
      targetWeight: 0,
      strength: 1 - 10.5 / 11.5,
      reasons: { fast: 10.5, slow: 11.5, close: 10 },
    },
  ]);
});

test("needs as many daily bars as its slow average", () => {
  expect(movingAverageCross.needs(params)).toEqual({ timeframe: "1Day", bars: 4 });
  expect(movingAverageCross.needs({})).toEqual({ timeframe: "1Day", bars: 30 });
});

describe("parameters", () => {
  test.each([
    [{ fast: 30, slow: 10 }, [{ path: "fast", message: "must be less than slow" }]],
    [{ fast: 10, slow: 10 }, [{ path: "fast", message: "must be less than slow" }]],
    [{ fast: 2.5 }, [expect.objectContaining({ path: "fast" })]],
    [{ fast: 0, slow: 1000 }, [expect.objectContaining({ path: "fast" }), expect.objectContaining({ path: "slow" })]],
    [{ medium: 20 }, [{ path: "medium", message: "is not known here" }]],
    [null, [expect.objectContaining({ path: "(whole)" })]],
  ])("%j are refused", (given, faults) => {
    expect(movingAverageCross.paramsFault(given)).toEqual(faults);
  });
});
