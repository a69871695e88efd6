// Faults on order: what each kind does to a request, plans drawn from a seed, and the control surface that sets them.
import { Alpaca } from "@alpacahq/alpaca-trade-api/rest";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { createFaults, type Fault, type FaultPlan, faultKinds, plannableKinds } from "../../src/simulator/faults.ts";
import { createAlpacaFetch } from "../../src/simulator/inProcess.ts";
import { type Simulator, startSimulator } from "../../src/simulator/server.ts";
import { atNewYork, flat, handmadeTape } from "./exampleMarket.ts";

const keys = { keyId: "KEY", secret: "SECRET" };
const headers = { "APCA-API-KEY-ID": "KEY", "APCA-API-SECRET-KEY": "SECRET" };
const tape = handmadeTape({ AAPL: { minute: (index) => flat(100 + index) } });
const nowMs = atNewYork("10:00:20");
const origin = "https://paper-api.alpaca.markets";
const market = { symbol: "AAPL", qty: "1", side: "buy", type: "market", time_in_force: "day" };

function open() {
  const door = createAlpacaFetch({ tape, nowMs: () => nowMs, seed: 3, ...keys });
  return {
    ...door,
    get: (path: string) => door.fetch(origin + path, { headers }),
    post: (body: object = market) =>
      door.fetch(`${origin}/v2/orders`, { method: "POST", headers, body: JSON.stringify(body) }),
  };
}

describe("a request that meets a fault", () => {
  test.each([
    [{ kind: "status502" }, 502, 0],
    [{ kind: "status504" }, 504, 0],
    [{ kind: "effectThenStatus" }, 500, 1],
    [{ kind: "effectThenStatus", status: 503 }, 503, 1],
  ] as const)("%o answers %i and leaves %i orders", async (fault, status, orders) => {
    const { arm, post, state } = open();
    arm({ method: "POST", path: "/v2/orders", ...fault });
    const answer = await post();
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ message: expect.any(String) });
    expect(state().orders).toHaveLength(orders);
  });

  test("htmlBody gets a gateway's page, which is no JSON, and no effect", async () => {
    const { arm, post, state } = open();
    arm({ kind: "htmlBody" });
    const answer = await post();
    expect([answer.status, answer.headers.get("content-type")]).toEqual([502, "text/html"]);
    expect(await answer.text()).toContain("<html>");
    expect(state().orders).toEqual([]);
  });

  test("truncatedJson gets half of its answer, after the effect", async () => {
    const { arm, post, state } = open();
    arm({ kind: "truncatedJson" });
    const answer = await post();
    expect(answer.status).toBe(200);
    await expect(answer.json()).rejects.toThrow(SyntaxError);
    expect(state().orders).toHaveLength(1);
  });

  test("missingField gets an answer without the field, wherever it stood", async () => {
    const { arm, post, get } = open();
    await post();
    arm({ kind: "missingField", field: "filled_qty" });
    const [order] = (await (await get("/v2/orders?status=all")).json()) as Record<string, unknown>[];
    expect(order).toMatchObject({ symbol: "AAPL", status: "filled" });
    expect(order).not.toHaveProperty("filled_qty");
    const [whole] = (await (await get("/v2/orders?status=all")).json()) as Record<string, unknown>[];
    expect(whole).toHaveProperty("filled_qty", "1");
  });

  test("staleQuotes reads old trades and quotes with their old times, and orders still meet the present ones", async () => {
    const { arm, get, post, state } = open();
    arm({ kind: "staleQuotes", ageMs: 10 * 60_000, count: 2 });
    const path = "/v2/stocks/snapshots?symbols=AAPL&feed=iex";
    const old = { p: 120, t: "2026-06-15T13:50:00.000000137Z" };
    await get("/v2/account");
    expect(await (await get(path)).json()).toMatchObject({ AAPL: { latestTrade: old, latestQuote: { ap: 120.01 } } });
    expect(await (await get("/v2/stocks/AAPL/trades/latest?feed=iex")).json()).toMatchObject({ trade: old });
    await post();
    expect(state().fills[0]?.price).toBe("130.01");
    expect(await (await get(path)).json()).toMatchObject({ AAPL: { latestTrade: { p: 130 } } });
  });

  test("clockSkew is told another time, and nothing else changes", async () => {
    const { arm, get, state } = open();
    arm({ kind: "clockSkew", skewMs: -3_600_000 });
    await get("/v2/account");
    const told = async () => ((await (await get("/v2/clock")).json()) as { timestamp: string }).timestamp;
    expect(await told()).toBe("2026-06-15T09:00:20-04:00");
    expect(await told()).toBe("2026-06-15T10:00:20-04:00");
    expect(state().nowMs).toBe(nowMs);
  });

  test("an SDK that retries reads gets through a fault that passes", async () => {
    const { arm, fetch, requests } = open();
    arm({ kind: "status503", count: 2 });
    const retry = { maxRetries: 3, baseDelayMs: 1, maxDelayMs: 1 };
    const { trading } = new Alpaca({ ...keys, retry, fetchApi: fetch });
    expect((await trading.account.getAccount()).cash).toBe("100000");
    expect(requests()).toEqual({ "GET /v2/account": 3 });
  });
});

