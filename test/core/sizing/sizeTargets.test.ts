// Sizing: from targets to orders by each method, with what is held and on its way counted.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { MarketSnapshot } from "../../../src/core/model/market.ts";
import { price, qty, usd } from "../../../src/core/model/money.ts";
import type { Attributed } from "../../../src/core/model/monitor.ts";
import { sizingSchema } from "../../../src/core/model/sizing.ts";
import type { RunTask, Task } from "../../../src/core/model/task.ts";
import { sizeTargets } from "../../../src/core/sizing/sizeTargets.ts";
import { sizingBars } from "../../../src/core/sizing/targetValue.ts";
import type { Target } from "../../../src/core/strategies/combine.ts";
import { exampleBars, exampleMarket, exampleOrder, examplePortfolio, exampleTask } from "../examples.ts";

const sizing = (changes: object = {}): RunTask =>
  exampleTask({
    sizing: { method: "percentOfEquity", equityFraction: 1, rebalanceBandFraction: 0, ...changes } as Task["sizing"],
  });
const targets = (weights: Readonly<Record<string, number>>, more: Partial<Target> = {}): ReadonlyMap<string, Target> =>
  new Map(
    Object.entries(weights).map(([symbol, weight]) => [
      symbol,
      { weight, strategy: "targetWeights", attribution: [{ strategy: "targetWeights", weight }], ...more },
    ]),
  );

/** Orders as `buy 10 AAA`, at 100 dollars a share of AAA, 30 of BBB, on an equity of 10,000. */
const sized = (
  weights: Readonly<Record<string, number>>,
  { portfolio, task = sizing() }: { portfolio?: Parameters<typeof examplePortfolio>[0]; task?: RunTask } = {},
): readonly string[] =>
  sizeTargets({
    targets: targets(weights),
    task,
    market: exampleMarket({ AAA: 100, BBB: 30 }),
    portfolio: examplePortfolio({ equity: 10_000, ...portfolio }),
  }).intents.map((intent) => `${intent.side} ${intent.qty} ${intent.symbol}`);

describe("from nothing held", () => {
  test.each([
    ["buys the whole shares that fit, rounded down", { BBB: 0.5 }, sizing(), ["buy 166 BBB"]],
    [
      "counts weights in the share of equity that the task may use",
      { AAA: 0.5 },
      sizing({ equityFraction: 0.8 }),
      ["buy 40 AAA"],
    ],
    ["makes no order for less than a share", { AAA: 0.0099 }, sizing(), []],
    ["makes no order for a symbol without a target", {}, sizing(), []],
    ["makes no order for a symbol that is excluded", { GONE: 0.5 }, sizing(), []],
    ["makes no order to be out of what is not held", { AAA: 0 }, sizing(), []],
  ])("%s", (_, weights, task, expected) => {
    expect(sized(weights, { task })).toEqual(expected);
  });
});

describe("with positions", () => {
  test.each([
    ["buys what is missing", { AAA: 0.5 }, { positions: { AAA: [20, 2000] } }, ["buy 30 AAA"]],
    ["sells what is too much", { AAA: 0.5 }, { positions: { AAA: [70, 7000] } }, ["sell 20 AAA"]],
    ["does nothing where it is right", { AAA: 0.5 }, { positions: { AAA: [50, 5000] } }, []],
    [
      "sells whole shares of a fractional surplus",
      { AAA: 0.5 },
      { positions: { AAA: ["52.7", 5270] } },
      ["sell 2 AAA"],
    ],
    [
      "sells all of it at a target of 0, fractions too",
      { AAA: 0 },
      { positions: { AAA: ["52.7", 5270] } },
      ["sell 52.7 AAA"],
    ],
    ["leaves a symbol alone that nobody speaks on", {}, { positions: { AAA: [50, 5000] } }, []],
    ["covers a short position before it buys", { AAA: 0.5 }, { positions: { AAA: [-10, -1000] } }, ["buy 10 AAA"]],
    ["adds to a short position", { AAA: -0.5 }, { positions: { AAA: [-10, -1000] } }, ["sell 40 AAA"]],
    [
      "sells before it buys, whatever their symbols",
      { AAA: 0.3, BBB: 0 },
      { positions: { BBB: [5, 150] } },
      ["sell 5 BBB", "buy 30 AAA"],
    ],
    [
      "sells before it buys, each by symbol",
      { BBB: 0.3, AAA: 0 },
      { positions: { AAA: [5, 500] } },
      ["sell 5 AAA", "buy 100 BBB"],
    ],
  ] as const)("%s", (_, weights, portfolio, expected) => {
    expect(sized(weights, { portfolio })).toEqual(expected);
  });
});

