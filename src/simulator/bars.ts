// Bars as they can be known at an instant: finished minutes, the forming day, and aggregates of them; never the future.
import { dayMs } from "../core/model/time.ts";
import type { MarketTape, TapeBar } from "./marketTape.ts";
import { midnightOf, newYorkDay, type Session, sessionOfDay, sessionsFromTo } from "./sessions.ts";

export type Timeframe = { readonly amount: number; readonly unit: "Min" | "Hour" | "Day" | "Week" | "Month" };

const units = {
  Min: "Min",
  T: "Min",
  Hour: "Hour",
  H: "Hour",
  Day: "Day",
  D: "Day",
  Week: "Week",
  W: "Week",
  Month: "Month",
  M: "Month",
} as const;
const allowed: Record<Timeframe["unit"], (amount: number) => boolean> = {
  Min: (amount) => amount <= 59,
  Hour: (amount) => amount <= 23,
  Day: (amount) => amount === 1,
  Week: (amount) => amount === 1,
  Month: (amount) => [1, 2, 3, 4, 6, 12].includes(amount),
};

const widestMs = { Min: 60_000, Hour: 3_600_000, Day: dayMs, Week: 7 * dayMs, Month: 31 * dayMs } as const;

/** Reads `5Min`, `1Hour`, `1Day`, `1W`, …; undefined when Alpaca would refuse it. */
export function parseTimeframe(text: string): Timeframe | undefined {
  const [, amount = "", name = ""] = /^([1-9]\d?)(Min|T|Hour|H|Day|D|Week|W|Month|M)$/.exec(text) ?? [];
  const unit = units[name as keyof typeof units];
  return unit !== undefined && allowed[unit](Number(amount)) ? { amount: Number(amount), unit } : undefined;
}

export type BarRange = { readonly fromMs: number; readonly toMs: number; readonly nowMs: number };

/** Bars whose left edge lies in the range, both ends included, oldest first, as far as they are known at `nowMs`. */
export function knownBars(tape: MarketTape, symbol: string, timeframe: Timeframe, range: BarRange): readonly TapeBar[] {
  const { amount, unit } = timeframe;
  const start = startOfBucket(timeframe, range.fromMs);
  const toMs = Math.min(range.toMs, range.nowMs);
  if (toMs < start) return [];
  const plain = amount === 1 && (unit === "Min" || unit === "Day");
  // The last bucket is whole even when the range ends inside it.
  const lastMs = plain ? toMs : Math.min(toMs + amount * widestMs[unit], range.nowMs);
  const base =
    unit === "Min" || unit === "Hour"
      ? minutesFromTo(tape, symbol, start, lastMs, range.nowMs)
      : daysFromTo(tape, symbol, newYorkDay(start), newYorkDay(lastMs), range.nowMs);
  const bars = plain ? base : aggregate(base, (bar) => startOfBucket(timeframe, bar.startMs));
  return bars.filter((bar) => bar.startMs >= range.fromMs && bar.startMs <= toMs);
}

/** The day's bar as it stands: whole after the close, forming during the session, absent before its first finished minute. */
export function dayBar(tape: MarketTape, symbol: string, session: Session, nowMs: number): TapeBar | undefined {
  if (nowMs < session.openMs) return undefined;
  const whole = (): TapeBar | undefined => tape.dailyBars(symbol, session.day, session.day)[0];
  const minutes = tape
    .minuteBars(symbol, session.day)
    .filter((bar) => bar.startMs >= session.openMs && bar.startMs < session.closeMs);
  if (nowMs >= session.closeMs) return whole() ?? aggregate(minutes, () => session.midnightMs)[0];
  if (minutes.length > 0) {
    return aggregate(
      minutes.filter((bar) => finished(bar, nowMs)),
      () => session.midnightMs,
    )[0];
  }
  const bar = whole();
  // Only the day as a whole is on the tape: its open is all that is known before the close.
  return bar && { ...bar, high: bar.open, low: bar.open, close: bar.open, vwap: bar.open, volume: 0, tradeCount: 1 };
}

const finished = (bar: TapeBar, nowMs: number): boolean => bar.startMs + 60_000 <= nowMs;

function daysFromTo(tape: MarketTape, symbol: string, from: string, to: string, nowMs: number): readonly TapeBar[] {
  const today = sessionOfDay(newYorkDay(nowMs));
  if (today === undefined || to < today.day) return tape.dailyBars(symbol, from, to);
  const yesterday = newYorkDay(today.midnightMs - 1);
  const forming = from <= today.day ? dayBar(tape, symbol, today, nowMs) : undefined;
  return [...tape.dailyBars(symbol, from, yesterday), ...(forming === undefined ? [] : [forming])];
}

function minutesFromTo(
  tape: MarketTape,
  symbol: string,
  fromMs: number,
  toMs: number,
  nowMs: number,
): readonly TapeBar[] {
  return sessionsFromTo(newYorkDay(fromMs), newYorkDay(toMs)).flatMap(({ day }) =>
    tape.minuteBars(symbol, day).filter((bar) => bar.startMs >= fromMs && bar.startMs <= toMs && finished(bar, nowMs)),
  );
}

function startOfBucket({ amount, unit }: Timeframe, ms: number): number {
  switch (unit) {
    case "Min":
    case "Hour": {
      const midnight = midnightOf(newYorkDay(ms));
      const width = amount * (unit === "Min" ? 60_000 : 3_600_000);
      return midnight + Math.floor((ms - midnight) / width) * width;
    }
    case "Day":
      return midnightOf(newYorkDay(ms));
    case "Week": {
      const noon = Date.parse(`${newYorkDay(ms)}T12:00:00Z`);
      const sinceMonday = (new Date(noon).getUTCDay() + 6) % 7;
      return midnightOf(new Date(noon - sinceMonday * dayMs).toISOString().slice(0, 10));
    }
    case "Month": {
      const [year = 0, month = 1] = newYorkDay(ms).split("-").map(Number);
      const first = Math.floor((month - 1) / amount) * amount + 1;
      return midnightOf(`${year}-${String(first).padStart(2, "0")}-01`);
    }
  }
}

/** Joins consecutive bars that share a left edge. */
export function aggregate(bars: readonly TapeBar[], edgeOf: (bar: TapeBar) => number): TapeBar[] {
  const joined: TapeBar[] = [];
  for (const bar of bars) {
    const startMs = edgeOf(bar);
    const last = joined.at(-1);
    if (last?.startMs === startMs) joined[joined.length - 1] = join(last, bar);
    else joined.push({ ...bar, startMs });
  }
  return joined;
}

function join(a: TapeBar, b: TapeBar): TapeBar {
  const volume = a.volume + b.volume;
  return {
    startMs: a.startMs,
    open: a.open,
    high: Math.max(a.high, b.high),
    low: Math.min(a.low, b.low),
    close: b.close,
    volume,
    tradeCount: a.tradeCount + b.tradeCount,
    vwap: volume === 0 ? b.close : (a.vwap * a.volume + b.vwap * b.volume) / volume,
  };
}
