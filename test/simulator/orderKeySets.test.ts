// The exact shape of an order in each status and of each type: all its keys, null where nothing is known, money as strings, times.
import { describe, expect, test } from "vitest";
import { type Json, openClient } from "./exampleClient.ts";
import { atNewYork } from "./exampleMarket.ts";
import { type Shape, shapeOf } from "./shapeOf.ts";

const nanos = "nanoseconds UTC";
/** A market order for one share of AAPL as it arrives while the market is open. */
const arrived = {
  id: "uuid",
  client_order_id: "uuid",
  created_at: nanos,
  updated_at: nanos,
  submitted_at: nanos,
  filled_at: "null",
  expired_at: "null",
  canceled_at: "null",
  failed_at: "null",
  replaced_at: "null",
  replaced_by: "null",
  replaces: "null",
  asset_id: "uuid",
  symbol: "AAPL",
  asset_class: "us_equity",
  notional: "null",
  qty: "decimal",
  filled_qty: "decimal",
  filled_avg_price: "null",
  order_class: "empty",
  order_type: "market",
  type: "market",
  side: "buy",
  position_intent: "buy_to_open",
  time_in_force: "day",
  limit_price: "null",
  stop_price: "null",
  status: "pending_new",
  extended_hours: "boolean",
  legs: "null",
  trail_percent: "null",
  trail_price: "null",
  hwm: "null",
  subtag: "null",
  source: "null",
  expires_at: "seconds UTC",
};
const limit = { order_type: "limit", type: "limit", limit_price: "decimal" };

describe("an order that is", () => {
  const look = (client: ReturnType<typeof openClient>, { body }: { body?: unknown }): Shape =>
    shapeOf(client.get(`/v2/orders/${(body as Json).id}`));
  const resting = { qty: "1", type: "limit", limit_price: "5" };

  test("pending_new", () => {
    expect(shapeOf(openClient().post({ qty: "1" }).body)).toEqual(arrived);
  });

  test("accepted, while the market is closed", () => {
    const client = openClient({ atMs: atNewYork("18:00:00") });
    expect(shapeOf(client.post({ qty: "1" }).body)).toEqual({ ...arrived, status: "accepted" });
  });

  test("new", () => {
    const client = openClient();
    expect(look(client, client.post(resting))).toEqual({ ...arrived, ...limit, status: "new" });
  });

  test("filled", () => {
    const client = openClient();
    expect(look(client, client.post({ qty: "1" }))).toEqual({
      ...arrived,
      status: "filled",
      filled_at: nanos,
      filled_avg_price: "decimal",
    });
  });

  test("filled by amount", () => {
    const client = openClient();
    const filled = { status: "filled", filled_at: nanos, filled_avg_price: "decimal" };
    expect(look(client, client.post({ notional: "10.5" }))).toEqual({
      ...arrived,
      ...filled,
      qty: "null",
      notional: "decimal",
    });
  });

  test("canceled", () => {
    const client = openClient();
    const order = client.post(resting);
    client.send("DELETE", "/v2/orders");
    expect(look(client, order)).toEqual({ ...arrived, ...limit, status: "canceled", canceled_at: nanos });
  });

  test("expired", () => {
    const client = openClient();
    const order = client.post({ ...resting, client_order_id: "mine" });
    client.waitUntil(atNewYork("16:00:00"));
    expect(look(client, order)).toEqual({
      ...arrived,
      ...limit,
      client_order_id: "mine",
      status: "expired",
      expired_at: nanos,
    });
  });

  test("partially_filled", () => {
    const client = openClient({ account: { partialFillShare: 1 } });
    expect(look(client, client.post({ qty: "7" }))).toEqual({
      ...arrived,
      status: "partially_filled",
      filled_avg_price: "decimal",
    });
  });

  test("rejected after it was taken", () => {
    const client = openClient();
    client.apply({
      type: "intervene",
      atMs: atNewYork("10:00:20"),
      intervention: { kind: "rejectNextOrders", count: 1 },
    });
    expect(look(client, client.post({ qty: "1" }))).toEqual({ ...arrived, status: "rejected", failed_at: nanos });
  });

  test("replaced, and the one in its place", () => {
    const client = openClient();
    const order = client.post(resting);
    const next = client.send("PATCH", `/v2/orders/${(order.body as Json).id}`, { qty: "2" });
    const replaced = { status: "replaced", replaced_at: nanos, replaced_by: "uuid" };
    expect(look(client, order)).toEqual({ ...arrived, ...limit, ...replaced });
    expect(look(client, next)).toEqual({ ...arrived, ...limit, status: "new", replaces: "uuid" });
  });

  test("held, as the legs of a bracket are", () => {
    const client = openClient();
    const exits = { take_profit: { limit_price: "900" }, stop_loss: { stop_price: "2" } };
    const leg = { ...arrived, order_class: "bracket", side: "sell", position_intent: "sell_to_close", status: "held" };
    expect(shapeOf(client.post({ ...resting, order_class: "bracket", ...exits }).body)).toEqual({
      ...arrived,
      ...limit,
      order_class: "bracket",
      legs: [
        { ...leg, ...limit },
        { ...leg, order_type: "stop", type: "stop", stop_price: "decimal" },
      ],
    });
  });

  test.each([
    [{ type: "stop", stop_price: "900" }, { stop_price: "decimal" }],
    [
      { type: "stop_limit", stop_price: "900", limit_price: "901" },
      { stop_price: "decimal", limit_price: "decimal" },
    ],
    [
      { type: "trailing_stop", trail_percent: "5" },
      { trail_percent: "decimal", hwm: "decimal", stop_price: "decimal" },
    ],
    [
      { type: "trailing_stop", trail_price: "5" },
      { trail_price: "decimal", hwm: "decimal", stop_price: "decimal" },
    ],
  ])("waiting for its price: %o", (terms, prices) => {
    const client = openClient();
    const types = { order_type: terms.type, type: terms.type };
    expect(look(client, client.post({ qty: "1", ...terms }))).toEqual({
      ...arrived,
      ...types,
      ...prices,
      status: "new",
    });
  });
});
