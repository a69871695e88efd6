// The history of a run: closed days asked for once a trading day by all processes together, minutes each time.
import { describe, expect, test } from "vitest";
import { createMemoryTable } from "../../src/adapters/memory/memoryTable.ts";
import { createBarCache } from "../../src/adapters/tables/barTable.ts";
import { type BarBook, createBarBook } from "../../src/app/barBook.ts";
import type { BarSeries } from "../../src/core/model/market.ts";
import type { Instant, TradingDay } from "../../src/core/model/time.ts";
import { barRequests } from "../../src/core/planning/dataNeeds.ts";
import { dayStart, tradingDayOf, tradingDaysBefore } from "../../src/core/schedule/tradingCalendar.ts";
import type { BarCache } from "../../src/ports/barCache.ts";
import type { MarketData } from "../../src/ports/marketData.ts";
import { at, exampleBars } from "../core/examples.ts";
import { flaky } from "../support/memoryStack.ts";

/** Processes of one app that share a cache, a feed that writes down what it is asked, and a clock. */
function processes(options: { readonly cache?: (cache: BarCache) => BarCache } = {}) {
  const asked: string[] = [];
  const events: string[] = [];
  const missingToday = new Set<string>();
  let now: Instant = at("2026-06-15T14:00Z");
  const cache = createBarCache(createMemoryTable());
  const marketData: MarketData = {
    feed: "iex",
    adjustment: "split",
    bars: async ({ symbols, timeframe, from }) => {
      asked.push(`${timeframe} ${symbols.join(",")} since ${from.slice(0, 10)}`);
      const known = symbols.filter((symbol) => symbol !== "NOPE");
      return new Map(known.map((symbol) => [symbol, historyOf(symbol, now, missingToday.has(symbol))]));
    },
    trades: async () => [],
    latestPrices: async () => new Map(),
  };
  const start = (): BarBook =>
    createBarBook({
      marketData,
      barCache: options.cache?.(cache) ?? cache,
      clock: { now: () => now, realMs: () => 0, realMsUntil: () => 0, sleep: async () => undefined },
      telemetry: { event: (_, name) => events.push(name) },
    });
  /** So many days back from now. */
  const days = (book: BarBook, symbols: readonly string[], bars = 3) => {
    const [request] = barRequests({ bars: [{ timeframe: "1Day", bars }] }, now, { minCoverageFraction: 1 });
    if (request === undefined) throw new Error("there is no request");
    return book.bars(symbols, request);
  };
  return { start, days, asked, events, missingToday, setNow: (text: string) => (now = at(text)) };
}
/** Four days up to the last one before today, or the last but one. */
function historyOf(symbol: string, now: Instant, late: boolean): BarSeries {
  const series = exampleBars(symbol, [9, 10, 11, 12]);
  const newest = tradingDaysBefore(tradingDayOf(now), late ? 2 : 1);
  return { ...series, timeMs: series.timeMs.map((_, i) => Date.parse(tradingDayStart(newest, 3 - i))) };
}
const tradingDayStart = (newest: TradingDay, back: number): Instant => dayStart(tradingDaysBefore(newest, back));

test("a history is asked for once, by all processes and whoever shares it", async () => {
  const { start, days, asked } = processes();
  const [first, second] = [start(), start()];
  await days(first, ["AAA", "BBB"]);
  await days(first, ["BBB", "AAA"]);
  expect((await days(second, ["AAA", "BBB"])).get("BBB")?.close).toEqual(Float64Array.of(9, 10, 11, 12));
  expect(asked).toEqual(["1Day AAA,BBB since 2026-06-10"]);
});

test("only what is lacking is asked for: other symbols, and a longer history", async () => {
  const { start, days, asked } = processes();
  await days(start(), ["AAA"], 3);
  await days(start(), ["AAA", "BBB"], 2);
  await days(start(), ["AAA", "BBB"], 3);
  await days(start(), ["AAA", "BBB"], 4);
  await days(start(), ["AAA", "BBB"], 1);
  expect(asked).toEqual([
    "1Day AAA since 2026-06-10",
    "1Day BBB since 2026-06-11",
    "1Day BBB since 2026-06-10",
    "1Day AAA,BBB since 2026-06-09",
  ]);
});

test.each([
  ["anew on the next trading day", "2026-06-16T14:00Z", 2],
  ["anew after the open, because a split takes effect before it", "2026-06-15T13:30Z", 2],
  ["not anew while it is still before the open", "2026-06-15T13:29Z", 1],
])("what was read before the open is asked for %s", async (_, later, times) => {
  const { start, days, asked, setNow } = processes();
  setNow("2026-06-15T12:00Z");
  const book = start();
  await days(book, ["AAA"]);
  setNow(later);
  await days(book, ["AAA"]);
  await days(start(), ["AAA"]);
  expect(asked).toHaveLength(times);
});

test("a symbol that is forgotten is asked for again, in every process that starts", async () => {
  const { start, days, asked } = processes();
  const book = start();
  await days(book, ["AAA", "BBB"]);
  await book.forget(["BBB"]);
  await days(start(), ["AAA", "BBB"]);
  await days(book, ["AAA", "BBB"]);
  expect(asked.slice(1)).toEqual(["1Day BBB since 2026-06-10"]);
});

test("asks again for a symbol that lacks the last day, and for no other", async () => {
  const { start, days, asked, missingToday } = processes();
  missingToday.add("BBB");
  const book = start();
  expect((await days(book, ["AAA", "BBB", "NOPE"])).get("BBB")?.close).toHaveLength(4);
  missingToday.clear();
  await days(book, ["AAA", "BBB"]);
  await days(start(), ["AAA", "BBB"]);
  expect(asked).toEqual(["1Day AAA,BBB,NOPE since 2026-06-10", "1Day BBB since 2026-06-10"]);
});

test("minutes are asked for each time, and kept nowhere", async () => {
  const { start, asked } = processes();
  const book = start();
  const [request] = barRequests({ bars: [{ timeframe: "5Min", bars: 2 }] }, at("2026-06-15T14:00Z"), {
    minCoverageFraction: 1,
  });
  if (request === undefined) throw new Error("there is no request");
  await book.bars(["AAA"], request);
  await book.bars(["AAA"], request);
  expect(asked).toHaveLength(2);
});

describe("a cache that fails", () => {
  test.each(["read", "write", "forget"])("to %s costs no run its history, and is told", async (method) => {
    const { start, days, asked, events } = processes({
      cache: (cache) => flaky(cache, (called) => called === method, "STORE_UNAVAILABLE"),
    });
    const book = start();
    expect((await days(book, ["AAA"])).get("AAA")?.close).toHaveLength(4);
    await book.forget(["AAA"]);
    expect((await days(book, ["AAA"])).get("AAA")?.close).toHaveLength(4);
    expect(asked.length).toBeGreaterThan(0);
    expect(events).toContain("bars.cacheFailed");
  });
});
