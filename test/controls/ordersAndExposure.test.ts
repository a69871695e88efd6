// The controls 1 to 11 through the whole stack: the market or the account bring the state about, and the API tells the code.
import { expect, test } from "vitest";
import { price } from "../../src/core/model/money.ts";
import type { MarketTape } from "../../src/simulator/marketTape.ts";
import { afterPlan, both, movedBy, open, order, run, staleBy } from "./controlledStack.ts";

/** Twenty closed daily bars are asked for. */
const withBars = { strategies: [{ name: "movingAverageCross", params: { fast: 5, slow: 20 } }] };

test("control 1: an order of too many shares is cut", async () => {
  await open({ limits: { maxOrderQty: 4 } });
  expect(await run()).toEqual(both("MAX_ORDER_QTY"));
});

test("control 2: an order of too many dollars is cut", async () => {
  await open({ limits: { maxOrderNotionalUsd: 200 } });
  expect(await run()).toEqual(both("MAX_ORDER_NOTIONAL"));
});

test("control 3: an order of too few dollars is denied", async () => {
  await open({ limits: { minOrderNotionalUsd: 10_000 } });
  expect(await run()).toEqual(both("BELOW_MIN_NOTIONAL"));
});

test("control 4: an order that would fill far from the last trade is denied", async () => {
  const quote = (seeded: MarketTape): MarketTape["quote"] => {
    return (symbol, ms) => {
      const both = seeded.quote(symbol, ms);
      return both && symbol === "AAA" ? { ...both, ask: both.ask * 1.1 } : both;
    };
  };
  await open({ market: (seeded) => ({ ...seeded, quote: quote(seeded) }) });
  expect(await run()).toEqual(["AAA PRICE_COLLAR"]);
});

test("control 4: an order is withheld when the price moves after its plan was made", async () => {
  let factor = 1;
  await open({ market: movedBy(() => factor) });
  afterPlan(() => {
    factor = 1.1;
  });
  expect(await run()).toEqual(["AAA withheld PRICE_COLLAR"]);
});

test("control 5: orders on old prices are denied", async () => {
  await open({ now: "2026-06-15T14:59:00Z" });
  staleBy(20);
  expect(await run()).toEqual(both("STALE_DATA"));
});

test("control 5: orders are withheld when prices grow old after their plan was made", async () => {
  await open({ now: "2026-06-15T14:59:00Z" });
  afterPlan(() => staleBy(20));
  expect(await run()).toEqual(["AAA withheld STALE_DATA", "BBB withheld STALE_DATA"]);
});

test("control 5: a symbol with gaps in its history is left out", async () => {
  const gaps = (seeded: MarketTape): MarketTape["dailyBars"] => {
    return (symbol, from, to) =>
      seeded
        .dailyBars(symbol, from, to)
        .filter((_, index, all) => symbol !== "AAA" || index % 5 > 0 || index === all.length - 1);
  };
  await open({ task: withBars, market: (seeded) => ({ ...seeded, dailyBars: gaps(seeded) }) });
  expect(await run()).toEqual(["AAA DATA_GAP"]);
});

test("control 6: a symbol whose price cannot be believed is left out", async () => {
  await open({ task: withBars, market: movedBy(() => 1.9) });
  expect(await run()).toEqual(["AAA IMPLAUSIBLE_PRICE"]);
});

test.each([
  ["shares", { maxPositionQty: 4 }],
  ["dollars", { maxPositionUsd: 200 }],
  ["equity", { maxPositionFraction: 0.002 }],
])("control 7: a position of too many %s is not reached", async (_, limits) => {
  await open({ limits });
  expect(await run()).toEqual(both("MAX_POSITION"));
});

test("control 8: positions that are too much together are not reached", async () => {
  await open({ limits: { maxGrossFraction: 0.007 } });
  expect(await run()).toEqual(["BBB MAX_GROSS"]);
});

test("control 9: positions that are too much on one side are not reached", async () => {
  await open({ limits: { maxNetFraction: 0.007 } });
  expect(await run()).toEqual(["BBB MAX_NET"]);
});

test("control 10: no position is opened beyond their most", async () => {
  await open({ limits: { maxOpenPositions: 1 } });
  expect(await run()).toEqual(["BBB MAX_OPEN_POSITIONS"]);
});

test("control 10: no order is sent beyond their most", async () => {
  await open({ limits: { maxOpenOrders: 1 } });
  expect(await run()).toEqual(["BBB MAX_OPEN_ORDERS"]);
});

test("control 11: orders that the account cannot pay for are denied", async () => {
  await open({ symbols: ["AAA", "BBB", "CCC"], limits: { maxGrossFraction: 4 } });
  await order("buy", 6000, { symbol: "CCC", type: "limit", limitPrice: price(40) });
  expect(await run()).toEqual(both("BUYING_POWER"));
});
