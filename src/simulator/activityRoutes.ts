// The trading host's routes for account activities: every fill, page by page.
import type { Fill } from "./exchangeState.ts";
import { instantParameter, list, oneOf, refuse, wholeNumber } from "./queryParameters.ts";
import { newYorkTime } from "./sessions.ts";
import { stamp } from "./wireShapes.ts";
import { type Call, ok, type Reply, type Route } from "./wireTypes.ts";

export const activityRoutes: readonly Route[] = [
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
];

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

/** Begins with the time in New York, as the real one does. */
const activityId = ({ atMs, id }: Fill): string => {
  const local = newYorkTime(atMs).slice(0, -6);
  return `${local.replace(/\D/g, "").padEnd(17, "0")}::${id}`;
};

const fillJson = (fill: Fill): Record<string, unknown> => ({
  id: activityId(fill),
  activity_type: "FILL",
  transaction_time: stamp(fill.atMs, (fill.serial * 1000) % 1_000_000),
  type: fill.orderStatus === "filled" ? "fill" : "partial_fill",
  price: fill.price,
  qty: fill.qty,
  side: fill.side,
  symbol: fill.symbol,
  leaves_qty: fill.leavesQty,
  order_id: fill.orderId,
  cum_qty: fill.cumulativeQty,
  order_status: fill.orderStatus,
});
