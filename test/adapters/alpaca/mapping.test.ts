// How Alpaca's wire shapes become ours: tolerant of what comes and goes, strict on what a decision needs.
import { describe, expect, test } from "vitest";
import {
  isDuplicate,
  mapAccount,
  mapOrder,
  mapPositions,
  rejectionCode,
} from "../../../src/adapters/alpaca/mapping.ts";
import { mapBarsPage, mapLatest, toSeries } from "../../../src/adapters/alpaca/marketDataMapping.ts";

const account = { id: "a-1", status: "ACTIVE", equity: "100000", cash: "2500.5", buying_power: "400000" };
const order = {
  id: "o-1",
  client_order_id: "c-1",
  symbol: "SPY",
  side: "buy",
  qty: "10",
  filled_qty: "0",
  filled_avg_price: null,
  limit_price: null,
  status: "new",
  submitted_at: "2026-06-15T14:00:00.123456789Z",
};
const without = (shape: object, field: string): object =>
  Object.fromEntries(Object.entries(shape).filter(([name]) => name !== field));

describe("an account", () => {
  test("is read with fields nobody knows yet, and without those that were taken away", () => {
    const more = { ...account, pattern_day_trader: false, intraday_margin_call: null, anything: { new: 1 } };
    expect(mapAccount(more)).toEqual({ accountId: "a-1", equity: "100000", cash: "2500.5", buyingPower: "400000" });
    expect(mapAccount(account)).toEqual(mapAccount(more));
  });

  test.each(["id", "equity", "cash", "buying_power"])("without %s is refused by that name", (field) => {
    expect(() => mapAccount(without(account, field))).toThrow(
      expect.objectContaining({ name: "InvariantError", message: expect.stringContaining(field) }),
    );
  });

  test("whose money is a number or no number at all is refused", () => {
    expect(() => mapAccount({ ...account, cash: 2500.5 })).toThrow(/cash/);
    expect(() => mapAccount({ ...account, cash: "1e5" })).toThrow(/cash/);
  });

  test.each([
    [{ account_blocked: true }, "account_blocked"],
    [{ trading_blocked: true }, "trading_blocked"],
    [{ trade_suspended_by_user: true }, "trade_suspended_by_user"],
    [{ status: "ACCOUNT_UPDATED" }, "status ACCOUNT_UPDATED"],
  ])("with %j is blocked, in the broker's word", (more, blocked) => {
    expect(mapAccount({ ...account, ...more }).blocked).toBe(blocked);
  });
});

describe("an order", () => {
  test("keeps a status that nobody knows", () => {
    expect(mapOrder({ ...order, status: "pending_review" }).status).toBe("pending_review");
  });

  test("given as an amount of money has no quantity until it fills", () => {
    expect(mapOrder({ ...order, qty: null, notional: "100" }).qty).toBeNull();
    expect(mapOrder(without(order, "qty")).qty).toBeNull();
  });

  test("of nanoseconds is known to the millisecond", () => {
    expect(mapOrder(order).submittedAt).toBe("2026-06-15T14:00:00.123Z");
  });

  test.each(["id", "client_order_id", "symbol", "side", "status"])("without %s is refused by that name", (field) => {
    expect(() => mapOrder(without(order, field))).toThrow(
      expect.objectContaining({ name: "InvariantError", message: expect.stringContaining(field) }),
    );
  });

  test("in a page that is not JSON of an order is refused", () => {
    expect(() => mapOrder("<html>")).toThrow(expect.objectContaining({ name: "InvariantError" }));
    expect(() => mapOrder(null)).toThrow(expect.objectContaining({ name: "InvariantError" }));
  });
});

test("a short position has a negative quantity, and is free to trade where nothing holds it", () => {
  const position = { symbol: "IBM", qty: "-5", avg_entry_price: "180.333333", market_value: "-901.5", side: "short" };
  expect(mapPositions([position])).toEqual([
    { symbol: "IBM", qty: "-5", available: "-5", averagePrice: "180.333333", marketValue: "-901.5" },
  ]);
});

test("bars become columns, and no bars at all is no fault", () => {
  const bar = { t: "2026-06-12T04:00:00Z", o: 1, h: 2, l: 0.5, c: 1.5, v: 100, n: 3, vw: 1.2 };
  const page = mapBarsPage({ bars: { SPY: [bar] }, next_page_token: "next" });
  expect(page.nextPage).toBe("next");
  expect(toSeries("1Min", [page.items, mapBarsPage({ bars: { SPY: [{ ...bar, c: 1.75 }] } }).items])).toMatchObject([
    {
      symbol: "SPY",
      timeframe: "1Min",
      timeMs: Float64Array.of(Date.parse(bar.t), Date.parse(bar.t)),
      close: Float64Array.of(1.5, 1.75),
    },
  ]);
  expect(mapBarsPage({ bars: null, next_page_token: null })).toEqual({ items: {}, nextPage: undefined });
});

