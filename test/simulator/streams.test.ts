// The simulator's streams: the unmodified SDK's clients on them, and raw ones that say what it never would.
import { EventEmitter, once } from "node:events";
import { Alpaca, streaming } from "@alpacahq/alpaca-trade-api";
import { decode, encode } from "@msgpack/msgpack";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { createMarketDataStream } from "../../src/simulator/marketDataStream.ts";
import { createSeededTape } from "../../src/simulator/seededTape.ts";
import { type Simulator, type SimulatorOptions, startSimulator } from "../../src/simulator/server.ts";
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
let clockMs = atNewYork("10:00:20");
const toEnd: (() => unknown)[] = [];
afterEach(async () => {
  clockMs = atNewYork("10:00:20");
  for (const end of toEnd.splice(0).reverse()) await end();
});

async function start(options: Partial<SimulatorOptions> = {}): Promise<Simulator> {
  const simulator = await startSimulator({
    tape,
    nowMs: () => clockMs,
    seed: 11,
    requestsPerMinute: 0,
    ...keys,
    ...options,
  });
  toEnd.push(simulator.stop);
  return simulator;
}

const sdk = ({ url }: Simulator): Alpaca =>
  new Alpaca({
    ...keys,
    retry: false,
    fetchApi: (target, init) => {
      const { pathname, search } = new URL(String(target));
      return fetch(`${url}${pathname}${search}`, init);
    },
  });
const market = { symbol: "AAPL", qty: "2", side: "buy" } as const;

async function tradingStream(
  simulator: Simulator,
): Promise<{ stream: streaming.TradingStream; updates: streaming.TradeUpdate[] }> {
  const updates: streaming.TradeUpdate[] = [];
  const stream = new streaming.TradingStream({
    credentials: keys,
    url: `${simulator.streamOrigin}/stream`,
    initialReconnectMs: 10,
  });
  stream.onTradeUpdate((update) => updates.push(update));
  toEnd.push(() => stream.disconnect());
  await listening(stream);
  return { stream, updates };
}

async function listening(stream: streaming.TradingStream): Promise<void> {
  const subscribed = new Promise<void>((resolve) => stream.once(streaming.EVENT.SUBSCRIPTION, () => resolve()));
  stream.subscribeTradeUpdates();
  stream.connect();
  await subscribed;
}

const names = (updates: readonly streaming.TradeUpdate[]): readonly string[] => updates.map(({ event }) => event);
const settled = (updates: readonly unknown[], count: number) =>
  expect.poll(() => updates, { timeout: 3000 }).toHaveLength(count);

describe("the SDK's trading stream", () => {
  test("hears what happens to an order, with price, quantity and position at the fill", async () => {
    const simulator = await start();
    const { updates } = await tradingStream(simulator);
    const { trading } = sdk(simulator);
    await trading.orders.market({ ...market, clientOrderId: "one" });
    await trading.orders.market({ ...market, qty: "3" });
    await settled(updates, 6);
    expect(names(updates)).toEqual(["pending_new", "new", "fill", "pending_new", "new", "fill"]);
    const [arrival, , fill, , , second] = updates;
    expect(arrival).toMatchObject({ order: { clientOrderId: "one", status: "pending_new" }, price: undefined });
    expect(fill).toMatchObject({
      order: { clientOrderId: "one", status: "filled", filledQty: "2" },
      price: String(tape.quote("AAPL", clockMs)?.ask),
      qty: "2",
      positionQty: "2",
      timestamp: new Date(clockMs),
    });
    expect(second).toMatchObject({ qty: "3", positionQty: "5" });
    expect(new Set(updates.map(({ executionId }) => executionId)).size).toBe(6);
  });

  test("waits for an order's end with submitAndWait", async () => {
    const simulator = await start();
    const { stream } = await tradingStream(simulator);
    const order = await sdk(simulator).trading.submitAndWait(
      { symbol: "MSFT", qty: "1", side: "buy", type: "market", timeInForce: "day" },
      { stream, timeoutMs: 3000 },
    );
    expect(order).toMatchObject({ symbol: "MSFT", status: "filled" });
  });

  test("hears of a resting order's fill as time goes by", async () => {
    clockMs = atNewYork("09:00:00");
    const simulator = await start();
    const { updates } = await tradingStream(simulator);
    await sdk(simulator).trading.orders.market(market);
    clockMs = atNewYork("09:31:00");
    await settled(updates, 3);
    expect(names(updates)).toEqual(["accepted", "new", "fill"]);
  });

  test("hears of an execution in parts, each with the position it led to", async () => {
    const simulator = await start({ partialFillShare: 1 });
    const { updates } = await tradingStream(simulator);
    await sdk(simulator).trading.orders.market({ ...market, qty: "10" });
    clockMs = atNewYork("10:05:00");
    await settled(updates, 4);
    expect(names(updates)).toEqual(["pending_new", "new", "partial_fill", "fill"]);
    const [part, rest] = updates.slice(2);
    expect(part).toMatchObject({ positionQty: part?.qty, order: { status: "partially_filled" } });
    expect(Number(part?.qty) + Number(rest?.qty)).toBe(10);
    expect(rest?.positionQty).toBe("10");
  });

  test("gives up at once with wrong keys", async () => {
    const simulator = await start({ secret: "OTHER" });
    const stream = new streaming.TradingStream({ credentials: keys, url: `${simulator.streamOrigin}/stream` });
    toEnd.push(() => stream.disconnect());
    stream.connect();
    expect(await stream.whenAuthenticated()).toMatchObject({ authenticated: false, status: "server_rejected" });
  });

  test("meets an event twice, in the wrong order, or a cut stream, as armed", async () => {
    const simulator = await start();
    const { updates, stream } = await tradingStream(simulator);
    const { trading } = sdk(simulator);
    simulator.arm({ kind: "duplicateEvent" });
    await trading.orders.market(market);
    await settled(updates, 4);
    expect(names(updates)).toEqual(["pending_new", "pending_new", "new", "fill"]);
    expect(updates[0]).toEqual(updates[1]);
    simulator.arm({ kind: "reorderEvents" });
    await trading.orders.market(market);
    await settled(updates, 7);
    expect(names(updates).slice(4)).toEqual(["new", "pending_new", "fill"]);
    const reconnected = new Promise<void>((resolve) => stream.once(streaming.EVENT.RECONNECTED, () => resolve()));
    simulator.arm({ kind: "cutStream" });
    await trading.orders.market(market);
    await reconnected;
    await expect
      .poll(async () => {
        await trading.orders.limit({ ...market, limitPrice: "10" });
        return names(updates).slice(7);
      })
      .toContain("new");
    expect(names(updates).slice(7)).not.toContain("fill");
  });
});

