// The equity curve: exact values at exact stamps, worked out by hand from known prices.
import { describe, expect, test } from "vitest";
import type { MarketTape } from "../../src/simulator/marketTape.ts";
import { latestSession } from "../../src/simulator/sessions.ts";
import { type Json, openClient } from "./exampleClient.ts";
import { atNewYork, flat, handmadeTape } from "./exampleMarket.ts";

// Monday opens at 100 and gains a dollar every ten minutes; Tuesday stands at 150 and Wednesday at 140.
const priceAt = (index: number, day: string): number =>
  day === "2026-06-15" ? 100 + Math.floor(index / 10) : day === "2026-06-16" ? 150 : day === "2026-06-17" ? 140 : 100;
const quoted = handmadeTape({ AAPL: { minute: (index, day) => flat(priceAt(index, day)) } });
/** Out of hours the last trade is that of the last minute. */
const tape: MarketTape = {
  ...quoted,
  lastTrade: (symbol, ms) => {
    const session = latestSession(ms);
    const minute = session && quoted.intervals(symbol, session.day).findLast(({ fromMs }) => fromMs <= ms);
    return minute && { price: Math.round(minute.ask + minute.bid) / 2, size: 1, atMs: minute.fromMs };
  },
};
const history = "/v2/account/portfolio/history";
const tuesday = "2026-06-16";
const wednesday = "2026-06-17";
const seconds = (time: string, day?: string): number => atNewYork(time, day) / 1000;

/** An account opened before Monday's open that buys ten shares at 100.01 in the first minute. */
function holder() {
  const client = openClient({ tape, atMs: atNewYork("08:00:00") });
  client.waitUntil(atNewYork("09:30:00"));
  client.post({ qty: "10" });
  return client;
}

describe("a day of an account opened that day", () => {
  test("in steps of 15 minutes: left-labelled, valued at the end of each window, against the first value", () => {
    const client = holder();
    client.waitUntil(atNewYork("10:20:00"));
    expect(client.get(`${history}?period=1D&timeframe=15Min`)).toEqual({
      timestamp: [seconds("09:30:00"), seconds("09:45:00"), seconds("10:00:00"), seconds("10:15:00")],
      equity: [100009.9, 100029.9, 100039.9, 100049.9],
      profit_loss: [0, 20, 30, 40],
      profit_loss_pct: [0, 0.0002, 0.0003, 0.0004],
      base_value: 100009.9,
      timeframe: "15Min",
    });
  });

  test("a fill at the very end of a window belongs to it", () => {
    const client = holder();
    client.waitUntil(atNewYork("09:45:00"));
    client.post({ side: "sell", qty: "10" });
    client.waitUntil(atNewYork("10:00:00"));
    const { equity } = client.get(`${history}?period=1D&timeframe=15Min`) as { equity: number[] };
    // Ten shares bought at 100.01 are sold at 100.99, under the last price of 101.
    expect(equity).toEqual([100009.8, 100009.8, 100009.8]);
  });

  test("the close has a point of its own, and nothing comes after it", () => {
    const client = holder();
    client.waitUntil(atNewYork("23:00:00"));
    const { timestamp, equity } = client.get(`${history}?period=1D&timeframe=1H`) as {
      timestamp: number[];
      equity: number[];
    };
    expect(timestamp.map((at) => at - (timestamp[0] ?? 0))).toEqual([0, 3600, 7200, 10800, 14400, 18000, 21600]);
    expect(timestamp[0]).toBe(seconds("09:30:00"));
    expect(equity.at(-1)).toBe(100379.9);
    const minutes = client.get(`${history}?period=1D&timeframe=1Min`) as { timestamp: number[] };
    expect(minutes.timestamp).toHaveLength(391);
    expect(minutes.timestamp.at(-1)).toBe(seconds("16:00:00"));
  });

  test("before the account was opened there is nothing", () => {
    const client = openClient({ tape, atMs: atNewYork("13:00:00") });
    client.waitUntil(atNewYork("13:30:00"));
    const { timestamp } = client.get(`${history}?period=1M&timeframe=15Min`);
    expect(timestamp).toEqual([seconds("13:00:00"), seconds("13:15:00"), seconds("13:30:00")]);
    expect(openClient({ tape }).get(`${history}?end=2026-06-01`)).toEqual({
      timestamp: [],
      equity: [],
      profit_loss: [],
      profit_loss_pct: [],
      base_value: null,
      timeframe: "1D",
    });
  });
});

test("percentages have four places", () => {
  const client = openClient({ tape, atMs: atNewYork("09:30:00") });
  client.post({ qty: "333" });
  client.waitUntil(atNewYork("10:00:00"));
  const body = client.get(`${history}?period=1D&timeframe=15Min`);
  expect(body.profit_loss).toEqual([0, 666, 666]);
  expect(body.profit_loss_pct).toEqual([0, 0.0066, 0.0066]);
});

test("a day counts from the moment of its open, and a year is a year", () => {
  const client = openClient({ tape, atMs: atNewYork("12:00:00", "2026-05-01") });
  client.waitUntil(atNewYork("09:30:00") - 1);
  const days = (period: string) =>
    (client.get(`${history}?period=${period}&timeframe=1D`).timestamp as number[]).length;
  expect(days("1A")).toBe(30);
  client.waitUntil(atNewYork("09:30:00"));
  expect([days("1A"), days("2M"), days("1W")]).toEqual([31, 31, 5]);
});

