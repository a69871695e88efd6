// The rules about what the account may come to hold: what fits, what is cut, and that what lowers exposure always passes.
import { describe, expect, test } from "vitest";
import { price, qty } from "../../../src/core/model/money.ts";
import { assessRisk } from "../../../src/core/risk/assessRisk.ts";
import {
  exampleIntent,
  exampleMarket,
  exampleOrder,
  examplePortfolio,
  exampleTask,
  exampleLimits as limits,
} from "../examples.ts";
import { buy, context, holding, judged, sell, told } from "./judged.ts";

const open = (symbol: string, side: "buy" | "sell", count: number, filled = 0) =>
  exampleOrder({ symbol, side, qty: qty(count), filledQty: qty(filled) });

describe("control 7: maximum position", () => {
  const tenth = limits({ maxPositionFraction: 0.1 });

  test("cuts an order to what the position may still grow by", () => {
    expect(judged([buy(10)], { limits: tenth })).toEqual(["approved 10"]);
    expect(judged([buy(11)], { limits: tenth })).toEqual(["reduced 10 MAX_POSITION"]);
    expect(judged([buy(10)], { limits: tenth, portfolio: holding(4) })).toEqual(["reduced 6 MAX_POSITION"]);
  });

  test.each([
    ["shares", { maxPositionQty: 5 }, "5 shares | 14 shares | 1 shares"],
    ["dollars", { maxPositionUsd: 500 }, "500 | 1400 | 100"],
    ["a share of equity", { maxPositionFraction: 0.05 }, "500 | 1400 | 100"],
  ])("is the tightest of its three, and tells it: %s", (_, limit, figure) => {
    const loose = { maxPositionQty: 50, maxPositionUsd: 5000, maxPositionFraction: 0.5 };
    const changes = { limits: limits({ ...loose, ...limit }), portfolio: holding(4) };
    expect(judged([buy(10)], changes)).toEqual(["reduced 1 MAX_POSITION"]);
    expect(told("maxPosition", [buy(10)], changes)).toBe(figure);
  });

  test("counts open buys as if they had filled, and open sells as if they had not", () => {
    const buys = { ...holding(4), openOrders: [open("AAA", "buy", 5, 2)] };
    expect(judged([buy(10)], { limits: tenth, portfolio: buys })).toEqual(["reduced 3 MAX_POSITION"]);
    const sells = { ...holding(-4), openOrders: [open("AAA", "sell", 5, 2)] };
    expect(judged([sell(10)], { limits: tenth, portfolio: sells })).toEqual(["reduced 3 MAX_POSITION"]);
  });

  test("never denies a sell of what is held, however far above the limit", () => {
    const tight = limits({ maxPositionFraction: 0.1, maxPositionQty: 1, maxPositionUsd: 1 });
    expect(judged([sell(40)], { limits: tight, portfolio: holding(50) })).toEqual(["approved 40"]);
    expect(judged([buy(1)], { limits: tenth, portfolio: holding(50) })).toEqual(["denied MAX_POSITION"]);
  });

  test("holds for short positions alike", () => {
    expect(judged([sell(30)], { limits: tenth })).toEqual(["reduced 10 MAX_POSITION"]);
    expect(judged([buy(50)], { limits: tenth, portfolio: holding(-50) })).toEqual(["approved 50"]);
  });
});