/** A raw client that keeps what it receives. */
async function open(simulator: Simulator, path: string, headers: Record<string, string> = {}) {
  const socket = new WebSocket(simulator.streamOrigin + path, { headers });
  const received: { readonly data: Buffer; readonly binary: boolean }[] = [];
  socket.on("message", (data, binary) => received.push({ data: data as Buffer, binary }));
  toEnd.push(() => socket.terminate());
  await once(socket, "open");
  const next = async (): Promise<{ readonly data: Buffer; readonly binary: boolean }> => {
    await expect.poll(() => received.length, { timeout: 3000 }).toBeGreaterThan(0);
    const [first] = received.splice(0, 1);
    if (first === undefined) throw new Error("nothing was received");
    return first;
  };
  return {
    socket,
    next,
    nextJson: async (): Promise<unknown> => JSON.parse(String((await next()).data)),
    say: (message: unknown) => socket.send(JSON.stringify(message)),
  };
}

describe("a raw client of /stream", () => {
  const authorized = { stream: "authorization", data: { status: "authorized", action: "authenticate" } };

  test.each([
    ["the newer form", { action: "auth", key: "KEY", secret: "SECRET" }],
    ["the older form", { action: "authenticate", data: { key_id: "KEY", secret_key: "SECRET" } }],
  ])("is authorized by %s, in text or in binary, and answered in binary frames", async (_, message) => {
    const simulator = await start();
    const client = await open(simulator, "/stream");
    client.socket.send(Buffer.from(JSON.stringify(message)));
    const answer = await client.next();
    expect([answer.binary, JSON.parse(String(answer.data))]).toEqual([true, authorized]);
    client.say(message);
    expect(await client.nextJson()).toEqual(authorized);
  });

  test("is not authorized with other keys, and may not listen before it is", async () => {
    const client = await open(await start(), "/stream");
    client.say({ action: "auth", key: "KEY", secret: "WRONG" });
    expect(await client.nextJson()).toMatchObject({ data: { status: "unauthorized", action: "authenticate" } });
    client.say({ action: "listen", data: { streams: ["trade_updates"] } });
    expect(await client.nextJson()).toMatchObject({ data: { status: "unauthorized", action: "listen" } });
    client.say("nonsense");
    expect(await client.nextJson()).toMatchObject({ action: "error" });
  });

  test("is told which of the streams it asked for there are; none ends the updates", async () => {
    const simulator = await start();
    const client = await open(simulator, "/stream");
    client.say({ action: "auth", key: "KEY", secret: "SECRET" });
    await client.next();
    client.say({ action: "listen", data: { streams: ["trade_updates", "account_updates"] } });
    expect(await client.nextJson()).toEqual({ stream: "listening", data: { streams: ["trade_updates"] } });
    client.say({ action: "listen", data: { streams: [] } });
    expect(await client.nextJson()).toEqual({ stream: "listening", data: { streams: [] } });
    await sdk(simulator).trading.orders.market(market);
    client.say({ action: "listen", data: { streams: [] } });
    expect(await client.nextJson()).toMatchObject({ stream: "listening" });
  });

  test("gets a 404 for a path that is no stream", async () => {
    const socket = new WebSocket(`${(await start()).streamOrigin}/v3/stream`);
    const [error] = await once(socket, "error").catch((failure: unknown) => [failure]);
    expect(String(error)).toContain("404");
  });
});

