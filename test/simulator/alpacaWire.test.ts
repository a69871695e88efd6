// The wire's shapes: exact keys, nulls, money as strings, times; and the answer to every kind of bad request.
import { describe, expect, test } from "vitest";
import { createAlpacaWire } from "../../src/simulator/alpacaWire.ts";
import type { ExchangeState } from "../../src/simulator/exchangeState.ts";
import { createSeededTape } from "../../src/simulator/seededTape.ts";
import type { Reply } from "../../src/simulator/wireTypes.ts";
import { atNewYork, openAccount } from "./exampleMarket.ts";

const tape = createSeededTape({
  seed: 11,
  fromDay: "2026-01-02",
  symbols: [
    { symbol: "AAPL", startPrice: 200 },
    { symbol: "MSFT", startPrice: 400 },
  ],
});
const wire = createAlpacaWire({ tape, keyId: "KEY", secret: "SECRET", plan: "basic" });
const keys = { "apca-api-key-id": "KEY", "apca-api-secret-key": "SECRET" };
const nowMs = atNewYork("10:00:20");
type Json = Record<string, unknown>;

/** A client of the wire that keeps the state from call to call. */
function client(atMs = nowMs) {
  let state: ExchangeState = openAccount(atMs);
  let clockMs = atMs;
  const send = (method: string, target: string, body?: unknown, headers: Record<string, string> = keys): Reply => {
    const [path = "", query] = target.split("?");
    const text = typeof body === "string" ? body : body === undefined ? "" : JSON.stringify(body);
    const request = { method, path, query: new URLSearchParams(query), headers, body: text };
    const { reply, stepped } = wire.serve(state, request, clockMs);
    state = stepped[0];
    return reply;
  };
  const get = (target: string) => send("GET", target).body as Json;
  const list = (target: string) => send("GET", target).body as Json[];
  const post = (body: Json) =>
    send("POST", "/v2/orders", {
      symbol: "AAPL",
      qty: "1",
      side: "buy",
      type: "market",
      time_in_force: "day",
      ...body,
    });
  const wait = (ms: number) => {
    clockMs += ms;
  };
  return { send, get, list, post, wait };
}

const keysOf = (value: unknown): string[] => Object.keys(value as Json).sort();
const sorted = (text: string): string[] => text.trim().split(/\s+/).sort();
const nanoTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{9}Z$/;
const decimalText = /^-?\d+(\.\d+)?$/;

// Keys as in the specification's examples of these resources, and position_intent and expires_at of its schema.
const orderKeys =
  sorted(`asset_class asset_id canceled_at client_order_id created_at expired_at expires_at extended_hours
  failed_at filled_at filled_avg_price filled_qty hwm id legs limit_price notional order_class order_type position_intent
  qty replaced_at replaced_by replaces side source status stop_price submitted_at subtag symbol time_in_force
  trail_percent trail_price type updated_at`);
const accountKeys =
  sorted(`account_blocked account_number accrued_fees admin_configurations balance_asof buying_power cash
  created_at crypto_status crypto_tier currency effective_buying_power equity id initial_margin intraday_adjustments
  last_equity last_maintenance_margin long_market_value maintenance_margin multiplier non_marginable_buying_power
  options_approved_level options_buying_power options_trading_level pending_reg_taf_fees pending_transfer_in
  portfolio_value position_market_value regt_buying_power short_market_value shorting_enabled sma status
  trade_suspended_by_user trading_blocked transfers_blocked user_configurations`);
const positionKeys = sorted(`asset_class asset_id asset_marginable avg_entry_price change_today cost_basis current_price
  exchange lastday_price market_value qty qty_available side symbol unrealized_intraday_pl unrealized_intraday_plpc
  unrealized_pl unrealized_plpc`);
const activityKeys = sorted(`activity_type cum_qty id leaves_qty order_id order_status price qty side symbol
  transaction_time type`);
const assetKeys = sorted(`attributes borrow_status class easy_to_borrow exchange fractionable id
  maintenance_margin_requirement margin_requirement_long margin_requirement_short marginable name shortable status
  symbol tradable`);