describe("with open orders", () => {
  test("counts what they may still buy", () => {
    const openOrders = [exampleOrder({ symbol: "AAA", side: "buy", qty: qty(20), filledQty: qty(5) })];
    expect(sized({ AAA: 0.5 }, { portfolio: { openOrders } })).toEqual(["buy 35 AAA"]);
  });

  test("counts only those of the symbol, on their own side, and none without a quantity", () => {
    const openOrders = [
      exampleOrder({ symbol: "BBB", side: "buy", qty: qty(20) }),
      exampleOrder({ symbol: "AAA", side: "buy", qty: null }),
      exampleOrder({ symbol: "AAA", side: "buy", qty: qty(10) }),
      exampleOrder({ symbol: "AAA", side: "sell", qty: qty(3) }),
    ];
    const doubt = { clientOrderId: "tw.x", price: price(100), qty: qty(5) };
    const uncertainOrders = [
      { ...doubt, symbol: "BBB", side: "buy" as const },
      { ...doubt, symbol: "AAA", side: "sell" as const },
    ];
    expect(sized({ AAA: 0.5 }, { portfolio: { openOrders, uncertainOrders } })).toEqual(["buy 48 AAA"]);
  });

  test("a target of 0 waits for what they may still buy, and sells by whole shares meanwhile", () => {
    const openOrders = [exampleOrder({ symbol: "AAA", side: "buy", qty: qty(5) })];
    expect(sized({ AAA: 0 }, { portfolio: { openOrders, positions: { AAA: ["52.7", 5270] } } })).toEqual([
      "sell 52 AAA",
    ]);
  });

  test("counts what they may still sell, and never sells more than they leave available", () => {
    const openOrders = [exampleOrder({ symbol: "AAA", side: "sell", qty: qty(30) })];
    const held = examplePortfolio({ equity: 10_000, positions: { AAA: [50, 5000] }, openOrders });
    const portfolio = { ...held, positions: held.positions.map((position) => ({ ...position, available: qty(20) })) };
    const size = (weight: number) =>
      sizeTargets({
        targets: targets({ AAA: weight }),
        task: sizing(),
        market: exampleMarket({ AAA: 100 }),
        portfolio,
      }).intents;
    expect(size(0.2)).toEqual([]);
    expect(size(0.1)).toMatchObject([{ side: "sell", qty: "10" }]);
    expect(size(0)).toMatchObject([{ side: "sell", qty: "20" }]);
    expect(size(0.5)).toMatchObject([{ side: "buy", qty: "30" }]);
  });
});

describe("with a strategy that failed", () => {
  const beside = (weight: number, held: number): readonly string[] =>
    sizeTargets({
      targets: targets({ AAA: weight }, { failed: { names: ["trend"], sideIsSure: false, isPart: true } }),
      task: sizing(),
      market: exampleMarket({ AAA: 100 }),
      portfolio: examplePortfolio({ equity: 10_000, positions: { AAA: [held, held * 100] } }),
    }).intents.map(({ side, qty, keeps }) => `${side} ${qty} ${keeps}`);

  test.each([
    ["nothing is sold", 0.1, 50, []],
    ["not even where the others want to be out", 0, 50, []],
    ["what the others want beyond all that is held is bought", 0.6, 50, ["buy 10 trend"]],
    ["a short position is covered no further than the others want to hold themselves", 0.1, -50, ["buy 10 trend"]],
    ["and not at all where they want to be out", 0, -50, []],
    ["nor made larger by its absence", -0.4, -50, []],
    ["one that the others want larger is", -0.6, -50, ["sell 10 trend"]],
  ] as const)("%s", (_, weight, held, expected) => {
    expect(beside(weight, held)).toEqual(expected);
  });
});

