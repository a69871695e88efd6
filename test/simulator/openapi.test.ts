// Every route's answers against the schemas that Alpaca publishes for them.
import { beforeAll, describe, expect, test } from "vitest";
import { routes } from "../../src/simulator/alpacaWire.ts";
import { openClient, type RecordedAnswer } from "./exampleClient.ts";
import { atNewYork } from "./exampleMarket.ts";
import { loadPublishedSchemas, schemasArePresent, type Verdict } from "./publishedSchemas.ts";

/** Routes that the published files do not have, each with the reason why the simulator serves it all the same. */
const unpublished: Readonly<Record<string, string>> = {};

type AnyOrder = {
  readonly status: string;
  readonly type: string;
  readonly order_class: string;
  readonly legs: readonly AnyOrder[] | null;
};

function exercise(): readonly RecordedAnswer[] {
  const { send, post, answers, waitUntil } = openClient();
  for (const target of readTargets) send("GET", target);
  const { id } = post({ qty: "2", client_order_id: "mine" }).body as { id: string };
  const resting = post({ qty: "3", type: "limit", limit_price: "1" }).body as { id: string };
  post({ qty: "0" });
  post({ qty: "1", client_order_id: "mine" });
  post({ qty: "1000000" });
  for (const target of readTargets) send("GET", target);
  send("GET", `/v2/orders/${id}`);
  send("GET", "/v2/orders:by_client_order_id?client_order_id=mine");
  const replaced = send("PATCH", `/v2/orders/${resting.id}`, { qty: "4", limit_price: "2" }).body as { id: string };
  send("PATCH", `/v2/orders/${resting.id}`, { qty: "5" });
  const exits = { take_profit: { limit_price: "9000" }, stop_loss: { stop_price: "1" } };
  post({ qty: "1", type: "limit", limit_price: "2", order_class: "bracket", ...exits });
  send("GET", "/v2/orders?nested=true");
  send("DELETE", `/v2/orders/${replaced.id}`);
  send("DELETE", `/v2/orders/${id}`);
  post({ qty: "3", type: "limit", limit_price: "1" });
  send("DELETE", "/v2/orders");
  post({ qty: "8" });
  for (const order of waitingOrders) post({ qty: "1", side: "sell", ...order });
  send("GET", "/v2/orders?nested=true");
  send("DELETE", "/v2/orders");
  send("PATCH", "/v2/account/configurations", { suspend_trade: true, max_margin_multiplier: "2" });
  post({ qty: "1" });
  send("PATCH", "/v2/account/configurations", { suspend_trade: "maybe" });
  send("PATCH", "/v2/account/configurations", { suspend_trade: false });
  send("DELETE", "/v2/positions/MSFT");
  send("DELETE", "/v2/positions/AAPL?qty=1&percentage=2");
  send("DELETE", "/v2/positions/AAPL?qty=1");
  post({ symbol: "MSFT", side: "sell", qty: "1" });
  send("GET", "/v2/positions");
  send("GET", "/v2/account");
  send("DELETE", "/v2/positions?cancel_orders=true");
  exerciseWatchlists(send);
  post({ qty: "1", type: "limit", limit_price: "1" });
  waitUntil(atNewYork("17:00:00"));
  post({ qty: "2" });
  post({ qty: "1", time_in_force: "opg" });
  for (const target of readTargets) send("GET", target);
  return [...answers, ...partialAndRejected()];
}

/** Answers about orders that are executed in two parts or rejected after they were taken. */
function partialAndRejected(): readonly RecordedAnswer[] {
  const { post, send, apply, state, answers } = openClient({ account: { partialFillShare: 1 } });
  post({ qty: "7" });
  apply({ type: "intervene", atMs: state().nowMs, intervention: { kind: "rejectNextOrders", count: 1 } });
  post({ qty: "1" });
  send("GET", "/v2/orders?status=all");
  send("GET", "/v2/account/activities");
  return answers;
}

