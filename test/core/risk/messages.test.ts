// What an operator reads of a rule: the reason in words, and the figure beside its limit, at the edge where two could be told too.
import { describe, expect, test } from "vitest";
import { price, qty } from "../../../src/core/model/money.ts";
import type { OrderIntent } from "../../../src/core/model/order.ts";
import { assessRisk, type RiskContext } from "../../../src/core/risk/assessRisk.ts";
import {
  at,
  exampleControl,
  exampleMarket,
  exampleOrder,
  examplePortfolio,
  exampleLimits as limits,
} from "../examples.ts";
import { buy, context, holding, judged, pastOrder, sell, told } from "./judged.ts";

/** The code and the words of the last verdict. */
function why(intents: readonly OrderIntent[], changes: Partial<RiskContext>): string {
  const verdict = assessRisk(intents, context(changes)).verdicts.at(-1);
  return `${verdict?.code}: ${verdict?.message}`;
}
const open = (clientOrderId: string, changes: object = {}) =>
  exampleOrder({ symbol: "AAA", side: "buy", clientOrderId, ...changes });
const account = (more: Parameters<typeof examplePortfolio>[0]) => ({
  portfolio: examplePortfolio({ equity: 10_000, ...more }),
});
const flags = (changes: object) => {
  const market = exampleMarket({ AAA: 100, BBB: 30 });
  return { market: { ...market, assets: market.assets.map((asset) => ({ ...asset, ...changes })) } };
};
const doubt = { clientOrderId: "tw.x", symbol: "AAA", side: "buy", qty: qty(1), price: price(100) } as const;

