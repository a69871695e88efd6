// The trading host's routes for orders: sending, listing, changing and cancelling them.
import { type Effect, type ExchangeState, isOpen, type Order, type Stepped } from "./exchangeState.ts";
import { legsOf, openOrders } from "./orderBook.ts";
import { readOrderRequest, readReplacement } from "./orderRequest.ts";
import { instantParameter, list, oneOf, refuse, wholeNumber } from "./queryParameters.ts";
import { nestedOrderJson, orderJson, orderNanos, symbolOf } from "./wireShapes.ts";
import { type Answer, type Call, errorReply, notFound, ok, type Reply, type Route, refusalReply } from "./wireTypes.ts";

export const orderRoutes: readonly Route[] = [
  { method: "POST", path: "/v2/orders", serve: submitOrder },
  { method: "GET", path: "/v2/orders", serve: listOrders },
  { method: "DELETE", path: "/v2/orders", serve: cancelAllOrders },
  {
    method: "GET",
    path: "/v2/orders:by_client_order_id",
    serve: (call) => {
      const wanted = call.query.get("client_order_id") ?? "";
      return oneOrder(call, wanted, ({ clientOrderId }) => clientOrderId === wanted);
    },
  },
  {
    method: "GET",
    path: "/v2/orders/{order_id}",
    serve: (call) => {
      const wanted = call.params.order_id ?? "";
      return oneOrder(call, wanted, ({ id }) => id === wanted);
    },
  },
  { method: "PATCH", path: "/v2/orders/{order_id}", serve: replaceOrder },
  { method: "DELETE", path: "/v2/orders/{order_id}", serve: cancelOrder },
];

const isNested = ({ query }: Call): boolean => query.get("nested") === "true";

function oneOrder(call: Call, wanted: string, isWanted: (order: Order) => boolean): Reply {
  const order = call.state.orders.find(isWanted);
  if (order === undefined) return notFound(`order not found for ${wanted}`);
  return ok(isNested(call) ? nestedOrderJson(call.state, order) : orderJson(order));
}

function submitOrder(call: Call): Answer {
  const request = readOrderRequest(call.body, (given) => symbolOf(call.tape, given));
  return answerWithOrder(call.step(call.state, { type: "submitOrder", atMs: call.state.nowMs, request }));
}

function replaceOrder({ state, step, params, body }: Call): Answer {
  const replacement = readReplacement(body);
  const id = params.order_id ?? "";
  return answerWithOrder(step(state, { type: "replaceOrder", atMs: state.nowMs, id, replacement }));
}

/** The first thing that came of it is the answer; a fill that came of it at once is seen by the next look. */
function answerWithOrder(stepped: Stepped): Answer {
  const [state, [first]] = stepped;
  if (first?.type === "orderUpdate") return { ...ok(nestedOrderJson(state, first.order)), stepped };
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

function listOrders(call: Call): Reply {
  const { state, query } = call;
  const status = oneOf(query, "status", ["open", "closed", "all"], "open", "trading");
  const direction = oneOf(query, "direction", ["asc", "desc"], "desc", "trading");
  const limit = wholeNumber(query, "limit", { from: 1, to: 500, otherwise: 50 }, "trading");
  const after = instantParameter(query, "after", "trading");
  const until = instantParameter(query, "until", "trading");
  const symbols = list(query, "symbols");
  const side = query.get("side");
  if (side !== null && side !== "buy" && side !== "sell") refuse("trading", `invalid side: ${side}`);
  const nested = isNested(call);
  const listed = status === "open" && !nested ? openOrders(state) : state.orders;
  const found = listed.filter(
    (order) =>
      (!nested || order.parentSerial === null) &&
      (status === "all" || listing(state, order, nested) === status) &&
      (symbols.length === 0 || symbols.includes(order.symbol)) &&
      (side === null || order.side === side) &&
      (after === undefined || nanosOfOrder(order) > after) &&
      (until === undefined || nanosOfOrder(order) < until),
  );
  if (direction === "desc") found.reverse();
  const json = nested ? (order: Order) => nestedOrderJson(state, order) : orderJson;
  return ok(found.slice(0, limit).map(json));
}

/**
 * Held legs are neither among the open orders nor among the closed ones; nested they are, under an order that counts as open as long
 * as one of its legs does.
 */
function listing(state: ExchangeState, order: Order, nested: boolean): "open" | "closed" | "held" {
  const open = isOpen(order) || (nested && legsOf(state, order).some(isOpen));
  if (open && order.status === "held") return "held";
  return open ? "open" : "closed";
}