function exerciseWatchlists(send: ReturnType<typeof openClient>["send"]): void {
  const { id } = send("POST", "/v2/watchlists", { name: "one", symbols: ["AAPL"] }).body as { id: string };
  for (const path of ["/v2/watchlists:by_name?name=one", `/v2/watchlists/${id}`]) {
    send("GET", path);
    send("POST", path, { symbol: "MSFT" });
    send("PUT", path, { symbols: ["AAPL"] });
    send("PUT", path, {});
  }
  send("GET", "/v2/watchlists");
  send("DELETE", `/v2/watchlists/${id}/AAPL`);
  send("DELETE", `/v2/watchlists/${id}`);
  send("POST", "/v2/watchlists", { name: "two" });
  send("DELETE", "/v2/watchlists:by_name?name=two");
  send("GET", "/v2/watchlists:by_name?name=two");
}

/** A purchase, and sales from a position of ten shares, each held back by its price, its time or another order. */
const waitingOrders = [
  { side: "buy", order_class: "oto", stop_loss: { stop_price: "1" } },
  { type: "stop", stop_price: "1" },
  { type: "stop_limit", stop_price: "1", limit_price: "1" },
  { type: "stop", stop_price: "5000" },
  { type: "trailing_stop", trail_percent: "5" },
  { type: "trailing_stop", trail_price: "0" },
  { qty: "2", type: "limit", order_class: "oco", take_profit: { limit_price: "9000" }, stop_loss: { stop_price: "1" } },
  { type: "limit", limit_price: "9000", time_in_force: "ioc" },
  { type: "limit", limit_price: "9000", time_in_force: "fok" },
  { time_in_force: "cls" },
  { qty: "0.5", time_in_force: "gtc" },
];

const readTargets = [
  "/v2/account",
  "/v2/account/configurations",
  "/v2/account/activities",
  "/v2/account/activities/FILL",
  "/v2/account/activities?page_size=0",
  "/v2/account/portfolio/history?period=1D&timeframe=5Min",
  "/v2/account/portfolio/history?period=1W&timeframe=1D&cashflow_types=ALL",
  "/v2/account/portfolio/history?period=never",
  "/v2/assets",
  "/v2/assets/AAPL",
  "/v2/assets/NONE",
  "/v2/clock",
  "/v2/calendar?start=2026-06-15&end=2026-06-19",
  "/v2/calendar?start=soon",
  "/v3/clock?markets=NYSE,NASDAQ",
  "/v3/clock?markets=MOON",
  "/v3/calendar/NYSE",
  "/v3/calendar/MOON",
  "/v2/orders?status=all&limit=500",
  "/v2/orders/none",
  "/v2/positions",
  "/v2/positions/AAPL",
  "/v2/stocks/bars?symbols=AAPL,MSFT&timeframe=1Day&start=2026-05-01",
  "/v2/stocks/bars?symbols=AAPL&timeframe=never",
  "/v2/stocks/AAPL/bars?timeframe=1Min&feed=iex",
  ...["trades", "quotes", "bars"].flatMap((kind) => [
    `/v2/stocks/${kind}/latest?symbols=AAPL,MSFT,NONE`,
    `/v2/stocks/${kind}/latest?symbols=AAPL&feed=sip`,
    `/v2/stocks/AAPL/${kind}/latest`,
  ]),
  ...["trades", "quotes", "auctions"].flatMap((kind) => [
    `/v2/stocks/${kind}?symbols=AAPL,MSFT&start=2026-06-12&limit=500`,
    `/v2/stocks/${kind}?symbols=`,
    `/v2/stocks/AAPL/${kind}?start=2026-06-12&limit=5&sort=desc`,
  ]),
  "/v2/stocks/meta/exchanges",
  "/v2/stocks/meta/conditions/trade?tape=A",
  "/v2/stocks/meta/conditions/quote?tape=C",
  "/v2/stocks/meta/conditions/none?tape=A",
  "/v1/corporate-actions?symbols=AAPL",
  "/v1/corporate-actions?limit=0",
  "/v2/stocks/snapshots?symbols=AAPL,MSFT",
  "/v2/stocks/AAPL/snapshot",
];

