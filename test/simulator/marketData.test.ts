// Market data over the wire: the past agrees with what was latest at the time, page by page, and never shows the future.
import { describe, expect, test } from "vitest";
import { type Json, openClient, twoSymbols } from "./exampleClient.ts";
import { atNewYork } from "./exampleMarket.ts";
import { shapeOf } from "./shapeOf.ts";

type Page = {
  readonly [kind: string]: unknown;
  readonly next_page_token: string | null;
  readonly trades: Record<string, Json[]>;
};
const monday = "2026-06-15";
const iso = (time: string, day = monday): string => new Date(atNewYork(time, day)).toISOString();
const afternoon = () => openClient({ atMs: atNewYork("14:00:20") });
const ticks = (kind: string, client = afternoon(), query = ""): Json[] =>
  client.get(`/v2/stocks/AAPL/${kind}?feed=iex&limit=10000&${query}`)[kind] as Json[];

describe.each([
  ["trades", "trade"],
  ["quotes", "quote"],
])("historical %s", (kind, singular) => {
  test("end with the latest one", () => {
    const client = afternoon();
    expect(ticks(kind, client).at(-1)).toEqual(client.get(`/v2/stocks/AAPL/${kind}/latest`)[singular]);
  });

  test("are exactly what has been the latest, minute by minute since the open", () => {
    const client = openClient({ atMs: atNewYork("09:30:00") });
    const seen: unknown[] = [];
    for (let minute = 0; minute < 30; minute++) {
      seen.push(client.get(`/v2/stocks/AAPL/${kind}/latest`)[singular]);
      client.wait(60_000);
    }
    client.waitUntil(atNewYork("09:59:59"));
    expect(ticks(kind, client)).toEqual(seen);
  });

  test("show that of the close only once it is there", () => {
    const client = openClient({ atMs: atNewYork("16:00:00") - 1 });
    const before = ticks(kind, client);
    client.wait(1);
    const after = ticks(kind, client);
    expect(after.slice(0, -1)).toEqual(before);
    expect(after.at(-1)).toEqual(client.get(`/v2/stocks/AAPL/${kind}/latest`)[singular]);
  });

  test("lie within start and end, both included", () => {
    const client = afternoon();
    const range = ticks(kind, client, `start=${iso("10:00:00")}&end=${iso("10:05:00")}`);
    expect(range).toHaveLength(6);
    expect(String(range[0]?.t)).toContain("2026-06-15T14:00:00.");
    expect(String(range.at(-1)?.t)).toContain("2026-06-15T14:05:00.");
  });

  test.each(["asc", "desc"])("page through %s over all symbols, each once", (sort) => {
    const client = afternoon();
    const query = `symbols=MSFT,AAPL&feed=iex&sort=${sort}&start=${iso("09:30:00")}&end=${iso("09:59:00")}`;
    const whole = client.get(`/v2/stocks/${kind}?${query}`) as Page;
    const paged: Record<string, unknown[]> = {};
    let pages = 0;
    for (let token: string | null = ""; token !== null; pages++) {
      const page = client.get(`/v2/stocks/${kind}?${query}&limit=7&page_token=${encodeURIComponent(token)}`) as Page;
      for (const [symbol, items] of Object.entries(page[kind] as Record<string, unknown[]>)) {
        paged[symbol] = [...(paged[symbol] ?? []), ...items];
      }
      token = page.next_page_token;
    }
    expect(pages).toBe(9);
    expect(paged).toEqual(whole[kind]);
    expect(Object.keys(paged)).toEqual(["AAPL", "MSFT"]);
    const times = (paged.AAPL ?? []).map((item) => (item as Json).t);
    expect(times).toEqual(sort === "asc" ? times.toSorted() : times.toSorted().reverse());
  });

  test("span days and leave out the nights", () => {
    const days = ticks(kind, afternoon(), "start=2026-06-11&end=2026-06-12").map(({ t }) => String(t).slice(0, 10));
    expect([...new Set(days)]).toEqual(["2026-06-11", "2026-06-12"]);
  });

  test("a token of another kind is refused", () => {
    const client = afternoon();
    const { next_page_token: token } = client.get("/v2/stocks/bars?symbols=AAPL&timeframe=1Min&feed=iex&limit=1");
    expect(client.send("GET", `/v2/stocks/${kind}?symbols=AAPL&feed=iex&page_token=${token}`)).toEqual({
      status: 400,
      body: { message: "invalid page_token" },
    });
  });
});

