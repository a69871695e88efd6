// A tape that is a pure function of a seed.
import type { MarketTape, TapeAsset, TapeBar, TapeQuote, TapeTrade } from "./marketTape.ts";
import { generatorOf, hash32 } from "./random.ts";
import {
  createSeededDay,
  type DayOutline,
  halfSpreadCents,
  outlineDay,
  type SeededMinute,
  type SeededSymbol,
} from "./seededDay.ts";
import { latestSession, openSessionAt, sessionsFromTo } from "./sessions.ts";

export type SeededTapeOptions = {
  readonly seed: number;
  readonly symbols: readonly SeededSymbol[];
  /** First day with prices, `2025-01-02`. */
  readonly fromDay: string;
};

/** Minute paths kept in memory for each symbol: a few days are asked again and again, old ones are made anew. */
const daysKept = 8;

/** A tape for the given symbols: prices of a day depend on the seed, the symbol and the days before it, and on nothing else. */
export function createSeededTape(options: SeededTapeOptions): MarketTape {
  const bySymbol = new Map(options.symbols.map((each) => [each.symbol, createSeededSymbol(options, each)]));
  const names = [...bySymbol.keys()].sort();
  return {
    symbols: () => names,
    asset: (symbol) => bySymbol.get(symbol)?.asset,
    dailyBars: (symbol, fromDay, toDay) => bySymbol.get(symbol)?.dailyBars(fromDay, toDay) ?? [],
    minuteBars: (symbol, day) =>
      bySymbol
        .get(symbol)
        ?.minutes(day)
        .map(({ bar }) => bar) ?? [],
    intervals: (symbol, day) =>
      bySymbol
        .get(symbol)
        ?.minutes(day)
        .map(({ interval }) => interval) ?? [],
    lastTrade: (symbol, ms) => bySymbol.get(symbol)?.lastTrade(ms),
    quote: (symbol, ms) => bySymbol.get(symbol)?.quote(ms),
  };
}

function createSeededSymbol({ seed, fromDay }: SeededTapeOptions, symbol: SeededSymbol) {
  const outlines: DayOutline[] = [];
  const indexOfDay = new Map<string, number>();
  let outlinedTo = "";
  const recent = new Map<string, readonly SeededMinute[]>();
  const keyOf = (day: string): string => `${seed}|${symbol.symbol}|${day}`;

  /** Extends the walk of daily outlines, a year at a time, until it covers the day. */
  function outlineUntil(day: string): void {
    while (outlinedTo < day) {
      const from = outlinedTo === "" ? fromDay : `${Number(outlinedTo.slice(0, 4)) + 1}-01-01`;
      if (from > day) return;
      outlinedTo = `${from.slice(0, 4)}-12-31`;
      for (const session of sessionsFromTo(from, outlinedTo)) {
        const previousClose = outlines.at(-1)?.bar.close ?? symbol.startPrice;
        indexOfDay.set(session.day, outlines.length);
        outlines.push(outlineDay(symbol, session, previousClose, generatorOf(keyOf(session.day))));
      }
    }
  }

  function outlineOf(day: string): DayOutline | undefined {
    outlineUntil(day);
    return outlines[indexOfDay.get(day) ?? -1];
  }

  function minutes(day: string): readonly SeededMinute[] {
    const known = recent.get(day);
    if (known !== undefined) return known;
    const outline = outlineOf(day);
    if (outline === undefined) return [];
    const made = createSeededDay(outline, generatorOf(`${keyOf(day)}|minutes`));
    recent.set(day, made);
    const oldest = recent.keys().next().value;
    if (recent.size > daysKept && oldest !== undefined) recent.delete(oldest);
    return made;
  }

  function dailyBars(from: string, to: string): readonly TapeBar[] {
    return sessionsFromTo(from > fromDay ? from : fromDay, to).flatMap(({ day }) => outlineOf(day)?.bar ?? []);
  }

  function minuteAt(ms: number): SeededMinute | undefined {
    const session = openSessionAt(ms);
    return session && minutes(session.day)[Math.floor((ms - session.openMs) / 60_000)];
  }

  function lastClose(ms: number): DayOutline | undefined {
    const session = latestSession(ms);
    return session && outlineOf(session.day);
  }

  function lastTrade(ms: number): TapeTrade | undefined {
    const size = 100 + (hash32(`${symbol.symbol}|${Math.floor(ms / 60_000)}`) % 9) * 100;
    const minute = minuteAt(ms);
    if (minute !== undefined) return { price: minute.bar.open, size, atMs: minute.bar.startMs };
    const day = lastClose(ms);
    return day && { price: day.bar.close, size, atMs: day.session.closeMs - 1 };
  }

  function quote(ms: number): TapeQuote | undefined {
    const sizes = { bidSize: 300, askSize: 200 };
    const minute = minuteAt(ms);
    if (minute !== undefined) {
      return { bid: minute.interval.bid, ask: minute.interval.ask, ...sizes, atMs: minute.interval.fromMs };
    }
    const day = lastClose(ms);
    if (day === undefined) return undefined;
    const half = halfSpreadCents(day.bar.open);
    const close = Math.round(day.bar.close * 100);
    return { bid: (close - half) / 100, ask: (close + half) / 100, ...sizes, atMs: day.session.closeMs - 1 };
  }

  const asset: TapeAsset = {
    symbol: symbol.symbol,
    tradable: symbol.tradable ?? true,
    fractionable: symbol.fractionable ?? true,
    shortable: symbol.shortable ?? true,
  };
  return { asset, dailyBars, minutes, lastTrade, quote };
}