describe("with a strategy that failed, where it is known whose the shares are", () => {
  /** Fifty shares of AAA, of which 20 are of macd and the rest of trend, which failed. */
  const size = (weight: number, attributed: Attributed = { AAA: { macd: qty(20), trend: qty(30) } }, task = sizing()) =>
    sizeTargets({
      targets: targets({ AAA: weight }, { failed: { names: ["trend"], sideIsSure: false, isPart: true } }),
      task,
      market: exampleMarket({ AAA: 100 }),
      portfolio: examplePortfolio({ equity: 10_000, positions: { AAA: [50, 5000] } }),
      attributed,
    });
  const told = (...given: Parameters<typeof size>) =>
    size(...given).intents.map(({ side, qty: count, keeps }) => `${side} ${count} ${keeps}`);

  test.each([
    ["the others sell of their own what they want less", 0.1, ["sell 10 trend"]],
    ["all of their own where they want to be out", 0, ["sell 20 trend"]],
    ["they buy nothing that its part may already be", 0.3, []],
    ["nor more than is missing beside its part", 0.6, ["buy 10 trend"]],
    ["they keep what they have", 0.2, []],
  ] as const)("%s", (_, weight, expected) => {
    expect(told(weight)).toEqual(expected);
    const byWeights = exampleTask({
      sizing: sizingSchema.parse({ method: "targetWeights", rebalanceBandFraction: 0 }),
    });
    expect(told(weight, undefined, byWeights)).toEqual(expected);
  });

  test("the shares of other symbols are not counted", () => {
    expect(told(0.1, { BBB: { macd: qty(20) } })).toEqual([]);
  });

  test("the arithmetic says how many are of the others", () => {
    const { intents, sizings } = size(0.1);
    expect(intents[0]?.sizing).toBe(
      "weight 0.1 of 1 of 10000 USD = 1000 USD; at 100 that is 10; 50 held and 0 on its way, 20 of it not of trend, which failed: sell 10",
    );
    expect(sizings).toMatchObject([{ wanted: "10", held: "50", ofOthers: "20", missing: "-10", qty: "10" }]);
  });
});

describe("with a strategy that failed, where the parts do not add up to the position", () => {
  const beside = (failed: object, method: object, held: number, weight = 0.5): readonly string[] => {
    const { intents, untraded } = sizeTargets({
      targets: targets({ AAA: weight }, { failed: { names: ["trend"], sideIsSure: true, isPart: false, ...failed } }),
      task: exampleTask({ sizing: { rebalanceBandFraction: 0, ...method } as Task["sizing"] }),
      market: exampleMarket({ AAA: 100 }),
      portfolio: examplePortfolio({ equity: 10_000, positions: { AAA: [held, held * 100] } }),
    });
    const reasons = untraded.map(({ reason }) => reason.replace(/,.*/, ""));
    return [...intents.map(({ side, qty, keeps }) => `${side} ${qty}${keeps ?? ""}`), ...reasons];
  };
  const fixed = { method: "fixedNotional", notionalUsd: 4000 };
  const share = { method: "targetWeights" };

  test.each([
    ["a position is opened on a side that is sure", {}, share, 0, ["buy 50"]],
    ["one of the other side is closed", {}, share, -20, ["buy 20"]],
    ["one that is there stays as it is", {}, share, 20, ["trend failed"]],
    ["nothing is opened on a side that is not sure", { sideIsSure: false }, share, 0, ["trend failed"]],
    ["a net of weights whose size is fixed is such a one", { isPart: true }, fixed, 20, ["trend failed"]],
    ["and opens as well", { isPart: true }, fixed, 0, ["buy 40"]],
  ] as const)("%s", (_, failed, method, held, expected) => {
    expect(beside(failed, method, held)).toEqual(expected);
  });

  test("a short position is opened, or a long one closed, and one that is there stays as it is", () => {
    expect(beside({}, share, 0, -0.5)).toEqual(["sell 50"]);
    expect(beside({}, share, 20, -0.5)).toEqual(["sell 20"]);
    expect(beside({}, share, -20, -0.5)).toEqual(["trend failed"]);
  });
});

describe("the rebalance band", () => {
  const task = sizing({ rebalanceBandFraction: 0.05 });

  test("keeps differences below it, and lets one that is as large through", () => {
    expect(sized({ AAA: 0.5 }, { task, portfolio: { positions: { AAA: [46, 4600] } } })).toEqual([]);
    expect(sized({ AAA: 0.5 }, { task, portfolio: { positions: { AAA: [45, 4500] } } })).toEqual(["buy 5 AAA"]);
  });

  test("does not keep the rest of a position that should be gone", () => {
    expect(sized({ AAA: 0 }, { task, portfolio: { positions: { AAA: [1, 100] } } })).toEqual(["sell 1 AAA"]);
  });
});

test("an intent carries its price, its value and its arithmetic in words", () => {
  const [intent] = sizeTargets({
    targets: targets({ AAA: 0.5 }),
    task: sizing({ equityFraction: 0.8 }),
    market: exampleMarket({ AAA: "99.5" }),
    portfolio: examplePortfolio({ equity: 10_000 }),
  }).intents;
  expect(intent).toEqual({
    strategy: "targetWeights",
    symbol: "AAA",
    side: "buy",
    qty: "40",
    referencePrice: "99.5",
    notional: "3980",
    sizing: "weight 0.5 of 0.8 of 10000 USD = 4000 USD; at 99.5 that is 40; 0 held and 0 on its way: buy 40",
    attribution: [{ strategy: "targetWeights", weight: 0.5 }],
  });
});

