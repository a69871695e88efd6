// The unmodified SDK over HTTP: every method of the data host that the simulator serves, and what it makes of the answers.
import { ApiError, TimeFrame } from "@alpacahq/alpaca-trade-api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { atNewYork } from "./exampleMarket.ts";
import { methodsOf, type RecordedSdk, sdkOnTwoSymbols } from "./recordedSdk.ts";

let sdk: RecordedSdk;
let marketData: RecordedSdk["marketData"];

beforeAll(async () => {
  sdk = await sdkOnTwoSymbols(() => atNewYork("10:00:20"));
  marketData = sdk.marketData;
});
afterAll(() => sdk.stop());

const friday = new Date("2026-06-12T13:30:00Z");
const monday = new Date("2026-06-15T13:30:00Z");

describe("market data", () => {
  const range = { start: friday, end: monday, feed: "iex" } as const;
  const symbols = ["AAPL", "MSFT"];
  const minutes = { start: friday, end: new Date(friday.getTime() + 3_600_000), feed: "iex", limit: 7 } as const;

  test("bars and candles", async () => {
    const daily = await marketData.getStockBars({
      symbols,
      timeframe: TimeFrame.Day,
      ...range,
      start: new Date("2026-06-08"),
    });
    expect(Object.keys(daily)).toEqual(symbols);
    const days = (daily.AAPL ?? []).map(({ timestamp }) => timestamp.toISOString());
    expect(days[0]).toBe("2026-06-08T04:00:00.000Z");
    expect(days).toHaveLength(6);
    expect(await marketData.getStockBarsFor("AAPL", { timeframe: TimeFrame.Minute, ...minutes })).toHaveLength(61);
    const { AAPL: candles } = await marketData.getStockCandles({ symbols, timeframe: TimeFrame.Hour, ...range });
    expect(candles?.close.length).toBeGreaterThan(6);
    expect((await marketData.getStockCandlesFor("AAPL", { timeframe: TimeFrame.Hour, ...range })).close).toEqual(
      candles?.close,
    );
    const collected = await marketData.collectStockBarsBySymbol({ symbols, timeframe: TimeFrame.Minute, ...minutes });
    expect(collected.MSFT).toHaveLength(61);
    expect(
      await marketData.collectStockBarSingle({ symbol: "AAPL", timeframe: TimeFrame.Minute, ...minutes }),
    ).toHaveLength(61);
    const raw = await marketData.stocks.stockBars({ symbols: "AAPL", timeframe: "1Day", ...range });
    const [bar] = raw.bars.AAPL ?? [];
    expect(bar).toMatchObject({ o: expect.any(Number), v: expect.any(Number) });
    const single = await marketData.stocks.stockBarSingle({ symbol: "AAPL", timeframe: "1Day", ...range });
    expect(single.bars).toMatchObject([{ o: bar?.o, v: bar?.v }]);
  });

  test("trades, quotes and auctions of the past", async () => {
    expect((await marketData.getStockTrades({ symbols, ...minutes })).AAPL).toHaveLength(61);
    expect((await marketData.getStockQuotes({ symbols, ...minutes })).MSFT).toHaveLength(61);
    expect(await marketData.getStockTradesFor("AAPL", minutes)).toHaveLength(61);
    expect(await marketData.getStockQuotesFor("AAPL", minutes)).toHaveLength(61);
    expect((await marketData.getStockAuctions({ symbols, ...range })).AAPL).toHaveLength(2);
    expect((await marketData.collectStockTradesBySymbol({ symbols, ...minutes })).AAPL).toHaveLength(61);
    expect((await marketData.collectStockQuotesBySymbol({ symbols, ...minutes })).AAPL).toHaveLength(61);
    expect((await marketData.collectStockAuctionsBySymbol({ symbols, ...range })).AAPL).toHaveLength(2);
    expect(await marketData.collectStockTradeSingle({ symbol: "AAPL", ...minutes })).toHaveLength(61);
    expect(await marketData.collectStockQuoteSingle({ symbol: "AAPL", ...minutes })).toHaveLength(61);
    expect(await marketData.collectStockAuctionSingle({ symbol: "AAPL", ...range })).toHaveLength(2);
    const { stocks } = marketData;
    expect((await stocks.stockTrades({ symbols: "AAPL", ...minutes })).trades.AAPL).toHaveLength(7);
    expect((await stocks.stockQuotes({ symbols: "AAPL", ...minutes })).quotes.AAPL).toHaveLength(7);
    expect((await stocks.stockAuctions({ symbols: "AAPL", ...range })).auctions.AAPL).toHaveLength(2);
    expect((await stocks.stockTradeSingle({ symbol: "AAPL", ...minutes })).trades).toHaveLength(7);
    expect((await stocks.stockQuoteSingle({ symbol: "AAPL", ...minutes })).quotes).toHaveLength(7);
    expect((await stocks.stockAuctionSingle({ symbol: "AAPL", ...range })).auctions).toHaveLength(2);
  });

  test("page by page", async () => {
    const bars = { timeframe: TimeFrame.Minute, ...minutes };
    const { AAPL: expected } = await marketData.collectStockBarsBySymbol({ symbols: ["AAPL"], ...bars });
    const iterators: readonly AsyncIterable<unknown>[] = [
      marketData.iterateStockBars({ symbols, ...bars }),
      marketData.iterateStockTrades({ symbols, ...minutes }),
      marketData.iterateStockQuotes({ symbols, ...minutes }),
      marketData.iterateStockBarSingle({ symbol: "AAPL", ...bars }),
      marketData.iterateStockTradeSingle({ symbol: "AAPL", ...minutes }),
      marketData.iterateStockQuoteSingle({ symbol: "AAPL", ...minutes }),
    ];
    const counts = await Promise.all(iterators.map(async (items) => (await Array.fromAsync(items)).length));
    expect(expected).toHaveLength(61);
    expect(counts).toEqual([122, 122, 122, 61, 61, 61]);
    expect(await Array.fromAsync(marketData.iterateStockAuctions({ symbols, ...range }))).toHaveLength(4);
    expect(await Array.fromAsync(marketData.iterateStockAuctionSingle({ symbol: "AAPL", ...range }))).toHaveLength(2);
  });

  test("the latest, one and several, and snapshots", async () => {
    const { stocks } = marketData;
    const list = { symbols: "AAPL,MSFT" };
    const one = { symbol: "AAPL" };
    const trades = await stocks.stockLatestTrades(list);
    expect((await stocks.stockLatestTradeSingle(one)).trade).toEqual(trades.trades.AAPL);
    const quotes = await stocks.stockLatestQuotes(list);
    expect((await stocks.stockLatestQuoteSingle(one)).quote).toEqual(quotes.quotes.AAPL);
    const bars = await stocks.stockLatestBars(list);
    expect((await stocks.stockLatestBarSingle(one)).bar).toEqual(bars.bars.AAPL);
    const snapshots = await stocks.stockSnapshots(list);
    expect(snapshots.AAPL).toMatchObject({ latestTrade: trades.trades.AAPL, minuteBar: bars.bars.AAPL });
    expect((await stocks.stockSnapshotSingle(one)).latestQuote).toEqual(quotes.quotes.AAPL);
    expect(await marketData.getLatestPrice("AAPL")).toBe(trades.trades.AAPL?.p);
  });

  test("codes and corporate actions", async () => {
    expect(await marketData.stocks.stockMetaExchanges()).toMatchObject({ V: "IEX" });
    expect(await marketData.stocks.stockMetaConditions({ ticktype: "trade", tape: "A" })).toMatchObject({
      "@": "Regular Sale",
    });
    expect((await marketData.corporateActions.corporateActions({ symbols: "AAPL" })).corporateActions).toEqual({});
    expect(await marketData.collectCorporateActions({ symbols })).toEqual({});
    expect(await Array.fromAsync(marketData.iterateCorporateActionsPages({ symbols }))).toEqual([{}]);
  });
});

test("a refusal arrives as the SDK's error", async () => {
  const refused = marketData.stocks.stockTrades({ symbols: "AAPL", feed: "none" as "iex" });
  await expect(refused).rejects.toThrow(ApiError);
  await expect(refused).rejects.toMatchObject({ status: 400, message: "invalid feed: none" });
});

test("a stream takes a subscription to bars", async () => {
  const stream = marketData.stockStream({ url: `${sdk.streamOrigin}/v2/iex` });
  stream.onConnect(() => stream.subscribeForBars(["AAPL"]));
  const subscribed = new Promise((resolve) => stream.on("subscription", resolve));
  stream.connect();
  expect(await subscribed).toMatchObject({ bars: ["AAPL"] });
  stream.disconnect();
});

test("every method for stocks has been called", () => {
  const names = [
    ...methodsOf(marketData.stocks, "marketData.stocks"),
    ...methodsOf(marketData.corporateActions, "marketData.corporateActions"),
    ...methodsOf(marketData, "marketData"),
  ].filter((name) => !/crypto|option|forex|index|news/i.test(name));
  expect(names.filter((name) => !sdk.called().has(name))).toEqual([]);
  expect(names).toHaveLength(48);
});
