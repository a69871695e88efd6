// The simulator over real sockets: the unmodified Alpaca SDK against it, faults on order, the request budget, and state that survives.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Alpaca, TimeFrame } from "@alpacahq/alpaca-trade-api/rest";
import { afterEach, describe, expect, test } from "vitest";
import { createSeededTape } from "../../src/simulator/seededTape.ts";
import {
  type Simulator,
  type SimulatorEvent,
  type SimulatorOptions,
  startSimulator,
} from "../../src/simulator/server.ts";
import { atNewYork } from "./exampleMarket.ts";

const tape = createSeededTape({
  seed: 11,
  fromDay: "2026-01-02",
  symbols: [
    { symbol: "AAPL", startPrice: 200 },
    { symbol: "MSFT", startPrice: 400 },
  ],
});
const keys = { keyId: "KEY", secret: "SECRET" };
const headers = { "APCA-API-KEY-ID": "KEY", "APCA-API-SECRET-KEY": "SECRET" };
let clockMs = atNewYork("10:00:20");
const running: Simulator[] = [];

async function start(options: Partial<SimulatorOptions> = {}): Promise<Simulator> {
  const simulator = await startSimulator({
    tape,
    nowMs: () => clockMs,
    seed: 11,
    requestsPerMinute: 0,
    ...keys,
    ...options,
  });
  running.push(simulator);
  return simulator;
}
afterEach(async () => {
  clockMs = atNewYork("10:00:20");
  await Promise.all(running.splice(0).map((simulator) => simulator.stop()));
});

/** The SDK as it is, with both of its hosts led to the simulator. */
const sdk = ({ url }: Simulator, retry: false | undefined = false): Alpaca =>
  new Alpaca({
    ...keys,
    ...(retry === false && { retry }),
    fetchApi: (target, init) => {
      const { pathname, search } = new URL(String(target));
      return fetch(`${url}${pathname}${search}`, init);
    },
  });
const get = (simulator: Simulator, path: string) => fetch(simulator.url + path, { headers });
const market = { symbol: "AAPL", qty: "1", side: "buy" } as const;

