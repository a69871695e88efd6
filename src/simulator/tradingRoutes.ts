// The trading host's routes: account, assets, positions, orders and fills.

import { type Effect, isOpen, type Order } from "./exchangeState.ts";
import { readOrderRequest } from "./orderRequest.ts";
import { instantParameter, list, oneOf, refuse, wholeNumber } from "./queryParameters.ts";
import {
  accountJson,
  activityId,
  assetIdOf,
  assetJson,
  configurationsJson,
  fillJson,
  orderJson,
  orderNanos,
  positionJson,
} from "./wireShapes.ts";
import { type Answer, type Call, errorReply, type Reply, type Route, refusalReply } from "./wireTypes.ts";

const ok = (body: unknown): Reply => ({ status: 200, body });
const notFound = (message: string): Reply => errorReply(404, message, 40410000);

/** A symbol, or the id of an asset, as a symbol. */
const symbolOf = ({ tape }: Call, given: string): string =>
  tape.symbols().find((symbol) => symbol === given || assetIdOf(symbol) === given) ?? given;

export const tradingRoutes: readonly Route[] = [
  { method: "GET", path: "/v2/account", serve: ({ state, tape }) => ok(accountJson(state, tape)) },
  { method: "GET", path: "/v2/account/configurations", serve: ({ state }) => ok(configurationsJson(state)) },
  {
    method: "GET",
    path: "/v2/account/activities",
    serve: (call) => activities(call, list(call.query, "activity_types")),
  },
  {
    method: "GET",
    path: "/v2/account/activities/{activity_type}",
    serve: (call) => activities(call, [call.params.activity_type ?? ""]),
  },
  { method: "GET", path: "/v2/assets", serve: listAssets },
  {
    method: "GET",
    path: "/v2/assets/{symbol_or_asset_id}",
    serve: (call) => {
      const given = call.params.symbol_or_asset_id ?? "";
      const asset = call.tape.asset(symbolOf(call, given));
      return asset === undefined ? notFound(`asset not found for ${given}`) : ok(assetJson(asset));
    },
  },
  {
    method: "GET",
    path: "/v2/positions",
    serve: ({ state, tape }) => ok(state.positions.map((position) => positionJson(state, tape, position))),
  },
  {
    method: "GET",
    path: "/v2/positions/{symbol_or_asset_id}",
    serve: (call) => {
      const wanted = symbolOf(call, call.params.symbol_or_asset_id ?? "");
      const position = call.state.positions.find(({ symbol }) => symbol === wanted);
      return position === undefined
        ? notFound("position does not exist")
        : ok(positionJson(call.state, call.tape, position));
    },
  },
  { method: "POST", path: "/v2/orders", serve: submitOrder },
  { method: "GET", path: "/v2/orders", serve: listOrders },
  { method: "DELETE", path: "/v2/orders", serve: cancelAllOrders },
  {
    method: "GET",
    path: "/v2/orders:by_client_order_id",
    serve: ({ state, query }) => {
      const wanted = query.get("client_order_id") ?? "";
      const order = state.orders.find(({ clientOrderId }) => clientOrderId === wanted);
      return order === undefined ? notFound(`order not found for ${wanted}`) : ok(orderJson(order));
    },
  },
  {
    method: "GET",
    path: "/v2/orders/{order_id}",
    serve: ({ state, params }) => {
      const order = state.orders.find(({ id }) => id === params.order_id);
      return order === undefined ? notFound(`order not found for ${params.order_id}`) : ok(orderJson(order));
    },
  },
  { method: "DELETE", path: "/v2/orders/{order_id}", serve: cancelOrder },
];

function listAssets({ tape, query }: Call): Reply {
  const [status, assetClass, exchange] = ["status", "asset_class", "exchange"].map((name) => query.get(name));
  const none = (status ?? "active") !== "active" || (assetClass ?? "us_equity") !== "us_equity";
  const assets = tape.symbols().flatMap((symbol) => tape.asset(symbol) ?? []);
  return ok(none ? [] : assets.map(assetJson).filter((asset) => exchange === null || asset.exchange === exchange));
}

