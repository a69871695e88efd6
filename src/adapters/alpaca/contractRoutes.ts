// Every route that the adapter reads, asked as the adapter asks it, with the schema by which it reads the answer.
import { z } from "zod";
import { addMs, dayMs, type Instant } from "../../core/model/time.ts";
import { assetWire } from "./assetMapping.ts";
import { calendarWire, clockWire } from "./calendarMapping.ts";
import { type AlpacaClient, orNull } from "./client.ts";
import { accountWire, fillWire, orderWire, positionWire } from "./mapping.ts";
import { barsWire, snapshotsWire, tradesWire } from "./marketDataMapping.ts";

type Asked = {
  readonly now: Instant;
  readonly symbol: string;
  readonly feed: "iex" | "sip";
  readonly order: Order | undefined;
};
export type Order = { readonly id: string; readonly client_order_id: string };

export type ContractRoute = {
  readonly route: string;
  readonly schema: z.ZodType;
  /** Undefined: there is nothing to ask for, such as an order where there is none. */
  readonly ask: (client: AlpacaClient, asked: Asked) => Promise<{ readonly raw: Response }> | undefined;
};

const asDate = (at: Instant): Date => new Date(at);

/** Orders first: one of them is what the routes of single orders are asked for. */
export const contractRoutes: readonly ContractRoute[] = [
  {
    route: "GET /v2/orders",
    schema: z.array(orderWire),
    ask: ({ trading, deadline }) =>
      trading.orders.getAllOrdersRaw(
        { status: "all", limit: 50, direction: "desc", nested: true },
        { signal: deadline() },
      ),
  },
  {
    route: "GET /v2/orders:by_client_order_id",
    schema: orderWire.nullable(),
    // An id that nobody has: its answer is the 404 that the adapter reads as absence.
    ask: ({ trading, deadline }, { order }) =>
      orNull(
        trading.orders.getOrderByClientOrderIdRaw(
          { clientOrderId: order?.client_order_id ?? "tw.contract.canary" },
          { signal: deadline() },
        ),
      ),
  },
  {
    route: "GET /v2/orders/{order_id}",
    schema: orderWire,
    ask: ({ trading, deadline }, { order }) =>
      order && trading.orders.getOrderByOrderIDRaw({ orderId: order.id, nested: true }, { signal: deadline() }),
  },
  {
    route: "GET /v2/account",
    schema: accountWire,
    ask: ({ trading, deadline }) => trading.account.getAccountRaw({ signal: deadline() }),
  },
  {
    route: "GET /v2/positions",
    schema: z.array(positionWire),
    ask: ({ trading, deadline }) => trading.positions.getAllOpenPositionsRaw({ signal: deadline() }),
  },
  {
    route: "GET /v2/account/activities",
    schema: z.array(fillWire),
    ask: ({ trading, deadline }) =>
      trading.accountActivities.getAccountActivitiesRaw(
        { activityTypes: ["FILL"], direction: "desc", pageSize: 50 },
        { signal: deadline() },
      ),
  },
  {
    route: "GET /v2/calendar",
    schema: calendarWire,
    ask: ({ trading, deadline }, { now }) =>
      trading.calendar.legacyCalendarRaw(
        { start: asDate(now), end: asDate(addMs(now, 7 * dayMs)) },
        { signal: deadline() },
      ),
  },
  {
    route: "GET /v2/clock",
    schema: clockWire,
    ask: ({ trading, deadline }) => trading.clock.legacyClockRaw({ signal: deadline() }),
  },
  {
    route: "GET /v2/assets/{symbol}",
    schema: assetWire.nullable(),
    ask: ({ trading, deadline }, { symbol }) =>
      orNull(trading.assets.getV2AssetsSymbolOrAssetIdRaw({ symbolOrAssetId: symbol }, { signal: deadline() })),
  },
  {
    route: "GET /v2/assets",
    schema: z.array(assetWire),
    ask: ({ trading, deadline }) =>
      trading.assets.getV2AssetsRaw({ status: "active", assetClass: "us_equity" }, { signal: deadline() }),
  },
  {
    route: "GET /v2/stocks/bars",
    schema: barsWire,
    ask: ({ marketData, deadline }, { now, symbol, feed }) =>
      marketData.stocks.stockBarsRaw(
        {
          symbols: symbol,
          timeframe: "1Day",
          start: asDate(addMs(now, -14 * dayMs)),
          end: asDate(addMs(now, -dayMs)),
          limit: 10,
          feed,
          adjustment: "split",
        },
        { signal: deadline() },
      ),
  },
  {
    route: "GET /v2/stocks/trades",
    schema: tradesWire,
    ask: ({ marketData, deadline }, { now, symbol, feed }) =>
      marketData.stocks.stockTradesRaw(
        { symbols: symbol, start: asDate(addMs(now, -7 * dayMs)), end: asDate(addMs(now, -dayMs)), limit: 10, feed },
        { signal: deadline() },
      ),
  },
  {
    route: "GET /v2/stocks/snapshots",
    schema: snapshotsWire,
    ask: ({ marketData, deadline }, { symbol, feed }) =>
      marketData.stocks.stockSnapshotsRaw({ symbols: symbol, feed }, { signal: deadline() }),
  },
];

type JsonSchema = {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly anyOf?: readonly JsonSchema[];
};

/** The paths that a schema reads, as a contract names them. */
export function pathsRead(schema: z.ZodType): ReadonlySet<string> {
  const paths = new Set<string>();
  const walk = (at: JsonSchema, path: string): void => {
    paths.add(path);
    for (const choice of at.anyOf ?? []) walk(choice, path);
    if (at.items !== undefined) walk(at.items, `${path}[]`);
    if (typeof at.additionalProperties === "object") walk(at.additionalProperties, `${path}.*`);
    for (const [name, inner] of Object.entries(at.properties ?? {}))
      walk(inner, path === "" ? name : `${path}.${name}`);
  };
  walk(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema, "");
  return paths;
}