describe("the unmodified SDK", () => {
  test("reads account, clock, calendar and assets", async () => {
    const { trading } = sdk(await start());
    expect((await trading.account.getAccount()).buyingPower).toBe("400000");
    expect((await trading.clock.legacyClock()).isOpen).toBe(true);
    expect((await trading.clock.clock({ markets: "NYSE" })).clocks[0]?.phase).toBe("core");
    const [early] = await trading.calendar.legacyCalendar({
      start: new Date("2026-11-27"),
      end: new Date("2026-11-27"),
    });
    expect(early?.close).toBe("13:00");
    const { calendar } = await trading.calendar.calendar({
      market: "NYSE",
      start: new Date("2026-11-27"),
      end: new Date("2026-11-27"),
    });
    expect(calendar).toHaveLength(1);
    expect((await trading.assets.getV2AssetsSymbolOrAssetId({ symbolOrAssetId: "MSFT" })).fractionable).toBe(true);
  });

  test("places an order, sees it filled, and finds position and activity", async () => {
    const { trading } = sdk(await start());
    const placed = await trading.orders.market({ ...market, clientOrderId: "first" });
    expect(placed.status).toBe("pending_new");
    const filled = await trading.orders.getOrderByClientOrderId({ clientOrderId: "first" });
    expect(filled).toMatchObject({ id: placed.id, status: "filled", filledQty: "1" });
    expect((await trading.positions.getAllOpenPositions()).map(({ symbol, qty }) => [symbol, qty])).toEqual([
      ["AAPL", "1"],
    ]);
    const activities = await trading.accountActivities.getAccountActivities({ activityTypes: ["FILL"] });
    expect(activities).toHaveLength(1);
  });

  test("places, lists and cancels limit orders", async () => {
    const { trading } = sdk(await start());
    const { id = "" } = await trading.orders.limit({ ...market, limitPrice: "10", timeInForce: "gtc" });
    expect((await trading.orders.getAllOrders({ status: "open" })).map((order) => order.id)).toEqual([id]);
    await (await trading.orders.deleteOrderByOrderIDRaw({ orderId: id })).value();
    expect((await trading.orders.getOrderByOrderID({ orderId: id })).status).toBe("canceled");
    expect(await trading.orders.deleteAllOrders()).toEqual([]);
  });

  test("gets its error classes, with the broker's fields in the body", async () => {
    const { trading } = sdk(await start());
    await trading.orders.market({ ...market, clientOrderId: "twice" });
    await expect(trading.orders.market({ ...market, clientOrderId: "twice" })).rejects.toMatchObject({
      name: "ValidationError",
      status: 422,
      code: 40010001,
      message: expect.stringContaining("client_order_id must be unique"),
    });
    const refused = await trading.orders.market({ ...market, qty: "99999" }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ name: "PermissionError", status: 403, code: 40310000 });
    await expect(trading.positions.getOpenPosition({ symbolOrAssetId: "MSFT" })).rejects.toMatchObject({ status: 404 });
  });

  test("pages through bars and reads snapshots", async () => {
    const { marketData } = sdk(await start());
    const bars = await marketData.getStockBars({
      symbols: ["AAPL", "MSFT"],
      timeframe: TimeFrame.Day,
      start: new Date("2026-03-02"),
      feed: "iex",
      limit: 50,
    });
    expect(bars.AAPL?.length).toBe(bars.MSFT?.length);
    expect(bars.AAPL?.at(-1)?.timestamp).toEqual(new Date("2026-06-15T04:00:00Z"));
    const snapshots = await marketData.stocks.stockSnapshots({ symbols: "AAPL,MSFT", feed: "iex" });
    expect(Object.keys(snapshots)).toEqual(["AAPL", "MSFT"]);
    expect(snapshots.AAPL?.latestTrade?.p).toBe(tape.lastTrade("AAPL", clockMs)?.price);
  });

  test("is refused with wrong keys", async () => {
    const { trading } = sdk(await start({ secret: "OTHER" }));
    await expect(trading.account.getAccount()).rejects.toMatchObject({ name: "AuthError", status: 401 });
  });
});

describe("faults on order", () => {
  const orders = async (simulator: Simulator) => (await (await get(simulator, "/_control/orders")).json()) as unknown[];

  test.each([
    ["status500", 500],
    ["status503", 503],
    ["status429", 429],
    ["status401", 401],
    ["status403", 403],
    ["status422", 422],
  ] as const)("%s answers without effect, as often as it was armed", async (kind, status) => {
    const simulator = await start();
    const { trading } = sdk(simulator);
    simulator.arm({ method: "POST", path: "/v2/orders", count: 2, kind });
    await expect(trading.orders.market(market)).rejects.toMatchObject({ status });
    await expect(trading.orders.market(market)).rejects.toMatchObject({ status });
    expect(await orders(simulator)).toEqual([]);
    expect((await trading.orders.market(market)).status).toBe("pending_new");
  });

  test("dropBeforeEffect cuts the connection and leaves no order", async () => {
    const simulator = await start();
    simulator.arm({ method: "POST", path: "/v2/orders", count: 1, kind: "dropBeforeEffect" });
    await expect(sdk(simulator).trading.orders.market(market)).rejects.toThrow();
    expect(await orders(simulator)).toEqual([]);
  });

  test("effectThenDrop cuts the connection after the order was taken", async () => {
    const simulator = await start();
    simulator.arm({ method: "POST", path: "/v2/orders", count: 1, kind: "effectThenDrop" });
    const { trading } = sdk(simulator);
    await expect(trading.orders.market({ ...market, clientOrderId: "lost" })).rejects.toThrow();
    expect((await trading.orders.getOrderByClientOrderId({ clientOrderId: "lost" })).status).toBe("filled");
  });

  test("delay answers late", async () => {
    const simulator = await start();
    simulator.arm({ method: "GET", path: "/v2/account", count: 1, kind: "delay", delayMs: 60 });
    const before = performance.now();
    expect((await get(simulator, "/v2/account")).status).toBe(200);
    expect(performance.now() - before).toBeGreaterThan(55);
  });

  test("only hit the method and path they name", async () => {
    const simulator = await start();
    simulator.arm({ method: "POST", path: "/v2/orders", count: 1, kind: "status500" });
    expect((await get(simulator, "/v2/orders")).status).toBe(200);
  });

  test("can be armed, listed and cleared over HTTP, and say what is wrong with them", async () => {
    const simulator = await start();
    const control = (method: string, body?: unknown) =>
      fetch(`${simulator.url}/_control/faults`, { method, ...(body !== undefined && { body: JSON.stringify(body) }) });
    expect((await control("POST", { method: "GET", path: "/v2/clock", count: 3, kind: "status503" })).status).toBe(201);
    expect((await get(simulator, "/v2/clock")).status).toBe(503);
    expect(await (await control("GET")).json()).toMatchObject([{ count: 2 }]);
    expect((await control("DELETE")).status).toBe(204);
    expect((await get(simulator, "/v2/clock")).status).toBe(200);
    expect((await control("POST", { kind: "earthquake" })).status).toBe(400);
    expect((await control("POST", { kind: "delay", count: 0 })).status).toBe(400);
  });
});