describe("orders", () => {
  test("are answered with pending_new and all keys, null where nothing is known yet", () => {
    const { status, body } = client().post({ client_order_id: "mine" });
    const order = body as Json;
    expect(status).toBe(200);
    expect(keysOf(order)).toEqual(orderKeys);
    expect(order).toMatchObject({
      status: "pending_new",
      client_order_id: "mine",
      qty: "1",
      filled_qty: "0",
      order_class: "",
      position_intent: "buy_to_open",
      extended_hours: false,
    });
    const nulls = sorted(`canceled_at expired_at failed_at filled_at filled_avg_price hwm legs limit_price notional
      replaced_at replaced_by replaces source stop_price subtag trail_percent trail_price`);
    expect(
      Object.keys(order)
        .filter((key) => order[key] === null)
        .sort(),
    ).toEqual(nulls);
    expect(order.submitted_at).toMatch(nanoTime);
    expect(order.expires_at).toBe("2026-06-15T20:00:00Z");
  });

  test("are seen filled by the next look, by id, by client id and in the list", () => {
    const { post, get, list } = client();
    const { id } = post({ client_order_id: "mine" }).body as Json;
    const order = get(`/v2/orders/${id}`);
    expect(order).toMatchObject({ status: "filled", filled_qty: "1", filled_at: expect.stringMatching(nanoTime) });
    expect(order.filled_avg_price).toMatch(decimalText);
    expect(get("/v2/orders:by_client_order_id?client_order_id=mine")).toEqual(order);
    expect(list("/v2/orders?status=all")).toEqual([order]);
    expect(list("/v2/orders")).toEqual([]);
  });

  test("take numbers as well as strings and write plain decimals back", () => {
    const { post } = client();
    expect(post({ qty: 2, limit_price: 1.5, type: "limit" }).body).toMatchObject({ qty: "2", limit_price: "1.5" });
    expect(post({ qty: "3.000" }).body).toMatchObject({ qty: "3" });
    expect(post({ qty: undefined, notional: "10.50" }).body).toMatchObject({ qty: null, notional: "10.5" });
  });

  test("get an id of their own when the client gives none", () => {
    const { post } = client();
    const ids = [post({}), post({})].map(({ body }) => (body as Json).client_order_id);
    expect(new Set(ids).size).toBe(2);
    expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test("are listed newest first, by status, side, symbol, time and count", () => {
    const { post, wait, list } = client();
    for (const symbol of ["AAPL", "MSFT", "AAPL"]) {
      post({ symbol, type: "limit", limit_price: "5", client_order_id: `${symbol}${list("/v2/orders").length}` });
      wait(1000);
    }
    const ids = (query: string) => list(`/v2/orders?${query}`).map((order) => order.client_order_id);
    expect(ids("")).toEqual(["AAPL2", "MSFT1", "AAPL0"]);
    expect(ids("direction=asc&limit=2")).toEqual(["AAPL0", "MSFT1"]);
    expect(ids("symbols=MSFT,NOPE")).toEqual(["MSFT1"]);
    expect(ids("side=sell")).toEqual([]);
    expect(ids("status=closed")).toEqual([]);
    const second = String(list("/v2/orders?symbols=MSFT")[0]?.submitted_at);
    expect(ids(`after=${second}`)).toEqual(["AAPL2"]);
    expect(ids(`until=${second}`)).toEqual(["AAPL0"]);
    expect(ids("after=2026-06-16")).toEqual([]);
  });

  test("cancel with 204 and no body, and all of them with 207", () => {
    const { post, send, list } = client();
    const ids = ["5", "6", "7"].map((price) => (post({ type: "limit", limit_price: price }).body as Json).id);
    expect(send("DELETE", `/v2/orders/${ids[0]}`)).toEqual({ status: 204 });
    expect(send("DELETE", "/v2/orders")).toEqual({
      status: 207,
      body: ids.slice(1).map((id) => ({ id, status: 200 })),
    });
    expect(list("/v2/orders?status=closed").map(({ status }) => status)).toEqual(["canceled", "canceled", "canceled"]);
    expect(send("DELETE", `/v2/orders/${ids[0]}`)).toEqual({
      status: 422,
      body: { code: 42210000, message: 'order is already in "canceled" state' },
    });
  });

  test("refused by the exchange carry the fields beside code and message", () => {
    expect(client().post({ qty: "100000" })).toMatchObject({
      status: 403,
      body: { code: 40310000, message: "insufficient buying power", buying_power: "400000" },
    });
  });
});

describe("bad requests get a 4xx with a message, never a 500", () => {
  const order = { symbol: "AAPL", qty: "1", side: "buy", type: "market", time_in_force: "day" };
  test.each<[string, unknown, number, string]>([
    ["no body", "", 400, "request body format is invalid"],
    ["half a body", '{"symbol":', 400, "request body format is invalid"],
    ["a list", "[]", 400, "request body format is invalid"],
    ["a null", "null", 400, "request body format is invalid"],
    ["no symbol", { ...order, symbol: undefined }, 422, "symbol is required"],
    ["no side", { ...order, side: undefined }, 422, "side is required"],
    ["an unknown side", { ...order, side: "hold" }, 422, "invalid side: hold"],
    ["an unknown type", { ...order, type: "magic" }, 422, "invalid type: magic"],
    ["no time in force", { ...order, time_in_force: "" }, 422, "time_in_force is required"],
    ["a quantity in words", { ...order, qty: "ten" }, 422, "invalid qty"],
    ["a quantity with an exponent", { ...order, qty: 1e-7 }, 422, "invalid qty"],
    ["a negative quantity", { ...order, qty: "-1" }, 422, "qty must be > 0"],
    ["a quantity that is an object", { ...order, qty: {} }, 422, "invalid qty"],
    ["an id that is a number", { ...order, client_order_id: 5 }, 422, "client_order_id must be a string"],
    ["hours that are a text", { ...order, extended_hours: "yes" }, 422, "extended_hours must be a boolean"],
    ["neither quantity nor amount", { ...order, qty: null }, 422, "qty or notional is required"],
  ])("an order with %s", (_, body, status, message) => {
    expect(client().send("POST", "/v2/orders", body)).toMatchObject({ status, body: { message } });
  });

  test.each([
    ["/v2/orders?limit=501", 422],
    ["/v2/orders?limit=x", 422],
    ["/v2/orders?status=some", 422],
    ["/v2/orders?after=yesterday", 422],
    ["/v2/orders?side=hold", 422],
    ["/v2/account/activities?page_size=101", 422],
    ["/v2/account/activities?page_token=nope", 422],
    ["/v2/orders/none", 404],
    ["/v2/orders/%zz", 404],
    ["/v2/orders:by_client_order_id?client_order_id=none", 404],
    ["/v2/orders:by_client_order_id", 404],
    ["/v2/positions/AAPL", 404],
    ["/v2/assets/NOPE", 404],
    ["/v2/nowhere", 404],
    ["/", 404],
    ["/v3/calendar/MOON", 400],
    ["/v2/calendar?start=soon", 400],
    ["/v3/clock?markets=MOON", 400],
    ["/v2/stocks/bars?timeframe=1Day", 400],
    ["/v2/stocks/bars?symbols=AAPL", 400],
    ["/v2/stocks/bars?symbols=AAPL&timeframe=1Day&limit=0", 400],
    ["/v2/stocks/bars?symbols=AAPL&timeframe=1Day&limit=10001", 400],
    ["/v2/stocks/bars?symbols=AAPL&timeframe=1Day&start=x", 400],
    ["/v2/stocks/bars?symbols=AAPL&timeframe=1Day&feed=x", 400],
    ["/v2/stocks/bars?symbols=AAPL&timeframe=1Day&adjustment=x", 400],
    ["/v2/stocks/bars?symbols=AAPL&timeframe=1Day&sort=x", 400],
    ["/v2/stocks/bars?symbols=AAPL&timeframe=1Day&page_token=x", 400],
    ["/v2/stocks/bars?symbols=AAPL&timeframe=1Day&feed=iex&start=2026-06-10&end=2026-06-09", 400],
    ["/v2/stocks/trades/latest", 400],
    ["/v2/stocks/NOPE/trades/latest", 404],
    ["/v2/stocks/NOPE/snapshot", 404],
  ])("GET %s → %i", (target, status) => {
    const reply = client().send("GET", target);
    expect(reply.status).toBe(status);
    expect((reply.body as Json).message).toEqual(expect.any(String));
  });

  test("wrong keys get 401 in JSON, missing ones 401 in HTML", () => {
    const { send } = client();
    const wrong = { ...keys, "apca-api-secret-key": "WRONG" };
    expect(send("GET", "/v2/account", undefined, wrong)).toEqual({ status: 401, body: { message: "unauthorized." } });
    expect(send("GET", "/v2/account", undefined, {})).toEqual({ status: 401, html: expect.stringContaining("<html>") });
  });
});

describe("the account", () => {
  test("has exactly its keys, and every sum of money is a string", () => {
    const account = client().get("/v2/account");
    expect(keysOf(account)).toEqual(accountKeys);
    const money = sorted(`accrued_fees buying_power cash effective_buying_power equity initial_margin last_equity
      long_market_value maintenance_margin non_marginable_buying_power options_buying_power portfolio_value
      regt_buying_power short_market_value sma`);
    for (const key of money) expect(account[key]).toMatch(decimalText);
    expect(account).toMatchObject({
      status: "ACTIVE",
      multiplier: "4",
      buying_power: "400000",
      regt_buying_power: "200000",
    });
    expect(account.balance_asof).toBe("2026-06-12");
  });

  test("knows nothing of the retired day-trade rule", () => {
    expect(keysOf(client().get("/v2/account")).filter((key) => /day_?trad|dtbp|pdt/.test(key))).toEqual([]);
  });

  test("has configurations", () => {
    expect(keysOf(client().get("/v2/account/configurations"))).toEqual(
      sorted(`disable_overnight_trading fractional_trading max_margin_multiplier max_options_trading_level no_shorting
        ptp_no_exception_entry suspend_trade trade_confirm_email`),
    );
  });
});

describe("positions", () => {
  test("have exactly their keys, as strings that agree with each other", () => {
    const { post, list, get } = client();
    post({ qty: "4" });
    post({ side: "sell", qty: "1", type: "limit", limit_price: "900" });
    const [position] = list("/v2/positions");
    expect(keysOf(position)).toEqual(positionKeys);
    expect(get("/v2/positions/AAPL")).toEqual(position);
    expect(get(`/v2/positions/${position?.asset_id}`)).toEqual(position);
    expect(position).toMatchObject({ qty: "4", qty_available: "3", side: "long", asset_class: "us_equity" });
    const number = (key: string) => Number(position?.[key]);
    expect(number("market_value")).toBeCloseTo(4 * number("current_price"));
    expect(number("unrealized_pl")).toBeCloseTo(number("market_value") - number("cost_basis"));
    // Bought today, so the day's gain is the whole gain.
    expect(number("unrealized_intraday_pl")).toBeCloseTo(number("unrealized_pl"));
    for (const key of positionKeys.filter((each) => each !== "asset_marginable"))
      expect(position?.[key]).toEqual(expect.any(String));
  });

  test("held overnight gain from the last close today", () => {
    const { post, wait, list } = client();
    post({ qty: "4" });
    wait(86_400_000);
    const [position] = list("/v2/positions");
    const number = (key: string) => Number(position?.[key]);
    expect(number("lastday_price")).toBe(tape.dailyBars("AAPL", "2026-06-15", "2026-06-15")[0]?.close);
    expect(number("unrealized_intraday_pl")).toBeCloseTo(4 * (number("current_price") - number("lastday_price")));
  });
});

test("fills are activities whose ids begin with New York time and page backwards and forwards", () => {
  const { post, wait, list } = client();
  for (let index = 0; index < 3; index++) {
    post({});
    wait(1000);
  }
  const all = list("/v2/account/activities?activity_types=FILL");
  expect(all).toHaveLength(3);
  expect(keysOf(all[0])).toEqual(activityKeys);
  expect(all.at(-1)?.id).toMatch(/^20260615100020000::[0-9a-f-]{36}$/);
  expect(list(`/v2/account/activities/FILL?page_size=1&page_token=${all[0]?.id}`)).toEqual([all[1]]);
  expect(list("/v2/account/activities?direction=asc")).toEqual(all.toReversed());
  expect(list("/v2/account/activities?activity_types=DIV")).toEqual([]);
  expect(list(`/v2/account/activities?order_id=${all[1]?.order_id}`)).toEqual([all[1]]);
});

test("assets are found by symbol and by id", () => {
  const { list, get } = client();
  const assets = list("/v2/assets?status=active");
  expect(assets.map(({ symbol }) => symbol)).toEqual(["AAPL", "MSFT"]);
  expect(keysOf(assets[0])).toEqual(assetKeys);
  expect(get(`/v2/assets/${assets[0]?.id}`)).toEqual(get("/v2/assets/AAPL"));
  expect(list("/v2/assets?status=inactive")).toEqual([]);
});

describe("clock and calendar", () => {
  test("the legacy clock tells New York time with its offset", () => {
    expect(client().get("/v2/clock")).toEqual({
      timestamp: "2026-06-15T10:00:20-04:00",
      is_open: true,
      next_open: "2026-06-16T09:30:00-04:00",
      next_close: "2026-06-15T16:00:00-04:00",
    });
    expect(client(Date.parse("2026-11-27T18:00:00Z")).get("/v2/clock")).toEqual({
      timestamp: "2026-11-27T13:00:00-05:00",
      is_open: false,
      next_open: "2026-11-30T09:30:00-05:00",
      next_close: "2026-11-30T16:00:00-05:00",
    });
  });

  test.each([
    ["2026-06-15T03:00:00-04:00", "closed", "2026-06-15T04:00:00-04:00"],
    ["2026-06-15T09:00:00-04:00", "pre", "2026-06-15T09:30:00-04:00"],
    ["2026-06-15T12:00:00-04:00", "core", "2026-06-15T16:00:00-04:00"],
    ["2026-06-15T16:00:00-04:00", "post", "2026-06-15T20:00:00-04:00"],
    ["2026-06-15T21:00:00-04:00", "closed", "2026-06-16T04:00:00-04:00"],
    ["2026-06-13T12:00:00-04:00", "closed", "2026-06-15T04:00:00-04:00"],
  ])("at %s the phase is %s until %s", (time, phase, until) => {
    const { clocks } = client().get(`/v3/clock?markets=NYSE&time=${time}`);
    expect((clocks as Json[])[0]).toMatchObject({
      phase,
      phase_until: until,
      market: { acronym: "NYSE", mic: "XNYS" },
    });
  });

  test("the legacy calendar shows an early close as the real one does, by days and by full times", () => {
    const early = {
      date: "2026-11-27",
      open: "09:30",
      close: "13:00",
      session_open: "0400",
      session_close: "1700",
      settlement_date: "2026-11-30",
    };
    expect(client().list("/v2/calendar?start=2026-11-26&end=2026-11-29")).toEqual([early]);
    expect(client().list("/v2/calendar?start=2026-11-27T00:00:00.000Z&end=2026-11-27T00:00:00.000Z")).toEqual([early]);
  });

  test("the calendar has the extended sessions", () => {
    const { calendar } = client().get("/v3/calendar/NYSE?start=2026-11-27&end=2026-11-27");
    expect(calendar).toEqual([
      {
        date: "2026-11-27",
        pre_start: "2026-11-27T04:00:00-05:00",
        pre_end: "2026-11-27T09:30:00-05:00",
        core_start: "2026-11-27T09:30:00-05:00",
        core_end: "2026-11-27T13:00:00-05:00",
        post_start: "2026-11-27T13:00:00-05:00",
        post_end: "2026-11-27T17:00:00-05:00",
        settlement_date: "2026-11-30",
      },
    ]);
  });
});

describe("bars", () => {
  type Page = { bars: Record<string, Json[]>; next_page_token: string | null };
  const page = (query: string) => client().get(`/v2/stocks/bars?feed=iex&timeframe=1Day&${query}`) as unknown as Page;

  test("page over all symbols in the order of their names, without a hole or a double", () => {
    const whole = page("symbols=MSFT,AAPL&start=2026-06-01").bars;
    expect(Object.keys(whole)).toEqual(["AAPL", "MSFT"]);
    const collected: Record<string, Json[]> = {};
    let token: string | null = "";
    let pages = 0;
    while (token !== null) {
      const { bars, next_page_token }: Page = page(
        `symbols=MSFT,AAPL&start=2026-06-01&limit=4&page_token=${encodeURIComponent(token)}`,
      );
      for (const [symbol, more] of Object.entries(bars)) collected[symbol] = [...(collected[symbol] ?? []), ...more];
      token = next_page_token;
      pages++;
    }
    expect(collected).toEqual(whole);
    expect(pages).toBe(Math.ceil(Object.values(whole).flat().length / 4));
  });

  test("descend when asked, with paging", () => {
    const ascending = page("symbols=AAPL&start=2026-06-01").bars.AAPL ?? [];
    const first = page("symbols=AAPL&start=2026-06-01&sort=desc&limit=3");
    const second = page(
      `symbols=AAPL&start=2026-06-01&sort=desc&page_token=${encodeURIComponent(first.next_page_token ?? "")}`,
    );
    expect([...(first.bars.AAPL ?? []), ...(second.bars.AAPL ?? [])]).toEqual(ascending.toReversed());
  });

  test("have short keys and numbers, and leave unknown symbols out", () => {
    const { bars } = page("symbols=NOPE,AAPL&start=2026-06-12&end=2026-06-12");
    expect(bars).toEqual({
      AAPL: [
        {
          t: "2026-06-12T04:00:00Z",
          o: expect.any(Number),
          h: expect.any(Number),
          l: expect.any(Number),
          c: expect.any(Number),
          v: expect.any(Number),
          n: expect.any(Number),
          vw: expect.any(Number),
        },
      ],
    });
    expect(page("symbols=NOPE")).toEqual({ bars: {}, next_page_token: null });
  });

  test("of a single symbol come as a list with its name", () => {
    const single = client().get("/v2/stocks/AAPL/bars?feed=iex&timeframe=1Day&start=2026-06-12&end=2026-06-12");
    expect(keysOf(single)).toEqual(["bars", "next_page_token", "symbol"]);
    expect(single.bars).toEqual(page("symbols=AAPL&start=2026-06-12&end=2026-06-12").bars.AAPL);
  });

  test("of the consolidated feed end fifteen minutes ago on the free plan", () => {
    const { send } = client();
    const sip = (query: string) => send("GET", `/v2/stocks/bars?symbols=AAPL&timeframe=1Min&feed=sip&${query}`);
    const { AAPL = [] } = (sip("start=2026-06-15").body as Page).bars;
    expect(AAPL.at(-1)?.t).toBe("2026-06-15T13:44:00Z");
    expect(sip("start=2026-06-15&end=2026-06-15T13:50:00Z")).toEqual({
      status: 403,
      body: { message: "subscription does not permit querying recent SIP data" },
    });
    expect(send("GET", "/v2/stocks/trades/latest?symbols=AAPL&feed=sip").status).toBe(403);
  });
});

describe("latest data", () => {
  const tradeKeys = ["c", "i", "p", "s", "t", "x", "z"];
  const quoteKeys = ["ap", "as", "ax", "bp", "bs", "bx", "c", "t", "z"];

  test("is keyed by symbol, or stands alone beside its symbol", () => {
    const { get } = client();
    const { trades } = get("/v2/stocks/trades/latest?symbols=AAPL,MSFT,NOPE") as { trades: Record<string, Json> };
    expect(Object.keys(trades)).toEqual(["AAPL", "MSFT"]);
    expect(keysOf(trades.AAPL)).toEqual(tradeKeys);
    expect(get("/v2/stocks/AAPL/trades/latest")).toEqual({ symbol: "AAPL", trade: trades.AAPL });
    const { quote } = get("/v2/stocks/AAPL/quotes/latest") as { quote: Json };
    expect(keysOf(quote)).toEqual(quoteKeys);
    expect(Number(quote.ap)).toBeGreaterThan(Number(quote.bp));
    expect(get("/v2/stocks/AAPL/bars/latest")).toMatchObject({ bar: { t: "2026-06-15T13:59:00Z" } });
  });

  test("in a snapshot agrees with the single routes", () => {
    const { get } = client();
    const snapshots = get("/v2/stocks/snapshots?symbols=AAPL,NOPE") as Record<string, Json>;
    expect(Object.keys(snapshots)).toEqual(["AAPL"]);
    expect(keysOf(snapshots.AAPL)).toEqual(["dailyBar", "latestQuote", "latestTrade", "minuteBar", "prevDailyBar"]);
    expect(snapshots.AAPL).toMatchObject({
      dailyBar: { t: "2026-06-15T04:00:00Z" },
      prevDailyBar: { t: "2026-06-12T04:00:00Z" },
      latestTrade: (get("/v2/stocks/AAPL/trades/latest") as { trade: Json }).trade,
    });
    expect(get("/v2/stocks/AAPL/snapshot")).toEqual({ symbol: "AAPL", ...snapshots.AAPL });
  });

  test("before the open shows the last session as the day", () => {
    const snapshot = client(atNewYork("09:00:00")).get("/v2/stocks/AAPL/snapshot");
    expect(snapshot).toMatchObject({
      dailyBar: { t: "2026-06-12T04:00:00Z" },
      prevDailyBar: { t: "2026-06-11T04:00:00Z" },
    });
  });
});