describe("several days", () => {
  const later = () => {
    const client = holder();
    client.waitUntil(atNewYork("12:00:00", wednesday));
    return client;
  };

  test("by the day: stamped at 20:00, valued at the close, against the first day", () => {
    expect(later().get(`${history}?period=7D&timeframe=1D`)).toEqual({
      timestamp: [seconds("20:00:00"), seconds("20:00:00", tuesday), seconds("20:00:00", wednesday)],
      equity: [100379.9, 100499.9, 100399.9],
      profit_loss: [0, 120, 20],
      profit_loss_pct: [0, 0.0012, 0.0002],
      base_value: 100379.9,
      timeframe: "1D",
    });
  });

  test("within a day: against the close of the day before, which is named", () => {
    const body = later().get(`${history}?period=1D&timeframe=1H`);
    expect(body).toMatchObject({ base_value: 100499.9, base_value_asof: tuesday });
    expect(body.profit_loss).toEqual([-100, -100, -100]);
    expect(body.profit_loss_pct).toEqual([-0.001, -0.001, -0.001]);
  });

  test.each([
    ["per_day", [120, -100]],
    ["no_reset", [120, 20]],
  ])("pnl_reset=%s ends the two days at %o", (reset, ends) => {
    const query = `start=${tuesday}&timeframe=1H&pnl_reset=${reset}`;
    const body = later().get(`${history}?${query}`) as {
      timestamp: number[];
      profit_loss: number[];
      base_value: number;
    };
    const lastOfTuesday = body.timestamp.findLastIndex((at) => at <= seconds("16:00:00", tuesday));
    expect([body.profit_loss[lastOfTuesday], body.profit_loss.at(-1)]).toEqual(ends);
    expect(body.base_value).toBe(100379.9);
  });

  test.each([
    ["period=1D", "1Min", "09:30:00", "12:00:00"],
    ["period=1D&timeframe=1H&intraday_reporting=extended_hours", "1H", "04:00:00", "12:00:00"],
    ["period=1D&timeframe=1H&extended_hours=true", "1H", "04:00:00", "12:00:00"],
    ["period=1D&timeframe=1H&intraday_reporting=continuous", "1H", "00:00:00", "12:00:00"],
    [`start=${wednesday}T10:07:41-04:00&timeframe=5Min`, "5Min", "09:30:00", "12:00:00"],
    [`start=${wednesday}T10:07:41-04:00&timeframe=5Min&intraday_reporting=continuous`, "5Min", "10:05:00", "12:00:00"],
    [`start=${tuesday}T16:00:01-04:00&timeframe=5Min`, "5Min", "09:30:00", "12:00:00"],
    [`start=${wednesday}&end=${wednesday}T10:00:00-04:00&timeframe=15Min`, "15Min", "09:30:00", "10:00:00"],
  ])("%s is %s from %s to %s", (query, timeframe, from, to) => {
    const body = later().get(`${history}?${query}`) as { timestamp: number[]; timeframe: string };
    expect([body.timeframe, body.timestamp[0], body.timestamp.at(-1)]).toEqual([
      timeframe,
      seconds(from, wednesday),
      seconds(to, wednesday),
    ]);
  });

  test.each([
    ["end", `end=${tuesday}&timeframe=1D`],
    ["date_end", `date_end=${tuesday}&timeframe=1D`],
    ["the evening of the day", `end=${tuesday}T23:00:00-04:00&period=2D&timeframe=1D`],
  ])("%s ends the curve with its day", (_, query) => {
    expect(later().get(`${history}?${query}`).timestamp).toEqual([seconds("20:00:00"), seconds("20:00:00", tuesday)]);
  });

  test("a weekend shows the day before it", () => {
    const client = holder();
    client.waitUntil(atNewYork("12:00:00", "2026-06-21"));
    // Friday 2026-06-19 is a holiday.
    const { timestamp } = client.get(`${history}?period=1D&timeframe=1H`) as { timestamp: number[] };
    expect(timestamp[0]).toBe(seconds("09:30:00", "2026-06-18"));
    expect(timestamp.at(-1)).toBe(seconds("15:30:00", "2026-06-18"));
  });

  test.each([
    ["period=1D", "1Min"],
    ["period=1W", "15Min"],
    ["period=1M", "1D"],
    ["", "1D"],
    ["period=1A", "1D"],
  ])('"%s" is told in %s', (query, timeframe) => {
    expect(later().get(`${history}?${query}`).timeframe).toBe(timeframe);
  });

  test("cash flows are told only when asked for, and there are none", () => {
    const { get } = later();
    expect(get(`${history}?cashflow_types=ALL`).cashflow).toEqual({});
    expect(get(`${history}?cashflow_types=NONE`)).not.toHaveProperty("cashflow");
  });
});

test.each([
  ["period=soon", "invalid period"],
  ["timeframe=2Min", "invalid timeframe: 2Min"],
  ["intraday_reporting=never", "invalid intraday_reporting: never"],
  ["pnl_reset=weekly", "invalid pnl_reset: weekly"],
  ["period=3M&timeframe=1H", "for intraday timeframes only 30 days or less can be queried"],
  ["start=2026-06-01&end=2026-06-02&period=1D", "only two of start, end and period can be specified"],
  ["start=2026-06-12&end=2026-06-02", "start must not be after end"],
])("%s is refused", (query, message) => {
  const reply = openClient({ tape }).send("GET", `${history}?${query}`);
  expect(reply).toEqual({ status: 422, body: { code: 40010001, message } });
});

test("the last point is the equity of the account, short positions and all", () => {
  const client = holder();
  client.post({ side: "sell", qty: "4" });
  client.waitUntil(atNewYork("11:00:00"));
  client.send("DELETE", "/v2/positions");
  client.post({ side: "sell", qty: "7" });
  client.waitUntil(atNewYork("15:00:00"));
  const { equity } = client.get(`${history}?period=1D`) as { equity: number[] };
  const account: Json = client.get("/v2/account");
  expect(account.short_market_value).toBe("-931");
  expect(String(equity.at(-1))).toBe(account.equity);
});
