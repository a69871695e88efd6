// The broker and market data ports on the real Alpaca adapter against the simulator, in the numbered cases that need its faults, fills or clock.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createAlpacaBroker } from "../../src/adapters/alpaca/broker.ts";
import { createAlpacaClient } from "../../src/adapters/alpaca/client.ts";
import { createAlpacaMarketData } from "../../src/adapters/alpaca/marketData.ts";
import { InvariantError, TransientError } from "../../src/core/model/errors.ts";
import { type Price, price, qty } from "../../src/core/model/money.ts";
import type { OrderTicket } from "../../src/core/model/order.ts";
import { type Instant, instantFromMs } from "../../src/core/model/time.ts";
import type { Broker } from "../../src/ports/broker.ts";
import type { MarketData } from "../../src/ports/marketData.ts";
import { createSeededTape } from "../../src/simulator/seededTape.ts";
import { type Simulator, startSimulator } from "../../src/simulator/server.ts";
import { paperAccount } from "./alpacaAccount.ts";

const keys = { keyId: "key", secret: "secret" };
const fillsRoute = "GET /v2/account/activities";
const openMs = Date.parse("2026-06-15T14:00:00Z");
let nowMs = openMs;
let simulator: Simulator;
let broker: Broker;
let marketData: MarketData;
let client: ReturnType<typeof createAlpacaClient>;

const access = (more: object = {}) => ({
  ...keys,
  tradingOrigin: simulator.url,
  dataOrigin: simulator.url,
  requestsPerMinute: 0,
  ...more,
});

beforeEach(async () => {
  const tape = createSeededTape({
    seed: 3,
    fromDay: "2026-01-02",
    symbols: [
      { symbol: "AAA", startPrice: 50 },
      { symbol: "BBB", startPrice: 120 },
    ],
  });
  nowMs = openMs;
  simulator = await startSimulator({ tape, seed: 3, nowMs: () => nowMs, ...keys, requestsPerMinute: 0 });
  client = createAlpacaClient(access());
  broker = createAlpacaBroker(client);
  marketData = createAlpacaMarketData(client, { feed: "iex", adjustment: "split" });
});
afterEach(() => simulator.stop());

let tickets = 0;
const ticket = (more: Partial<OrderTicket> = {}): OrderTicket => ({
  clientOrderId: `test-${++tickets}`,
  stage: 1,
  strategy: "s",
  symbol: "AAA",
  side: "buy",
  qty: qty("10"),
  type: "market",
  timeInForce: "day",
  referencePrice: price("50") as Price,
  ...more,
});

/** Without a simulator there are no faults to arm, no order fills when it is told to, and the clock stands for nobody. */
const onSimulator = describe.skipIf(paperAccount !== undefined);