test("requests are counted by route", async () => {
  const simulator = await start();
  for (const path of ["/v2/orders/a", "/v2/orders/b", "/v2/stocks/AAPL/snapshot", "/nowhere"])
    await get(simulator, path);
  const counts = { "GET /v2/orders/{order_id}": 2, "GET /v2/stocks/{symbol}/snapshot": 1, "GET (unknown)": 1 };
  expect(simulator.requests()).toEqual(counts);
  expect(await (await get(simulator, "/_control/requests")).json()).toEqual(counts);
});

test("the budget is each host's own; over it comes 429 with the headers that say so", async () => {
  const simulator = await start({ requestsPerMinute: 2 });
  const answers = [];
  // A minute of real time may end between two requests: then the budget begins anew, so more are sent than needed.
  for (let index = 0; index < 6; index++) answers.push(await get(simulator, "/v2/clock"));
  expect(answers[0]?.headers.get("X-RateLimit-Limit")).toBe("2");
  const refused = answers.find(({ status }) => status === 429);
  expect(await refused?.json()).toEqual({ code: 42910000, message: "rate limit exceeded" });
  expect(refused?.headers.get("X-RateLimit-Remaining")).toBe("0");
  expect(Number(refused?.headers.get("X-RateLimit-Reset"))).toBeGreaterThan(Date.now() / 1000 - 60);
  expect((await get(simulator, "/v2/stocks/snapshots?symbols=AAPL")).status).toBe(200);
});

test("wrong keys get 401 in JSON, missing ones a page in HTML, and neither takes effect", async () => {
  const simulator = await start();
  const order = JSON.stringify({ ...market, type: "market", time_in_force: "day" });
  const post = (given: Record<string, string>) =>
    fetch(`${simulator.url}/v2/orders`, { method: "POST", headers: given, body: order });
  const wrong = await post({ ...headers, "APCA-API-SECRET-KEY": "WRONG" });
  expect([wrong.status, wrong.headers.get("content-type")]).toEqual([401, "application/json; charset=UTF-8"]);
  expect(await wrong.json()).toEqual({ message: "unauthorized." });
  const missing = await post({ "APCA-API-KEY-ID": "KEY" });
  expect([missing.status, missing.headers.get("content-type")]).toEqual([401, "text/html"]);
  expect(await missing.text()).toContain("<html>");
  expect(await (await get(simulator, "/_control/orders")).json()).toEqual([]);
});

