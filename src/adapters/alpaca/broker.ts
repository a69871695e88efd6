// The broker port on Alpaca's trading API.
import { ApiError } from "@alpacahq/alpaca-trade-api/rest";
import { InvariantError } from "../../core/model/errors.ts";
import type { SubmitResult } from "../../core/model/order.ts";
import type { Broker } from "../../ports/broker.ts";
import { type AlpacaClient, read } from "./client.ts";
import { isDuplicate, mapAccount, mapOrder, mapOrders, mapPositions, orderBody, rejectionCode } from "./mapping.ts";

/** As many orders as one page holds. */
const pageSize = 500;

export function createAlpacaBroker(
  { trading }: AlpacaClient,
  { expectedAccountId }: { readonly expectedAccountId?: string | undefined } = {},
): Broker {
  return {
    account: async () => {
      const account = mapAccount(await read("account", () => trading.account.getAccountRaw()));
      if (expectedAccountId !== undefined && account.accountId !== expectedAccountId) {
        throw new InvariantError("WRONG_ACCOUNT", "the keys belong to another account than ALPACA_ACCOUNT_ID names");
      }
      return account;
    },
    positions: async () => mapPositions(await read("positions", () => trading.positions.getAllOpenPositionsRaw())),
    openOrders: async () =>
      mapOrders(
        await read("open orders", () =>
          trading.orders.getAllOrdersRaw({ status: "open", limit: pageSize, nested: true }),
        ),
      ),
    ordersSince: async (since) =>
      mapOrders(
        await read("orders", () =>
          trading.orders.getAllOrdersRaw({
            status: "all",
            limit: pageSize,
            after: since,
            direction: "asc",
            nested: true,
          }),
        ),
      ),
    findOrder: async (clientOrderId) => {
      const wire = await read("order by client id", () =>
        trading.orders.getOrderByClientOrderIdRaw({ clientOrderId }).catch((failure: unknown) => {
          if (failure instanceof ApiError && failure.status === 404) return { raw: Response.json(null) };
          throw failure;
        }),
      );
      return wire === null ? undefined : mapOrder(wire);
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
    if (status === 429) return { kind: "notSent", message: `the broker answered 429: ${message}` };
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
  return { kind: neverLeft ? "notSent" : "unknown", message };
}

const causes = (failure: unknown): readonly Error[] =>
  failure instanceof Error ? [failure, ...causes(failure.cause)] : [];
