// A client of the simulator's wire for examples, without HTTP: it keeps the state from call to call and remembers every answer.
import { createAlpacaWire } from "../../src/simulator/alpacaWire.ts";
import { createExchange } from "../../src/simulator/exchange.ts";
import type { ExchangeEvent, ExchangeState } from "../../src/simulator/exchangeState.ts";
import type { MarketTape } from "../../src/simulator/marketTape.ts";
import { createSeededTape } from "../../src/simulator/seededTape.ts";
import type { DataPlan, Reply } from "../../src/simulator/wireTypes.ts";
import { atNewYork, openAccount } from "./exampleMarket.ts";

export const twoSymbols: MarketTape = createSeededTape({
  seed: 11,
  fromDay: "2026-01-02",
  symbols: [
    { symbol: "AAPL", startPrice: 200 },
    { symbol: "MSFT", startPrice: 400 },
  ],
});

export type Json = Record<string, unknown>;
/** `route` is `GET /v2/orders/{order_id}`. */
export type RecordedAnswer = { readonly route: string; readonly target: string; readonly reply: Reply };

export type ClientOptions = {
  readonly tape?: MarketTape;
  readonly atMs?: number;
  readonly plan?: DataPlan;
  readonly account?: Parameters<typeof openAccount>[1];
};

export function openClient({
  tape = twoSymbols,
  atMs = atNewYork("10:00:20"),
  plan = "basic",
  account,
}: ClientOptions = {}) {
  const wire = createAlpacaWire({ tape, keyId: "KEY", secret: "SECRET", plan });
  const headers = { "apca-api-key-id": "KEY", "apca-api-secret-key": "SECRET" };
  const answers: RecordedAnswer[] = [];
  let state: ExchangeState = openAccount(atMs, account);
  let clockMs = atMs;
  const send = (method: string, target: string, body?: unknown): Reply => {
    const [path = "", query] = target.split("?");
    const text = body === undefined ? "" : JSON.stringify(body);
    const request = { method, path, query: new URLSearchParams(query), headers, body: text };
    const { reply, stepped } = wire.serve(state, request, clockMs);
    state = stepped[0];
    answers.push({ route: wire.routeName(request), target, reply });
    return reply;
  };
  const simple = { symbol: "AAPL", side: "buy", type: "market", time_in_force: "day" };
  return {
    send,
    answers,
    get: (target: string) => send("GET", target).body as Json,
    list: (target: string) => send("GET", target).body as Json[],
    /** Posts a market buy of AAPL for the day, but for what is given. */
    post: (body: Json) => send("POST", "/v2/orders", { ...simple, ...body }),
    wait: (ms: number) => {
      clockMs += ms;
    },
    waitUntil: (ms: number) => {
      clockMs = ms;
    },
    state: () => state,
    /** Lets something happen to the exchange that no request can bring about. */
    apply: (event: ExchangeEvent) => {
      state = createExchange(tape)(state, event)[0];
    },
  };
}
