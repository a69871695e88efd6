// How the adapter ends when the other side answers slowly, half, in circles or with a page for people.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { createAlpacaBroker } from "../../../src/adapters/alpaca/broker.ts";
import { type AlpacaClient, createAlpacaClient } from "../../../src/adapters/alpaca/client.ts";
import { createAlpacaMarketData } from "../../../src/adapters/alpaca/marketData.ts";
import { price, qty } from "../../../src/core/model/money.ts";
import type { OrderTicket } from "../../../src/core/model/order.ts";
import type { Instant } from "../../../src/core/model/time.ts";

const timeoutMs = 400;
const [from, to] = ["2026-06-11", "2026-06-12"];
const twoDays = { from: "2026-06-11T04:00:00.000Z" as Instant, to: "2026-06-13T04:00:00.000Z" as Instant };
const days = { timeframe: "1Day", ...twoDays } as const;
const ticket: OrderTicket = {
  stage: 1,
  clientOrderId: "c-1",
  strategy: "s",
  symbol: "SPY",
  side: "buy",
  qty: qty("1"),
  type: "market",
  timeInForce: "day",
  referencePrice: price("50"),
};

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A client of a server that answers as `answer` says, and the URLs it was asked. */
async function clientOf(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ client: AlpacaClient; asked: URL[] }> {
  const asked: URL[] = [];
  const listening = createServer((request, response) => {
    asked.push(new URL(request.url ?? "", "http://localhost"));
    answer(request, response);
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
  const access = { keyId: "k", secret: "s", tradingOrigin: origin, dataOrigin: origin, requestsPerMinute: 0 };
  return { client: createAlpacaClient({ ...access, timeoutMs }), asked };
}

const json = (response: ServerResponse, body: unknown): void => {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
};
const bar = (day: string, close: number) => ({ t: `${day}T04:00:00Z`, o: close, h: close, l: close, c: close, v: 1 });

async function endOf(work: Promise<unknown>): Promise<{ code: unknown; ms: number }> {
  const startedMs = performance.now();
  const failure = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  const code = failure instanceof Error && "code" in failure ? failure.code : failure;
  return { code, ms: performance.now() - startedMs };
}

test("a read whose every try is slow ends with all its tries within one and a half time-outs", async () => {
  const { client, asked } = await clientOf((_, response) => {
    setTimeout(() => response.writeHead(503).end("{}"), timeoutMs * 0.7);
  });
  const { code, ms } = await endOf(createAlpacaBroker(client).account());
  expect(code).toBe("BROKER_UNAVAILABLE");
  expect(ms).toBeLessThan(timeoutMs * 2);
  expect(asked.length).toBeLessThanOrEqual(2);
});

test("a body that never ends is a time-out: for a read a transient failure, for an order in doubt", async () => {
  const { client } = await clientOf((_, response) => {
    response.writeHead(200, { "content-type": "application/json" }).write('{"id":');
  });
  const broker = createAlpacaBroker(client);
  expect(await endOf(broker.account())).toMatchObject({ code: "BROKER_UNAVAILABLE" });
  expect(await broker.submit(ticket)).toMatchObject({ kind: "unknown" });
});

test("an order taken with half an answer is in doubt, never refused", async () => {
  const { client } = await clientOf((_, response) => {
    response.writeHead(200, { "content-type": "application/json" }).end('{"id":"o-1"');
  });
  expect(await createAlpacaBroker(client).submit(ticket)).toMatchObject({ kind: "unknown" });
});

test("a page for people instead of JSON is named by its status", async () => {
  const { client } = await clientOf((_, response) => {
    response.writeHead(401, { "content-type": "text/html" }).end("<html>sign in</html>");
  });
  const broker = createAlpacaBroker(client);
  await expect(broker.account()).rejects.toMatchObject({ code: "BROKER_UNAUTHORIZED" });
  expect(await broker.submit(ticket)).toMatchObject({ kind: "rejected", code: "UNAUTHORIZED" });
});

test("a redirect is not followed, so that keys and orders stay with the configured origin", async () => {
  const { client, asked } = await clientOf((_, response) => {
    response.writeHead(307, { location: "/elsewhere" }).end();
  });
  const broker = createAlpacaBroker(client);
  expect((await broker.submit(ticket)).kind).toBe("unknown");
  await expect(broker.account()).rejects.toMatchObject({ code: "BROKER_UNAVAILABLE" });
  expect(asked.map(({ pathname }) => pathname)).not.toContain("/elsewhere");
});

test("a symbol that continues on the next page is one series", async () => {
  const { client, asked } = await clientOf((request, response) => {
    const second = request.url?.includes("page_token=p2");
    const page = second ? { SPY: [bar(to, 2)], TLT: [bar(to, 9)] } : { SPY: [bar(from, 1)] };
    json(response, { bars: page, next_page_token: second ? null : "p2" });
  });
  const bars = await createAlpacaMarketData(client, { feed: "iex", adjustment: "split" }).bars({
    symbols: ["SPY", "TLT"],
    ...days,
  });
  expect(bars.get("SPY")?.close).toEqual(Float64Array.of(1, 2));
  expect(bars.get("TLT")?.close).toEqual(Float64Array.of(9));
  for (const { searchParams } of asked) {
    expect(Object.fromEntries(searchParams)).toMatchObject({ feed: "iex", adjustment: "split", timeframe: "1Day" });
  }
});

test("pages that lead back to one another end, instead of being asked for ever", async () => {
  const { client, asked } = await clientOf((request, response) => {
    json(response, { bars: {}, next_page_token: request.url?.includes("page_token=a") ? "b" : "a" });
  });
  const marketData = createAlpacaMarketData(client, { feed: "iex", adjustment: "split" });
  await expect(marketData.bars({ symbols: ["SPY"], ...days })).rejects.toMatchObject({ code: "INTERNAL" });
  expect(asked.length).toBeLessThanOrEqual(4);
});

test("orders of one instant on both sides of a page's end are all listed", async () => {
  const orders = Array.from({ length: 700 }, (_, index) => ({
    id: `o-${index}`,
    client_order_id: `c-${String(index).padStart(3, "0")}`,
    symbol: "SPY",
    side: "buy",
    qty: "1",
    status: "filled",
    submitted_at: new Date(Date.UTC(2026, 5, 15, 14) + Math.floor(index / 100 + 0.5)).toISOString(),
  }));
  const { client } = await clientOf((request, response) => {
    const after = new URL(request.url ?? "", "http://localhost").searchParams.get("after") ?? "";
    json(response, orders.filter((order) => order.submitted_at > after).slice(0, 500));
  });
  const listed = await createAlpacaBroker(client).ordersSince("2026-06-15T14:00:00.000Z" as Instant);
  expect(listed.map(({ clientOrderId }) => clientOrderId)).toEqual(orders.map((order) => order.client_order_id));
});

test("a list of orders that does not go on ends, instead of being asked for ever", async () => {
  const order = { id: "o", client_order_id: "c", symbol: "SPY", side: "buy", status: "new" };
  const { client, asked } = await clientOf((_, response) => json(response, Array(500).fill(order)));
  await expect(createAlpacaBroker(client).openOrders()).rejects.toMatchObject({ code: "INTERNAL" });
  expect(asked).toHaveLength(2);
});