describe("armed faults", () => {
  test("hit in the order in which they were armed, each as often as it says", () => {
    const faults = createFaults();
    faults.arm({ kind: "status500", count: 2 });
    faults.arm({ kind: "status503", method: "GET" });
    const taken = Array.from({ length: 4 }, () => faults.take("GET", "/v2/clock")?.kind);
    expect(taken).toEqual(["status500", "status500", "status503", undefined]);
    expect(faults.report().hits).toHaveLength(3);
    expect(faults.report().hits[0]).toEqual({ kind: "status500", method: "GET", path: "/v2/clock" });
  });

  test("of the stream do not hit requests, nor the other way round", () => {
    const faults = createFaults();
    faults.arm({ kind: "cutStream" });
    expect(faults.take("GET", "/v2/account")).toBeUndefined();
    faults.arm({ kind: "status500" });
    expect([faults.takeForStream(), faults.takeForStream()]).toEqual(["cutStream", undefined]);
    expect(faults.armed()).toEqual([{ kind: "status500", count: 1 }]);
  });
});

describe("a plan", () => {
  const drawn = (plan: FaultPlan, requests = 400, method = "GET"): readonly (string | undefined)[] => {
    const faults = createFaults();
    faults.plan(plan);
    return Array.from({ length: requests }, () => faults.take(method, "/v2/clock")?.kind);
  };

  test("of the same seed draws the same faults, of another seed others", () => {
    expect(drawn({ seed: 1, rate: 0.2 })).toEqual(drawn({ seed: 1, rate: 0.2 }));
    expect(drawn({ seed: 1, rate: 0.2 })).not.toEqual(drawn({ seed: 2, rate: 0.2 }));
  });

  test("hits about its rate of the requests, none at 0 and all at 1", () => {
    const hits = (rate: number) => drawn({ seed: 7, rate }).filter((kind) => kind !== undefined).length;
    expect(hits(0)).toBe(0);
    expect(hits(1)).toBe(400);
    expect(hits(0.25)).toBeGreaterThan(70);
    expect(hits(0.25)).toBeLessThan(130);
  });

  test("draws only its kinds, for its methods, and ends after its requests", () => {
    const kinds = ["status500", "effectThenDrop"] as const;
    expect(new Set(drawn({ seed: 3, rate: 1, kinds }))).toEqual(new Set(kinds));
    expect(drawn({ seed: 3, rate: 1, methods: ["POST"] }, 5)).toEqual(Array(5).fill(undefined));
    expect(drawn({ seed: 3, rate: 1, kinds: ["status500"], untilRequests: 2 }, 4)).toEqual([
      "status500",
      "status500",
      undefined,
      undefined,
    ]);
  });

  test("gives way to a fault that is armed, and counts the request all the same", () => {
    const faults = createFaults();
    faults.plan({ seed: 1, rate: 1, kinds: ["status500"] });
    faults.arm({ kind: "status401" });
    expect([faults.take("GET", "/v2/clock")?.kind, faults.take("GET", "/v2/clock")?.kind]).toEqual([
      "status401",
      "status500",
    ]);
    expect(faults.report().requests).toBe(2);
  });
});

test("under any plan an order is there exactly when its request was let through, whatever the client was told", async () => {
  const withoutEffect = /^(status\d+|htmlBody|dropBeforeEffect)$/;
  const seeds = fc.record({ seed: fc.nat(), rate: fc.double({ min: 0.2, max: 1, noNaN: true }) });
  await fc.assert(
    fc.asyncProperty(seeds, async ({ seed, rate }) => {
      const { faults, post, state } = open();
      faults.plan({ seed, rate, kinds: plannableKinds });
      for (let index = 0; index < 20; index++) {
        const [hits, orders] = [faults.report().hits.length, state().orders.length];
        const answer = await post().catch((error: unknown) => error);
        const hit = faults.report().hits[hits]?.kind;
        const effect = hit === undefined || !withoutEffect.test(hit);
        expect(state().orders.length - orders, hit).toBe(effect ? 1 : 0);
        expect(answer instanceof TypeError, hit).toBe(hit === "dropBeforeEffect" || hit === "effectThenDrop");
      }
    }),
    { numRuns: 40 },
  );
});

