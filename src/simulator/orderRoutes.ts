// The trading host's routes for orders: sending, listing, changing and cancelling them.
import { type Effect, isOpen, type Order } from "./exchangeState.ts";
import { readOrderRequest } from "./orderRequest.ts";
import { instantParameter, list, oneOf, refuse, wholeNumber } from "./queryParameters.ts";
import { orderJson, orderNanos, symbolOf } from "./wireShapes.ts";
import { type Answer, type Call, errorReply, notFound, ok, type Reply, type Route, refusalReply } from "./wireTypes.ts";

export const orderRoutes: readonly Route[] = [
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

function submitOrder(call: Call): Answer {
  const request = readOrderRequest(call.body, (given) => symbolOf(call.tape, given));
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
