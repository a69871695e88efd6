// What a run would know at a bar's close: the account after its fills, the newest bars, and the orders of the last day.
import { describe, expect, test } from "vitest";
import { simulatedAccount } from "../../../src/core/backtest/simulatedAccount.ts";
import type { BarSeries } from "../../../src/core/model/market.ts";
import { price, qty, usd } from "../../../src/core/model/money.ts";
import type { Side } from "../../../src/core/model/order.ts";
import { at, exampleBars, exampleControl, exampleLimits, exampleTask } from "../examples.ts";

/** Bars six hours apart, from noon UTC on Monday 2026-06-15 on. */
function sixHourly(...closes: readonly number[]): BarSeries {
  const timeMs = Float64Array.from(closes, (_, index) => Date.parse(at("2026-06-15T12:00Z")) + index * 6 * 3_600_000);
  return { ...exampleBars("AAA", closes), timeMs };
}
const accountOf = (series: BarSeries, windowBars = 3) =>
  simulatedAccount({
    series,
    task: exampleTask({ symbols: ["AAA"] }),
    control: exampleControl(),
    limits: exampleLimits(),
    flags: { tradable: true, fractionable: true, shortable: false },
    cash: usd(1000),
    windowBars,
  });
type Account = ReturnType<typeof accountOf>;
const fill = (account: Account, bar: number, side: Side, shares: number, each: number): void =>
  account.fill({ bar, side, qty: qty(shares), price: price(each) });
const series = sixHourly(10, 11, 12, 13, 14, 15, 16);

test("before the first fill it is cash alone, at the close of the bar", () => {
  const { asOf, market, portfolio, recentOrders } = accountOf(series).knownAt(1);
  expect(asOf).toBe("2026-06-15T18:00:00.000Z");
  expect(market).toMatchObject({
    asOf,
    latest: [{ symbol: "AAA", price: "11", at: asOf }],
    assets: [{ symbol: "AAA", tradable: true, fractionable: true, shortable: false }],
    excluded: [],
  });
  expect(portfolio).toEqual({
    account: { accountId: "backtest", equity: "1000", cash: "1000", buyingPower: "1000" },
    positions: [],
    openOrders: [],
    uncertainOrders: [],
    exits: [],
  });
  expect(recentOrders).toEqual([]);
});

describe("after fills", () => {
  test("a position is valued at the close, and what it cost is gone from the cash", () => {
    const account = accountOf(series);
    fill(account, 1, "buy", 20, 11);
    expect(account.knownAt(2).portfolio).toMatchObject({
      account: { equity: "1020", cash: "780", buyingPower: "780" },
      positions: [{ symbol: "AAA", qty: "20", available: "20", averagePrice: "11", marketValue: "240" }],
    });
    expect([account.qty(), account.cash(), account.holding]).toEqual(["20", "780", { qty: 20, cash: 780 }]);
  });

  test("its price is the average of what was bought, which a sale leaves as it is and a new position begins anew", () => {
    const account = accountOf(series);
    const averageAt = (bar: number) => account.knownAt(bar).portfolio.positions[0]?.averagePrice;
    fill(account, 1, "buy", 10, 10);
    fill(account, 2, "buy", 30, 12);
    expect(averageAt(2)).toBe("11.5");
    fill(account, 3, "sell", 15, 13);
    expect(averageAt(3)).toBe("11.5");
    fill(account, 4, "sell", 25, 14);
    expect(account.knownAt(4).portfolio).toMatchObject({ positions: [], account: { cash: "1085", equity: "1085" } });
    fill(account, 5, "buy", 10, 15);
    expect(averageAt(5)).toBe("15");
  });

  test("a short position costs what it is worth, and buying some of it back leaves its price as it is", () => {
    const account = accountOf(series);
    fill(account, 1, "sell", 20, 11);
    fill(account, 2, "buy", 5, 12);
    expect(account.knownAt(2).portfolio).toMatchObject({
      account: { cash: "1160", equity: "980" },
      positions: [{ qty: "-15", averagePrice: "11", marketValue: "-180" }],
    });
  });

  test("nothing is lent: cash below nothing buys nothing", () => {
    const account = accountOf(series);
    fill(account, 1, "buy", 100, 11);
    expect(account.knownAt(1).portfolio.account).toMatchObject({ cash: "-100", buyingPower: "0" });
  });
});

test("strategies are shown the newest bars up to this one, and all there are before so many", () => {
  const account = accountOf(series);
  const closesAt = (bar: number) => account.knownAt(bar).market.bars.map(({ close }) => [...close]);
  expect([0, 1, 2, 3, 6].map(closesAt)).toEqual([[[10]], [[10, 11]], [[10, 11, 12]], [[11, 12, 13]], [[14, 15, 16]]]);
  const [bars] = accountOf(series).knownAt(3).market.bars;
  const columns = [bars?.timeMs, bars?.open, bars?.high, bars?.low, bars?.close, bars?.volume];
  expect(columns.map((column) => column?.length)).toEqual([3, 3, 3, 3, 3, 3]);
  expect([bars?.symbol, bars?.timeframe, bars?.timeMs[2], bars?.high[2], bars?.low[2]]).toEqual([
    "AAA",
    "1Day",
    Date.parse(at("2026-06-16T06:00Z")),
    14,
    12,
  ]);
});

test("the orders of the last day are known, and one of exactly a day ago no more", () => {
  const account = accountOf(series);
  fill(account, 1, "buy", 10, 11);
  fill(account, 2, "sell", 4, 12);
  const told = (bar: number) =>
    account.knownAt(bar).recentOrders.map(({ side, qty: count, submittedAt }) => `${side} ${count} ${submittedAt}`);
  const [bought, sold] = ["buy 10 2026-06-15T18:00:00.000Z", "sell 4 2026-06-16T00:00:00.000Z"];
  expect([2, 4, 5, 6].map(told)).toEqual([[bought, sold], [bought, sold], [sold], []]);
  fill(account, 6, "sell", 6, 16);
  expect(account.knownAt(6).recentOrders).toEqual([
    {
      brokerOrderId: "backtest-6",
      clientOrderId: "backtest-6",
      symbol: "AAA",
      side: "sell",
      qty: "6",
      filledQty: "6",
      filledAvgPrice: "16",
      limitPrice: null,
      stopPrice: null,
      status: "filled",
      submittedAt: "2026-06-17T00:00:00.000Z",
    },
  ]);
});
