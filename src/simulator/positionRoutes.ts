// The trading host's routes for positions: looking at them, and closing them by orders of the exchange.
import { type Decimal, dec, text } from "./decimal.ts";
import type { Effect, ExchangeState, HeldPosition, Stepped } from "./exchangeState.ts";
import { readOrderRequest } from "./orderRequest.ts";
import { positionJson } from "./positionShapes.ts";
import { refuse } from "./queryParameters.ts";
import { orderJson, symbolOf } from "./wireShapes.ts";
import { type Answer, type Call, errorReply, notFound, ok, type Reply, type Route, refusalReply } from "./wireTypes.ts";

export const positionRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/v2/positions",
    serve: ({ state, tape }) => ok(state.positions.map((position) => positionJson(state, tape, position))),
  },
  { method: "DELETE", path: "/v2/positions", serve: closeAll },
  {
    method: "GET",
    path: "/v2/positions/{symbol_or_asset_id}",
    serve: (call) => {
      const position = positionOf(call);
      return position === undefined
        ? notFound("position does not exist")
        : ok(positionJson(call.state, call.tape, position));
    },
  },
  { method: "DELETE", path: "/v2/positions/{symbol_or_asset_id}", serve: closeOne },
];

function positionOf({ state, tape, params }: Call): HeldPosition | undefined {
  const wanted = symbolOf(tape, params.symbol_or_asset_id ?? "");
  return state.positions.find(({ symbol }) => symbol === wanted);
}

function closeOne(call: Call): Answer {
  const position = positionOf(call);
  if (position === undefined) return notFound(`position not found: ${call.params.symbol_or_asset_id}`);
  const { reply, stepped } = close(call, call.state, position, sharesToClose(call, position));
  return { ...reply, stepped };
}

/** Shares, always positive: the whole position where neither quantity nor percentage is given. */
function sharesToClose({ query }: Call, position: HeldPosition): Decimal {
  const [qty, percentage] = ["qty", "percentage"].map((name) => amount(query, name));
  const held = dec(position.qty).abs();
  if (qty !== undefined && percentage !== undefined) refuse("trading", "only one of qty or percentage is accepted");
  if (percentage?.gt(100)) refuse("trading", "percentage must be between 0 and 100");
  if (percentage === undefined) return qty ?? held;
  // Part of a whole number of shares is a whole number of shares.
  const part = held.times(percentage).div(100);
  const shares = part.round(held.eq(held.round(0)) ? 0 : 9, 0);
  return shares.gt(0) ? shares : refuse("trading", "qty must be > 0");
}

function amount(query: URLSearchParams, name: string): Decimal | undefined {
  const written = query.get(name);
  if (written === null || written === "") return undefined;
  const value = /^\d{1,15}(\.\d{1,9})?$/.test(written) ? dec(written) : dec(0);
  return value.gt(0) ? value : refuse("trading", `invalid ${name}: ${written}`);
}

/** A market order against the position, judged by the exchange as any other. */
function close({ tape, step }: Call, state: ExchangeState, { symbol, qty }: HeldPosition, shares: Decimal) {
  const side = dec(qty).gt(0) ? "sell" : "buy";
  const order = { symbol, side, qty: text(shares), type: "market", time_in_force: "day" };
  const request = readOrderRequest(JSON.stringify(order), (given) => symbolOf(tape, given));
  const stepped = step(state, { type: "submitOrder", atMs: state.nowMs, request });
  return { reply: replyTo(stepped[1][0]), stepped };
}

function replyTo(effect: Effect | undefined): Reply {
  if (effect?.type === "orderUpdate") return ok(orderJson(effect.order));
  return effect?.type === "refused" ? refusalReply(effect.refusal) : errorReply(500, "internal server error occurred");
}

/** Each position is closed for itself; one that is refused leaves the others as they are. */
function closeAll(call: Call): Answer {
  const cancels = call.query.get("cancel_orders") === "true";
  const { state } = call;
  let [now, effects]: Stepped = cancels
    ? call.step(state, { type: "cancelAllOrders", atMs: state.nowMs })
    : [state, []];
  const body = now.positions.map((position) => {
    const { reply, stepped } = close(call, now, position, dec(position.qty).abs());
    now = stepped[0];
    effects = [...effects, ...stepped[1]];
    return { symbol: position.symbol, status: reply.status, body: reply.body };
  });
  return { status: 207, body, stepped: [now, effects] };
}
