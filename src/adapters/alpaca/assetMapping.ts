// Alpaca's assets as the broker port tells them.
import { z } from "zod";
import type { Asset } from "../../ports/broker.ts";
import { optionalFlag, parse } from "./wire.ts";

export const assetWire = z.object({
  symbol: z.string().min(1),
  status: z.string(),
  tradable: z.boolean(),
  fractionable: optionalFlag,
  shortable: optionalFlag,
});

export const mapAsset = (wire: unknown): Asset => toAsset(parse("asset", assetWire, wire));

export const mapAssets = (wire: unknown): ReadonlyMap<string, Asset> =>
  new Map(parse("assets", z.array(assetWire), wire).map((asset) => [asset.symbol, toAsset(asset)]));

const toAsset = ({ status, tradable, fractionable, shortable }: z.infer<typeof assetWire>): Asset => ({
  tradable: tradable && status === "active",
  fractionable: fractionable ?? false,
  shortable: shortable ?? false,
});