test.each<[string, unknown]>([
  ["no close", { t: "2026-06-12T04:00:00Z", o: 1, h: 2, l: 0.5, v: 100 }],
  ["a price in words", { t: "2026-06-12T04:00:00Z", o: "one", h: 2, l: 0.5, c: 1.5, v: 100 }],
  ["no instant for its time", { t: "yesterday", o: 1, h: 2, l: 0.5, c: 1.5, v: 100 }],
  ["no bar at all in its place", null],
])("a bar with %s is one without a time, and the other symbols' bars are whole", (_, malformed) => {
  const bar = { t: "2026-06-12T04:00:00Z", o: 1, h: 2, l: 0.5, c: 1.5, v: 100 };
  const { items } = mapBarsPage({ bars: { IBM: [bar, malformed], SPY: [bar] } });
  const [ibm, spy] = toSeries("1Day", [items]);
  expect(ibm?.timeMs).toEqual(Float64Array.of(Date.parse(bar.t), Number.NaN));
  expect(ibm?.close).toEqual(Float64Array.of(1.5, Number.NaN));
  expect(spy?.close).toEqual(Float64Array.of(1.5));
});

test("a snapshot that cannot be read is none, and the others are", () => {
  const latestTrade = { t: "2026-06-15T14:00:00Z", p: 5 };
  const latest = mapLatest({ IBM: { latestTrade: { ...latestTrade, p: "5" } }, SPY: { latestTrade }, BAC: 7 });
  expect([...latest.keys()]).toEqual(["SPY"]);
});

test.each([
  ["the day before, once the day has a bar", "2026-06-15", "2026-06-12", { day: "2026-06-12", price: "4" }],
  ["the newest, while the day has none", "2026-06-12", "2026-06-11", { day: "2026-06-12", price: "8" }],
])("the close before a trade is that of %s", (_, newest, before, expected) => {
  const [dailyBar, prevDailyBar] = [
    { t: `${newest}T04:00:00Z`, c: 8 },
    { t: `${before}T04:00:00Z`, c: 4 },
  ];
  const latest = mapLatest({ SPY: { latestTrade: { t: "2026-06-15T14:00:00Z", p: 5 }, dailyBar, prevDailyBar } });
  expect(latest.get("SPY")?.previousClose).toEqual(expected);
});

test("a latest price needs a trade; a side of the quote without an offer is left out", () => {
  const trade = { t: "2026-06-15T14:00:00Z", p: 0.0000001 };
  const latest = mapLatest({
    SPY: { latestTrade: trade, latestQuote: { bp: 0, ap: 10.5 } },
    IBM: { latestTrade: null },
    BAC: null,
  });
  expect([...latest.values()]).toEqual([
    { symbol: "SPY", price: "0.0000001", at: "2026-06-15T14:00:00.000Z", ask: "10.5" },
  ]);
});

describe("a refusal", () => {
  test.each([
    [403, "insufficient buying power", "INSUFFICIENT_BUYING_POWER"],
    [403, "insufficient qty available for order (requested: 10, available: 5)", "INSUFFICIENT_QTY"],
    [403, 'asset "BRK.A" is not fractionable', "NOT_FRACTIONABLE"],
    [403, "account is not allowed to short", "NOT_SHORTABLE"],
    [422, "fractional orders cannot be sold short", "NOT_SHORTABLE"],
    [422, 'asset "X" cannot be sold short', "NOT_SHORTABLE"],
    [422, 'asset "X" not found', "NOT_TRADABLE"],
    [422, 'asset "X" is not tradable', "NOT_TRADABLE"],
    [403, "potential wash trade detected. use complex orders", "WASH_TRADE"],
    [403, "cannot open a long buy while a short sell order is open", "WASH_TRADE"],
    [403, "account is not authorized to trade", "ACCOUNT_BLOCKED"],
    [403, "new orders are rejected by user request", "ACCOUNT_BLOCKED"],
    [422, "invalid limit_price 290.123. sub-penny increment does not fulfill minimum pricing criteria", "BAD_PRICE"],
    [422, "stop price must be less than current price", "BAD_PRICE"],
    [403, "cost basis must be >= minimal amount of order 1", "BAD_ORDER"],
    [422, "fractional orders must be DAY orders", "BAD_ORDER"],
    [422, "notional value must be limited to 2 decimal places", "BAD_ORDER"],
    [422, "bracket orders must be entry orders", "BAD_ORDER"],
    [422, "client_order_id must be no more than 128 characters", "BAD_ORDER"],
    [422, "limit orders require a limit price", "BAD_ORDER"],
    [401, "unauthorized.", "UNAUTHORIZED"],
    [403, "something the broker never said before", "OTHER"],
  ])("%i %s is %s", (status, message, code) => {
    expect(rejectionCode(status, message)).toBe(code);
  });

  test("of an id that is there already is a duplicate, and no other is", () => {
    expect(isDuplicate("client_order_id must be unique")).toBe(true);
    expect(isDuplicate("client_order_id must be no more than 128 characters")).toBe(false);
  });
});
