// Each risk rule: an order it lets through, the same one it cuts or refuses, and the figures it tells.
import { describe, expect, test } from "vitest";
import { price, qty } from "../../../src/core/model/money.ts";
import type { OrderIntent } from "../../../src/core/model/order.ts";
import { assessRisk, type RiskContext } from "../../../src/core/risk/assessRisk.ts";
import {
  exampleControl,
  exampleIntent,
  exampleLimits,
  exampleMarket,
  exampleOrder,
  examplePortfolio,
  exampleTask,
} from "../examples.ts";

/** Verdicts as `approved 10`, `reduced 5 MAX_GROSS`, `denied HALTED`; equity 10,000, AAA at 100 dollars, BBB at 30. */
const judged = (intents: readonly OrderIntent[], changes: Partial<RiskContext> = {}): readonly string[] =>
  assessRisk(intents, context(changes)).verdicts.map(({ decision, qty: count, code }) =>
    [decision, decision === "denied" ? [] : count, code ?? []].flat().join(" "),
  );
const context = (changes: Partial<RiskContext>): RiskContext => ({
  portfolio: examplePortfolio({ equity: 10_000 }),
  market: exampleMarket({ AAA: 100, BBB: 30 }),
  limits: exampleLimits(),
  control: exampleControl(),
  task: exampleTask(),
  ...changes,
});
const buy = (shares: number, symbol = "AAA") => exampleIntent("buy", symbol, shares, symbol === "AAA" ? 100 : 30);
const sell = (shares: number | string, symbol = "AAA") =>
  exampleIntent("sell", symbol, shares, symbol === "AAA" ? 100 : 30);
const limits = exampleLimits;
const holding = (shares: number) => examplePortfolio({ equity: 10_000, positions: { AAA: [shares, shares * 100] } });

describe("no limits", () => {
  test("deny everything, sells too", () => {
    expect(judged([buy(1), sell(1)], { limits: undefined, portfolio: holding(5) })).toEqual([
      "denied NO_LIMITS",
      "denied NO_LIMITS",
    ]);
  });
});