describe("auctions", () => {
  test("are the open and the close of each day, the close once it is over", () => {
    const { get } = afternoon();
    const body = get("/v2/stocks/auctions?symbols=AAPL&feed=sip&start=2026-06-12");
    const [friday] = twoSymbols.dailyBars("AAPL", "2026-06-12", "2026-06-12");
    const [today] = twoSymbols.dailyBars("AAPL", monday, monday);
    expect(body).toEqual({
      auctions: {
        AAPL: [
          {
            d: "2026-06-12",
            o: [{ c: "O", p: friday?.open, t: "2026-06-12T13:30:00.000000137Z", x: "N" }],
            c: [{ c: "M", p: friday?.close, t: "2026-06-12T20:00:00.000000137Z", x: "N" }],
          },
          { d: monday, o: [{ c: "O", p: today?.open, t: "2026-06-15T13:30:00.000000137Z", x: "N" }], c: [] },
        ],
      },
      next_page_token: null,
    });
  });
});

test("an auction before the start is left out", () => {
  const { get } = afternoon();
  const days = (start: string) => get(`/v2/stocks/AAPL/auctions?start=${start}`).auctions as Json[];
  expect(days(iso("09:30:00")).map(({ d }) => d)).toEqual([monday]);
  expect(days(iso("09:30:01"))).toEqual([]);
});

describe("feeds", () => {
  test.each(["trades", "quotes", "auctions", "bars"])(
    "of the free plan show consolidated %s after 15 minutes",
    (kind) => {
      const { send } = afternoon();
      const query = `symbols=AAPL&timeframe=1Min&feed=sip&start=${iso("13:00:00")}`;
      expect(send("GET", `/v2/stocks/${kind}?${query}&end=${iso("13:45:21")}`)).toEqual({
        status: 403,
        body: { message: "subscription does not permit querying recent SIP data" },
      });
      expect(send("GET", `/v2/stocks/${kind}?${query}&end=${iso("13:45:20")}`).status).toBe(200);
    },
  );

  test("of the unlimited plan show them at once", () => {
    const { send } = openClient({ plan: "unlimited", atMs: atNewYork("14:00:20") });
    expect(send("GET", `/v2/stocks/trades?symbols=AAPL&feed=sip&end=${iso("14:00:20")}`).status).toBe(200);
  });

  test("delayed_sip is what the latest was 15 minutes ago", () => {
    const client = afternoon();
    const earlier = client.get("/v2/stocks/trades/latest?symbols=AAPL");
    client.wait(15 * 60_000);
    expect(client.get("/v2/stocks/trades/latest?symbols=AAPL")).not.toEqual(earlier);
    expect(client.get("/v2/stocks/trades/latest?symbols=AAPL&feed=delayed_sip")).toEqual(earlier);
  });
});

describe("what is unknown", () => {
  test("symbols are absent, not null", () => {
    const { get } = afternoon();
    expect(Object.keys(get("/v2/stocks/trades?symbols=AAPL,NOPE&feed=iex").trades as Json)).toEqual(["AAPL"]);
    expect(Object.keys(get("/v2/stocks/snapshots?symbols=NOPE,MSFT"))).toEqual(["MSFT"]);
    expect(get("/v2/stocks/NOPE/trades?feed=iex")).toEqual({ trades: [], next_page_token: null, symbol: "NOPE" });
  });

  test.each([
    ["/v2/stocks/trades?symbols=", "symbols is required"],
    ["/v2/stocks/trades?symbols=AAPL,b@d", "invalid symbol: b@d"],
    ["/v2/stocks/quotes?symbols=AAPL&feed=none", "invalid feed: none"],
    ["/v2/stocks/quotes?symbols=AAPL&limit=10001", "invalid limit: must be a number between 1 and 10000"],
    ["/v2/stocks/quotes?symbols=AAPL&sort=up", "invalid sort: up"],
    ["/v2/stocks/trades?symbols=AAPL&start=x", "invalid start: x is neither RFC-3339 nor YYYY-MM-DD"],
    ["/v2/stocks/trades?symbols=AAPL&feed=iex&start=2026-06-12&end=2026-06-11", "end should not be before start"],
    ["/v2/stocks/meta/conditions/bar?tape=A", "invalid ticktype: bar"],
    ["/v2/stocks/meta/conditions/trade", "tape must be one of A, B, C"],
    ["/v1/corporate-actions?start=2026-02-01&end=2026-01-01", "end should not be before start"],
  ])("%s is 400", (target, message) => {
    expect(afternoon().send("GET", target)).toEqual({ status: 400, body: { message } });
  });
});