describe("the control surface", () => {
  let simulator: Simulator;
  const begin = async () => {
    simulator = await startSimulator({ tape, nowMs: () => nowMs, seed: 3, requestsPerMinute: 0, ...keys });
  };
  afterEach(() => simulator.stop());
  const control = async (method: string, path: string, body?: unknown) => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const answer = await fetch(`${simulator.url}/_control/${path}`, {
      method,
      ...(body !== undefined && { body: text }),
    });
    const answered = await answer.text();
    return { status: answer.status, body: answered === "" ? undefined : (JSON.parse(answered) as unknown) };
  };

  test("arms every kind there is", async () => {
    await begin();
    const needs: Partial<Record<Fault["kind"], Partial<Fault>>> = {
      delay: { delayMs: 1 },
      missingField: { field: "id" },
      staleQuotes: { ageMs: 1 },
      clockSkew: { skewMs: 1 },
    };
    for (const kind of faultKinds) {
      expect(await control("POST", "faults", { kind, ...needs[kind] })).toMatchObject({ status: 201, body: { kind } });
    }
    expect((await control("GET", "faults")).body).toHaveLength(faultKinds.length);
    expect((await control("DELETE", "faults")).status).toBe(204);
    expect((await control("GET", "faults")).body).toEqual([]);
  });

  test.each([
    ["faults", "{", "the body is not JSON"],
    ["faults", [], "expected object"],
    ["faults", { kind: "earthquake" }, "kind: "],
    ["faults", { kind: "delay" }, "delayMs: delay needs it"],
    ["faults", { kind: "missingField" }, "field: missingField needs it"],
    ["faults", { kind: "status500", count: 0 }, "count: "],
    ["faults", { kind: "status500", path: "v2" }, "path: "],
    ["faults", { kind: "effectThenStatus", status: 418 }, "status: "],
    ["faults", { kind: "status500", colour: "red" }, "colour"],
    ["interventions", { kind: "flood" }, "kind: "],
    ["interventions", { kind: "haltSymbol" }, "symbol: "],
    ["interventions", { kind: "rejectNextOrders", count: -1 }, "count: "],
    ["interventions", { kind: "blockTrading", blocked: "yes" }, "blocked: "],
    ["plan", { seed: 1, rate: 1.5 }, "rate: "],
    ["plan", { rate: 0.5 }, "seed: "],
    ["plan", { seed: 1, rate: 0.5, kinds: ["cutStream"] }, "kinds.0: "],
    ["plan", { seed: 1, rate: 0.5, methods: [] }, "methods: "],
    ["plan", { seed: 1, rate: 0.5, untilRequests: 0 }, "untilRequests: "],
  ])("refuses a wrong body for %s: %o", async (path, body, says) => {
    await begin();
    expect(await control("POST", path, body)).toEqual({
      status: 400,
      body: { message: expect.stringContaining(says) },
    });
  });

  test("sets a plan, tells what it hit, and ends it", async () => {
    await begin();
    const plan = { seed: 5, rate: 1, kinds: ["status503"], methods: ["GET"], untilRequests: 1 };
    expect(await control("POST", "plan", plan)).toEqual({ status: 201, body: plan });
    const statuses = [];
    for (let index = 0; index < 2; index++) {
      statuses.push((await fetch(`${simulator.url}/v2/account`, { headers })).status);
    }
    expect(statuses).toEqual([503, 200]);
    const hits = [{ kind: "status503", method: "GET", path: "/v2/account" }];
    expect((await control("GET", "plan")).body).toEqual({ plan, requests: 2, hits });
    expect((await control("DELETE", "plan")).status).toBe(204);
    expect((await control("GET", "plan")).body).toEqual({ plan: null, requests: 0, hits: [] });
  });

  test("hands interventions to the exchange, and tells which ones hold", async () => {
    await begin();
    const order = async () => {
      const init = { method: "POST", headers, body: JSON.stringify(market) };
      const answer = await fetch(`${simulator.url}/v2/orders`, init);
      const { id } = (await answer.json()) as { id?: string };
      const found = await fetch(`${simulator.url}/v2/orders/${id}`, { headers });
      return [answer.status, ((await found.json()) as { status?: string }).status];
    };
    const quiet = { haltedSymbols: [], ordersToReject: 0, ordersToSilence: 0, tradingBlocked: false };
    expect((await control("GET", "interventions")).body).toEqual(quiet);
    const reject = { kind: "rejectNextOrders", count: 1 };
    expect(await control("POST", "interventions", reject)).toEqual({ status: 201, body: reject });
    expect((await control("GET", "interventions")).body).toEqual({ ...quiet, ordersToReject: 1 });
    expect(await order()).toEqual([200, "rejected"]);
    await control("POST", "interventions", { kind: "haltSymbol", symbol: "AAPL" });
    expect(await order()).toEqual([200, "new"]);
    await control("POST", "interventions", { kind: "resumeSymbol", symbol: "AAPL" });
    expect(await order()).toEqual([200, "filled"]);
    await control("POST", "interventions", { kind: "blockTrading", blocked: true });
    expect(await order()).toEqual([403, undefined]);
  });

  test("says which controls there are, and which methods they take", async () => {
    await begin();
    expect(await control("GET", "weather")).toMatchObject({
      status: 404,
      body: { message: expect.stringContaining("/_control/plan") },
    });
    expect(await control("PUT", "faults")).toMatchObject({
      status: 405,
      body: { message: "use GET or DELETE or POST" },
    });
  });
});