test("who watches hears of orders, fills and requests in order", async () => {
  const events: SimulatorEvent[] = [];
  const simulator = await start({ onEvent: (event) => events.push(event) });
  await sdk(simulator).trading.orders.market({ ...market, clientOrderId: "seen" });
  expect(events.map((event) => (event.type === "order" ? event.status : event.type))).toEqual([
    "pending_new",
    "new",
    "fill",
    "filled",
    "request",
  ]);
  expect(events[2]).toMatchObject({ clientOrderId: "seen", at: "2026-06-15T14:00:20.000Z" });
  expect(events.at(-1)).toEqual({ type: "request", method: "POST", path: "/v2/orders", status: 200 });
});

test("a resting order fills as time goes by, without anybody asking", async () => {
  const fills: SimulatorEvent[] = [];
  clockMs = atNewYork("09:00:00");
  const simulator = await start({ onEvent: (event) => event.type === "fill" && fills.push(event) });
  await sdk(simulator).trading.orders.market(market);
  expect(fills).toEqual([]);
  clockMs = atNewYork("09:31:00");
  await expect.poll(() => fills, { timeout: 5000 }).toHaveLength(1);
  expect(fills[0]).toMatchObject({ at: "2026-06-15T13:30:00.000Z" });
});

describe("the state file", () => {
  let dir: string;
  const file = async () => {
    dir = await mkdtemp(join(tmpdir(), "simulator-state-"));
    return join(dir, "state.json");
  };
  afterEach(() => rm(dir, { recursive: true }));

  test("carries orders, positions and cash over a restart, and still refuses a used id", async () => {
    const stateFile = await file();
    const first = await start({ stateFile });
    await sdk(first).trading.orders.market({ ...market, clientOrderId: "kept" });
    await sdk(first).trading.orders.limit({ ...market, limitPrice: "10", timeInForce: "gtc" });
    const before = await (await get(first, "/v2/account")).json();
    await first.stop();
    const second = await start({ stateFile });
    expect(await (await get(second, "/v2/account")).json()).toEqual(before);
    expect(await sdk(second).trading.orders.getAllOrders({ status: "all" })).toHaveLength(2);
    await expect(sdk(second).trading.orders.market({ ...market, clientOrderId: "kept" })).rejects.toMatchObject({
      status: 422,
    });
  });

  test("holds an order before its answer leaves", async () => {
    const stateFile = await file();
    const first = await start({ stateFile });
    first.arm({ method: "POST", path: "/v2/orders", count: 1, kind: "effectThenDrop" });
    await expect(sdk(first).trading.orders.market({ ...market, clientOrderId: "lost" })).rejects.toThrow();
    const second = await start({ stateFile });
    expect((await sdk(second).trading.orders.getOrderByClientOrderId({ clientOrderId: "lost" })).status).toBe("filled");
  });

  test("of another seed, or that is none, is refused by name", async () => {
    const stateFile = await file();
    const first = await start({ stateFile });
    await sdk(first).trading.orders.market(market);
    await expect(start({ stateFile, seed: 12 })).rejects.toThrow(`${stateFile} was kept under seed 11, not 12`);
    await writeFile(stateFile, "{");
    await expect(start({ stateFile })).rejects.toThrow(`${stateFile} is not a simulator state`);
  });
});

test("a port that is taken is an error, not a wait", async () => {
  const { port } = await start();
  await expect(start({ port })).rejects.toMatchObject({ code: "EADDRINUSE" });
});

test("a body that is too large gets 413", async () => {
  const { url } = await start();
  const answer = await fetch(`${url}/v2/orders`, { method: "POST", headers, body: "x".repeat(1_000_001) });
  expect(answer.status).toBe(413);
});

test("the same seed and the same orders give the same ids and fills", async () => {
  const played = async () => {
    const simulator = await start();
    const { trading } = sdk(simulator);
    await trading.orders.market({ ...market, clientOrderId: "one" });
    await trading.orders.market({ ...market, symbol: "MSFT", clientOrderId: "two" });
    return (await get(simulator, "/_control/orders")).json();
  };
  expect(await played()).toEqual(await played());
});
