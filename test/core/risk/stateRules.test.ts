// The rules about what state trading is in: switches, lists, flags, orders in doubt and orders of the other side.
import { describe, expect, test } from "vitest";
import type { AssetFlags } from "../../../src/core/model/market.ts";
import { price, qty } from "../../../src/core/model/money.ts";
import { assessRisk } from "../../../src/core/risk/assessRisk.ts";
import {
  exampleControl,
  exampleIntent,
  exampleMarket,
  exampleOrder,
  examplePortfolio,
  exampleLimits as limits,
} from "../examples.ts";
import { buy, context, holding, judged, sell, told } from "./judged.ts";

describe("no limits", () => {
  test("deny everything, sells too", () => {
    expect(judged([buy(1), sell(1)], { limits: undefined, portfolio: holding(5) })).toEqual([
      "denied NO_LIMITS",
      "denied NO_LIMITS",
    ]);
  });
});

describe("control 17: restricted symbols", () => {
  test("deny every order in a symbol that is on the one list, or not on the other", () => {
    const restricted = limits({ restrictedSymbols: ["AAA"] });
    expect(judged([sell(5), buy(1, "BBB")], { limits: restricted, portfolio: holding(5) })).toEqual([
      "denied RESTRICTED_SYMBOL",
      "approved 1",
    ]);
    const allowed = limits({ allowedSymbols: ["BBB"] });
    expect(judged([buy(1), buy(1, "BBB")], { limits: allowed })).toEqual(["denied RESTRICTED_SYMBOL", "approved 1"]);
    expect(told("restrictedSymbol", [buy(1)], { limits: allowed })).toBe("allowed | not allowed | 0 shares");
  });

  test("forbid what is on both lists", () => {
    const both = limits({ restrictedSymbols: ["AAA"], allowedSymbols: ["AAA"] });
    expect(judged([buy(1)], { limits: both })).toEqual(["denied RESTRICTED_SYMBOL"]);
  });
});

describe("control 18: flags of the asset", () => {
  const flagged = (changes: Partial<AssetFlags> | undefined, portfolio = holding(5)) => {
    const market = exampleMarket({ AAA: 100, BBB: 30 });
    const assets = market.assets.flatMap((flags) =>
      flags.symbol !== "AAA" ? [flags] : changes === undefined ? [] : [{ ...flags, ...changes }],
    );
    return { market: { ...market, assets }, portfolio };
  };

  test("deny every order in a symbol that the broker does not trade, or was not asked for", () => {
    expect(judged([sell(5)], flagged({ tradable: false }))).toEqual(["denied ASSET_FLAG"]);
    expect(judged([buy(1), buy(1, "BBB")], flagged(undefined))).toEqual(["denied ASSET_FLAG", "approved 1"]);
  });

  test("deny parts of a share where the broker takes whole ones, but for the whole of what is held", () => {
    const whole = flagged({ fractionable: false }, holding(2.5));
    expect(judged([buy("1.5")], whole)).toEqual(["denied ASSET_FLAG"]);
    expect(judged([buy(2)], whole)).toEqual(["approved 2"]);
    expect(judged([sell(1)], whole)).toEqual(["approved 1"]);
    expect(judged([buy("1.5")], flagged({}, holding(2.5)))).toEqual(["approved 1.5"]);
    expect(judged([sell("1.5")], whole)).toEqual(["denied ASSET_FLAG"]);
    expect(judged([sell("2.5")], whole)).toEqual(["approved 2.5"]);
  });

  test("let no symbol be sold short that the broker does not lend", () => {
    expect(judged([sell(8)], flagged({ shortable: false }))).toEqual(["reduced 5 ASSET_FLAG"]);
    expect(judged([sell(1)], flagged({ shortable: false }, holding(0)))).toEqual(["denied ASSET_FLAG"]);
    expect(judged([sell(8)], flagged({}))).toEqual(["approved 8"]);
    expect(judged([buy(8)], flagged({ shortable: false }))).toEqual(["approved 8"]);
  });
});

describe("control 19: self-trade", () => {
  const opposite = exampleOrder({ symbol: "AAA", side: "sell", qty: qty(1), clientOrderId: "by hand" });

  test("denies an order while one of the other side is open in its symbol, whoever sent it", () => {
    const portfolio = { ...holding(5), openOrders: [opposite] };
    expect(judged([buy(1), buy(1, "BBB")], { portfolio })).toEqual(["denied SELF_TRADE", "approved 1"]);
    expect(judged([sell(1)], { portfolio })).toEqual(["approved 1"]);
    expect(told("selfTrade", [buy(1)], { portfolio })).toBe("0 orders | 1 orders | -1 orders");
  });

  test("denies the second of two orders of the same batch that would trade with each other", () => {
    expect(judged([sell(2), buy(1)], { portfolio: holding(5) })).toEqual(["approved 2", "denied SELF_TRADE"]);
  });

  test("counts every order of the other side that the batch holds, and none of its own side", () => {
    const { verdicts } = assessRisk([sell(1), sell(2), buy(1)], context({ portfolio: holding(5) }));
    const figuresOf = (index: number) => verdicts[index]?.figures.find(({ rule }) => rule === "selfTrade")?.figure;
    expect([0, 1, 2].map(figuresOf)).toEqual(["0 orders", "0 orders", "2 orders"]);
  });

  test("does not mind one that has ended", () => {
    const portfolio = { ...holding(5), openOrders: [{ ...opposite, status: "canceled" }] };
    expect(judged([buy(1)], { portfolio })).toEqual(["approved 1"]);
  });
});