test("orders never lead past the target, and a second look after they fill makes none", () => {
  const cents = (min: number, max: number) =>
    fc.integer({ min: min * 100, max: max * 100 }).map((value) => value / 100);
  fc.assert(
    fc.property(
      cents(1, 500),
      cents(0, 100_000),
      fc.integer({ min: 0, max: 900 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (price, equity, held, weight) => {
        const market = exampleMarket({ AAA: price });
        const size = (shares: number) =>
          sizeTargets({
            targets: targets({ AAA: weight }),
            task: sizing(),
            market,
            portfolio: examplePortfolio({ equity, positions: { AAA: [shares, shares * price] } }),
          }).intents;
        const [intent] = size(held);
        if (intent === undefined) return;
        const after = held + Number(intent.qty) * (intent.side === "buy" ? 1 : -1);
        expect(after).toBeGreaterThanOrEqual(0);
        if (intent.side === "buy") expect(after * price).toBeLessThanOrEqual(equity * weight + 1e-6);
        expect(size(after)).toEqual([]);
      },
    ),
  );
});

/** What a method makes of the targets on an equity of 10,000, at 100 dollars a share of AAA and 30 of BBB; fractions of shares where the task asks for them. */
function byMethod(
  method: object,
  weights: Readonly<Record<string, number>> = { AAA: 0.5 },
  {
    market = exampleMarket({ AAA: 100, BBB: 30 }),
    target = {},
    more = {},
  }: {
    market?: MarketSnapshot;
    target?: Partial<Target>;
    more?: Partial<Task>;
  } = {},
) {
  return sizeTargets({
    targets: targets(weights, target),
    task: exampleTask({ sizing: { rebalanceBandFraction: 0, ...method } as Task["sizing"], ...more }),
    market,
    portfolio: examplePortfolio({ equity: 10_000 }),
  });
}
const orders = (...given: Parameters<typeof byMethod>): readonly string[] =>
  byMethod(...given).intents.map(({ side, qty: count, symbol }) => `${side} ${count} ${symbol}`);
/** Daily closes that alternate by 1% up and down: a deviation of their returns of about 1% a day. */
const alternating = Array.from({ length: 62 }, (_, index) => (index % 2 === 0 ? 100 : 101));
const moving = (closes: readonly number[]): MarketSnapshot => ({
  ...exampleMarket({ AAA: 100 }),
  bars: [exampleBars("AAA", closes)],
});

describe("by method", () => {
  test.each([
    ["targetWeights takes a weight of equity itself", { method: "targetWeights" }, { AAA: 0.5 }, ["buy 50 AAA"]],
    [
      "equalWeight gives every symbol with a target the same part",
      { method: "equalWeight", equityFraction: 0.6 },
      { AAA: 0.9, BBB: 0.1 },
      ["buy 30 AAA", "buy 100 BBB"],
    ],
    [
      "equalWeight counts no symbol that is to be left",
      { method: "equalWeight", equityFraction: 0.6 },
      { AAA: 0.9, BBB: 0 },
      ["buy 60 AAA"],
    ],
    ["fixedNotional the same money", { method: "fixedNotional", notionalUsd: 1234 }, { AAA: 0.1 }, ["buy 12 AAA"]],
    [
      "fixedQuantity the same shares, whatever they cost",
      { method: "fixedQuantity", qty: 7, slippageFraction: 0.05 },
      { AAA: 1 },
      ["buy 7 AAA"],
    ],
    [
      "riskPerTrade as many as lose the risk at the task's stop",
      { method: "riskPerTrade", riskFraction: 0.01, stopFraction: 0.05 },
      { AAA: 1 },
      ["buy 20 AAA"],
    ],
    [
      "riskPerTrade no more than its greatest weight",
      { method: "riskPerTrade", riskFraction: 0.02, stopFraction: 0.01, maxWeight: 0.25 },
      { AAA: 1 },
      ["buy 25 AAA"],
    ],
    ["a negative target sells short", { method: "targetWeights" }, { AAA: -0.25 }, ["sell 25 AAA"]],
  ])("%s", (_, method, weights, expected) => {
    expect(orders(method, weights)).toEqual(expected);
  });

  test("riskPerTrade prefers the signal's stop, and makes no order where nobody says one", () => {
    const method = { method: "riskPerTrade", riskFraction: 0.01 };
    expect(orders({ ...method, stopFraction: 0.05 }, { AAA: 1 }, { target: { stopFraction: 0.1 } })).toEqual([
      "buy 10 AAA",
    ]);
    expect(byMethod(method, { AAA: 1 })).toEqual({
      intents: [],
      sizings: [],
      untraded: [{ symbol: "AAA", reason: expect.stringContaining("where the stop is") }],
    });
  });

  test("volatilityTarget scales by the wished-for over the realised volatility", () => {
    const method = { method: "volatilityTarget", annualVolatilityFraction: 0.08, lookbackBars: 60 };
    const returns = alternating
      .slice(-61)
      .slice(1)
      .map((close, index) => close / (alternating.slice(-61)[index] ?? 1) - 1);
    const mean = returns.reduce((sum, each) => sum + each, 0) / 60;
    const volatility = Math.sqrt(returns.reduce((sum, each) => sum + (each - mean) ** 2, 0) / 59) * Math.sqrt(252);
    const shares = Math.floor((10_000 * (0.08 / volatility)) / 100);
    expect(orders(method, { AAA: 1 }, { market: moving(alternating) })).toEqual([`buy ${shares} AAA`]);
    expect(orders({ ...method, maxWeight: 0.1 }, { AAA: 1 }, { market: moving(alternating) })).toEqual(["buy 10 AAA"]);
  });

  test.each(["volatilityTarget", "kelly"])("%s makes no order on too few bars, and says so", (method) => {
    const more = method === "kelly" ? { capFraction: 0.5 } : { annualVolatilityFraction: 0.1 };
    const sizedBy = byMethod({ method, lookbackBars: 60, ...more }, { AAA: 1 }, { market: moving([100, 101]) });
    expect(sizedBy).toEqual({
      intents: [],
      sizings: [],
      untraded: [{ symbol: "AAA", reason: "it has fewer than the 61 daily bars that its size is computed from" }],
    });
  });

  test("kelly takes its part of mean over variance up to its cap, and nothing against the drift", () => {
    const rising = Array.from({ length: 62 }, (_, index) => 100 * 1.001 ** index * (index % 2 === 0 ? 1 : 1.02));
    const method = { method: "kelly", part: 0.5, capFraction: 0.4, lookbackBars: 60 };
    expect(orders(method, { AAA: 1 }, { market: moving(rising) })).toEqual(["buy 40 AAA"]);
    expect(byMethod(method, { AAA: -1 }, { market: moving(rising) }).intents).toEqual([]);
  });
});

test("equalWeight counts what is held without a target, so that silence, bad data or an error in one symbol buys nothing of the others", () => {
  const task = sizing({ method: "equalWeight", equityFraction: 1 });
  const portfolio = { positions: { AAA: [50, 5000], CCC: [50, 5000] } } as const;
  expect(sized({ AAA: 1 }, { task, portfolio })).toEqual([]);
  expect(sized({ AAA: 1, CCC: 0 }, { task, portfolio })).toEqual(["buy 50 AAA"]);
});

/** The words in which an intent or an untraded symbol says its arithmetic. */
function words(...given: Parameters<typeof byMethod>): string {
  const { intents, untraded } = byMethod(...given);
  return intents[0]?.sizing ?? untraded[0]?.reason ?? "";
}

describe("on daily bars", () => {
  // Returns of 0.1, −0.05, 0.1, −0.05 and 0.025: a mean of 0.025 and a sample variance of 0.005625. The first close is too old to count.
  const market = moving([1, 100, 110, 104.5, 114.95, 109.2025, 111.9325625]);
  const kelly = { method: "kelly", part: 0.1, capFraction: 1, lookbackBars: 5 };
  const volatility = { method: "volatilityTarget", annualVolatilityFraction: 0.5, lookbackBars: 5 };

  test("kelly bets its part of 0.025 ÷ 0.005625, and says so", () => {
    expect(orders(kelly, { AAA: 1 }, { market })).toEqual(["buy 44 AAA"]);
    expect(words(kelly, { AAA: 1 }, { market })).toMatch(
      /^0\.444444 for a Kelly fraction of 4\.44444 of 10000 USD = 4444/,
    );
  });

  test("kelly bets on a fall with a short position, and nothing where no price has moved", () => {
    const falling = moving([1, 100, 90, 94.5, 85.05, 89.3025, 87.0699375]);
    expect(orders(kelly, { AAA: -1 }, { market: falling })).toEqual(["sell 44 AAA"]);
    expect(words(kelly, { AAA: 1 }, { market: moving([100, 100, 100, 100, 100, 100]) })).toContain(
      "a Kelly fraction of 0 of",
    );
  });

  test("volatilityTarget divides by √0.005625 × √252, and says so", () => {
    expect(orders(volatility, { AAA: 1 }, { market })).toEqual(["buy 41 AAA"]);
    expect(orders(volatility, { AAA: 0.5 }, { market })).toEqual(["buy 20 AAA"]);
    expect(words(volatility, { AAA: 1 }, { market })).toMatch(
      /^0\.419961 for a volatility of 1\.19059 of 10000 USD = /,
    );
  });

  test("volatilityTarget makes no order where no price has moved, and says so", () => {
    const still = { market: moving([100, 100, 100, 100, 100, 100]) };
    expect(byMethod(volatility, { AAA: 1 }, still).intents).toEqual([]);
    expect(words(volatility, { AAA: 1 }, still)).toBe("its price has not moved, so it has no volatility to size by");
  });

  test.each([
    ["one bar too few", [100, 110, 104.5, 114.95, 109.2025], true],
    ["just enough bars", [100, 110, 104.5, 114.95, 109.2025, 111.9325625], false],
  ])("both need one bar more than returns: %s", (_, closes, few) => {
    for (const method of [kelly, volatility])
      expect(words(method, { AAA: 1 }, { market: moving(closes) }).includes("fewer than the 6")).toBe(few);
  });

  test("so that many are asked for, and none by the other methods", () => {
    const methods = [kelly, volatility, { method: "targetWeights" }, { method: "fixedNotional", notionalUsd: 1 }];
    expect(methods.map((method) => sizingBars(sizingSchema.parse(method)))).toEqual([6, 6, 0, 0]);
  });

  test("minute bars are none", () => {
    const minutes = { ...market, bars: market.bars.map((series) => ({ ...series, timeframe: "1Min" as const })) };
    expect(words(kelly, { AAA: 1 }, { market: minutes })).toContain("fewer than the 6 daily bars");
  });
});

describe("an order says how it came about", () => {
  test.each([
    [{ method: "targetWeights" }, "weight 0.5 of 10000 USD = 5000 USD; at 100 that is 50"],
    [{ method: "equalWeight", equityFraction: 0.6 }, "one part in 1 of 0.6 of 10000 USD = 6000 USD; at 100 that is 60"],
    [{ method: "fixedNotional", notionalUsd: 150 }, "150 USD = 150 USD; at 100 that is 1"],
    [{ method: "fixedQuantity", qty: 7 }, "7 shares = 700 USD; at 100 that is 7"],
    [
      { method: "riskPerTrade", riskFraction: 0.01, stopFraction: 0.05 },
      "0.2 for a stop 0.05 away at a risk of 0.01 of 10000 USD = 2000 USD; at 100 that is 20",
    ],
    [
      { method: "targetWeights", cashBufferFraction: 0.1, slippageFraction: 0.01 },
      "weight 0.5 of 9000 USD = 4500 USD, at 101 with costs; at 100 that is 44",
    ],
  ])("by %j", (method, expected) => {
    const count = expected.slice(expected.lastIndexOf(" ") + 1);
    expect(words(method)).toBe(`${expected}; 0 held and 0 on its way: buy ${count}`);
  });

  test("to be out of a position, and to leave one as it is", () => {
    const size = (weight: number) =>
      sizeTargets({
        targets: targets({ AAA: weight }),
        task: sizing(),
        market: exampleMarket({ AAA: 100 }),
        portfolio: examplePortfolio({ equity: 10_000, positions: { AAA: [50, 5000] } }),
      });
    expect(size(0).intents[0]?.sizing).toBe("weight 0; at 100 that is 0; 50 held and 0 on its way: sell 50");
    expect(size(0.5).untraded).toEqual([
      { symbol: "AAA", reason: expect.stringMatching(/^nothing is missing: weight 0\.5 .*: buy 0$/) },
    ]);
  });
});

test("an intent carries the exits that its signal asks for, and no others", () => {
  const exits = { stopFraction: 0.05, targetFraction: 0.1 };
  expect(byMethod({ method: "targetWeights" }, { AAA: 0.5 }, { target: exits }).intents).toMatchObject([exits]);
  for (const key of Object.keys(exits))
    expect(byMethod({ method: "targetWeights" }, { AAA: 0.5 }).intents[0]).not.toHaveProperty(key);
});

describe("what every method heeds", () => {
  test("the cash buffer is never invested", () => {
    expect(orders({ method: "targetWeights", cashBufferFraction: 0.1 }, { AAA: 1 })).toEqual(["buy 90 AAA"]);
  });

  describe("whatever the method makes of the targets, buys leave the buffer whole", () => {
    const fixed = (cashBufferFraction = 0.1) =>
      exampleTask({
        sizing: {
          method: "fixedNotional",
          notionalUsd: 6000,
          rebalanceBandFraction: 0,
          cashBufferFraction,
        } as Task["sizing"],
      });
    const both = { AAA: 1, BBB: 1 };
    /** An account of 10,000 with this cash beside what it holds. */
    const account = (cash: number, positions: Parameters<typeof examplePortfolio>[0] = {}) => {
      const portfolio = examplePortfolio({ equity: 10_000, ...positions });
      return { ...portfolio, account: { ...portfolio.account, cash: usd(cash) } };
    };
    const bought = (
      task: RunTask,
      portfolio: ReturnType<typeof account>,
      weights: Readonly<Record<string, number>> = both,
    ) => sizeTargets({ targets: targets(weights), task, market: exampleMarket({ AAA: 100, BBB: 30 }), portfolio });
    const told = ({ intents }: ReturnType<typeof bought>) =>
      intents.map(({ side, qty, symbol }) => `${side} ${qty} ${symbol}`);

    test("the first by symbol in full, the next with what is left of it", () => {
      const sized = bought(fixed(), account(10_000));
      expect(told(sized)).toEqual(["buy 60 AAA", "buy 100 BBB"]);
      expect(sized.intents[1]).toMatchObject({
        notional: "3000",
        sizing: expect.stringMatching("the cash buffer leaves 3000 USD: buy 100$"),
      });
      expect(sized.sizings.map(({ cashRoom, qty }) => [cashRoom, qty])).toEqual([
        ["9000", "60"],
        ["3000", "100"],
      ]);
    });

    test("and no order where nothing is, with the reason", () => {
      const sized = bought(fixed(), account(6999));
      expect(told(sized)).toEqual(["buy 59 AAA", "buy 3 BBB"]);
      expect(bought(fixed(), account(900)).untraded).toMatchObject([
        { symbol: "AAA", reason: expect.stringContaining("no cash is left for it") },
        { symbol: "BBB" },
      ]);
    });

    test("what sells bring counts, what was got for a short position does not", () => {
      const held = { positions: { AAA: [80, 8000] } } as const;
      expect(told(bought(fixed(), account(2000, held), { AAA: 0, BBB: 1 }))).toEqual(["sell 80 AAA", "buy 200 BBB"]);
      const short = { positions: { AAA: [-50, -5000] } } as const;
      expect(told(bought(fixed(), account(15_000, short), { BBB: 1 }))).toEqual(["buy 200 BBB"]);
      expect(told(bought(fixed(), account(9000, short), { BBB: 1 }))).toEqual(["buy 100 BBB"]);
    });

    test("nor does what a short sale of the same batch brings", () => {
      expect(told(bought(fixed(), account(3000), { AAA: -1, BBB: 1 }))).toEqual(["sell 60 AAA", "buy 66 BBB"]);
    });

    test("what covering a short position costs is not spent twice", () => {
      const short = { positions: { AAA: [-50, -5000] } } as const;
      expect(told(bought(fixed(), account(15_000, short), { AAA: 0, BBB: 1 }))).toEqual(["buy 50 AAA", "buy 133 BBB"]);
    });

    test("a short position is covered whatever cash there is", () => {
      const short = { positions: { AAA: [-50, -5000] } } as const;
      expect(told(bought(fixed(), account(0, short), { AAA: 0 }))).toEqual(["buy 50 AAA"]);
    });

    test("what an open order may still cost is not spent twice", () => {
      const open = exampleOrder({
        symbol: "CCC",
        side: "buy",
        qty: qty(60),
        filledQty: qty(10),
        limitPrice: price(60),
      });
      const doubt = { clientOrderId: "tw.x", symbol: "DDD", side: "buy", qty: qty(10), price: price(100) } as const;
      const portfolio = account(10_000, { openOrders: [open], uncertainOrders: [doubt] });
      expect(told(bought(fixed(), portfolio))).toEqual(["buy 50 AAA"]);
    });

    test("open sells cost nothing, nor do orders in doubt that sell, nor an order whose cost nobody can tell", () => {
      const open = { symbol: "CCC", qty: qty(60) } as const;
      const openOrders = [
        exampleOrder({ ...open, side: "sell", limitPrice: price(60) }),
        exampleOrder({ ...open, side: "buy" }),
        exampleOrder({ ...open, side: "buy", qty: null, limitPrice: price(60) }),
      ];
      const doubt = { clientOrderId: "tw.x", symbol: "DDD", side: "sell", qty: qty(10), price: price(100) } as const;
      const portfolio = account(10_000, { openOrders, uncertainOrders: [doubt] });
      expect(told(bought(fixed(), portfolio))).toEqual(["buy 60 AAA", "buy 100 BBB"]);
    });

    test("symbols without an order are told by their names, whatever the reason", () => {
      const held = { positions: { BBB: [200, 6000] } } as const;
      expect(bought(fixed(), account(900, held)).untraded).toMatchObject([
        { symbol: "AAA", reason: expect.stringContaining("no cash is left for it") },
        { symbol: "BBB", reason: expect.stringContaining("nothing is missing") },
      ]);
    });

    test("and without a buffer nothing is cut", () => {
      expect(told(bought(fixed(0), account(0)))).toEqual(["buy 60 AAA", "buy 200 BBB"]);
    });
  });

  test("a target buys no more than it would at the price with slippage and fee", () => {
    const costs = { method: "targetWeights", slippageFraction: 0.01, feePerShareUsd: 1 };
    expect(orders(costs, { AAA: 1 })).toEqual(["buy 98 AAA"]);
  });

  test("parts of shares go out only where task and broker take them, and never with exits or into an auction", () => {
    const method = { method: "fixedNotional", notionalUsd: 150, fractionalShares: true };
    expect(orders(method)).toEqual(["buy 1.5 AAA"]);
    const market = exampleMarket({ AAA: 100 });
    const whole = { ...market, assets: market.assets.map((asset) => ({ ...asset, fractionable: false })) };
    expect(orders(method, { AAA: 1 }, { market: whole })).toEqual(["buy 1 AAA"]);
    expect(orders(method, { AAA: 1 }, { more: { protection: { stopLossFraction: 0.1, fromSignals: false } } })).toEqual(
      ["buy 1 AAA"],
    );
    for (const type of ["marketOnOpen", "marketOnClose"] as const)
      expect(orders(method, { AAA: 1 }, { more: { orders: { type, collarFraction: 0 } } })).toEqual(["buy 1 AAA"]);
    expect(orders(method, { AAA: 1 }, { more: { orders: { type: "limit", collarFraction: 0 } } })).toEqual([
      "buy 1.5 AAA",
    ]);
    expect(orders(method, { AAA: -1 })).toEqual(["sell 1 AAA"]);
  });

  test("an order in doubt counts as on its way", () => {
    const uncertain = { clientOrderId: "tw.x", symbol: "AAA", side: "buy", qty: qty(20), price: price(100) } as const;
    expect(sized({ AAA: 0.5 }, { portfolio: { uncertainOrders: [uncertain] } })).toEqual(["buy 30 AAA"]);
  });

  test("a long position is closed before a short one is opened", () => {
    expect(sized({ AAA: -0.5 }, { portfolio: { positions: { AAA: [20, 2000] } } })).toEqual(["sell 20 AAA"]);
  });

  test("a symbol that needs no order says why", () => {
    const portfolio = examplePortfolio({ equity: 10_000, positions: { AAA: [49, 4900] } });
    const task = sizing({ rebalanceBandFraction: 0.05 });
    const { untraded } = sizeTargets({
      targets: targets({ AAA: 0.5 }),
      task,
      market: exampleMarket({ AAA: 100 }),
      portfolio,
    });
    expect(untraded).toEqual([
      { symbol: "AAA", reason: expect.stringContaining("within the rebalance band of 500 USD") },
    ]);
  });
});

describe("the arithmetic that is kept", () => {
  test("leads from equity to the quantity of the order, in numbers", () => {
    const method = { method: "percentOfEquity", equityFraction: 0.8, slippageFraction: 0.01 };
    const portfolio = examplePortfolio({ equity: 10_000, positions: { AAA: [20, 2000] } });
    const { sizings, intents } = sizeTargets({
      targets: targets({ AAA: 0.5 }),
      task: sizing(method),
      market: exampleMarket({ AAA: 100 }),
      portfolio,
    });
    expect(sizings).toEqual([
      {
        symbol: "AAA",
        method: "percentOfEquity",
        equity: "10000",
        weight: 0.5,
        value: "4000",
        price: "100",
        costPrice: "101",
        decimals: 0,
        wanted: "39",
        held: "20",
        onItsWay: "0",
        available: "20",
        missing: "19",
        band: "0",
        side: "buy",
        qty: "19",
      },
    ]);
    expect(intents.map(({ qty }) => qty)).toEqual(["19"]);
  });

  test("is kept of a symbol that gets no order too", () => {
    const { sizings, untraded } = sizeTargets({
      targets: targets({ AAA: 0.5 }),
      task: sizing({ rebalanceBandFraction: 0.1 }),
      market: exampleMarket({ AAA: 100 }),
      portfolio: examplePortfolio({ equity: 10_000, positions: { AAA: [45, 4500] } }),
    });
    expect(sizings).toMatchObject([{ symbol: "AAA", wanted: "50", held: "45", missing: "5", band: "1000", qty: "5" }]);
    expect(untraded).toMatchObject([{ symbol: "AAA", reason: expect.stringContaining("rebalance band") }]);
  });
});