test("the codes on the wire are those of the tables", () => {
  const { get } = afternoon();
  const exchanges = Object.keys(get("/v2/stocks/meta/exchanges"));
  const conditions = (type: string) => Object.keys(get(`/v2/stocks/meta/conditions/${type}?tape=A`));
  const [trade] = ticks("trades");
  const [quote] = ticks("quotes");
  expect(exchanges).toEqual(expect.arrayContaining([trade?.x, quote?.ax, quote?.bx, "N"]));
  expect(conditions("trade")).toEqual(expect.arrayContaining([...((trade?.c ?? []) as string[]), "@", "O", "M"]));
  expect(conditions("quote")).toEqual(expect.arrayContaining(quote?.c as string[]));
});

test("no corporate action has ever happened", () => {
  expect(afternoon().get("/v1/corporate-actions?symbols=AAPL&types=cash_dividend")).toEqual({
    corporate_actions: {},
    next_page_token: null,
  });
});

test.each(["5Min", "59Min", "4Hour", "1Week", "3Month"])(
  "bars of %s add up to the volume of the minutes or days",
  (timeframe) => {
    const { get } = openClient({ atMs: atNewYork("23:00:00", "2026-06-30") });
    const unit = /Min|Hour/.test(timeframe) ? "1Min" : "1Day";
    const range = unit === "1Min" ? `start=${monday}&end=${monday}` : "start=2026-04-01&end=2026-06-30";
    const volume = (frame: string): number => {
      const { bars } = get(`/v2/stocks/AAPL/bars?timeframe=${frame}&feed=iex&limit=10000&${range}`) as {
        bars: { v: number }[];
      };
      return bars.reduce((sum, { v }) => sum + v, 0);
    };
    const days = timeframe === "1Week" ? twoSymbols.dailyBars("AAPL", "2026-04-01", "2026-04-02") : [];
    const cutOff = days.reduce((sum, bar) => sum + bar.volume, 0);
    expect(volume(timeframe)).toBe(volume(unit) - cutOff);
  },
);

test.each(["1Min", "15Min", "1Hour", "4Hour", "1Day", "1Week", "1Month", "3Month"])(
  "pages of %s bars join to the whole",
  (frame) => {
    const { get } = openClient({ atMs: atNewYork("12:34:56", "2026-06-30") });
    const start = /Min|Hour/.test(frame) ? "2026-06-29" : "2026-01-02";
    for (const sort of ["asc", "desc"]) {
      const bars = `/v2/stocks/AAPL/bars?timeframe=${frame}&feed=iex&start=${start}&sort=${sort}`;
      const whole = get(`${bars}&limit=10000`).bars as Json[];
      const limit = Math.max(1, Math.floor(whole.length / 3));
      const paged: Json[] = [];
      for (let token: unknown = ""; token !== null; ) {
        const page = get(`${bars}&limit=${limit}&page_token=${token}`);
        paged.push(...(page.bars as Json[]));
        token = page.next_page_token;
      }
      expect(whole.length).toBeGreaterThan(0);
      expect(paged).toEqual(whole);
    }
  },
);

test("bars, trades, quotes and snapshots have exactly their keys", () => {
  const { get } = openClient();
  const number = expect.stringMatching(/^(number|integer)$/);
  const prices = { o: number, h: number, l: number, c: number, vw: number };
  const bar = { ...prices, n: "integer", t: "seconds UTC", v: "integer" };
  const trade = { c: ["@"], i: "integer", p: number, s: "integer", t: "nanoseconds UTC", x: "V", z: "A" };
  const sizes = { as: "integer", bs: "integer" };
  const quote = { ap: number, ax: "V", bp: number, bx: "V", c: ["R"], ...sizes, t: "nanoseconds UTC", z: "A" };
  const latest = (kind: string) => shapeOf(get(`/v2/stocks/${kind}/latest?symbols=AAPL`));
  expect(latest("bars")).toEqual({ bars: { AAPL: bar } });
  expect(latest("trades")).toEqual({ trades: { AAPL: trade } });
  expect(latest("quotes")).toEqual({ quotes: { AAPL: quote } });
  expect(shapeOf(get("/v2/stocks/snapshots?symbols=AAPL"))).toEqual({
    AAPL: { dailyBar: bar, latestQuote: quote, latestTrade: trade, minuteBar: bar, prevDailyBar: bar },
  });
  expect(shapeOf(get("/v2/stocks/bars?symbols=AAPL&timeframe=1Day&feed=iex&start=2026-06-12&end=2026-06-12"))).toEqual({
    bars: { AAPL: [bar] },
    next_page_token: "null",
  });
});
