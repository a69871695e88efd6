// The broker port on Alpaca's trading API.
import { ApiError } from "@alpacahq/alpaca-trade-api/rest";
import { InvariantError } from "../../core/model/errors.ts";
import { type BrokerFill, type BrokerOrder, isTerminal, type SubmitResult } from "../../core/model/order.ts";
import type { AccountNames } from "../../core/model/portfolio.ts";
import { addMs, type Instant } from "../../core/model/time.ts";
import type { Broker } from "../../ports/broker.ts";
import { mapAsset, mapAssets } from "./assetMapping.ts";
import { mapClock, mapSessions } from "./calendarMapping.ts";
import { type AlpacaClient, orNull, read } from "./client.ts";
import {
  isComplex,
  isDuplicate,
  mapAccount,
  mapFills,
  mapOrder,
  mapOrders,
  mapPositions,
  namesOfAccount,
  orderBody,
  rejectionCode,
} from "./mapping.ts";

/** As many orders as one page holds. */
const pageSize = 500;
const fillsPerPage = 100;

export function createAlpacaBroker(
  { trading, deadline }: AlpacaClient,
  {
    expectedAccountId,
    onAccount,
  }: {
    readonly expectedAccountId?: string | undefined;
    /** Told at each look at the account what the broker calls it, before anything can be said of it. */
    readonly onAccount?: (names: AccountNames) => void;
  } = {},
): Broker {
  /** All pages, legs with their orders. */
  async function listOrders(status: "open" | "all", since?: Instant): Promise<readonly BrokerOrder[]> {
    const found = new Map<string, BrokerOrder>();
    const signal = deadline();
    let from = since;
    for (;;) {
      // The broker leaves out orders of the very instant it is given.
      const after = from === undefined ? {} : { after: addMs(from, -1) };
      const query = { status, limit: pageSize, direction: "asc", nested: true, ...after } as const;
      const page = mapOrders(await read("orders", () => trading.orders.getAllOrdersRaw(query, { signal })));
      const known = found.size;
      for (const order of page) found.set(order.brokerOrderId, order);
      if (page.length < pageSize) return [...found.values()].sort(byClientOrderId);
      if (found.size === known) throw new InvariantError("INTERNAL", "the broker's list of orders does not go on");
      from = page.map(({ submittedAt }) => submittedAt).reduce((a, b) => (a > b ? a : b));
    }
  }

  return {
    account: async () => {
      const wire = await read("account", () => trading.account.getAccountRaw({ signal: deadline() }));
      onAccount?.(namesOfAccount(wire));
      const account = mapAccount(wire);
      if (expectedAccountId !== undefined && account.accountId !== expectedAccountId) {
        throw new InvariantError("WRONG_ACCOUNT", "the keys belong to another account than ALPACA_ACCOUNT_ID names");
      }
      return account;
    },
    positions: async () =>
      mapPositions(await read("positions", () => trading.positions.getAllOpenPositionsRaw({ signal: deadline() }))),
    openOrders: async () => (await listOrders("open")).flatMap(withOpenLegs).sort(byClientOrderId),
    ordersSince: (since) => listOrders("all", since),
    findOrder: async (clientOrderId) => {
      const wire = await read("order by client id", () =>
        orNull(trading.orders.getOrderByClientOrderIdRaw({ clientOrderId }, { signal: deadline() })),
      );
      if (wire === null) return undefined;
      const order = mapOrder(wire);
      if (order.legs !== undefined || !isComplex(wire)) return order;
      const query = { orderId: order.brokerOrderId, nested: true };
      const deadlined = { signal: deadline() };
      return mapOrder(await read("order", () => trading.orders.getOrderByOrderIDRaw(query, deadlined)));
    },
    fillsSince: async (since) => {
      const fills = new Map<string, BrokerFill>();
      const signal = deadline();
      let pageToken: string | undefined;
      do {
        const page = mapFills(
          await read("activities", () =>
            trading.accountActivities.getAccountActivitiesRaw(
              {
                activityTypes: ["FILL"],
                after: new Date(addMs(since, -1)),
                direction: "asc",
                pageSize: fillsPerPage,
                ...(pageToken === undefined ? {} : { pageToken }),
              },
              { signal },
            ),
          ),
        );
        const known = fills.size;
        for (const fill of page) fills.set(fill.id, fill);
        if (page.length > 0 && fills.size === known) {
          throw new InvariantError("INTERNAL", "the broker's list of fills does not go on");
        }
        pageToken = page.length < fillsPerPage ? undefined : page.at(-1)?.id;
      } while (pageToken !== undefined);
      return [...fills.values()].filter(({ at }) => at >= since).sort(byTimeThenId);
    },
    sessions: async (from, to) => {
      const range = { start: new Date(`${from}T00:00:00Z`), end: new Date(`${to}T00:00:00Z`) };
      return mapSessions(
        await read("calendar", () => trading.calendar.legacyCalendarRaw(range, { signal: deadline() })),
      );
    },
    now: async () => mapClock(await read("clock", () => trading.clock.legacyClockRaw({ signal: deadline() }))),
    asset: async (symbolOrAssetId) => {
      const query = { symbolOrAssetId };
      const wire = await read("asset", () =>
        orNull(trading.assets.getV2AssetsSymbolOrAssetIdRaw(query, { signal: deadline() })),
      );
      return wire === null ? undefined : mapAsset(wire);
    },
    assets: async () => {
      const query = { status: "active", assetClass: "us_equity" };
      return mapAssets(await read("assets", () => trading.assets.getV2AssetsRaw(query, { signal: deadline() })));
    },
    cancel: async (orderId) => {
      try {
        await (await trading.orders.deleteOrderByOrderIDRaw({ orderId })).value();
        return { kind: "accepted" };
      } catch (failure) {
        const message = failure instanceof Error ? failure.message : String(failure);
        const refused = failure instanceof ApiError && [404, 422].includes(failure.status);
        return { kind: refused ? "tooLate" : "unknown", message };
      }
    },
    submit: async (ticket) => {
      try {
        const { raw } = await trading.orders.postOrderRaw({ postOrderRequest: orderBody(ticket) });
        return { kind: "accepted", order: mapOrder(await raw.json()) };
      } catch (failure) {
        return submitFailure(failure);
      }
    },
  };
}