describe("the SDK's market data stream", () => {
  test("hears bars, trades and quotes of the symbols it subscribed to, as time passes over the tape", async () => {
    const simulator = await start();
    const stream = new streaming.StockDataStream({ credentials: keys, url: `${simulator.streamOrigin}/v2/iex` });
    toEnd.push(() => stream.disconnect());
    const heard: unknown[] = [];
    stream.onBar(({ symbol, close, timestamp }) => heard.push(["bar", symbol, close, timestamp]));
    stream.onTrade(({ symbol, price, timestamp }) => heard.push(["trade", symbol, price, timestamp]));
    stream.onQuote(({ symbol, askPrice }) => heard.push(["quote", symbol, askPrice]));
    const subscribed = new Promise<void>((resolve) => stream.once(streaming.EVENT.SUBSCRIPTION, () => resolve()));
    stream.subscribeForBars(["AAPL"]);
    stream.subscribeForTrades(["AAPL"]);
    stream.subscribeForQuotes(["MSFT"]);
    stream.connect();
    await subscribed;
    clockMs = atNewYork("10:01:05");
    await settled(heard, 3);
    const bar = tape.minuteBars("AAPL", "2026-06-15")[30];
    expect(heard).toContainEqual(["bar", "AAPL", bar?.close, new Date(atNewYork("10:00:00"))]);
    const minute = new Date(atNewYork("10:01:00"));
    expect(heard).toContainEqual(["trade", "AAPL", tape.lastTrade("AAPL", clockMs)?.price, minute]);
    expect(heard).toContainEqual(["quote", "MSFT", tape.quote("MSFT", clockMs)?.ask]);
  });

  test("hears that trading in a symbol is halted, and that it goes on", async () => {
    const simulator = await start();
    const stream = new streaming.StockDataStream({ credentials: keys, url: `${simulator.streamOrigin}/v2/iex` });
    toEnd.push(() => stream.disconnect());
    const heard: unknown[] = [];
    stream.onStatus(({ symbol, statusMessage }) => heard.push([symbol, statusMessage]));
    const subscribed = new Promise<void>((resolve) => stream.once(streaming.EVENT.SUBSCRIPTION, () => resolve()));
    stream.subscribeForStatuses(["AAPL"]);
    stream.connect();
    await subscribed;
    for (const [kind, symbol] of [
      ["haltSymbol", "MSFT"],
      ["haltSymbol", "AAPL"],
      ["resumeSymbol", "AAPL"],
    ]) {
      const body = JSON.stringify({ kind, symbol });
      await fetch(`${simulator.url}/_control/interventions`, { method: "POST", body });
    }
    await settled(heard, 2);
    expect(heard).toEqual([
      ["AAPL", "Trading Halt"],
      ["AAPL", "Resume"],
    ]);
  });

  test("gives up at once with wrong keys", async () => {
    const simulator = await start({ secret: "OTHER" });
    const stream = new streaming.StockDataStream({ credentials: keys, url: `${simulator.streamOrigin}/v2/iex` });
    toEnd.push(() => stream.disconnect());
    stream.connect();
    expect(await stream.whenAuthenticated()).toMatchObject({ authenticated: false, code: 402 });
  });
});

