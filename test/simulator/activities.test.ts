// Account activities: which fills a query gives, page by page, and that they explain the account to the cent.
import { describe, expect, test } from "vitest";
import { openClient } from "./exampleClient.ts";
import { atNewYork } from "./exampleMarket.ts";

const activities = "/v2/account/activities";
const tuesday = "2026-06-16";

/** Six fills: AAPL four times on Monday, MSFT twice on Tuesday. */
function trader() {
  const client = openClient();
  const orders = ["1", "2", "3", "4"].map((qty) => client.post({ qty }).body as { id: string });
  client.waitUntil(atNewYork("11:00:00", tuesday));
  client.post({ symbol: "MSFT", qty: "5" });
  client.wait(60_000);
  client.post({ symbol: "MSFT", side: "sell", qty: "6" });
  client.post({ symbol: "MSFT", side: "sell", qty: "5" });
  const quantities = (query: string) => client.list(`${activities}?${query}`).map(({ qty }) => qty);
  return { ...client, orders, quantities };
}

describe("a query", () => {
  test.each([
    ["", ["5", "5", "4", "3", "2", "1"]],
    ["direction=asc", ["1", "2", "3", "4", "5", "5"]],
    ["page_size=2", ["5", "5"]],
    ["date=2026-06-15", ["4", "3", "2", "1"]],
    ["date=2026-06-16T00:00:00.000Z", ["5", "5"]],
    ["date=2026-06-17", []],
    ["after=2026-06-16", ["5", "5"]],
    ["until=2026-06-16", ["4", "3", "2", "1"]],
    [`after=${tuesday}T15:00:30Z&direction=asc`, ["5"]],
    ["activity_types=FILL", ["5", "5", "4", "3", "2", "1"]],
    ["activity_types=DIV,FILL&page_size=1", ["5"]],
    ["activity_types=DIV,FEE", []],
    ["category=trade_activity&page_size=1", ["5"]],
    ["category=non_trade_activity", []],
  ])('"%s" gives %o', (query, expected) => {
    expect(trader().quantities(query)).toEqual(expected);
  });

  test("by order gives the fills of that order", () => {
    const { orders, quantities } = trader();
    expect(quantities(`order_id=${orders[2]?.id}`)).toEqual(["3"]);
  });

  test.each([
    ["category=all", "invalid category: all"],
    ["category=trade_activity&activity_types=FILL", "category cannot be used with activity_types"],
    ["page_token=20260615100020000::none", "invalid page_token"],
    ["direction=up", "invalid direction: up"],
    ["page_size=101", "invalid page_size: must be a number between 1 and 100"],
    ["date=someday", "invalid date: someday is neither RFC-3339 nor YYYY-MM-DD"],
  ])('"%s" is refused', (query, message) => {
    const { send } = trader();
    expect(send("GET", `${activities}?${query}`)).toEqual({ status: 422, body: { code: 40010001, message } });
  });
});

describe("paging", () => {
  test.each(["asc", "desc"])("%s gives every activity once, in order", (direction) => {
    const { list } = trader();
    const all = list(`${activities}?direction=${direction}`);
    const paged = [];
    for (let token = ""; ; ) {
      const page = list(`${activities}?direction=${direction}&page_size=4&page_token=${token}`);
      paged.push(...page);
      if (page.length < 4) break;
      token = String(page.at(-1)?.id);
    }
    expect(paged).toEqual(all);
  });

  test("is not disturbed by a fill that comes between two pages", () => {
    const { list, post } = trader();
    const all = list(activities);
    const first = list(`${activities}?page_size=3`);
    post({ qty: "9" });
    expect(list(`${activities}?page_token=${first.at(-1)?.id}`)).toEqual(all.slice(3));
  });

  test("after the time of the last activity nothing comes again, nor before that of the first", () => {
    const { list } = trader();
    const [newest] = list(`${activities}?page_size=1`);
    const [oldest] = list(`${activities}?page_size=1&direction=asc`);
    expect(list(`${activities}?until=${oldest?.transaction_time}`)).toEqual([]);
    expect(list(`${activities}?after=${newest?.transaction_time}`)).toEqual([]);
  });
});

