// The trading host's routes for account activities: every fill, page by page.
import type { Fill } from "./exchangeState.ts";
import { instantParameter, list, oneOf, refuse, wholeNumber } from "./queryParameters.ts";
import { newYorkDay, newYorkTime } from "./sessions.ts";
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
  const category = oneOf(query, "category", ["trade_activity", "non_trade_activity"], "trade_activity", "trading");
  if (query.get("category") && types.length > 0) refuse("trading", "category cannot be used with activity_types");
  const areFills = (types.length === 0 || types.includes("FILL")) && category === "trade_activity";
  const wanted = fillFilter(query);
  const ordered = direction === "desc" ? state.fills.toReversed() : state.fills;
  const rest = areFills ? afterToken(ordered, query.get("page_token")).filter(wanted) : [];
  return ok(rest.slice(0, pageSize).map(fillJson));
}

/** The token is the id of the last activity of the page before, whether or not it passes the other filters. */
function afterToken(fills: readonly Fill[], token: string | null): readonly Fill[] {
  if (token === null || token === "") return fills;
  const index = fills.findIndex((fill) => activityId(fill) === token);
  return index < 0 ? refuse("trading", "invalid page_token") : fills.slice(index + 1);
}

function fillFilter(query: URLSearchParams): (fill: Fill) => boolean {
  const [after, until] = ["after", "until"].map((name) => instantParameter(query, name, "trading"));
  // A date arrives plain or as an instant at midnight UTC, which is the day before in New York.
  const day = instantParameter(query, "date", "trading") === undefined ? undefined : query.get("date")?.slice(0, 10);
  const orderId = query.get("order_id");
  return (fill) => {
    const at = BigInt(fill.atMs) * 1_000_000n + BigInt(fillNanos(fill));
    return (
      (orderId === null || fill.orderId === orderId) &&
      (after === undefined || at > after) &&
      (until === undefined || at < until) &&
      (day === undefined || newYorkDay(fill.atMs) === day)
    );
  };
}

/** Fills of one millisecond differ in the nanoseconds, in the order in which they happened. */
const fillNanos = ({ serial }: Fill): number => (serial * 1000) % 1_000_000;

/** Begins with the time in New York, as the real one does. */
const activityId = ({ atMs, id }: Fill): string => {
  const local = newYorkTime(atMs).slice(0, -6);
  return `${local.replace(/\D/g, "").padEnd(17, "0")}::${id}`;
};

const fillJson = (fill: Fill): Record<string, unknown> => ({
  id: activityId(fill),
  activity_type: "FILL",
  transaction_time: stamp(fill.atMs, fillNanos(fill)),
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
