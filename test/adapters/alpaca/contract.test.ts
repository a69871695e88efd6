// The contract canary against the simulator: silent while every answer is as recorded, and told of a field that is gone, new or of another kind.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { createAlpacaBroker } from "../../../src/adapters/alpaca/broker.ts";
import { createAlpacaClient } from "../../../src/adapters/alpaca/client.ts";
import { createContractCanary } from "../../../src/adapters/alpaca/contractCanary.ts";
import { contractRoutes, pathsRead } from "../../../src/adapters/alpaca/contractRoutes.ts";
import { price, qty } from "../../../src/core/model/money.ts";
import { compareWithContract, contractOf } from "../../../src/core/operations/contract.ts";
import { createAlpacaFetch } from "../../../src/simulator/inProcess.ts";
import { createSeededTape } from "../../../src/simulator/seededTape.ts";
import { at } from "../../support/memoryStack.ts";

const file = resolve(import.meta.dirname, "../../../src/adapters/alpaca/contract.json");
const recorded = JSON.parse(readFileSync(file, "utf8")) as Record<string, Record<string, string>>;
const now = at("2026-06-15T14:00:00Z");

type Change = (route: string, answer: unknown) => unknown;

/** A market with positions, fills, and an order with both exits; answers pass through `change`. */
async function market(change: Change = (_, answer) => answer) {
  const keys = { keyId: "key", secret: "secret" };
  const tape = createSeededTape({
    seed: 5,
    fromDay: "2026-05-01",
    symbols: ["SPY", "QQQ"].map((symbol) => ({ symbol, startPrice: 400 })),
  });
  const alpaca = createAlpacaFetch({ tape, seed: 5, nowMs: () => Date.parse(now), startingCash: "100000", ...keys });
  const answers = new Map<string, unknown[]>();
  const transport: typeof fetch = async (input, init) => {
    const answer = await alpaca.fetch(input, init);
    if (!answer.ok || (init?.method ?? "GET") !== "GET") return answer;
    const route = `GET ${new URL(String(input)).pathname}`.replace(
      /(orders|assets)\/[^/:]+$/,
      (_, what) => `${what}/${what === "orders" ? "{order_id}" : "{symbol}"}`,
    );
    const changed = change(route, await answer.json());
    answers.set(route, [...(answers.get(route) ?? []), changed]);
    return Response.json(changed);
  };
  const origins = { tradingOrigin: "http://broker", dataOrigin: "http://broker", requestsPerMinute: 0 };
  const client = createAlpacaClient({ ...keys, ...origins, retryDelayMs: 0, transport });
  const ticket = {
    stage: 1,
    strategy: "",
    symbol: "SPY",
    side: "buy",
    timeInForce: "day",
    referencePrice: price(400),
    qty: qty(2),
  } as const;
  const broker = createAlpacaBroker(client);
  await broker.submit({ ...ticket, clientOrderId: "plain", type: "market" });
  await broker.submit({
    ...ticket,
    clientOrderId: "bracket",
    type: "limit",
    limitPrice: price(1),
    exits: { takeProfit: price(9000), stopLoss: price("0.5") },
  });
  // What the adapter never sends, a person may: an amount instead of shares, an order that is cancelled again.
  const byHand = (method: string, path: string, body?: object): Promise<Response> =>
    alpaca.fetch(`http://broker/v2/orders${path}`, {
      method,
      headers: { "apca-api-key-id": "key", "apca-api-secret-key": "secret", "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const order = { symbol: "SPY", side: "buy", time_in_force: "day", type: "market" };
  await byHand("POST", "", { ...order, notional: "100" });
  const resting = await byHand("POST", "", { ...order, type: "limit", limit_price: "1", qty: "1" });
  await byHand("DELETE", `/${((await resting.json()) as { id: string }).id}`);
  const clock = { now: () => now, realMs: () => 0, realMsUntil: () => 0, sleep: async () => undefined };
  return { canary: createContractCanary(client, { feed: "iex", clock }), answers };
}

const check = async (change?: Change) => (await market(change)).canary.check();

const without =
  (name: string) =>
  (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(without(name))
      : Object.fromEntries(Object.entries(value as object).filter(([key]) => key !== name));

describe("the canary", () => {
  test("finds nothing where every answer is as recorded", async () => {
    expect(await check()).toEqual([]);
  });

  test("asks every route that the adapter reads, and each has a recorded contract with every field that is read", async () => {
    const { canary, answers } = await market();
    await canary.check();
    expect([...answers.keys()].sort()).toEqual(contractRoutes.map(({ route }) => route).sort());
    expect(Object.keys(recorded).sort()).toEqual(contractRoutes.map(({ route }) => route).sort());
    for (const { route, schema } of contractRoutes) {
      const unknown = [...pathsRead(schema)].filter((path) => !(path in (recorded[route] ?? {})));
      // A correction comes only with a trade that was taken back.
      expect([route, unknown.filter((path) => path !== "trades.*[].u")]).toEqual([route, []]);
    }
  });

  test.each<[string, string, Change, "breaking" | "changed", string]>([
    [
      "a field that the app reads is gone",
      "GET /v2/account",
      (_, answer) => without("account_blocked")(answer),
      "breaking",
      "account_blocked is missing",
    ],
    [
      "a field that the app does not read is gone",
      "GET /v2/account",
      (_, answer) => without("multiplier")(answer),
      "changed",
      "multiplier is missing",
    ],
    [
      "a flag that the app reads is null",
      "GET /v2/account",
      (_, answer) => ({ ...(answer as object), account_blocked: null }),
      "breaking",
      "account_blocked is null, not boolean",
    ],
    [
      "a field is new",
      "GET /v2/positions",
      (_, answer) => (answer as object[]).map((each) => ({ ...each, swap_rate: "0" })),
      "changed",
      "[].swap_rate is new",
    ],
    [
      "money comes as a number",
      "GET /v2/account",
      (_, answer) => ({ ...(answer as object), equity: 100000 }),
      "breaking",
      "equity is number, not decimal",
    ],
    [
      "an answer is another thing altogether",
      "GET /v2/positions",
      () => ({ positions: [] }),
      "breaking",
      "the answer is object, not list",
    ],
    [
      "a bar is told by other names",
      "GET /v2/stocks/bars",
      (_, answer) => JSON.parse(JSON.stringify(answer).replaceAll('"c":', '"close":')),
      "breaking",
      "bars.*[].c is missing",
    ],
    [
      "a time cannot be read",
      "GET /v2/clock",
      (_, answer) => ({ ...(answer as object), timestamp: "soon" }),
      "breaking",
      "timestamp: must be an instant",
    ],
  ])("tells that %s", async (_what, route, change, kind, detail) => {
    const findings = await check((each, answer) => (each === route ? change(each, answer) : answer));
    expect(findings).toContainEqual({ route, kind, detail });
    expect(new Set(findings.map((each) => each.route))).toEqual(new Set([route]));
  });

  test("a route without an answer is a finding, and the others are asked all the same", async () => {
    const findings = await check((route, answer) => (route === "GET /v2/clock" ? failing() : answer));
    expect(findings).toMatchObject([{ route: "GET /v2/clock", kind: "unanswered" }]);
  });
});

const failing = (): never => {
  throw new TypeError("fetch failed");
};

describe("the recorded contract", () => {
  // `npx vitest run test/adapters/alpaca/contract.test.ts -u` records it anew.
  test("is what the simulator answers, whose key sets are those of a real paper account", async () => {
    const { canary, answers } = await market();
    await canary.check();
    // Every route of one order may be asked for any order.
    const orders = (answers.get("GET /v2/orders") ?? []).flat();
    const seen = (route: string): readonly unknown[] =>
      /orders[:/]/.test(route) ? orders : (answers.get(route) ?? []);
    const contract = Object.fromEntries(
      contractRoutes
        .map(({ route, schema }) => [route, contractOf(seen(route), pathsRead(schema))] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
    await expect(`${JSON.stringify(contract, null, 2)}\n`).toMatchFileSnapshot(file);
  });

  test("holds no value, only names and kinds", () => {
    const kinds = new Set(
      Object.values(recorded).flatMap((fields) =>
        Object.values(fields).flatMap((text) => text.replace("?", "").split("|")),
      ),
    );
    expect(
      [...kinds].filter(
        (kind) => !["any", "boolean", "decimal", "list", "null", "number", "object", "string"].includes(kind),
      ),
    ).toEqual([]);
  });
});

test("a contract is made so that its own answers fit, and one that is absent now and then may be absent", () => {
  const answers = [
    { a: "1", b: null, c: [{ d: 1 }] },
    { a: "x", c: [] },
  ];
  const contract = contractOf(answers, new Set());
  expect(contract).toEqual({
    "": "object",
    a: "decimal|string",
    b: "?any",
    c: "list",
    "c[]": "object",
    "c[].d": "number",
  });
  expect(answers.flatMap((answer) => compareWithContract("GET /", answer, contract, new Set()))).toEqual([]);
  expect(compareWithContract("GET /", { a: 1, c: [{}] }, contract, new Set(["c[].d"]))).toEqual([
    { route: "GET /", kind: "changed", detail: "a is number, not decimal or string" },
    { route: "GET /", kind: "breaking", detail: "c[].d is missing" },
  ]);
});