onSimulator("Alpaca broker on the simulator alone: faults, fills and a clock that stands", () => {
  test("A-01 reads the account in decimal strings", async () => {
    expect(await broker.account()).toMatchObject({ equity: "100000", cash: "100000" });
  });

  test("A-02 accepts an order once, and its fill is seen on the next look", async () => {
    const sent = ticket();
    expect(await broker.submit(sent)).toMatchObject({ kind: "accepted", order: { clientOrderId: sent.clientOrderId } });
    expect(await broker.findOrder(sent.clientOrderId)).toMatchObject({ status: "filled", filledQty: "10" });
    expect(await broker.positions()).toMatchObject([{ symbol: "AAA", qty: "10", available: "10" }]);
  });

  test("A-05 lists every order since an instant", async () => {
    const sent = ticket();
    await broker.submit(sent);
    const orders = await broker.ordersSince(instantFromMs(openMs - 60_000));
    expect(orders.map(({ clientOrderId }) => clientOrderId)).toEqual([sent.clientOrderId]);
    expect(await broker.openOrders()).toEqual([]);
  });

  test.each([
    ["INSUFFICIENT_BUYING_POWER", { qty: qty("100000") }],
    ["NOT_TRADABLE", { symbol: "NOPE" }],
  ] as const)("A-06 names a refusal %s and keeps the broker's words", async (code, more) => {
    const result = await broker.submit(ticket(more));
    expect(result).toMatchObject({ kind: "rejected", code });
    expect(result.kind === "rejected" ? result.message : "").not.toBe("");
  });

  test.each([
    ["status429", "notSent"],
    ["status500", "unknown"],
    ["status503", "unknown"],
    ["dropBeforeEffect", "unknown"],
    ["effectThenDrop", "unknown"],
    ["status422", "rejected"],
  ] as const)("A-07 sends once and ends a %s as %s", async (kind, outcome) => {
    simulator.arm({ method: "POST", path: "/v2/orders", count: 1, kind });
    const before = simulator.requests()["POST /v2/orders"] ?? 0;
    expect((await broker.submit(ticket())).kind).toBe(outcome);
    expect(simulator.requests()["POST /v2/orders"]).toBe(before + 1);
  });

  test("A-08 ends a time-out after sending as unknown, and the order may be there", async () => {
    const impatient = createAlpacaBroker(createAlpacaClient(access({ timeoutMs: 150 })));
    simulator.arm({ method: "POST", path: "/v2/orders", count: 1, kind: "delay", delayMs: 600 });
    const sent = ticket();
    expect((await impatient.submit(sent)).kind).toBe("unknown");
    await expect
      .poll(async () => (await broker.findOrder(sent.clientOrderId))?.status, { timeout: 5000 })
      .toBe("filled");
  });

  test("A-09 tells an order that never left from one in doubt", async () => {
    const nobody = createAlpacaBroker(createAlpacaClient(access()));
    await simulator.stop();
    expect((await nobody.submit(ticket())).kind).toBe("notSent");
  });

  test.each([
    ["status401", InvariantError, "BROKER_UNAUTHORIZED"],
    ["status403", InvariantError, "BROKER_UNAUTHORIZED"],
    ["status429", TransientError, "BROKER_UNAVAILABLE"],
    ["status500", TransientError, "BROKER_UNAVAILABLE"],
    ["dropBeforeEffect", TransientError, "BROKER_UNAVAILABLE"],
  ] as const)("A-10 fails a read on lasting %s with a name", async (kind, type, code) => {
    simulator.arm({ method: "GET", path: "/v2/account", count: 3, kind });
    const failure = await broker.account().catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(type);
    expect(failure).toMatchObject({ code });
  });

  test("A-11 reads again after a passing fault", async () => {
    simulator.arm({ method: "GET", path: "/v2/account", count: 1, kind: "status503" });
    expect(await broker.account()).toMatchObject({ cash: "100000" });
  });

  test("A-14 lists more orders than a page holds, and each once", async () => {
    for (let sent = 0; sent < 510; sent++) {
      await broker.submit(ticket({ qty: qty("1") }));
      nowMs += sent % 3;
    }
    const orders = await broker.ordersSince(instantFromMs(openMs));
    expect(new Set(orders.map(({ clientOrderId }) => clientOrderId)).size).toBe(510);
    expect(orders).toHaveLength(510);
    expect((await broker.ordersSince(instantFromMs(nowMs + 1))).length).toBe(0);
  });

  test("A-15 lists an order of the very instant it is asked from", async () => {
    const sent = await broker.submit(ticket());
    const submittedAt = sent.kind === "accepted" ? sent.order.submittedAt : instantFromMs(0);
    expect(await broker.ordersSince(submittedAt)).toHaveLength(1);
  });

  test("A-22 is too late to cancel an order that has filled, and leaves it as it is", async () => {
    const sent = ticket();
    const result = await broker.submit(sent);
    const brokerOrderId = result.kind === "accepted" ? result.order.brokerOrderId : "";
    expect(await broker.findOrder(sent.clientOrderId)).toMatchObject({ status: "filled" });
    expect(await broker.cancel(brokerOrderId)).toMatchObject({ kind: "tooLate" });
    expect(await broker.findOrder(sent.clientOrderId)).toMatchObject({ status: "filled", filledQty: "10" });
  });

  test("A-23 lists more fills than a page holds, each once and oldest first", async () => {
    for (let sent = 0; sent < 230; sent++) {
      await broker.submit(ticket({ qty: qty("1") }));
      // Several fills of one instant, so that pages end among them.
      if (sent % 5 === 4) nowMs += 1;
    }
    await broker.openOrders();
    const before = simulator.requests()[fillsRoute] ?? 0;
    const fills = await broker.fillsSince(instantFromMs(openMs));
    expect(new Set(fills.map(({ id }) => id)).size).toBe(230);
    expect(new Set(fills.map(({ brokerOrderId }) => brokerOrderId)).size).toBe(230);
    const times = fills.map(({ at }) => at);
    expect(times).toEqual([...times].sort());
    expect((simulator.requests()[fillsRoute] ?? 0) - before).toBe(3);
  });

  test("A-24 lists a fill of the very instant it is asked from, and none before it", async () => {
    const early = ticket();
    const late = ticket({ symbol: "BBB", qty: qty("2") });
    await broker.submit(early);
    nowMs += 60_000;
    await broker.submit(late);
    await broker.openOrders();
    const [first, second, ...more] = await broker.fillsSince(instantFromMs(openMs - 60_000));
    expect([first?.symbol, second?.symbol, more.length]).toEqual(["AAA", "BBB", 0]);
    const { brokerOrderId } = (await broker.findOrder(late.clientOrderId)) ?? {};
    expect(second).toMatchObject({ brokerOrderId, symbol: "BBB", side: "buy", qty: "2" });
    if (second === undefined) throw new Error("the second order has no fill");
    expect(second.at > instantFromMs(openMs)).toBe(true);
    expect(await broker.fillsSince(second.at)).toEqual([second]);
    expect(await broker.fillsSince(instantFromMs(Date.parse(second.at) + 1))).toEqual([]);
  });
});