function submitOrder(call: Call): Answer {
  const request = readOrderRequest(call.body, (given) => symbolOf(call, given));
  const stepped = call.step(call.state, { type: "submitOrder", atMs: call.state.nowMs, request });
  const [first] = stepped[1];
  // The first thing that came of it is the answer; a fill that came of it at once is seen by the next look.
  if (first?.type === "orderUpdate") return { ...ok(orderJson(first.order)), stepped };
  return first?.type === "refused" ? refusalReply(first.refusal) : errorReply(500, "internal server error occurred");
}

function cancelOrder({ state, step, params }: Call): Answer {
  const stepped = step(state, { type: "cancelOrder", atMs: state.nowMs, id: params.order_id ?? "" });
  const refused = stepped[1].find((effect) => effect.type === "refused");
  return refused === undefined ? { status: 204, stepped } : refusalReply(refused.refusal);
}

function cancelAllOrders({ state, step }: Call): Answer {
  const stepped = step(state, { type: "cancelAllOrders", atMs: state.nowMs });
  const canceled = (effect: Effect) => (effect.type === "orderUpdate" ? [{ id: effect.order.id, status: 200 }] : []);
  return { status: 207, body: stepped[1].flatMap(canceled), stepped };
}

const nanosOfOrder = (order: Order): bigint => BigInt(order.submittedAtMs) * 1_000_000n + BigInt(orderNanos(order));

function listOrders({ state, query }: Call): Reply {
  const status = oneOf(query, "status", ["open", "closed", "all"], "open", "trading");
  const direction = oneOf(query, "direction", ["asc", "desc"], "desc", "trading");
  const limit = wholeNumber(query, "limit", { from: 1, to: 500, otherwise: 50 }, "trading");
  const after = instantParameter(query, "after", "trading");
  const until = instantParameter(query, "until", "trading");
  const symbols = list(query, "symbols");
  const side = query.get("side");
  if (side !== null && side !== "buy" && side !== "sell") refuse("trading", `invalid side: ${side}`);
  const found = state.orders.filter(
    (order) =>
      (status === "all" || isOpen(order) === (status === "open")) &&
      (symbols.length === 0 || symbols.includes(order.symbol)) &&
      (side === null || order.side === side) &&
      (after === undefined || nanosOfOrder(order) > after) &&
      (until === undefined || nanosOfOrder(order) < until),
  );
  if (direction === "desc") found.reverse();
  return ok(found.slice(0, limit).map(orderJson));
}

function activities({ state, query }: Call, types: readonly string[]): Reply {
  const direction = oneOf(query, "direction", ["asc", "desc"], "desc", "trading");
  const pageSize = wholeNumber(query, "page_size", { from: 1, to: 100, otherwise: 100 }, "trading");
  const [after, until, date] = ["after", "until", "date"].map((name) => instantParameter(query, name, "trading"));
  const category = query.get("category");
  const orderId = query.get("order_id");
  const wanted = (types.length === 0 || types.includes("FILL")) && (category ?? "trade_activity") === "trade_activity";
  const dayNanos = 86_400_000_000_000n;
  const fills = state.fills.filter((fill) => {
    const at = BigInt(fill.atMs) * 1_000_000n;
    return (
      wanted &&
      (orderId === null || fill.orderId === orderId) &&
      (after === undefined || at > after) &&
      (until === undefined || at < until) &&
      (date === undefined || (at >= date && at < date + dayNanos))
    );
  });
  if (direction === "desc") fills.reverse();
  const token = query.get("page_token");
  const from = token === null || token === "" ? 0 : fills.findIndex((fill) => activityId(fill) === token) + 1;
  if (token && from === 0) refuse("trading", "invalid page_token");
  return ok(fills.slice(from, from + pageSize).map(fillJson));
}
