// Two pairs of keys: the app turns to the other one by itself when the broker refuses the one in use, and never sends an order twice for it.
import { expect, test } from "vitest";
import { createAlpacaBroker } from "../../../src/adapters/alpaca/broker.ts";
import { createAlpacaClient } from "../../../src/adapters/alpaca/client.ts";
import { price, qty } from "../../../src/core/model/money.ts";
import { createAlpacaFetch } from "../../../src/simulator/inProcess.ts";
import { createSeededTape } from "../../../src/simulator/seededTape.ts";

const pairs = { old: { keyId: "old-key", secret: "old-secret" }, new: { keyId: "new-key", secret: "new-secret" } };

/** An account whose valid pair is changed as a person does it at the broker's page. */
function rotatingAccount(withSpare = true) {
  let valid: "old" | "new" = "old";
  const nowMs = Date.parse("2026-06-15T14:00:00Z");
  const tape = createSeededTape({ seed: 5, fromDay: "2026-06-01", symbols: [{ symbol: "AAA", startPrice: 40 }] });
  const alpaca = createAlpacaFetch({ tape, seed: 5, nowMs: () => nowMs, startingCash: "100000", ...pairs.new });
  const asked: string[] = [];
  const transport: typeof fetch = (input, init) => {
    const headers = new Headers(init?.headers);
    const secret = headers.get("apca-api-secret-key");
    asked.push(`${init?.method ?? "GET"} ${secret}`);
    if (secret === pairs[valid].secret) {
      headers.set("apca-api-key-id", pairs.new.keyId);
      headers.set("apca-api-secret-key", pairs.new.secret);
    } else headers.set("apca-api-secret-key", "revoked");
    return alpaca.fetch(input, { ...init, headers });
  };
  let switches = 0;
  const client = createAlpacaClient({
    ...pairs.old,
    spare: withSpare ? pairs.new : undefined,
    onKeysSwitched: () => switches++,
    tradingOrigin: "http://broker",
    dataOrigin: "http://broker",
    requestsPerMinute: 0,
    retryDelayMs: 0,
    transport,
  });
  const ticket = {
    stage: 1,
    strategy: "",
    symbol: "AAA",
    side: "buy",
    type: "market",
    timeInForce: "day",
    referencePrice: price(40),
    qty: qty(1),
  } as const;
  return {
    broker: createAlpacaBroker(client),
    ticket,
    asked,
    switches: () => switches,
    use: (pair: "old" | "new") => {
      valid = pair;
    },
  };
}

test("a read finds the pair that the broker takes, and stays with it", async () => {
  const { broker, asked, switches, use } = rotatingAccount();
  await broker.account();
  use("new");
  await broker.account();
  await broker.positions();
  expect(asked).toEqual(["GET old-secret", "GET old-secret", "GET new-secret", "GET new-secret"]);
  expect(switches()).toBe(1);
  use("old");
  await broker.account();
  expect(switches()).toBe(2);
});

test("an order that is refused for its keys is sent once, and the next one goes through after a read", async () => {
  const { broker, ticket, asked, use } = rotatingAccount();
  use("new");
  expect(await broker.submit({ ...ticket, clientOrderId: "one" })).toMatchObject({
    kind: "rejected",
    code: "UNAUTHORIZED",
  });
  expect(asked).toEqual(["POST old-secret"]);
  await broker.account();
  expect(await broker.submit({ ...ticket, clientOrderId: "two" })).toMatchObject({ kind: "accepted" });
  expect(
    (await broker.ordersSince("2026-06-15T00:00:00.000Z" as never)).map(({ clientOrderId }) => clientOrderId),
  ).toEqual(["two"]);
});

test("many reads at once switch once", async () => {
  const { broker, switches, use } = rotatingAccount();
  use("new");
  await Promise.all(Array.from({ length: 5 }, () => broker.account()));
  expect(switches()).toBe(1);
});

test("where both are refused, or there is no other, the refusal is told", async () => {
  const both = rotatingAccount(false);
  both.use("new");
  await expect(both.broker.account()).rejects.toMatchObject({ code: "BROKER_UNAUTHORIZED" });
  expect(both.switches()).toBe(0);
});
