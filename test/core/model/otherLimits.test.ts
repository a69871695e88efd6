// Limits as somebody might set them instead: which may be named, and what becomes of those that are not.
import { describe, expect, test } from "vitest";
import { riskLimitsSchema } from "../../../src/core/model/limits.ts";
import { otherLimitsSchema, withOther } from "../../../src/core/model/otherLimits.ts";
import { faultsOf } from "../../../src/core/model/parse.ts";
import { exampleLimits } from "../examples.ts";

const faults = (value: unknown): readonly string[] => {
  const result = otherLimitsSchema.safeParse(value);
  return result.success ? [] : faultsOf(result.error).map(({ path }) => path);
};

describe("the other limits", () => {
  test("are any of the risk limits but those that judge data while it is read, and at least one", () => {
    const names = Object.keys(riskLimitsSchema.shape);
    expect(names.filter(isUnknown).sort()).toEqual([
      "implausibleMoveFraction",
      "maxPriceAgeSeconds",
      "minCoverageFraction",
    ]);
    expect(otherLimitsSchema.safeParse({}).error?.issues).toMatchObject([{ path: [], message: "names no limit" }]);
  });

  test("are judged as the risk limits are, every fault with its path", () => {
    const given = { maxGrossFraction: 9, symbols: { spy: {}, SPY: { maxOrderQty: 0 } }, colour: 1, breakers: { x: 1 } };
    expect(faults(given).toSorted()).toEqual([
      "breakers.x",
      "colour",
      "maxGrossFraction",
      "symbols.SPY.maxOrderQty",
      "symbols.spy",
    ]);
  });

  test("null takes away what need not be there, and nothing else", () => {
    expect(faults({ maxOpenPositions: null, breakers: null, allowedSymbols: null })).toEqual([]);
    const needed = { maxGrossFraction: null, minOrderNotionalUsd: null };
    expect(faults(needed).toSorted()).toEqual(["maxGrossFraction", "minOrderNotionalUsd"]);
  });
});

function isUnknown(name: string): boolean {
  const { error } = otherLimitsSchema.safeParse({ [name]: "no limit" });
  return error !== undefined && faultsOf(error).some(({ message }) => message === "is not known here");
}

test("what is not named stays as it held, default values too", () => {
  const limits = exampleLimits({
    priceCollarFraction: 0.2,
    minOrderNotionalUsd: 77,
    maxOpenPositions: 3,
    symbols: { AAA: { maxOrderQty: 5 } },
    breakers: { dailyLoss: { fraction: 0.1, action: "halt" } },
  });
  expect(withOther(limits, otherLimitsSchema.parse({ maxGrossFraction: 0.5 }))).toEqual({
    ...limits,
    maxGrossFraction: 0.5,
  });
  const other = {
    maxOpenPositions: null,
    symbols: { AAA: { maxPositionQty: 9 }, BBB: { maxOrderQty: 1 } },
    breakers: { drawdown: { fraction: 0.2 } },
  };
  const { maxOpenPositions: _, ...rest } = limits;
  expect(withOther(limits, otherLimitsSchema.parse(other))).toEqual({
    ...rest,
    symbols: { AAA: { maxOrderQty: 5, maxPositionQty: 9 }, BBB: { maxOrderQty: 1 } },
    breakers: { dailyLoss: { fraction: 0.1, action: "halt" }, drawdown: { fraction: 0.2, action: "halt" } },
  });
});