describe.skipIf(!schemasArePresent)("against the published schemas (skipped where the files are absent)", () => {
  let judge: ReturnType<typeof loadPublishedSchemas>;
  let answers: readonly RecordedAnswer[];
  beforeAll(() => {
    judge = loadPublishedSchemas();
    answers = exercise();
  });
  const judged = ({ route, reply }: RecordedAnswer): Verdict => judge(route, reply.status, reply.body);
  const isSuccess = ({ reply }: RecordedAnswer): boolean => reply.status < 300;
  const named = ({ target, reply }: RecordedAnswer): string => `${reply.status} ${target}`;

  test("every route the simulator serves is exercised and answers with success", () => {
    const served = routes.map(({ method, path }) => `${method} ${path}`);
    const succeeded = new Set(answers.filter(isSuccess).map(({ route }) => route));
    expect(served.filter((route) => !succeeded.has(route))).toEqual([]);
  });

  test("every route is in the files, but for those listed with a reason", () => {
    const missing = answers.filter((answer) => judged(answer).kind === "noRoute").map(({ route }) => route);
    expect([...new Set(missing)].sort()).toEqual(Object.keys(unpublished).sort());
  });

  test("every answer satisfies the schema of its route and status", () => {
    const wrong = answers.flatMap((answer) => {
      const verdict = judged(answer);
      return verdict.kind === "invalid" ? [`${named(answer)}: ${verdict.errors.join("; ")}`] : [];
    });
    expect(wrong).toEqual([]);
  });

  test("orders of every status, type and class are among the answers", () => {
    const about = answers.filter(({ route, reply }) => /^(GET|POST) .v2.orders$/.test(route) && reply.status === 200);
    const orders = about.flatMap(({ reply }) => reply.body as AnyOrder | readonly AnyOrder[]);
    const all = orders.flatMap((order) => [order, ...(order.legs ?? [])]);
    const different = (key: "status" | "type" | "order_class") => [...new Set(all.map((order) => order[key]))].sort();
    expect(different("status")).toEqual(
      "accepted canceled expired filled held new partially_filled pending_new rejected replaced".split(" "),
    );
    expect(different("type")).toEqual(["limit", "market", "stop", "stop_limit", "trailing_stop"]);
    expect(different("order_class")).toEqual(["", "bracket", "oco", "oto"]);
  });

  test("every success with a body has a schema, and the answers compared are many", () => {
    const withBody = answers.filter((answer) => isSuccess(answer) && answer.reply.status !== 204);
    expect(withBody.filter((answer) => judged(answer).kind === "noSchema").map(named)).toEqual([]);
    expect(answers.filter((answer) => judged(answer).kind === "valid").length).toBeGreaterThanOrEqual(146);
  });

  test("an error without a schema has a message and, on the trading host, a code", () => {
    const errors = answers.filter((answer) => !isSuccess(answer));
    expect(errors.length).toBeGreaterThanOrEqual(66);
    for (const { route, reply } of errors) {
      expect(reply.body).toMatchObject({ message: expect.stringMatching(/\S/) });
      if (/ \/v2\/(orders|positions|account|assets)/.test(route)) {
        expect(reply.body, route).toMatchObject({ code: expect.any(Number) });
      }
    }
  });

  test.each([
    ["GET /v2/account", {}],
    ["GET /v2/positions", [{ symbol: "AAPL" }]],
    ["GET /v2/orders/{order_id}", { symbol: "AAPL" }],
    ["GET /v2/account/activities", [{ activity_type: "FILL", qty: 1 }]],
    ["GET /v2/stocks/bars", { bars: { AAPL: [{ o: "1" }] }, next_page_token: null }],
    ["GET /v3/clock", { clocks: [{ is_market_day: "yes" }] }],
  ])("a wrong answer of %s is noticed", (route, body) => {
    expect(judge(route, 200, body).kind).toBe("invalid");
  });
});