describe("a raw client of the market data stream", () => {
  const auth = { action: "auth", key: "KEY", secret: "SECRET" };
  const error = (code: number, msg: string) => [{ T: "error", code, msg }];

  test("speaks msgpack when it says so, with times as timestamps", async () => {
    const client = await open(await start(), "/v2/test", { "Content-Type": "application/msgpack" });
    const heard = async () => decode((await client.next()).data);
    expect(await heard()).toEqual([{ T: "success", msg: "connected" }]);
    client.socket.send(encode(auth));
    expect(await heard()).toEqual([{ T: "success", msg: "authenticated" }]);
    client.socket.send(encode({ action: "subscribe", bars: ["*"], dailyBars: ["AAPL"] }));
    expect(await heard()).toMatchObject([{ T: "subscription", bars: ["*"], dailyBars: ["AAPL"], trades: [] }]);
    clockMs = atNewYork("10:01:00");
    expect(await heard()).toMatchObject([
      { T: "b", S: "AAPL", t: new Date(atNewYork("10:00:00")) },
      { T: "d", S: "AAPL", t: new Date(atNewYork("00:00:00")) },
      { T: "b", S: "MSFT" },
    ]);
    client.socket.send("{}");
    expect(await heard()).toEqual(error(400, "invalid syntax"));
  });

  test("is told what is wrong, by number", async () => {
    const simulator = await start();
    const client = await open(simulator, "/v2/iex");
    await client.next();
    client.say({ action: "subscribe", trades: ["AAPL"] });
    expect(await client.nextJson()).toEqual(error(401, "not authenticated"));
    client.say({ action: "dance" });
    expect(await client.nextJson()).toEqual(error(400, "invalid syntax"));
    client.say(auth);
    await client.next();
    client.say(auth);
    expect(await client.nextJson()).toEqual(error(403, "already authenticated"));
    client.say({ action: "subscribe", trades: Array.from({ length: 31 }, (_, index) => `S${index}`) });
    expect(await client.nextJson()).toEqual(error(405, "symbol limit exceeded"));
    const second = await open(simulator, "/v2/iex");
    await second.next();
    second.say(auth);
    expect(await second.nextJson()).toEqual(error(406, "connection limit exceeded"));
    await expect.poll(() => second.socket.readyState).toBe(WebSocket.CLOSED);
  });

  test("may connect again once its first connection is closed", async () => {
    const simulator = await start();
    const first = await open(simulator, "/v2/iex");
    first.say(auth);
    await first.next();
    await first.next();
    first.socket.close();
    await once(first.socket, "close");
    const second = await open(simulator, "/v2/iex");
    await second.next();
    second.say(auth);
    expect(await second.nextJson()).toEqual([{ T: "success", msg: "authenticated" }]);
  });

  test("is authenticated by the headers of its HTTP request as well", async () => {
    const simulator = await start();
    const known = { "APCA-API-KEY-ID": "KEY", "APCA-API-SECRET-KEY": "SECRET" };
    const client = await open(simulator, "/v2/iex", known);
    await client.next();
    expect(await client.nextJson()).toEqual([{ T: "success", msg: "authenticated" }]);
    const wrong = await open(simulator, "/v2/iex", { ...known, "APCA-API-SECRET-KEY": "WRONG" });
    await wrong.next();
    expect(await wrong.nextJson()).toEqual(error(402, "auth failed"));
  });

  test("hears nothing of what happened before it subscribed", async () => {
    const client = await open(await start(), "/v2/iex");
    client.say(auth);
    for (let skipped = 0; skipped < 2; skipped++) await client.next();
    clockMs = atNewYork("11:30:00");
    client.say({ action: "subscribe", bars: ["AAPL"] });
    expect(await client.nextJson()).toMatchObject([{ T: "subscription" }]);
    clockMs = atNewYork("11:31:00");
    expect(await client.nextJson()).toMatchObject([{ T: "b", S: "AAPL", t: "2026-06-15T15:30:00Z" }]);
  });

  test("on the free plan has no consolidated feed", async () => {
    const client = await open(await start(), "/v2/sip");
    await client.next();
    client.say(auth);
    expect(await client.nextJson()).toEqual(error(409, "insufficient subscription"));
  });

  test("unsubscribes from what it names, and no more", async () => {
    const client = await open(await start(), "/v2/iex");
    client.say(auth);
    client.say({ action: "subscribe", trades: ["AAPL", "MSFT"], quotes: ["AAPL"] });
    client.say({ action: "unsubscribe", trades: ["AAPL"] });
    for (let skipped = 0; skipped < 3; skipped++) await client.next();
    expect(await client.nextJson()).toMatchObject([{ T: "subscription", trades: ["MSFT"], quotes: ["AAPL"] }]);
  });

  test("is answered when it pings", async () => {
    const { socket } = await open(await start(), "/v2/iex");
    socket.ping("still there?");
    expect(String((await once(socket, "pong"))[0])).toBe("still there?");
  });
});

test("who does not authenticate in time is told so and let go", async () => {
  const told: unknown[] = [];
  const gone = Promise.withResolvers<void>();
  const socket = Object.assign(new EventEmitter(), {
    send: (text: string) => told.push(...(JSON.parse(text) as unknown[])),
    close: () => gone.resolve(),
  });
  const stream = createMarketDataStream({ tape, ...keys, plan: "basic", nowMs: () => clockMs, authTimeoutMs: 5 });
  stream.accept({ socket: socket as unknown as WebSocket, feed: "iex", codec: "json" });
  await gone.promise;
  expect(told).toEqual([
    { T: "success", msg: "connected" },
    { T: "error", code: 404, msg: "auth timeout" },
  ]);
});
