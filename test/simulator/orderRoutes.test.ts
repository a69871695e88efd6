// Orders over the wire: their legs, their replacement, and what a listing shows.
import { describe, expect, test } from "vitest";
import { openClient } from "./exampleClient.ts";

type Json = Record<string, unknown>;
const bracket = {
  qty: "2",
  order_class: "bracket",
  take_profit: { limit_price: "9000" },
  stop_loss: { stop_price: "1", limit_price: "0.9" },
};
const idOf = (order: unknown): string => String((order as Json).id);
const column = (orders: readonly Json[], key: string) => orders.map((order) => order[key]);

describe("a bracket over the wire", () => {
  const client = openClient();
  const answer = client.post(bracket).body as Json;

  test("answers with its legs, which have no legs of their own", () => {
    expect(answer).toMatchObject({ order_class: "bracket", status: "pending_new", type: "market" });
    expect(answer.legs).toMatchObject([
      { type: "limit", limit_price: "9000", stop_price: null, side: "sell", order_class: "bracket", legs: null },
      { type: "stop_limit", limit_price: "0.9", stop_price: "1", side: "sell", order_class: "bracket", legs: null },
    ]);
  });

  test("nested is one order with legs, as long as one of them is open", () => {
    const [only, ...others] = client.list("/v2/orders?nested=true");
    expect(others).toEqual([]);
    expect(only).toMatchObject({ id: answer.id, status: "filled", legs: [{ status: "new" }, { status: "held" }] });
    expect(client.get(`/v2/orders/${answer.id}?nested=true`).legs).toHaveLength(2);
    expect(client.get(`/v2/orders/${answer.id}`).legs).toBeNull();
  });

  test("listed flat leaves the held leg out of the open orders, not out of all", () => {
    expect(column(client.list("/v2/orders"), "status")).toEqual(["new"]);
    expect(column(client.list("/v2/orders?status=all&direction=asc"), "status")).toEqual(["filled", "new", "held"]);
    expect(column(client.list("/v2/orders?status=closed"), "status")).toEqual(["filled"]);
  });
});

describe("PATCH /v2/orders/{order_id}", () => {
  const limit = { type: "limit", limit_price: "2", qty: "3" };

  test("answers with the new order, and both name each other", () => {
    const client = openClient();
    const old = idOf(client.post(limit).body);
    const { status, body } = client.send("PATCH", `/v2/orders/${old}`, { qty: "4", client_order_id: "next" });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: "pending_new",
      qty: "4",
      limit_price: "2",
      replaces: old,
      client_order_id: "next",
    });
    expect(client.get(`/v2/orders/${old}`)).toMatchObject({
      status: "replaced",
      replaced_by: idOf(body),
      replaced_at: expect.stringMatching(/^2026-06-15T14:00:20/),
    });
    expect(client.get(`/v2/orders/${idOf(body)}`)).toMatchObject({
      status: "new",
      replaced_by: null,
      replaced_at: null,
    });
  });

  test.each([
    ["no such order", "none", { qty: "4" }, 404, "order not found for none"],
    ["an amount of money", undefined, { notional: "5" }, 422, "notional orders cannot be replaced"],
    ["a quantity that is no number", undefined, { qty: "many" }, 422, "invalid qty"],
    ["an unknown time in force", undefined, { time_in_force: "never" }, 422, "invalid time_in_force: never"],
  ])("refuses %s", (_, id, change, status, message) => {
    const client = openClient();
    const path = `/v2/orders/${id ?? idOf(client.post(limit).body)}`;
    expect(client.send("PATCH", path, change)).toMatchObject({ status, body: { message } });
  });
});

test("a trailing stop shows its mark and its stop price", () => {
  const client = openClient();
  client.post({ qty: "2" });
  const { body } = client.post({ side: "sell", qty: "2", type: "trailing_stop", trail_percent: "5" });
  const order = client.get(`/v2/orders/${idOf(body)}`);
  expect(order).toMatchObject({ trail_percent: "5", trail_price: null, status: "new" });
  expect(Number(order.stop_price)).toBeCloseTo(Number(order.hwm) * 0.95, 2);
});

test.each([
  ["take_profit", { take_profit: "9000" }, "take_profit must be an object"],
  ["stop_loss", { stop_loss: { stop_price: "low" } }, "invalid stop_loss.stop_price"],
])("a %s that cannot be read is refused", (_, part, message) => {
  expect(openClient().post({ ...bracket, ...part })).toMatchObject({ status: 422, body: { message } });
});