test("an id is the time in New York to the millisecond, then a UUID; times carry nanoseconds and rise", () => {
  const { list } = trader();
  const all = list(`${activities}?direction=asc`);
  expect(all[0]?.id).toMatch(/^20260615100020000::[0-9a-f-]{36}$/);
  expect(all.at(-1)?.id).toMatch(/^20260616110100000::/);
  const times = all.map(({ transaction_time }) => String(transaction_time));
  expect(times.every((time) => /^2026-06-1\dT\d\d:\d\d:\d\d\.\d{9}Z$/.test(time))).toBe(true);
  expect(new Set(times).size).toBe(6);
  expect(times).toEqual(times.toSorted());
});

// In whole cents and billionths of a share, so that sums are exact.
const cents = (usd: unknown): number => Math.round(Number(usd) * 100);
const billionths = (qty: unknown): bigint => BigInt(Math.round(Number(qty) * 1e9));

test.each([1, 2, 3, 4, 5])("cash, positions and equity are explained to the cent by the activities (run %i)", (run) => {
  const client = openClient({ atMs: atNewYork("09:30:00") });
  for (let index = 0; index < 40; index++) {
    const symbol = (index * run) % 3 === 0 ? "MSFT" : "AAPL";
    const side = (index * 7 + run) % 5 < 2 ? "sell" : "buy";
    const size = (index * 13 + run * 5) % 4;
    const amount =
      size === 0 ? { notional: `${20 + index}.37` } : { qty: `${size}${side === "buy" ? `.${run}${index}7` : ""}` };
    client.post({ symbol, side, ...amount });
    client.wait(457_000);
  }
  const fills = client.list(activities);
  const spent = fills.map(({ price, qty, side }) => cents(Number(price) * Number(qty)) * (side === "buy" ? 1 : -1));
  const account = client.get("/v2/account");
  expect(cents(account.cash)).toBe(10_000_000 - spent.reduce((sum, each) => sum + each, 0));

  let worth = Number(account.cash);
  for (const symbol of ["AAPL", "MSFT"]) {
    const signed = fills
      .filter((fill) => fill.symbol === symbol)
      .map(({ qty, side }) => billionths(qty) * (side === "buy" ? 1n : -1n));
    const position = client.list("/v2/positions").find((each) => each.symbol === symbol);
    expect(billionths(position?.qty ?? 0)).toBe(signed.reduce((sum, each) => sum + each, 0n));
    worth += Number(position?.qty ?? 0) * Number(position?.current_price ?? 0);
  }
  expect(fills.length).toBeGreaterThan(20);
  expect(cents(account.equity)).toBe(cents(worth));
  const history = client.get("/v2/account/portfolio/history?period=1D&timeframe=1Min") as { equity: number[] };
  expect(cents(history.equity.at(-1))).toBe(cents(account.equity));
});

test.each([1, 2, 3])("what was realised and what is not yet make up the gain of the account (run %i)", (run) => {
  const client = openClient({ atMs: atNewYork("09:30:00") });
  for (let index = 0; index < 30; index++) {
    const side = (index * 5 + run) % 3 === 0 ? "sell" : "buy";
    client.post({ side, qty: String(1 + ((index * 7 + run) % 4)) });
    client.wait(611_000);
  }
  let held = 0;
  let average = 0;
  let realised = 0;
  for (const { price, qty, side } of client.list(`${activities}?direction=asc`)) {
    const signed = Number(qty) * (side === "buy" ? 1 : -1);
    const closes = held !== 0 && Math.sign(signed) !== Math.sign(held);
    if (closes) realised += (average - Number(price)) * signed;
    else average = (average * Math.abs(held) + Number(price) * Number(qty)) / (Math.abs(held) + Number(qty));
    held += signed;
  }
  const position = client.get("/v2/positions/AAPL");
  const gain = Number(client.get("/v2/account").equity) - 100_000;
  expect(Number(position.avg_entry_price)).toBeCloseTo(average, 4);
  expect(realised).not.toBe(0);
  expect(realised + Number(position.unrealized_pl)).toBeCloseTo(gain, 2);
});
