// The seeded tape: the same prices for the same seed in whatever order one asks, and days that look like days.
import { describe, expect, test } from "vitest";
import type { MarketTape } from "../../src/simulator/marketTape.ts";
import { createSeededTape } from "../../src/simulator/seededTape.ts";
import { newYorkDay, sessionOfDay } from "../../src/simulator/sessions.ts";
import { atNewYork } from "./exampleMarket.ts";

const fromDay = "2025-01-02";
const make = (seed = 1): MarketTape =>
  createSeededTape({
    seed,
    fromDay,
    symbols: [
      { symbol: "MSFT", startPrice: 400 },
      { symbol: "AAPL", startPrice: 200, annualVolatility: 0.4 },
      { symbol: "LOW", startPrice: 1.2, annualVolatility: 1.5 },
    ],
  });
const tape = make();
const days = ["2025-01-02", "2025-07-03", "2025-11-28", "2026-06-15"];

describe("prices are a function of seed, symbol and minute", () => {
  test("whatever was asked before", () => {
    const forwards = days.map((day) => tape.minuteBars("AAPL", day));
    const backwards = days
      .toReversed()
      .map((day) => make().minuteBars("AAPL", day))
      .toReversed();
    expect(backwards).toEqual(forwards);
  });

  test("and differ from seed to seed and from symbol to symbol", () => {
    const closes = (each: MarketTape, symbol: string) =>
      each.dailyBars(symbol, "2025-02-03", "2025-02-28").map(({ close }) => close);
    expect(closes(make(2), "AAPL")).not.toEqual(closes(tape, "AAPL"));
    expect(closes(tape, "MSFT")).not.toEqual(closes(tape, "AAPL"));
  });

  test("and do not change within a minute of the clock", () => {
    const minute = atNewYork("11:17:00");
    const looks = [0, 1, 30_000, 59_999].map((ms) => [
      tape.lastTrade("AAPL", minute + ms),
      tape.quote("AAPL", minute + ms),
    ]);
    expect(new Set(looks.map((look) => JSON.stringify(look))).size).toBe(1);
    expect(tape.lastTrade("AAPL", minute)?.atMs).toBe(minute);
  });
});

describe.each(["AAPL", "MSFT", "LOW"])("a day of %s", (symbol) => {
  test.each(days)("%s is made of its minutes", (day) => {
    const [bar] = tape.dailyBars(symbol, day, day);
    const minutes = tape.minuteBars(symbol, day);
    const session = sessionOfDay(day);
    expect(minutes).toHaveLength(((session?.closeMs ?? 0) - (session?.openMs ?? 0)) / 60_000);
    expect(minutes[0]?.open).toBe(bar?.open);
    expect(minutes.at(-1)?.close).toBe(bar?.close);
    expect(Math.max(...minutes.map(({ high }) => high))).toBe(bar?.high);
    expect(Math.min(...minutes.map(({ low }) => low))).toBe(bar?.low);
    expect(minutes.reduce((sum, { volume }) => sum + volume, 0)).toBe(bar?.volume);
  });

  test.each(days)("%s trades in whole cents at quotes within its bars", (day) => {
    for (const { bid, ask, low, high } of tape.intervals(symbol, day)) {
      expect(bid).toBeGreaterThanOrEqual(low);
      expect(ask).toBeLessThanOrEqual(high);
      expect(ask).toBeGreaterThan(bid);
      expect(Math.round(bid * 100) / 100).toBe(bid);
    }
  });
});

test("an early close has 210 minutes", () => {
  expect(tape.minuteBars("AAPL", "2025-11-28")).toHaveLength(210);
});

test("there is nothing on holidays, before the first day, and of unknown symbols", () => {
  expect(tape.minuteBars("AAPL", "2025-12-25")).toEqual([]);
  expect(tape.dailyBars("AAPL", "2024-01-01", "2024-12-31")).toEqual([]);
  expect(tape.lastTrade("AAPL", Date.parse("2024-06-03T15:00:00Z"))).toBeUndefined();
  expect(tape.quote("NOPE", atNewYork("11:00:00"))).toBeUndefined();
});

test("days gap overnight and move about as much as their volatility says", () => {
  const bars = tape.dailyBars("AAPL", fromDay, "2026-12-31");
  const returns = bars.slice(1).map(({ close }, index) => Math.log(close / (bars[index]?.close ?? close)));
  const variance = returns.reduce((sum, value) => sum + value * value, 0) / returns.length;
  expect(Math.sqrt(variance * 252)).toBeGreaterThan(0.3);
  expect(Math.sqrt(variance * 252)).toBeLessThan(0.5);
  const gaps = bars.slice(1).filter(({ open }, index) => open !== bars[index]?.close);
  expect(gaps.length / bars.length).toBeGreaterThan(0.9);
});

test("out of hours the last trade is the last close", () => {
  const [bar] = tape.dailyBars("AAPL", "2026-06-15", "2026-06-15");
  expect(tape.lastTrade("AAPL", atNewYork("19:00:00"))?.price).toBe(bar?.close);
  expect(tape.lastTrade("AAPL", atNewYork("08:00:00", "2026-06-16"))?.price).toBe(bar?.close);
});

describe("halts, where they are asked for", () => {
  const symbols = [{ symbol: "AAPL", startPrice: 200 }];
  const halting = createSeededTape({ seed: 1, fromDay, symbols, halts: true });
  const whole = createSeededTape({ seed: 1, fromDay, symbols });
  const sessions = whole.dailyBars("AAPL", "2025-02-03", "2025-06-30").map(({ startMs }) => newYorkDay(startMs));
  const missing = (day: string) => {
    const traded = new Set(halting.intervals("AAPL", day).map(({ fromMs }) => fromMs));
    return whole.intervals("AAPL", day).filter(({ fromMs }) => !traded.has(fromMs));
  };
  const halted = sessions.filter((day) => missing(day).length > 0);

  test("stop trading for a few minutes on some days, and change nothing else", () => {
    expect(halted.length).toBeGreaterThan(5);
    expect(halted.length).toBeLessThan(sessions.length / 4);
    for (const day of halted) {
      const gap = missing(day);
      expect(gap.length).toBeGreaterThanOrEqual(3);
      expect(gap.length).toBeLessThanOrEqual(12);
      expect((gap.at(-1)?.toMs ?? 0) - (gap[0]?.fromMs ?? 0)).toBe(gap.length * 60_000);
      const bars = new Set(halting.minuteBars("AAPL", day).map(({ startMs }) => startMs));
      expect(gap.some(({ fromMs }) => bars.has(fromMs))).toBe(false);
    }
    expect(halting.dailyBars("AAPL", "2025-02-03", "2025-06-30")).toEqual(
      whole.dailyBars("AAPL", "2025-02-03", "2025-06-30"),
    );
  });

  test("leave the last trade at the close of the minute before", () => {
    const [first] = missing(halted[0] ?? "");
    const before = whole.intervals("AAPL", halted[0] ?? "").find(({ toMs }) => toMs === first?.fromMs);
    const trade = halting.lastTrade("AAPL", (first?.fromMs ?? 0) + 90_000);
    expect(trade).toMatchObject({ price: before?.close, atMs: (first?.fromMs ?? 0) - 1 });
  });
});