describe("control 8: maximum gross exposure", () => {
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

  test("adds long and short positions, and never denies what lowers them", () => {
    const portfolio = examplePortfolio({ equity: 10_000, positions: { AAA: [30, 3000], BBB: [-80, -2400] } });
    expect(judged([sell(30), buy(80, "BBB")], { limits: half, portfolio })).toEqual(["approved 30", "approved 80"]);
    expect(judged([sell(1, "BBB")], { limits: half, portfolio })).toEqual(["denied MAX_GROSS"]);
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

  test("leaves to an order that fits at once only what those that wait for sells do not take", () => {
    const market = exampleMarket({ AAA: 100, BBB: 30, CCC: 200 });
    const batch = [sell(40), buy(160, "BBB"), exampleIntent("buy", "CCC", 5, 200)];
    const { verdicts } = assessRisk(batch, context({ limits: half, market, portfolio: holding(40) }));
    expect(verdicts.map(({ qty: count, stage }) => `${count} in stage ${stage}`)).toEqual([
      "40 in stage 1",
      "160 in stage 2",
      "1 in stage 1",
    ]);
  });

  test("does not wait for sells that are not needed", () => {
    const { verdicts } = assessRisk([sell(5), buy(10, "BBB")], context({ limits: half, portfolio: holding(10) }));
    expect(verdicts.map(({ stage }) => stage)).toEqual([1, 1]);
  });
});

describe("control 9: maximum net exposure", () => {
  const fifth = limits({ maxNetFraction: 0.2 });

  test("cuts a buy to what long may exceed short by, and a short sale the other way round", () => {
    expect(judged([buy(21)], { limits: fifth })).toEqual(["reduced 20 MAX_NET"]);
    expect(judged([sell(21)], { limits: fifth })).toEqual(["reduced 20 MAX_NET"]);
    const short = examplePortfolio({ equity: 10_000, positions: { BBB: [-50, -1500] } });
    expect(judged([buy(36)], { limits: fifth, portfolio: short })).toEqual(["reduced 35 MAX_NET"]);
    expect(told("maxNet", [buy(36)], { limits: fifth, portfolio: short })).toBe("2000 | 2100 | 3500");
  });

  test("counts open orders that raise it and none that lower it", () => {
    const portfolio = { ...holding(10), openOrders: [open("BBB", "sell", 40), open("ZZZ", "buy", 1)] };
    const market = exampleMarket({ AAA: 100, BBB: 30, ZZZ: 500 });
    expect(judged([buy(10)], { limits: fifth, portfolio, market })).toEqual(["reduced 5 MAX_NET"]);
  });

  test("counts every order of the batch that was approved before", () => {
    expect(judged([buy(15), buy(30, "BBB")], { limits: fifth })).toEqual(["approved 15", "reduced 16 MAX_NET"]);
  });

  test("never denies a sell of what is held, nor a buy that covers what is short", () => {
    const portfolio = examplePortfolio({ equity: 10_000, positions: { AAA: [90, 9000], BBB: [-10, -300] } });
    expect(judged([sell(50)], { limits: fifth, portfolio })).toEqual(["approved 50"]);
    expect(judged([buy(10, "BBB")], { limits: fifth, portfolio })).toEqual(["approved 10"]);
    expect(judged([buy(11, "BBB")], { limits: fifth, portfolio })).toEqual(["reduced 10 MAX_NET"]);
  });
});

describe("control 10: maximum number of open positions", () => {
  const one = limits({ maxOpenPositions: 1 });

  test("denies an order that opens one more, and lets one pass that adds to one", () => {
    expect(judged([buy(1), buy(1, "BBB")], { limits: one })).toEqual(["approved 1", "denied MAX_OPEN_POSITIONS"]);
    expect(judged([buy(1), buy(1, "BBB")], { limits: one, portfolio: holding(3) })).toEqual([
      "approved 1",
      "denied MAX_OPEN_POSITIONS",
    ]);
    expect(told("maxOpenPositions", [buy(1, "BBB")], { limits: one, portfolio: holding(3) })).toBe(
      "1 positions | 2 positions | 0 positions",
    );
  });

  test("counts a symbol that an open order may open a position in", () => {
    const portfolio = examplePortfolio({ equity: 10_000, openOrders: [open("BBB", "buy", 1)] });
    expect(judged([buy(1)], { limits: one, portfolio })).toEqual(["denied MAX_OPEN_POSITIONS"]);
  });

  test("gives the place of a position that the batch sells to an order that waits for it", () => {
    const { verdicts } = assessRisk([sell(5), buy(1, "BBB")], context({ limits: one, portfolio: holding(5) }));
    expect(verdicts.map(({ decision, stage }) => `${decision} in stage ${stage}`)).toEqual([
      "approved in stage 1",
      "approved in stage 2",
    ]);
    expect(judged([sell(4), buy(1, "BBB")], { limits: one, portfolio: holding(5) })).toEqual([
      "approved 4",
      "denied MAX_OPEN_POSITIONS",
    ]);
  });
});

describe("control 10: maximum number of open orders", () => {
  const two = limits({ maxOpenOrders: 2 });

  test("counts open ones, those in doubt and those of the batch", () => {
    const uncertain = { clientOrderId: "x", symbol: "ZZZ", side: "buy", qty: qty(1), price: price(1) } as const;
    const portfolio = { ...holding(0), openOrders: [open("BBB", "buy", 1)] };
    expect(judged([buy(1), buy(1, "BBB")], { limits: two, portfolio })).toEqual([
      "approved 1",
      "denied MAX_OPEN_ORDERS",
    ]);
    const doubtful = { ...portfolio, uncertainOrders: [uncertain] };
    expect(told("maxOpenOrders", [buy(1)], { limits: two, portfolio: doubtful })).toBe(
      "2 orders | 3 orders | 0 orders",
    );
    expect(judged([buy(1)], { limits: two, portfolio: doubtful })).toEqual(["denied MAX_OPEN_ORDERS"]);
  });

  test("never denies a sell of what is held", () => {
    const portfolio = { ...holding(5), openOrders: [open("BBB", "buy", 1), open("BBB", "buy", 2)] };
    expect(judged([sell(5)], { limits: two, portfolio })).toEqual(["approved 5"]);
  });
});

describe("control 11: buying power", () => {
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

describe("limits of several scopes: the tightest holds", () => {
  const buyTen = (limit: object, task = {}) =>
    judged([buy(10), buy(10, "BBB")], { limits: limits(limit), task: exampleTask(task) });

  test("of a symbol, for that symbol alone", () => {
    expect(buyTen({ symbols: { AAA: { maxOrderQty: 4 } } })).toEqual(["reduced 4 MAX_ORDER_QTY", "approved 10"]);
    expect(buyTen({ maxOrderQty: 3, symbols: { AAA: { maxOrderQty: 4 } } })).toEqual([
      "reduced 3 MAX_ORDER_QTY",
      "reduced 3 MAX_ORDER_QTY",
    ]);
  });

  test("of each strategy that the order is attributed to, those that speak against it too", () => {
    const strategies = { macdTrend: { maxPositionUsd: 300 }, targetWeights: { maxOrderQty: 8 } };
    const net = {
      ...buy(10),
      attribution: ["macdTrend", "targetWeights"].map((strategy) => ({ strategy, weight: 1 })),
    };
    expect(buyTen({ strategies })).toEqual(["reduced 8 MAX_ORDER_QTY", "reduced 8 MAX_ORDER_QTY"]);
    expect(judged([net], { limits: limits({ strategies }) })).toEqual(["reduced 3 MAX_POSITION"]);
  });

  test("of which the larger is the tighter, the largest", () => {
    const scoped = {
      minOrderNotionalUsd: 200,
      symbols: { BBB: { minOrderNotionalUsd: 301 }, AAA: { minOrderNotionalUsd: 1 } },
    };
    expect(buyTen(scoped)).toEqual(["approved 10", "denied BELOW_MIN_NOTIONAL"]);
    expect(judged([buy(1)], { limits: limits(scoped) })).toEqual(["denied BELOW_MIN_NOTIONAL"]);
  });
});
