// Closing positions over the wire: by quantity, by percentage, one and all; and what is refused.
import { describe, expect, test } from "vitest";
import { type Json, openClient } from "./exampleClient.ts";
import { atNewYork, flat, handmadeTape } from "./exampleMarket.ts";

const tape = handmadeTape({
  AAPL: { minute: () => flat(100) },
  MSFT: { minute: () => flat(50) },
});
const openMarket = () => openClient({ tape });
type Client = ReturnType<typeof openMarket>;
const qtyOf = ({ get }: Client, symbol = "AAPL"): unknown => get(`/v2/positions/${symbol}`).qty;

const holding = (qty: string): Client => {
  const client = openMarket();
  client.post({ qty });
  return client;
};

describe("DELETE /v2/positions/{symbol}", () => {
  test("sells everything at the market and answers with the order as it arrived", () => {
    const client = holding("5");
    const { status, body } = client.send("DELETE", "/v2/positions/AAPL");
    expect(status).toBe(200);
    expect(body).toMatchObject({
      symbol: "AAPL",
      side: "sell",
      qty: "5",
      type: "market",
      time_in_force: "day",
      status: "pending_new",
      position_intent: "sell_to_close",
    });
    expect(client.list("/v2/positions")).toEqual([]);
    expect(client.get(`/v2/orders/${(body as Json).id}`)).toMatchObject({ status: "filled", filled_qty: "5" });
  });

  test("takes the id of the asset as well", () => {
    const client = holding("5");
    const { asset_id: assetId } = client.get("/v2/positions/AAPL");
    expect(client.send("DELETE", `/v2/positions/${assetId}?qty=2`).status).toBe(200);
    expect(qtyOf(client)).toBe("3");
  });

  test("buys a short position back", () => {
    const client = openMarket();
    client.post({ side: "sell", qty: "4" });
    expect(client.get("/v2/positions/AAPL")).toMatchObject({ qty: "-4", side: "short", qty_available: "-4" });
    expect(client.send("DELETE", "/v2/positions/AAPL").body).toMatchObject({ side: "buy", qty: "4" });
    expect(client.list("/v2/positions")).toEqual([]);
  });

  test.each([
    ["qty=1.25", "10", "1.25"],
    ["percentage=50", "10", "5"],
    ["percentage=33.3", "10", "3"],
    ["percentage=50", "1.5", "0.75"],
    ["percentage=33.333333333", "1.5", "0.499999999"],
    ["percentage=100", "1.5", "1.5"],
  ])("%s of %s shares closes %s", (query, held, closed) => {
    const client = holding(held);
    expect(client.send("DELETE", `/v2/positions/AAPL?${query}`).body).toMatchObject({ qty: closed });
  });

  test.each([
    ["qty=1&percentage=5", 422, 40010001, "only one of qty or percentage is accepted"],
    ["percentage=100.5", 422, 40010001, "percentage must be between 0 and 100"],
    ["percentage=0", 422, 40010001, "invalid percentage: 0"],
    ["percentage=1", 422, 40010001, "qty must be > 0"],
    ["qty=-1", 422, 40010001, "invalid qty: -1"],
    ["qty=some", 422, 40010001, "invalid qty: some"],
    ["qty=11", 403, 40310000, "insufficient qty available for order (requested: 11, available: 10)"],
  ])("%s of 10 shares is refused and changes nothing", (query, status, code, message) => {
    const client = holding("10");
    const reply = client.send("DELETE", `/v2/positions/AAPL?${query}`);
    expect(reply).toMatchObject({ status, body: { code, message } });
    expect(qtyOf(client)).toBe("10");
    expect(client.list("/v2/orders?status=all")).toHaveLength(1);
  });

  test("of a symbol without a position is 404", () => {
    const { send } = openMarket();
    const body = { code: 40410000, message: "position not found: AAPL" };
    expect(send("DELETE", "/v2/positions/AAPL")).toEqual({ status: 404, body });
  });

  test("does not sell what an open order has promised, and says how much that is", () => {
    const client = holding("10");
    client.post({ side: "sell", type: "limit", limit_price: "150", qty: "4" });
    expect(client.get("/v2/positions/AAPL")).toMatchObject({ qty: "10", qty_available: "6" });
    const reply = client.send("DELETE", "/v2/positions/AAPL");
    expect(reply).toMatchObject({
      status: 403,
      body: { available: "6", existing_qty: "10", held_for_orders: "4", symbol: "AAPL" },
    });
    expect(client.send("DELETE", "/v2/positions/AAPL?qty=6").status).toBe(200);
    expect(client.get("/v2/positions/AAPL")).toMatchObject({ qty: "4", qty_available: "0" });
  });
});

