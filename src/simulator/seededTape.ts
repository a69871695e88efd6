// A tape that is a pure function of a seed.
import type { MarketTape, TapeAsset, TapeBar, TapeQuote, TapeTrade, TradingInterval } from "./marketTape.ts";
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
  /** On some days a symbol is halted for a few minutes; never unless given. */
  readonly halts?: boolean;
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
    minuteBars: (symbol, day) => bySymbol.get(symbol)?.dayOf(day)?.bars ?? [],
    intervals: (symbol, day) => bySymbol.get(symbol)?.dayOf(day)?.intervals ?? [],
    lastTrade: (symbol, ms) => bySymbol.get(symbol)?.lastTrade(ms),
    quote: (symbol, ms) => bySymbol.get(symbol)?.quote(ms),
  };
}

/** A day's minutes that traded, and for each minute of the session the latest of them. */
type KeptDay = {
  readonly bars: readonly TapeBar[];
  readonly intervals: readonly TradingInterval[];
  readonly latest: readonly SeededMinute[];
};

function createSeededSymbol({ seed, fromDay, halts = false }: SeededTapeOptions, symbol: SeededSymbol) {
  const outlines: DayOutline[] = [];
  const indexOfDay = new Map<string, number>();
  let outlinedTo = "";
  const recent = new Map<string, KeptDay>();
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

  function dayOf(day: string): KeptDay | undefined {
    const known = recent.get(day);
    if (known !== undefined) return known;
    const outline = outlineOf(day);
    if (outline === undefined) return undefined;
    const minutes = createSeededDay(outline, generatorOf(`${keyOf(day)}|minutes`));
    const made = keepDay(minutes, halts ? haltOf(keyOf(day), minutes.length) : noHalt);
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
    return session && dayOf(session.day)?.latest[Math.floor((ms - session.openMs) / 60_000)];
  }

  function lastClose(ms: number): DayOutline | undefined {
    const session = latestSession(ms);
    return session && outlineOf(session.day);
  }

  function lastTrade(ms: number): TapeTrade | undefined {
    const size = 100 + (hash32(`${symbol.symbol}|${Math.floor(ms / 60_000)}`) % 9) * 100;
    const minute = minuteAt(ms);
    if (minute !== undefined) {
      const { startMs, open, close } = minute.bar;
      // While it is halted, the last trade is the close of the minute before.
      return ms < startMs + 60_000
        ? { price: open, size, atMs: startMs }
        : { price: close, size, atMs: startMs + 59_999 };
    }
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
    easyToBorrow: symbol.easyToBorrow ?? true,
  };
  return { asset, dailyBars, dayOf, lastTrade, quote };
}

/** Minutes of the session without trades, from the first to before the second. */
type Halt = { readonly from: number; readonly to: number };
const noHalt: Halt = { from: 0, to: 0 };

/** One day in eight has a halt of three to twelve minutes, never at the open or the close. */
function haltOf(key: string, count: number): Halt {
  if (hash32(`${key}|halted`) % 8 !== 0) return noHalt;
  const from = 10 + (hash32(`${key}|halted from`) % Math.max(1, count - 40));
  return { from, to: from + 3 + (hash32(`${key}|halted for`) % 10) };
}

function keepDay(minutes: readonly SeededMinute[], { from, to }: Halt): KeptDay {
  const isHalted = (index: number): boolean => from <= index && index < to;
  const traded = minutes.filter((_, index) => !isHalted(index));
  return {
    bars: traded.map(({ bar }) => bar),
    intervals: traded.map(({ interval }) => interval),
    latest: minutes.map((minute, index) => (isHalted(index) ? (minutes[from - 1] ?? minute) : minute)),
  };
}
