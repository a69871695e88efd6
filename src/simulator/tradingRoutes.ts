// The trading host's routes: account, assets, positions and fills.
import { instantParameter, list, oneOf, refuse, wholeNumber } from "./queryParameters.ts";
import {
  accountJson,
  activityId,
  assetJson,
  configurationsJson,
  fillJson,
  positionJson,
  symbolOf,
} from "./wireShapes.ts";
import { type Call, notFound, ok, type Reply, type Route } from "./wireTypes.ts";

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
      const asset = call.tape.asset(symbolOf(call.tape, given));
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
      const wanted = symbolOf(call.tape, call.params.symbol_or_asset_id ?? "");
      const position = call.state.positions.find(({ symbol }) => symbol === wanted);
      return position === undefined
        ? notFound("position does not exist")
        : ok(positionJson(call.state, call.tape, position));
    },
  },
];

function listAssets({ tape, query }: Call): Reply {
  const [status, assetClass, exchange] = ["status", "asset_class", "exchange"].map((name) => query.get(name));
  const none = (status ?? "active") !== "active" || (assetClass ?? "us_equity") !== "us_equity";
  const assets = tape.symbols().flatMap((symbol) => tape.asset(symbol) ?? []);
  return ok(none ? [] : assets.map(assetJson).filter((asset) => exchange === null || asset.exchange === exchange));
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