test.each<[string, () => readonly OrderIntent[], () => Partial<RiskContext>]>([
  ["NO_LIMITS: there are no risk limits", () => [buy(1)], () => ({ limits: undefined })],
  ["HALTED: trading is halted", () => [buy(1)], () => ({ control: exampleControl({ tradingState: "halted" }) })],
  [
    "REDUCING: trading is reducing: 0 of 1 lower exposure",
    () => [buy(1)],
    () => ({ control: exampleControl({ tradingState: "reducing" }) }),
  ],
  [
    "REDUCING: trading is reducing: 5 of 8 lower exposure",
    () => [sell(8)],
    () => ({ control: exampleControl({ tradingState: "reducing" }), portfolio: holding(5) }),
  ],
  [
    "UNKNOWN_OUTSTANDING: it is not known whether an earlier order in AAA is at the broker",
    () => [buy(1)],
    () => account({ uncertainOrders: [doubt] }),
  ],
  [
    "UNKNOWN_OUTSTANDING: the value of open orders is not known: one, two",
    () => [buy(1, "BBB")],
    () => account({ openOrders: [open("one", { qty: null }), open("two", { qty: null })] }),
  ],
  [
    "RESTRICTED_SYMBOL: AAA is on the restricted list",
    () => [buy(1)],
    () => ({ limits: limits({ restrictedSymbols: ["AAA"] }) }),
  ],
  [
    "RESTRICTED_SYMBOL: AAA is not on the list of allowed symbols",
    () => [buy(1)],
    () => ({ limits: limits({ allowedSymbols: ["BBB"] }) }),
  ],
  ["ASSET_FLAG: AAA: the broker does not trade it", () => [buy(1)], () => flags({ tradable: false })],
  ["ASSET_FLAG: AAA: the broker takes whole shares only", () => [buy("1.5")], () => flags({ fractionable: false })],
  ["ASSET_FLAG: AAA: the broker does not lend it to be sold short", () => [sell(1)], () => flags({ shortable: false })],
  [
    "ASSET_FLAG: AAA: the broker was not asked for it",
    () => [buy(1)],
    () => ({ market: { ...exampleMarket({ AAA: 100 }), assets: [] } }),
  ],
  [
    "STALE_DATA: the last trade in AAA is of 2026-06-15T14:00:00.000Z",
    () => [buy(1)],
    () => ({ asOf: at("2026-06-15T15:00Z") }),
  ],
  [
    "STALE_DATA: AAA has no last price",
    () => [buy(1)],
    () => ({ market: { ...exampleMarket({ AAA: 100 }), latest: [] } }),
  ],
  [
    "PRICE_COLLAR: it was sized at 100 and can be expected to fill at 120, too far from the last trade at 100",
    () => [buy(1)],
    () => {
      const market = exampleMarket({ AAA: 100 });
      return { market: { ...market, latest: market.latest.map((each) => ({ ...each, ask: price(120) })) } };
    },
  ],
  [
    "SELF_TRADE: the open order by hand in AAA is of the other side",
    () => [buy(1)],
    () => account({ openOrders: [open("by hand", { side: "sell" })] }),
  ],
  [
    "SELF_TRADE: an order of the same batch in AAA is of the other side",
    () => [sell(1), buy(1)],
    () => ({ portfolio: holding(5) }),
  ],
  [
    "DUPLICATE_ORDER: tw.trend@20260615T135500Z.targetWeights.AAA.buy.1 has the same symbol, side and size, 60 seconds ago at the most",
    () => [buy(10)],
    () => ({ limits: limits({ duplicateWindowSeconds: 60 }), recentOrders: [pastOrder()] }),
  ],
  [
    "REPEATED_EXECUTION: 1 orders to buy AAA were executed in 10 minutes; only a person lets more through",
    () => [buy(1)],
    () => ({
      limits: limits({ breakers: { repeatedExecution: { orders: 1, minutes: 10, action: "halt" } } }),
      recentOrders: [pastOrder()],
    }),
  ],
  [
    "ORDER_RATE: it would be order 2 of this minute; the limit is 1",
    () => [buy(1)],
    () => ({ limits: limits({ maxOrdersPerMinute: 1 }), recentOrders: [pastOrder()] }),
  ],
  [
    "COOLDOWN: AAA lost at 2026-06-15T13:50:00.000Z and is not added to for 30 minutes",
    () => [buy(1)],
    () => ({ limits: limits({ cooldownMinutes: 30 }), losses: { AAA: at("2026-06-15T13:50Z") } }),
  ],
  [
    "BAD_INCREMENT: a quantity of 2.5 has more than the 0 decimals that the broker takes",
    () => [sell("2.5")],
    () => ({}),
  ],
  ["MAX_ORDER_QTY: the order is above 10 shares", () => [buy(11)], () => ({ limits: limits({ maxOrderQty: 10 }) })],
  [
    "MAX_ORDER_NOTIONAL: the order is above 99 USD",
    () => [buy(1)],
    () => ({ limits: limits({ maxOrderNotionalUsd: 99 }) }),
  ],
  [
    "BELOW_MIN_NOTIONAL: the order is below 200 USD",
    () => [buy(1)],
    () => ({ limits: limits({ minOrderNotionalUsd: 200 }) }),
  ],
  [
    "MAX_POSITION: the position in AAA may come to 150 USD at the most",
    () => [buy(2)],
    () => ({ limits: limits({ maxPositionFraction: 0.015 }) }),
  ],
  [
    "MAX_POSITION: the position in AAA may come to 1 shares at the most",
    () => [buy(2)],
    () => ({ limits: limits({ maxPositionQty: 1 }) }),
  ],
  [
    "MAX_OPEN_POSITIONS: 1 positions are open or being opened; the limit is 1",
    () => [buy(1, "BBB")],
    () => ({ limits: limits({ maxOpenPositions: 1 }), portfolio: holding(1) }),
  ],
  [
    "MAX_OPEN_ORDERS: 1 orders are open, in doubt or approved; the limit is 1",
    () => [buy(1, "BBB")],
    () => ({ limits: limits({ maxOpenOrders: 1 }), ...account({ openOrders: [open("one")] }) }),
  ],
  [
    "MAX_GROSS: all positions together may come to 100 USD at the most",
    () => [buy(2)],
    () => ({ limits: limits({ maxGrossFraction: 0.01 }) }),
  ],
  [
    "MAX_NET: long less short may come to 100 USD at the most",
    () => [buy(2)],
    () => ({ limits: limits({ maxNetFraction: 0.01 }) }),
  ],
  ["BUYING_POWER: the buying power left is 50 USD", () => [buy(1)], () => account({ buyingPower: 50 })],
])("%s", (expected, intents, changes) => {
  expect(why(intents(), changes())).toBe(expected);
});