/** Only an answer of the broker's, or a connection that was never made, is certain. Everything else may have reached it. */
function submitFailure(failure: unknown): SubmitResult {
  if (failure instanceof ApiError) {
    const { status, message } = failure;
    if (status === 429) return { kind: "notSent", throttled: true, message: `the broker answered 429: ${message}` };
    if (status >= 400 && status < 500 && status !== 408) {
      return isDuplicate(message)
        ? { kind: "duplicate" }
        : { kind: "rejected", code: rejectionCode(status, message), message };
    }
    return { kind: "unknown", message: `the broker answered ${status}: ${message}` };
  }
  const codes = causes(failure).map((cause) => ("code" in cause ? cause.code : undefined));
  const message = failure instanceof Error ? failure.message : String(failure);
  const neverLeft = codes.some((code) =>
    ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "ORIGIN_REFUSED"].includes(String(code)),
  );
  return neverLeft ? { kind: "notSent", throttled: false, message } : { kind: "unknown", message };
}

/** The parts of an order that are still open, each as an order of its own. */
const withOpenLegs = ({ legs = [], ...order }: BrokerOrder): readonly BrokerOrder[] =>
  [order, ...legs].filter((each) => !isTerminal(each));

const byTimeThenId = (a: BrokerFill, b: BrokerFill): number =>
  a.at === b.at ? (a.id < b.id ? -1 : 1) : a.at < b.at ? -1 : 1;

const byClientOrderId = (a: BrokerOrder, b: BrokerOrder): number => (a.clientOrderId < b.clientOrderId ? -1 : 1);

const causes = (failure: unknown): readonly Error[] =>
  failure instanceof Error ? [failure, ...causes(failure.cause)] : [];
