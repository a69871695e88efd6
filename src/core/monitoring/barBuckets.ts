// Where bars begin and end: the hours of a trading day, and the buckets of each timeframe within them.
import type { Timeframe } from "../model/market.ts";
import { addDays, instantFromMs, minuteMs, msFromInstant, type TradingDay } from "../model/time.ts";
import { dayStart, sessionOn, tradingDayOf } from "../schedule/tradingCalendar.ts";

/** Milliseconds since the epoch; the end is outside. */
export type Span = { readonly startMs: number; readonly endMs: number };

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
  const known = hoursByHour.get(hour);
  if (known !== undefined || hoursByHour.has(hour)) return known;
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

export const contains = ({ startMs, endMs }: Span, ms: number): boolean => startMs <= ms && ms < endMs;

/** The parts of the day of which bars are made, in time order. */
export const partsOf = (hours: TradingHours, extendedHours: boolean): readonly Span[] =>
  extendedHours ? [hours.beforeOpen, hours.regular, hours.afterClose] : [hours.regular];

/** The part that the instant lies in; undefined when it lies in none of those of which bars are made. */
export function partAt(ms: number, extendedHours: boolean): Span | undefined {
  const hours = hoursAt(ms);
  if (hours === undefined) return undefined;
  if (contains(hours.regular, ms)) return hours.regular;
  if (!extendedHours) return undefined;
  if (contains(hours.beforeOpen, ms)) return hours.beforeOpen;
  return contains(hours.afterClose, ms) ? hours.afterClose : undefined;
}

const widths: Partial<Record<Timeframe, number>> = {
  "1Min": minuteMs,
  "5Min": 5 * minuteMs,
  "15Min": 15 * minuteMs,
  "30Min": 30 * minuteMs,
  "1Hour": hourMs,
};
/** The width of a bar in milliseconds; undefined for days, weeks and months, which differ in length. */
export const widthOf = (timeframe: Timeframe): number | undefined => widths[timeframe];

/** The Monday of a day's week, or the first of its month. */
export const periodStart = (day: TradingDay, timeframe: "1Week" | "1Month"): TradingDay =>
  timeframe === "1Month" ? (`${day.slice(0, 8)}01` as TradingDay) : addDays(day, -((weekday(day) + 6) % 7));
/** 0 is Sunday. */
const weekday = (day: TradingDay): number => new Date(`${day}T12:00:00Z`).getUTCDay();

/**
 * Where the bar begins that a minute, or for weeks and months a day, belongs to; NaN when it is in none. Bars are counted from the start of
 * their part of the day, 09:30 for the regular session. A day's bar is the regular session, so that its open and close are those of the
 * exchange; its stamp is midnight in New York, as that of the Monday or the first of the month is for the longer ones.
 */
export function bucketStart(ms: number, timeframe: Timeframe, extendedHours = false): number {
  if (timeframe === "1Week" || timeframe === "1Month") {
    return msFromInstant(dayStart(periodStart(tradingDayOf(instantFromMs(ms)), timeframe)));
  }
  const width = widthOf(timeframe);
  const part = partAt(ms, width !== undefined && extendedHours);
  if (part === undefined) return Number.NaN;
  return width === undefined ? (hoursAt(ms)?.midnightMs ?? Number.NaN) : ms - ((ms - part.startMs) % width);
}

/** Where the bar ends that begins there. None reaches into the next part of the day: the last is cut short, as the hour from 15:30 is. */
export function bucketEnd(startMs: number, timeframe: Timeframe): number {
  const width = widthOf(timeframe);
  if (width !== undefined) {
    return Math.min(startMs + width, partAt(startMs, true)?.endMs ?? Number.POSITIVE_INFINITY);
  }
  if (timeframe === "1Day") return hoursAt(startMs)?.regular.endMs ?? Number.NaN;
  const days = timeframe === "1Week" ? 7 : 31;
  const beyond = addDays(tradingDayOf(instantFromMs(startMs)), days);
  return msFromInstant(dayStart(timeframe === "1Week" ? beyond : periodStart(beyond, "1Month")));
}