describe("the figure", () => {
  test.each<[string, string, () => readonly OrderIntent[], () => Partial<RiskContext>]>([
    ["tradingState", "running | running | 1 shares", () => [buy(1)], () => ({})],
    [
      "tradingState",
      "running | reducing | 5 shares",
      () => [sell(8)],
      () => ({ control: exampleControl({ tradingState: "reducing" }), portfolio: holding(5) }),
    ],
    ["unknownOutstanding", "0 orders | 0 orders | 1 shares", () => [buy(1)], () => ({})],
    [
      "unknownOutstanding",
      "0 orders | 1 orders | 0 shares",
      () => [buy(1)],
      () => account({ uncertainOrders: [doubt] }),
    ],
    [
      "restrictedSymbol",
      "allowed | allowed | 1 shares",
      () => [buy(1)],
      () => ({ limits: limits({ restrictedSymbols: ["BBB"] }) }),
    ],
    [
      "restrictedSymbol",
      "allowed | restricted | 0 shares",
      () => [buy(1)],
      () => ({ limits: limits({ restrictedSymbols: ["AAA"] }) }),
    ],
    ["assetFlag", "allowed | allowed | 1 shares", () => [buy(1)], () => ({})],
    [
      "assetFlag",
      "allowed | the broker does not trade it | 0 shares",
      () => [buy(1)],
      () => flags({ tradable: false }),
    ],
    ["selfTrade", "0 orders | 0 orders | 0 orders", () => [buy(1)], () => ({})],
    [
      "duplicateOrder",
      "0 orders in 60 seconds | 1 orders in 60 seconds | -1 orders in 60 seconds",
      () => [buy(10)],
      () => ({ limits: limits({ duplicateWindowSeconds: 60 }), recentOrders: [pastOrder()] }),
    ],
    [
      "repeatedExecution",
      "2 orders in 10 minutes | 1 orders in 10 minutes | 1 orders in 10 minutes",
      () => [buy(1)],
      () => ({
        limits: limits({ breakers: { repeatedExecution: { orders: 2, minutes: 10, action: "halt" } } }),
        recentOrders: [pastOrder()],
      }),
    ],
    [
      "orderRate",
      "2 orders a minute | 2 orders a minute | 1 orders a minute",
      () => [buy(1)],
      () => ({ limits: limits({ maxOrdersPerMinute: 2, maxOrdersPerDay: 2 }), recentOrders: [pastOrder()] }),
    ],
    [
      "cooldown",
      "30 minutes | 2026-06-15T13:50:00.000Z | 0 shares",
      () => [buy(1)],
      () => ({ limits: limits({ cooldownMinutes: 30 }), losses: { AAA: at("2026-06-15T13:50Z") } }),
    ],
    [
      "cooldown",
      "30 minutes | no loss | 1 shares",
      () => [buy(1)],
      () => ({ limits: limits({ cooldownMinutes: 30 }) }),
    ],
    ["increments", "9 decimals | 0 decimals | 9 decimals", () => [buy(1)], () => ({})],
    ["increments", "0 decimals | 1 decimals | -1 decimals", () => [sell("2.5")], () => ({})],
    ["minOrderNotional", "200 | 100 | -100", () => [buy(1)], () => ({ limits: limits({ minOrderNotionalUsd: 200 }) })],
    ["maxOrderNotional", "99 | 100 | 99", () => [buy(1)], () => ({ limits: limits({ maxOrderNotionalUsd: 99 }) })],
    ["priceCollar", "0.05 | 0 | 0.05", () => [buy(1)], () => ({})],
    ["maxNet", "100 | 200 | 100", () => [buy(2)], () => ({ limits: limits({ maxNetFraction: 0.01 }) })],
    [
      "maxOpenPositions",
      "2 positions | 2 positions | 1 positions",
      () => [buy(1, "BBB")],
      () => ({ limits: limits({ maxOpenPositions: 2 }), portfolio: holding(1) }),
    ],
    [
      "maxOpenPositions",
      "2 positions | 1 positions | 1 positions",
      () => [buy(1)],
      () => ({ limits: limits({ maxOpenPositions: 2 }), portfolio: holding(1) }),
    ],
    [
      "maxOpenOrders",
      "2 orders | 1 orders | 2 orders",
      () => [buy(1)],
      () => ({ limits: limits({ maxOpenOrders: 2 }) }),
    ],
    ["buyingPower", "50 | 100 | 50", () => [buy(1)], () => account({ buyingPower: 50 })],
  ])("of %s is %s", (rule, expected, intents, changes) => {
    expect(told(rule, intents(), changes())).toBe(expected);
  });

  test("of all rules is kept, in their order, and those of limits that are not set are not", () => {
    const { verdicts } = assessRisk([buy(1)], context());
    expect(verdicts[0]?.figures.map(({ rule }) => rule)).toEqual([
      "tradingState",
      "unknownOutstanding",
      "assetFlag",
      "staleData",
      "priceCollar",
      "selfTrade",
      "increments",
      "maxOrderNotional",
      "minOrderNotional",
      "maxPosition",
      "maxGross",
      "buyingPower",
    ]);
    expect(assessRisk([buy(1)], context({ limits: undefined })).verdicts[0]?.figures).toEqual([]);
  });
});