describe("trading state", () => {
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

describe("maximum order notional", () => {
  test("cuts an order down to the whole shares that fit", () => {
    expect(judged([buy(10)], { limits: limits({ maxOrderNotionalUsd: 1000 }) })).toEqual(["approved 10"]);
    expect(judged([buy(10)], { limits: limits({ maxOrderNotionalUsd: 999 }) })).toEqual([
      "reduced 9 MAX_ORDER_NOTIONAL",
    ]);
  });

  test("denies where not one share fits", () => {
    expect(judged([buy(10)], { limits: limits({ maxOrderNotionalUsd: 99 }) })).toEqual(["denied MAX_ORDER_NOTIONAL"]);
  });

  test("sells a position above it in portions", () => {
    const strict = limits({ maxOrderNotionalUsd: 1000 });
    expect(judged([sell(25)], { limits: strict, portfolio: holding(25) })).toEqual(["reduced 10 MAX_ORDER_NOTIONAL"]);
  });
});

describe("minimum order notional", () => {
  const small = limits({ minOrderNotionalUsd: 200 });

  test("denies smaller orders", () => {
    expect(judged([buy(2)], { limits: small })).toEqual(["approved 2"]);
    expect(judged([buy(1)], { limits: small })).toEqual(["denied BELOW_MIN_NOTIONAL"]);
    expect(judged([sell(1)], { limits: small, portfolio: holding(5) })).toEqual(["denied BELOW_MIN_NOTIONAL"]);
  });

  test("lets an order pass that closes a position", () => {
    expect(judged([sell("0.5")], { limits: small, portfolio: holding(0.5) })).toEqual(["approved 0.5"]);
  });

  test("denies what another rule would cut to less, for that rule's reason", () => {
    const strict = limits({ minOrderNotionalUsd: 200, maxPositionFraction: 0.015 });
    expect(judged([buy(5)], { limits: strict })).toEqual(["denied MAX_POSITION"]);
  });
});

describe("maximum position", () => {
  const tenth = limits({ maxPositionFraction: 0.1 });

  test("cuts an order to what the position may still grow by", () => {
    expect(judged([buy(10)], { limits: tenth })).toEqual(["approved 10"]);
    expect(judged([buy(11)], { limits: tenth })).toEqual(["reduced 10 MAX_POSITION"]);
    expect(judged([buy(10)], { limits: tenth, portfolio: holding(4) })).toEqual(["reduced 6 MAX_POSITION"]);
  });

  test("counts open buys as if they had filled, and open sells as if they had not", () => {
    const openOrders = [
      exampleOrder({ symbol: "AAA", side: "buy", qty: qty(5), filledQty: qty(2) }),
      exampleOrder({ symbol: "AAA", side: "sell", qty: qty(4) }),
    ];
    expect(judged([buy(10)], { limits: tenth, portfolio: { ...holding(4), openOrders } })).toEqual([
      "reduced 3 MAX_POSITION",
    ]);
  });

  test("never denies a sell of what is held, however far above the limit", () => {
    expect(judged([sell(40)], { limits: tenth, portfolio: holding(50) })).toEqual(["approved 40"]);
    expect(judged([buy(1)], { limits: tenth, portfolio: holding(50) })).toEqual(["denied MAX_POSITION"]);
  });

  test("holds for short positions alike", () => {
    expect(judged([sell(30)], { limits: tenth })).toEqual(["reduced 10 MAX_POSITION"]);
    expect(judged([buy(50)], { limits: tenth, portfolio: holding(-50) })).toEqual(["approved 50"]);
  });
});

describe("maximum gross exposure", () => {
  const half = limits({ maxGrossFraction: 0.5 });

  test("denies the third buy when the first two exhaust it", () => {
    const market = exampleMarket({ AAA: 100, BBB: 30, CCC: 200 });
    const third = exampleIntent("buy", "CCC", 1, 200);
    expect(judged([buy(30), buy(60, "BBB"), third], { limits: half, market })).toEqual([
      "approved 30",
      "approved 60",
      "approved 1",
    ]);
    expect(judged([buy(30), buy(66, "BBB"), third], { limits: half, market })).toEqual([
      "approved 30",
      "approved 66",
      "denied MAX_GROSS",
    ]);
  });

  test("counts positions in symbols that the run knows no price of at the broker's value", () => {
    const portfolio = examplePortfolio({ equity: 10_000, positions: { ZZZ: [9, 4500] } });
    expect(judged([buy(10)], { limits: half, portfolio })).toEqual(["reduced 5 MAX_GROSS"]);
  });

  test("gives room for what sells of the same batch make free only in a second stage, once they have filled", () => {
    const portfolio = holding(50);
    const batch = [sell(50), buy(10, "BBB"), buy(200, "BBB")];
    const { verdicts } = assessRisk(batch, context({ limits: half, portfolio }));
    expect(verdicts.map(({ intent, qty: count, stage }) => `${intent.side} ${count} in stage ${stage}`)).toEqual([
      "sell 50 in stage 1",
      "buy 10 in stage 2",
      "buy 156 in stage 2",
    ]);
  });

  test("counts a sale of a part of a position for the second stage as well", () => {
    const { verdicts } = assessRisk([sell(30), buy(100, "BBB")], context({ limits: half, portfolio: holding(50) }));
    expect(verdicts.map(({ qty: count, stage }) => `${count} in stage ${stage}`)).toEqual([
      "30 in stage 1",
      "100 in stage 2",
    ]);
  });

  test("does not wait for sells that are not needed", () => {
    const { verdicts } = assessRisk([sell(5), buy(10, "BBB")], context({ limits: half, portfolio: holding(10) }));
    expect(verdicts.map(({ stage }) => stage)).toEqual([1, 1]);
  });
});

describe("buying power", () => {
  test("is used up over the batch", () => {
    const portfolio = examplePortfolio({ equity: 10_000, buyingPower: 1500 });
    expect(judged([buy(10), buy(20, "BBB")], { portfolio })).toEqual(["approved 10", "reduced 16 BUYING_POWER"]);
  });

  test("counts what sells will bring, less two percent, for orders that wait for them", () => {
    const portfolio = examplePortfolio({ equity: 10_000, buyingPower: 0, positions: { AAA: [50, 5000] } });
    const { verdicts } = assessRisk([sell(50), buy(200, "BBB")], context({ portfolio }));
    expect(verdicts[1]).toMatchObject({ decision: "reduced", qty: "163", code: "BUYING_POWER", stage: 2 });
  });

  test("is reserved by open buys, at their limit where that is higher", () => {
    const openOrders = [exampleOrder({ symbol: "BBB", side: "buy", qty: qty(10), limitPrice: price(50) })];
    const portfolio = examplePortfolio({ equity: 10_000, buyingPower: 1500, openOrders });
    expect(judged([buy(15)], { portfolio })).toEqual(["reduced 10 BUYING_POWER"]);
  });

  test("is not needed to sell what is held or to cover what is short", () => {
    const portfolio = examplePortfolio({
      equity: 10_000,
      buyingPower: 0,
      positions: { AAA: [5, 500], BBB: [-5, -150] },
    });
    expect(judged([sell(5), buy(5, "BBB")], { portfolio })).toEqual(["approved 5", "approved 5"]);
    expect(judged([buy(1)], { portfolio })).toEqual(["denied BUYING_POWER"]);
  });
});

describe("an open order of unknown value", () => {
  test.each([
    ["without a quantity", exampleOrder({ symbol: "AAA", side: "buy", qty: null })],
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

  test("that has ended counts for nothing", () => {
    const openOrders = [exampleOrder({ symbol: "AAA", side: "buy", qty: null, status: "canceled" })];
    expect(judged([buy(1)], { portfolio: examplePortfolio({ equity: 10_000, openOrders }) })).toEqual(["approved 1"]);
  });
});

test("a verdict tells every rule's figure, limit and headroom, and the rule that bit hardest", () => {
  const strict = limits({ maxPositionFraction: 0.1, maxGrossFraction: 0.3, maxOrderNotionalUsd: 2500 });
  const {
    verdicts: [verdict],
  } = assessRisk([buy(20)], context({ limits: strict, portfolio: holding(4) }));
  expect(verdict).toMatchObject({
    decision: "reduced",
    qty: "6",
    code: "MAX_POSITION",
    message: "the position in AAA may come to 1000 USD at the most",
    figures: [
      { rule: "tradingState", limit: "running", figure: "running", headroom: "20 shares" },
      { rule: "unknownOutstanding", limit: "0 orders", figure: "0 orders", headroom: "20 shares" },
      { rule: "maxOrderNotional", limit: "2500", figure: "2000", headroom: "2500" },
      { rule: "minOrderNotional", limit: "1", figure: "2000", headroom: "1999" },
      { rule: "maxPosition", limit: "1000", figure: "2400", headroom: "600" },
      { rule: "maxGross", limit: "3000", figure: "2400", headroom: "2600" },
      { rule: "buyingPower", limit: "10000", figure: "2000", headroom: "10000" },
    ],
  });
});
