// The origin guard of the Alpaca client: what is not configured is never asked.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { guardedFetch } from "../../src/adapters/alpaca/client.ts";
import { createSeededTape } from "../../src/simulator/seededTape.ts";
import { type Simulator, startSimulator } from "../../src/simulator/server.ts";

let simulator: Simulator;

beforeEach(async () => {
  const tape = createSeededTape({ seed: 3, fromDay: "2026-06-01", symbols: [{ symbol: "AAA", startPrice: 50 }] });
  const nowMs = () => Date.parse("2026-06-15T14:00:00Z");
  simulator = await startSimulator({ tape, seed: 3, nowMs, keyId: "key", secret: "secret", requestsPerMinute: 0 });
});
afterEach(() => simulator.stop());

test("a request to an origin that is not configured throws before it leaves", async () => {
  let seen = 0;
  const stranger = createServer((_, response) => {
    seen++;
    response.end();
  });
  await new Promise<void>((resolve) => stranger.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`;
  const guarded = guardedFetch({ "https://paper-api.alpaca.markets": simulator.url });
  await expect(guarded(`${origin}/v2/account`)).rejects.toMatchObject({ code: "ORIGIN_REFUSED" });
  await expect(guarded("https://api.alpaca.markets/v2/account")).rejects.toMatchObject({ code: "ORIGIN_REFUSED" });
  await expect(guarded(new Request(`${origin}/v2/account`))).rejects.toMatchObject({ code: "ORIGIN_REFUSED" });
  const post = new Request("https://paper-api.alpaca.markets/v2/orders", { method: "POST", body: "{}" });
  await guarded(post);
  expect(simulator.requests()).toEqual({ "POST /v2/orders": 1 });
  expect(seen).toBe(0);
  await fetch(origin);
  expect(seen).toBe(1);
  stranger.close();
});
