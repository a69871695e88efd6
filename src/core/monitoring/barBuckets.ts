// Where bars begin and end: the hours of a trading day, and coarser bars put together from minute bars.
import { instantFromMs, minuteMs, msFromInstant, type TradingDay } from "../model/time.ts";
import { sessionOn, tradingDayOf } from "../schedule/tradingCalendar.ts";

/** Minutes, or the regular session of one day. */
export type Timeframe = 1 | 5 | 15 | 30 | 60 | "day";

/** Milliseconds since the epoch; the end is outside. */
export type Span = { readonly startMs: number; readonly endMs: number };

/** Prices in US dollars, volume in shares. */
export type Bar = {
  readonly startMs: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
};

export type TradingHours = {
  readonly day: TradingDay;
  /** Midnight in New York: the stamp of the daily bar. */
  readonly midnightMs: number;
  readonly beforeOpen: Span;
  readonly regular: Span;
  readonly afterClose: Span;
};

const hourMs = 60 * minuteMs;
/** Asking for the day in New York is slow, and the answer is the same for a whole hour. */
const hoursByHour = new Map<number, TradingHours | undefined>();

/** The hours of the day in New York that the instant lies in; undefined when the exchange is closed that day. Throws RangeError outside the calendar. */
export function hoursAt(ms: number): TradingHours | undefined {
  const hour = Math.floor(ms / hourMs);
  if (hoursByHour.has(hour)) return hoursByHour.get(hour);
  const hours = hoursOn(tradingDayOf(instantFromMs(ms)));
  hoursByHour.set(hour, hours);
  return hours;
}

/** Trading begins at 04:00 before the open and goes on for four hours after the close, an early one too. */
export function hoursOn(day: TradingDay): TradingHours | undefined {
  const session = sessionOn(day);
  if (session === undefined) return undefined;
  const [openMs, closeMs] = [msFromInstant(session.openAt), msFromInstant(session.closeAt)];
  // Counted from the close, for once in the calendar's years the open was late.
  const midnightMs = closeMs - (session.early ? 13 : 16) * hourMs;
  return {
    day,
    midnightMs,
    beforeOpen: { startMs: midnightMs + 4 * hourMs, endMs: openMs },
    regular: { startMs: openMs, endMs: closeMs },
    afterClose: { startMs: closeMs, endMs: closeMs + 4 * hourMs },
  };
}

/** The parts of the day of which bars are made, in time order. */
export const partsOf = (hours: TradingHours, extendedHours: boolean): readonly Span[] =>
  extendedHours ? [hours.beforeOpen, hours.regular, hours.afterClose] : [hours.regular];

export const contains = ({ startMs, endMs }: Span, ms: number): boolean => startMs <= ms && ms < endMs;

/**
 * The bar that a minute belongs to; undefined when it is in none. Bars are counted from the start of their part of the day, 09:30 for the
 * regular session, and none reaches into the next part: the last one is cut short, as the hour from 15:30 is. A day's bar is the regular
 * session, so that its open and close are those of the exchange; its span begins at midnight, its stamp.
 */
export function bucketOf(startMs: number, timeframe: Timeframe): Span | undefined {
  const hours = hoursAt(startMs);
  if (hours === undefined) return undefined;
  if (timeframe === "day") {
    return contains(hours.regular, startMs) ? { startMs: hours.midnightMs, endMs: hours.regular.endMs } : undefined;
  }
  const part = partsOf(hours, true).find((span) => contains(span, startMs));
  if (part === undefined) return undefined;
  const width = timeframe * minuteMs;
  const first = startMs - ((startMs - part.startMs) % width);
  return { startMs: first, endMs: Math.min(first + width, part.endMs) };
}

/** The bars of a timeframe out of minute bars, oldest first, each with the end of its span. */
export function consolidate(minutes: readonly Bar[], timeframe: Timeframe): readonly (Bar & Span)[] {
  const bars: (Bar & Span)[] = [];
  for (const minute of minutes) {
    const last = bars.at(-1);
    const bucket = bucketOf(minute.startMs, timeframe);
    if (bucket === undefined) continue;
    if (last?.startMs !== bucket.startMs) bars.push({ ...minute, ...bucket });
    else bars[bars.length - 1] = { ...joined(last, minute), ...bucket };
  }
  return bars;
}

const joined = (earlier: Bar, later: Bar): Bar => ({
  startMs: earlier.startMs,
  open: earlier.open,
  high: Math.max(earlier.high, later.high),
  low: Math.min(earlier.low, later.low),
  close: later.close,
  volume: earlier.volume + later.volume,
});
