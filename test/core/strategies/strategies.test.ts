// The built-in strategies: what each wishes, on what it decides, and which parameters it refuses.
import { describe, expect, test } from "vitest";
import type { BarSeries } from "../../../src/core/model/market.ts";
import { usd } from "../../../src/core/model/money.ts";
import { movingAverageCross } from "../../../src/core/strategies/movingAverageCross.ts";
import { findStrategy, strategies } from "../../../src/core/strategies/registry.ts";
import type { StrategyView } from "../../../src/core/strategies/strategy.ts";
import { targetWeights } from "../../../src/core/strategies/targetWeights.ts";
import { at, exampleBars } from "../examples.ts";

const view = (...bars: readonly BarSeries[]): StrategyView => ({
  asOf: at("2026-06-15T14:00Z"),
  bars: new Map(bars.map((series) => [series.symbol, series])),
  latest: new Map(),
  positions: new Map(),
  equity: usd(100_000),
});

test("the registry's names are unique and fit into client order ids", () => {
  expect(new Set(strategies.map(({ name }) => name)).size).toBe(strategies.length);
  for (const { name, doc } of strategies) {
    expect(name).toMatch(/^[a-zA-Z0-9]{1,32}$/);
    expect(doc.length).toBeGreaterThan(40);
    expect(findStrategy(name)?.name).toBe(name);
  }
});

describe("moving-average cross", () => {
  const params = { fast: 2, slow: 4 };

  test("is in, in equal parts of all symbols, where the fast average is above the slow one", () => {
    const signals = movingAverageCross.decide(
      view(exampleBars("UP", [10, 11, 12, 13]), exampleBars("DOWN", [13, 12, 11, 10])),
      params,
    );
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

  test("is out where the averages are equal", () => {
    expect(movingAverageCross.decide(view(exampleBars("FLAT", [10, 10, 10, 10])), params)).toMatchObject([
      { targetWeight: 0, strength: 0 },
    ]);
  });

  test("decides on the newest bars only", () => {
    const [signal] = movingAverageCross.decide(view(exampleBars("UP", [900, 10, 11, 12, 13])), params);
    expect(signal?.reasons).toEqual({ fast: 12.5, slow: 11.5, close: 13 });
  });

  test("says nothing on a symbol with too few bars", () => {
    expect(movingAverageCross.decide(view(exampleBars("NEW", [10, 11, 12])), params)).toEqual([]);
  });

  test("needs as many daily bars as its slow average", () => {
    expect(movingAverageCross.needs(params)).toEqual({ dailyBars: 4 });
    expect(movingAverageCross.needs({})).toEqual({ dailyBars: 30 });
  });

  test.each([
    [{ fast: 30, slow: 10 }, [{ path: "fast", message: "must be less than slow" }]],
    [{ fast: 2.5 }, [expect.objectContaining({ path: "fast" })]],
    [{ fast: 0, slow: 1000 }, [expect.objectContaining({ path: "fast" }), expect.objectContaining({ path: "slow" })]],
    [{ medium: 20 }, [{ path: "medium", message: "is not known here" }]],
    [null, [expect.objectContaining({ path: "(whole)" })]],
  ])("refuses the parameters %j", (given, faults) => {
    expect(movingAverageCross.paramsFault(given)).toEqual(faults);
  });
});

describe("target weights", () => {
  test("wishes each named symbol that takes part at its weight, and says nothing on others", () => {
    const bars = view(exampleBars("AAA", []), exampleBars("OTHER", []));
    expect(targetWeights.decide(bars, { weights: { AAA: 0.4, GONE: 0.2 } })).toEqual([
      { strategy: "targetWeights", symbol: "AAA", targetWeight: 0.4, strength: 1, reasons: { weight: 0.4 } },
    ]);
    expect(targetWeights.needs({ weights: { AAA: 0.4 } })).toEqual({ dailyBars: 0 });
  });

  test.each([
    [{ weights: { AAA: 0.6, BBB: 0.5 } }, "weights"],
    [{ weights: { AAA: -0.1 } }, "weights.AAA"],
    [{ weights: {} }, "weights"],
    [{}, "weights"],
  ])("refuses the parameters %j", (given, path) => {
    expect(targetWeights.paramsFault(given)).toMatchObject([{ path }]);
  });

  test("weights that sum to 1 in decimals are accepted though their binary sum is a little more", () => {
    expect(targetWeights.paramsFault({ weights: { A: 0.7, B: 0.1, C: 0.1, D: 0.1 } })).toEqual([]);
    expect(targetWeights.paramsFault({ weights: { A: 0.1, B: 0.7, C: 0.2 } })).toEqual([]);
  });
});
