// The trading host's routes for assets: all of a tape's symbols, or one.
import type { TapeAsset } from "./marketTape.ts";
import { list } from "./queryParameters.ts";
import { assetIdOf, exchangeName, symbolOf } from "./wireShapes.ts";
import { type Call, notFound, ok, type Reply, type Route } from "./wireTypes.ts";

export const assetRoutes: readonly Route[] = [
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
];

function listAssets({ tape, query }: Call): Reply {
  const [status, assetClass, exchange] = ["status", "asset_class", "exchange"].map((name) => query.get(name));
  // No asset of a tape has any of the attributes.
  const special = list(query, "attributes").length > 0;
  const none = special || (status ?? "active") !== "active" || (assetClass ?? "us_equity") !== "us_equity";
  const assets = tape.symbols().flatMap((symbol) => tape.asset(symbol) ?? []);
  return ok(none ? [] : assets.map(assetJson).filter((asset) => exchange === null || asset.exchange === exchange));
}

export const assetJson = ({ symbol, tradable, fractionable, shortable }: TapeAsset): Record<string, unknown> => ({
  id: assetIdOf(symbol),
  class: "us_equity",
  exchange: exchangeName,
  symbol,
  name: `${symbol} (simulated)`,
  status: "active",
  tradable,
  marginable: true,
  maintenance_margin_requirement: 30,
  margin_requirement_long: "30",
  margin_requirement_short: "30",
  shortable,
  easy_to_borrow: shortable,
  borrow_status: shortable ? "easy_to_borrow" : "hard_to_borrow",
  fractionable,
  attributes: [],
});
