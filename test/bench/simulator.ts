// How many requests the simulator serves in a second, over HTTP and in process, by one client that waits for each answer.
import { createAlpacaFetch } from "../../src/simulator/inProcess.ts";
import { createSeededTape } from "../../src/simulator/seededTape.ts";
import { startSimulator } from "../../src/simulator/server.ts";
import type { Figure } from "./main.ts";

const count = 2000;
const keys = { keyId: "KEY", secret: "SECRET" };
const headers = { "APCA-API-KEY-ID": "KEY", "APCA-API-SECRET-KEY": "SECRET" };
const order = { symbol: "AAPL", qty: "1", side: "buy", type: "market", time_in_force: "day" };
const market = {
  tape: createSeededTape({ seed: 1, fromDay: "2026-01-02", symbols: [{ symbol: "AAPL", startPrice: 200 }] }),
  seed: 1,
  startingCash: "10000000",
  nowMs: () => Date.parse("2026-06-15T14:00:00Z"),
  ...keys,
};

type Send = (url: string, init: RequestInit) => Promise<Response>;

export async function simulatorFigures(): Promise<readonly Figure[]> {
  const simulator = await startSimulator({ ...market, requestsPerMinute: 0 });
  try {
    return [
      ...(await figuresOf("over HTTP", fetch, simulator.url)),
      ...(await figuresOf("in process", createAlpacaFetch(market).fetch, "http://simulator")),
    ];
  } finally {
    await simulator.stop();
  }
}

async function figuresOf(how: string, send: Send, origin: string): Promise<readonly Figure[]> {
  const post = { method: "POST", headers, body: JSON.stringify(order) };
  const rates = [
    ["GET /v2/account", await perSecond(send, `${origin}/v2/account`, { headers })],
    [`POST /v2/orders, each filled, up to ${count}`, await perSecond(send, `${origin}/v2/orders`, post)],
  ] as const;
  return rates.map(([what, rate]) => ({ name: `${what}, ${how}`, value: `${Math.round(rate)}/s` }));
}

async function perSecond(send: Send, url: string, init: RequestInit): Promise<number> {
  const startedMs = performance.now();
  for (let index = 0; index < count; index++) {
    const answer = await send(url, init);
    if (!answer.ok) throw new Error(`${init.method ?? "GET"} ${url} answered ${answer.status}`);
    await answer.json();
  }
  return (count / (performance.now() - startedMs)) * 1000;
}