onSimulator("Alpaca market data on the simulator alone: known prices and counted requests", () => {
  /** Through Friday, as a run on Monday asks. */
  const days = {
    timeframe: "1Day",
    from: "2026-05-01T04:00:00.000Z" as Instant,
    to: "2026-06-15T04:00:00.000Z" as Instant,
  } as const;

  test("M-01 gives closed daily bars in columns, and no symbol it does not know", async () => {
    const bars = await marketData.bars({ symbols: ["AAA", "BBB", "NOPE"], ...days });
    expect([...bars.keys()]).toEqual(["AAA", "BBB"]);
    const series = bars.get("AAA");
    expect(series?.timeMs.length).toBe(30);
    expect(instantFromMs(series?.timeMs.at(-1) ?? 0).slice(0, 10)).toBe("2026-06-12");
    expect(series?.close).toBeInstanceOf(Float64Array);
  });

  test("M-02 gives the minutes that start before a moment, and none that starts at it", async () => {
    const [from, to] = ["2026-06-15T13:50:00.000Z" as Instant, "2026-06-15T14:00:00.000Z" as Instant];
    const bars = await marketData.bars({ symbols: ["AAA", "BBB"], timeframe: "1Min", from, to });
    expect(bars.get("BBB")?.timeframe).toBe("1Min");
    const times = [...(bars.get("AAA")?.timeMs ?? [])];
    expect([times[0], times.at(-1)]).toEqual([Date.parse(from), Date.parse(to) - 60_000]);
  });

  test("M-03 gives the latest price with its quote and the close before", async () => {
    const latest = await marketData.latestPrices(["AAA", "NOPE"]);
    expect([...latest.keys()]).toEqual(["AAA"]);
    const { price: last, bid, ask, previousClose } = latest.get("AAA") ?? {};
    const closes = (await marketData.bars({ symbols: ["AAA"], ...days })).get("AAA")?.close;
    expect(previousClose).toEqual({ day: "2026-06-12", price: String(closes?.at(-1)) });
    expect(Number(bid)).toBeLessThanOrEqual(Number(last));
    expect(Number(ask)).toBeGreaterThanOrEqual(Number(last));
  });

  test("M-04 asks for at most a hundred symbols at once", async () => {
    const symbols = ["AAA", "BBB", ...Array.from({ length: 148 }, (_, index) => `X${index}`)];
    expect([...(await marketData.bars({ symbols, ...days })).keys()]).toEqual(["AAA", "BBB"]);
    expect([...(await marketData.latestPrices(symbols)).keys()]).toEqual(["AAA", "BBB"]);
    expect(simulator.requests()).toMatchObject({ "GET /v2/stocks/bars": 2, "GET /v2/stocks/snapshots": 2 });
  });
});