describe("control 21: trading state", () => {
  test("running lets orders pass", () => expect(judged([buy(10)])).toEqual(["approved 10"]));

  test("halted denies every order, those that lower exposure too", () => {
    const control = exampleControl({ tradingState: "halted" });
    expect(judged([sell(5), buy(1, "BBB")], { control, portfolio: holding(5) })).toEqual([
      "denied HALTED",
      "denied HALTED",
    ]);
  });

  test("reducing lets only that part of an order pass which lowers exposure", () => {
    const control = exampleControl({ tradingState: "reducing" });
    expect(judged([buy(1)], { control })).toEqual(["denied REDUCING"]);
    expect(judged([sell(5)], { control, portfolio: holding(5) })).toEqual(["approved 5"]);
    expect(judged([sell(8)], { control, portfolio: holding(5) })).toEqual(["reduced 5 REDUCING"]);
    expect(judged([buy(8)], { control, portfolio: holding(-5) })).toEqual(["reduced 5 REDUCING"]);
  });

  test("reducing counts a sell on its way: the same shares are not sold twice", () => {
    const portfolio = { ...holding(5), openOrders: [exampleOrder({ symbol: "AAA", side: "sell", qty: qty(3) })] };
    expect(judged([sell(5)], { control: exampleControl({ tradingState: "reducing" }), portfolio })).toEqual([
      "reduced 2 REDUCING",
    ]);
  });
});

describe("control 24: an order of which it is not known what it is worth or whether it is there", () => {
  test.each([
    ["without a quantity", exampleOrder({ symbol: "BBB", side: "buy", qty: null })],
    ["without a price in a symbol that the run does not know", exampleOrder({ symbol: "ZZZ", side: "buy" })],
  ])("%s lets nothing add to exposure and sells pass", (_, order) => {
    const portfolio = { ...holding(5), openOrders: [order] };
    expect(judged([sell(5), buy(1, "BBB")], { portfolio })).toEqual(["approved 5", "denied UNKNOWN_OUTSTANDING"]);
  });

  test("that may or may not be at the broker blocks its symbol, sells too, and counts as exposure for the others", () => {
    const uncertain = { clientOrderId: "x", symbol: "AAA", side: "buy", qty: qty(40), price: price(100) } as const;
    const portfolio = { ...holding(5), uncertainOrders: [uncertain] };
    const strict = limits({ maxGrossFraction: 0.5, maxPositionFraction: 1 });
    expect(judged([sell(5), buy(1), buy(30, "BBB")], { portfolio, limits: strict })).toEqual([
      "denied UNKNOWN_OUTSTANDING",
      "denied UNKNOWN_OUTSTANDING",
      "reduced 16 MAX_GROSS",
    ]);
  });

  test("without a price is not valued at that of an order in doubt in its symbol", () => {
    const uncertain = { clientOrderId: "x", symbol: "ZZZ", side: "buy", qty: qty(1), price: price(5) } as const;
    const openOrders = [exampleOrder({ symbol: "ZZZ", side: "buy" })];
    const portfolio = examplePortfolio({ equity: 10_000, openOrders, uncertainOrders: [uncertain] });
    expect(told("unknownOutstanding", [buy(1)], { portfolio })).toBe("0 orders | 2 orders | 0 shares");
  });

  test("that has ended counts for nothing", () => {
    const openOrders = [exampleOrder({ symbol: "AAA", side: "buy", qty: null, status: "canceled" })];
    expect(judged([buy(1)], { portfolio: examplePortfolio({ equity: 10_000, openOrders }) })).toEqual(["approved 1"]);
  });
});

test("a verdict tells every rule's figure, limit and headroom, and the rule that bit hardest", () => {
  const strict = limits({ maxPositionFraction: 0.1, maxGrossFraction: 0.3, maxOrderNotionalUsd: 2500 });
  const {
    verdicts: [verdict],
  } = assessRisk([exampleIntent("buy", "AAA", 20, 100)], context({ limits: strict, portfolio: holding(4) }));
  const figures = verdict?.figures.map(({ rule, limit, figure, headroom }) =>
    [rule, limit, figure, headroom].join(" | "),
  );
  expect(verdict).toMatchObject({
    decision: "reduced",
    qty: "6",
    code: "MAX_POSITION",
    message: "the position in AAA may come to 1000 USD at the most",
  });
  expect(figures).toEqual([
    "tradingState | running | running | 20 shares",
    "unknownOutstanding | 0 orders | 0 orders | 20 shares",
    "assetFlag | allowed | allowed | 20 shares",
    "staleData | 900 seconds | 0 seconds | 900 seconds",
    "priceCollar | 0.05 | 0 | 0.05",
    "selfTrade | 0 orders | 0 orders | 0 orders",
    "increments | 9 decimals | 0 decimals | 9 decimals",
    "maxOrderNotional | 2500 | 2000 | 2500",
    "minOrderNotional | 1 | 2000 | 1999",
    "maxPosition | 1000 | 2400 | 600",
    "maxGross | 3000 | 2400 | 2600",
    "buyingPower | 10000 | 2000 | 10000",
  ]);
});
