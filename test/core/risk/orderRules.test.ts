// The rules about one order by itself: one that passes, the same that is cut or refused, and the figures that are told.
import { describe, expect, test } from "vitest";
import { price } from "../../../src/core/model/money.ts";
import { assessRisk } from "../../../src/core/risk/assessRisk.ts";
import { at, exampleIntent, exampleMarket, exampleLimits as limits } from "../examples.ts";
import { buy, context, holding, judged, sell, told } from "./judged.ts";

describe("control 1: maximum order quantity", () => {
  const ten = { limits: limits({ maxOrderQty: 10 }) };

  test("cuts an order down to it, sells of what is held too", () => {
    expect(judged([buy(10), buy(11, "BBB")], ten)).toEqual(["approved 10", "reduced 10 MAX_ORDER_QTY"]);
    expect(judged([sell(30)], { ...ten, portfolio: holding(30) })).toEqual(["reduced 10 MAX_ORDER_QTY"]);
    expect(told("maxOrderQty", [buy(11)], ten)).toBe("10 shares | 11 shares | 10 shares");
  });

  test("is no limit where none is set", () => {
    expect(told("maxOrderQty", [buy(11)])).toBeUndefined();
  });
});

describe("control 2: maximum order notional", () => {
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

describe("control 3: minimum order notional", () => {
  const small = limits({ minOrderNotionalUsd: 200 });

  test("denies smaller orders", () => {
    expect(judged([buy(2)], { limits: small })).toEqual(["approved 2"]);
    expect(judged([buy(1)], { limits: small })).toEqual(["denied BELOW_MIN_NOTIONAL"]);
    expect(judged([sell(1)], { limits: small, portfolio: holding(5) })).toEqual(["denied BELOW_MIN_NOTIONAL"]);
  });

  test("lets an order pass that takes all there is to close", () => {
    expect(judged([sell("0.5")], { limits: small, portfolio: holding(0.5) })).toEqual(["approved 0.5"]);
    expect(judged([buy(1)], { limits: small, portfolio: holding(-1) })).toEqual(["approved 1"]);
  });

  test("denies what another rule would cut to less, for that rule's reason", () => {
    const strict = limits({ minOrderNotionalUsd: 200, maxPositionFraction: 0.015 });
    expect(judged([buy(5)], { limits: strict })).toEqual(["denied MAX_POSITION"]);
  });

  test("lets what another rule cuts pass where it closes the position", () => {
    const orders = { limits: limits({ minOrderNotionalUsd: 200, maxGrossFraction: 0.001 }), portfolio: holding(1) };
    expect(judged([sell(3)], orders)).toEqual(["reduced 1 MAX_GROSS"]);
  });
});

describe("control 3: increments", () => {
  test("denies more decimals than the broker takes", () => {
    expect(judged([buy("0.123456789"), buy("0.1234567891", "BBB")])).toEqual([
      "approved 0.123456789",
      "denied BAD_INCREMENT",
    ]);
  });

  test("lets parts of a share be sold that are held, and none short", () => {
    expect(judged([sell("2.5")], { portfolio: holding(2.5) })).toEqual(["approved 2.5"]);
    expect(judged([sell("2.5")])).toEqual(["denied BAD_INCREMENT"]);
    expect(judged([sell("2.5")], { portfolio: holding(1.5) })).toEqual(["reduced 1.5 BAD_INCREMENT"]);
  });
});

describe("control 4: price collar", () => {
  const market = (quote: { bid?: number; ask?: number }) => {
    const plain = exampleMarket({ AAA: 100, BBB: 30 });
    const sides = Object.fromEntries(Object.entries(quote).map(([name, value]) => [name, price(value)]));
    return { market: { ...plain, latest: plain.latest.map((each) => ({ ...each, ...sides })) } };
  };

  test("denies a buy at an offer, and a sale at a bid, too far from the last trade", () => {
    expect(judged([buy(1)], market({ bid: 90, ask: 105 }))).toEqual(["approved 1"]);
    expect(judged([buy(1)], market({ ask: 105.1 }))).toEqual(["denied PRICE_COLLAR"]);
    expect(judged([sell(1)], { ...market({ bid: 94.9, ask: 100 }), portfolio: holding(1) })).toEqual([
      "denied PRICE_COLLAR",
    ]);
    expect(told("priceCollar", [buy(1)], market({ ask: 105.1 }))).toBe("0.05 | 0.051 | -0.001");
  });

  test("denies an order that was sized at a price too far from it, whatever the quote", () => {
    const odd = [exampleIntent("buy", "AAA", 1, 94), exampleIntent("buy", "BBB", 1, 31)];
    expect(judged(odd, market({}))).toEqual(["denied PRICE_COLLAR", "approved 1"]);
    expect(judged(odd.slice(0, 1), market({ ask: 100 }))).toEqual(["denied PRICE_COLLAR"]);
  });

  test("denies an order in a symbol without a price", () => {
    const unpriced = exampleMarket({ BBB: 30 });
    const assets = exampleMarket({ AAA: 100 }).assets;
    const { verdicts } = assessRisk([buy(1)], context({ market: { ...unpriced, assets }, limits: limits() }));
    expect(verdicts[0]?.figures.filter(({ figure }) => figure === "none").map(({ rule }) => rule)).toEqual([
      "staleData",
      "priceCollar",
    ]);
    expect(verdicts[0]?.decision).toBe("denied");
  });

  test("is the tightest of the portfolio's and the symbol's own", () => {
    const limited = { limits: limits({ symbols: { AAA: { priceCollarFraction: 0.01 } } }) };
    const orders = [exampleIntent("buy", "AAA", 1, 102), exampleIntent("buy", "BBB", 1, 30.6)];
    expect(judged(orders, limited)).toEqual(["denied PRICE_COLLAR", "approved 1"]);
  });
});

describe("control 5: age of the last trade", () => {
  test("denies an order in a symbol whose last trade is older than its limit", () => {
    const asOf = at("2026-06-15T14:15:00Z");
    expect(judged([buy(1)], { asOf })).toEqual(["approved 1"]);
    expect(judged([buy(1)], { asOf: at("2026-06-15T14:15:01Z") })).toEqual(["denied STALE_DATA"]);
    expect(told("staleData", [buy(1)], { asOf })).toBe("900 seconds | 900 seconds | 0 seconds");
  });

  test("holds for sells of what is held too", () => {
    const asOf = at("2026-06-15T14:20:00Z");
    expect(judged([sell(1)], { asOf, portfolio: holding(1) })).toEqual(["denied STALE_DATA"]);
  });
});