describe("at the edge", () => {
  test("a limit in dollars is told where that in shares leaves as much", () => {
    const both = { limits: limits({ maxPositionUsd: 500, maxPositionQty: 5 }) };
    expect(why([buy(6)], both)).toBe("MAX_POSITION: the position in AAA may come to 500 USD at the most");
  });

  test("a short sale is held against what is short, whatever is long", () => {
    const long = account({ positions: { BBB: [100, 3000] } });
    expect(judged([sell(60)], { ...long, limits: limits({ maxNetFraction: 0.5 }) })).toEqual(["approved 60"]);
    expect(judged([buy(30)], { ...long, limits: limits({ maxNetFraction: 0.5 }) })).toEqual(["reduced 20 MAX_NET"]);
  });

  test("a short sale of parts keeps what closes the position, unless it has more decimals than the broker takes", () => {
    expect(judged([sell("2.123456789")], { portfolio: holding(1.5) })).toEqual(["reduced 1.5 BAD_INCREMENT"]);
    expect(judged([sell("2.1234567891")], { portfolio: holding(1.5) })).toEqual(["denied BAD_INCREMENT"]);
  });

  test("an order of an amount of money has no twin", () => {
    const recentOrders = [pastOrder({ qty: null })];
    expect(judged([buy(10)], { limits: limits({ duplicateWindowSeconds: 60 }), recentOrders })).toEqual([
      "approved 10",
    ]);
  });

  test("what a rule cuts to and another refuses is denied for both reasons", () => {
    const strict = { limits: limits({ minOrderNotionalUsd: 200, maxPositionFraction: 0.015 }) };
    expect(why([buy(5)], strict)).toBe(
      "MAX_POSITION: the position in AAA may come to 150 USD at the most; of the 1 that it leaves: the order is below 200 USD",
    );
  });
});
