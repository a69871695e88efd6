// Assets on the real adapter: which symbols the broker takes orders for.
import { afterEach, beforeEach, expect, test } from "vitest";
import { mapAsset } from "../../../src/adapters/alpaca/assetMapping.ts";
import { createAlpacaBroker } from "../../../src/adapters/alpaca/broker.ts";
import { createAlpacaClient } from "../../../src/adapters/alpaca/client.ts";
import { checkSymbols } from "../../../src/app/symbolCheck.ts";
import type { Broker } from "../../../src/ports/broker.ts";
import { createSeededTape } from "../../../src/simulator/seededTape.ts";
import { type Simulator, startSimulator } from "../../../src/simulator/server.ts";

const keys = { keyId: "key", secret: "secret" };
let simulator: Simulator;
let broker: Broker;

beforeEach(async () => {
  const symbols = [
    { symbol: "AAA", startPrice: 50 },
    { symbol: "BRK.B", startPrice: 400, fractionable: false, shortable: false },
    { symbol: "OLD", startPrice: 5, tradable: false },
  ];
  const tape = createSeededTape({ seed: 3, fromDay: "2026-01-02", symbols });
  const nowMs = () => Date.parse("2026-06-15T14:00:00Z");
  simulator = await startSimulator({ tape, seed: 3, nowMs, ...keys, requestsPerMinute: 0 });
  const origins = { tradingOrigin: simulator.url, dataOrigin: simulator.url, requestsPerMinute: 0 };
  broker = createAlpacaBroker(createAlpacaClient({ ...keys, ...origins }));
});
afterEach(() => simulator.stop());

test("one asset says what the broker takes orders for, and an unknown one is undefined", async () => {
  expect(await broker.asset("AAA")).toEqual({ tradable: true, fractionable: true, shortable: true });
  expect(await broker.asset("BRK.B")).toEqual({ tradable: true, fractionable: false, shortable: false });
  expect(await broker.asset("OLD")).toMatchObject({ tradable: false });
  expect(await broker.asset("AAPLE")).toBeUndefined();
});

test("all assets come in one request", async () => {
  expect([...(await broker.assets()).keys()]).toEqual(["AAA", "BRK.B", "OLD"]);
  expect(simulator.requests()).toEqual({ "GET /v2/assets": 1 });
});

test.each([0, 8])("symbols are judged alike one by one and with %d others", async (others) => {
  const names = ["AAA", "OLD", "NEW", ...Array.from({ length: others }, (_, index) => `X${index}`)];
  const written = names.map((symbol, index) => ({ symbol, path: `symbols[${index}]` }));
  const { faults } = await checkSymbols(broker, written);
  expect(faults.slice(0, 2)).toEqual([
    { path: "symbols[1]", message: "the broker does not trade OLD now" },
    { path: "symbols[2]", message: 'the broker trades no "NEW"' },
  ]);
  expect(faults).toHaveLength(2 + others);
});

test("an asset that is not active is not traded, whatever else it says", () => {
  const wire = { symbol: "AAA", status: "inactive", tradable: true };
  expect(mapAsset(wire)).toEqual({ tradable: false, fractionable: false, shortable: false });
});
