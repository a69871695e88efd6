// The simulator as a `fetch` in this process: the unmodified SDK on it, cut connections, and the same answers as over sockets.
import { Alpaca } from "@alpacahq/alpaca-trade-api/rest";
import { expect, test } from "vitest";
import type { Effect } from "../../src/simulator/exchangeState.ts";
import { type AlpacaFetchOptions, createAlpacaFetch } from "../../src/simulator/inProcess.ts";
import { startSimulator } from "../../src/simulator/server.ts";
import { atNewYork, flat, handmadeTape } from "./exampleMarket.ts";

const keys = { keyId: "KEY", secret: "SECRET" };
const headers = { "APCA-API-KEY-ID": "KEY", "APCA-API-SECRET-KEY": "SECRET" };
const tape = handmadeTape({ AAPL: { minute: (index) => flat(160 - index) } });
const origin = "https://paper-api.alpaca.markets";
const market = { symbol: "AAPL", qty: "1", side: "buy" } as const;

let nowMs = atNewYork("10:00:20");
function open(options: Partial<AlpacaFetchOptions> = {}) {
  nowMs = atNewYork("10:00:20");
  const door = createAlpacaFetch({ tape, nowMs: () => nowMs, seed: 3, ...keys, ...options });
  const { trading } = new Alpaca({ ...keys, retry: false, fetchApi: door.fetch });
  return { ...door, trading };
}
const placed = (body: object) => ({ method: "POST", headers, body: JSON.stringify(body) });
const limitBuy = (limit_price: string) => ({
  symbol: "AAPL",
  qty: "1",
  side: "buy",
  type: "limit",
  time_in_force: "day",
  limit_price,
});

test("serves the unmodified SDK, and shows the state behind it", async () => {
  const { trading, state, requests } = open();
  await trading.orders.market({ ...market, clientOrderId: "one" });
  expect(state().positions).toEqual([{ symbol: "AAPL", qty: "1", averageCost: "130.01" }]);
  expect((await trading.orders.getOrderByClientOrderId({ clientOrderId: "one" })).status).toBe("filled");
  expect(requests()).toEqual({ "POST /v2/orders": 1, "GET /v2/orders:by_client_order_id": 1 });
});

test("tells every effect when it happens", async () => {
  const effects: Effect[] = [];
  const { trading } = open({ onEffects: (more) => effects.push(...more) });
  await trading.orders.market(market);
  expect(effects.map((effect) => (effect.type === "orderUpdate" ? effect.event : effect.type))).toEqual([
    "pending_new",
    "new",
    "fill",
    "fill",
  ]);
});

test("a resting order is filled when time is let run, without a request", async () => {
  const { fetch, advance, state } = open();
  await fetch(`${origin}/v2/orders`, placed(limitBuy("127.50")));
  advance();
  expect(state().fills).toEqual([]);
  nowMs = atNewYork("10:05:00");
  advance();
  expect(state().fills.map(({ price }) => price)).toEqual(["127.01"]);
});

test.each([
  ["dropBeforeEffect", 0],
  ["effectThenDrop", 1],
] as const)("%s rejects as a cut connection does, and leaves %i orders", async (kind, count) => {
  const { fetch, arm, state } = open();
  arm({ method: "POST", path: "/v2/orders", kind });
  const failed = await fetch(`${origin}/v2/orders`, placed(limitBuy("50"))).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(TypeError);
  expect(failed).toMatchObject({ message: "fetch failed", cause: { code: "ECONNRESET" } });
  expect(state().orders).toHaveLength(count);
});

test("a delayed answer waits for what the simulation says", async () => {
  const waited: number[] = [];
  const { fetch, arm } = open({ delay: async (ms) => waited.push(ms) });
  arm({ kind: "delay", delayMs: 5000 });
  expect((await fetch(`${origin}/v2/account`, { headers })).status).toBe(200);
  expect(waited).toEqual([5000]);
});

test("an intervention is kept in the state, and told as an effect", async () => {
  const effects: Effect[] = [];
  const { trading, intervene, state } = open({ onEffects: (more) => effects.push(...more) });
  intervene({ kind: "rejectNextOrders", count: 1 });
  expect(state().disturbances.ordersToReject).toBe(1);
  expect(effects).toEqual([{ type: "intervened", intervention: { kind: "rejectNextOrders", count: 1 } }]);
  expect((await trading.orders.market(market)).status).toBe("pending_new");
  expect(state().orders[0]?.status).toBe("rejected");
});

test("a request budget is spent in the exchange's time", async () => {
  const { fetch } = open({ requestsPerMinute: 2 });
  const clock = async () => (await fetch(`${origin}/v2/clock`, { headers })).status;
  expect([await clock(), await clock(), await clock()]).toEqual([200, 200, 429]);
  nowMs += 60_000;
  expect(await clock()).toBe(200);
});

test("reads a request given as a Request, and answers 204 without a body", async () => {
  const { fetch, state } = open();
  await fetch(new Request(`${origin}/v2/orders`, placed(limitBuy("50"))));
  const answer = await fetch(new URL(`${origin}/v2/orders/${state().orders[0]?.id}`), { method: "DELETE", headers });
  expect([answer.status, await answer.text()]).toEqual([204, ""]);
  expect(state().orders[0]?.status).toBe("canceled");
});

test("an aborted request is not served", async () => {
  const { fetch, requests } = open();
  await expect(fetch(`${origin}/v2/account`, { headers, signal: AbortSignal.abort() })).rejects.toThrow("aborted");
  expect(requests()).toEqual({});
});

test("goes on from a state it is given", async () => {
  const first = open();
  await first.trading.orders.market({ ...market, clientOrderId: "kept" });
  const second = open({ state: first.state() });
  await expect(second.trading.orders.market({ ...market, clientOrderId: "kept" })).rejects.toMatchObject({
    status: 422,
  });
});

test("answers word for word as the simulator does over sockets", async () => {
  const { fetch: inside } = open();
  const simulator = await startSimulator({ tape, nowMs: () => nowMs, seed: 3, requestsPerMinute: 0, ...keys });
  const asked: readonly (readonly [string, RequestInit])[] = [
    ["/v2/account", { headers }],
    ["/v2/account", {}],
    ["/v2/orders", placed(limitBuy("50"))],
    ["/v2/orders", placed({ symbol: "AAPL" })],
    ["/v2/orders?status=all&limit=5", { headers }],
    ["/v2/stocks/snapshots?symbols=AAPL&feed=iex", { headers }],
    ["/nowhere", { headers }],
  ];
  const shown = async (answer: Response) => [
    answer.status,
    answer.headers.get("content-type"),
    answer.headers.get("x-request-id"),
    await answer.text(),
  ];
  try {
    for (const [path, init] of asked) {
      expect(await shown(await inside(origin + path, init)), path).toEqual(
        await shown(await fetch(simulator.url + path, init)),
      );
    }
  } finally {
    await simulator.stop();
  }
});