describe("DELETE /v2/positions", () => {
  const withTwo = (): Client => {
    const client = holding("10");
    client.post({ symbol: "MSFT", side: "sell", qty: "3" });
    client.post({ side: "sell", type: "limit", limit_price: "150", qty: "4" });
    return client;
  };

  test("closes long and short positions and answers 207 with one entry for each", () => {
    const client = withTwo();
    const { status, body } = client.send("DELETE", "/v2/positions?cancel_orders=true");
    expect(status).toBe(207);
    expect(body).toMatchObject([
      { symbol: "AAPL", status: 200, body: { side: "sell", qty: "10" } },
      { symbol: "MSFT", status: 200, body: { side: "buy", qty: "3" } },
    ]);
    expect(client.list("/v2/positions")).toEqual([]);
    expect(client.list("/v2/orders")).toEqual([]);
    const statuses = client.list("/v2/orders?status=all").map((order) => order.status);
    expect(statuses).toEqual(["filled", "filled", "canceled", "filled", "filled"]);
  });

  test("leaves open orders alone unless told otherwise, and what they hold cannot be closed", () => {
    const client = withTwo();
    expect(client.send("DELETE", "/v2/positions").body).toMatchObject([
      { symbol: "AAPL", status: 403, body: { code: 40310000, held_for_orders: "4" } },
      { symbol: "MSFT", status: 200 },
    ]);
    expect(client.list("/v2/positions")).toMatchObject([{ symbol: "AAPL", qty: "10" }]);
    expect(client.list("/v2/orders")).toHaveLength(1);
  });

  test("with nothing to close is 207 and empty", () => {
    expect(openMarket().send("DELETE", "/v2/positions")).toEqual({ status: 207, body: [] });
  });

  test("after the close queues the orders for the next open", () => {
    const client = holding("2");
    client.waitUntil(atNewYork("18:00:00"));
    expect(client.send("DELETE", "/v2/positions").body).toMatchObject([{ status: 200, body: { status: "accepted" } }]);
    expect(client.get("/v2/positions/AAPL")).toMatchObject({ qty: "2", qty_available: "0" });
    client.waitUntil(atNewYork("09:30:01", "2026-06-16"));
    expect(client.list("/v2/positions")).toEqual([]);
  });
});

test("the figures of a position follow its price: cost, worth, gain in all and today", () => {
  const rising = handmadeTape({ AAPL: { minute: (index) => flat(index < 60 ? 100 : 110) } });
  const client = openClient({ tape: rising });
  client.post({ qty: "4" });
  client.waitUntil(atNewYork("11:00:00"));
  expect(client.get("/v2/positions/AAPL")).toMatchObject({
    avg_entry_price: "100.01",
    cost_basis: "400.04",
    market_value: "440",
    current_price: "110",
    unrealized_pl: "39.96",
    unrealized_intraday_pl: "39.96",
    unrealized_plpc: "0.0998900109989001",
  });
  expect(client.get("/v2/account")).toMatchObject({ cash: "99599.96", equity: "100039.96", long_market_value: "440" });
});

describe("the gain of today", () => {
  // A dollar more every half hour on Monday, then 120 all Tuesday.
  const rising = handmadeTape({
    AAPL: { minute: (index, day) => flat(day === "2026-06-15" ? 100 + Math.floor(index / 30) : 120) },
  });
  type Trade = readonly ["buy" | "sell", string];

  test.each<[string, readonly Trade[]]>([
    ["bought once", [["buy", "3"]]],
    [
      "bought in parts",
      [
        ["buy", "3"],
        ["buy", "4"],
        ["buy", "0.5"],
      ],
    ],
    [
      "bought, sold in part",
      [
        ["buy", "7"],
        ["sell", "3"],
      ],
    ],
    [
      "closed and opened again",
      [
        ["buy", "7"],
        ["sell", "7"],
        ["buy", "2"],
      ],
    ],
    [
      "sold short",
      [
        ["sell", "3"],
        ["sell", "2"],
        ["buy", "1"],
      ],
    ],
    [
      "turned round",
      [
        ["buy", "3"],
        ["sell", "3"],
        ["sell", "4"],
      ],
    ],
  ])("of a position opened today is its whole gain: %s", (_, trades) => {
    const client = openClient({ tape: rising });
    for (const [side, qty] of trades) {
      client.post({ side, qty });
      client.wait(1_800_000);
    }
    const position = client.get("/v2/positions/AAPL");
    expect(position.unrealized_intraday_pl).toBe(position.unrealized_pl);
    expect(position.unrealized_intraday_plpc).toBe(position.unrealized_plpc);
    expect(position.unrealized_pl).not.toBe("0");
  });

  test("of a position held overnight is counted from the close, of what was added from its cost", () => {
    const client = openClient({ tape: { ...rising, dailyBars: (_, day) => [dailyBar(day, 115)] } });
    client.post({ qty: "10" });
    client.waitUntil(atNewYork("10:00:00", "2026-06-16"));
    expect(client.get("/v2/positions/AAPL")).toMatchObject({ lastday_price: "115", unrealized_intraday_pl: "50" });
    client.post({ qty: "2" });
    expect(client.get("/v2/positions/AAPL")).toMatchObject({ qty: "12", unrealized_intraday_pl: "49.98" });
    client.post({ side: "sell", qty: "4" });
    expect(client.get("/v2/positions/AAPL")).toMatchObject({ qty: "8", unrealized_intraday_pl: "29.98" });
  });
});

const dailyBar = (day: string, close: number) => ({
  startMs: atNewYork("00:00:00", day),
  ...{ open: close, high: close, low: close, close, volume: 1, tradeCount: 1, vwap: close },
});
