// The sessions of the New York Stock Exchange from 2000 to 2030: which days trade, from when to when.
import { addMs, dayMs, type Instant, instantFromMs, minuteMs, msFromInstant, type TradingDay } from "../model/time.ts";
import { earlyClosesOf, holidaysOf } from "./holidays.ts";
import { offsetMsAt } from "./zoneOffset.ts";

/** The hours of one trading day. `early`: it closes before 16:00 New York. */
export type Session = {
  readonly day: TradingDay;
  readonly openAt: Instant;
  readonly closeAt: Instant;
  readonly early: boolean;
};

/** The days the calendar knows, both included. Asking for any other throws RangeError. */
export const calendarRange = { from: "2000-01-01" as TradingDay, to: "2030-12-31" as TradingDay };

const newYork = "America/New_York";
const openMinute = 9 * 60 + 30;
const closeMinute = 16 * 60;
const earlyCloseMinute = 13 * 60;
const extendedOpenMinute = 4 * 60;
const extendedCloseMinute = 20 * 60;
const earlyExtendedCloseMinute = 17 * 60;
/** The one scheduled late open since 2000: a year after the attack on the World Trade Center. */
const lateOpens: Readonly<Record<string, number>> = { "2002-09-11": 12 * 60 };

type CalendarYear = {
  readonly sessions: readonly Session[];
  readonly byDay: ReadonlyMap<TradingDay, Session>;
  readonly holidays: ReadonlyMap<TradingDay, string>;
};

const years = new Map<number, CalendarYear>();

/** The day told last: the next question is about the same one as a rule, and to write a day takes longer than to count it. */
let newestDay = { count: Number.NaN, day: "" as TradingDay };

/** The calendar day in New York at this instant, whether the exchange trades on it or not. */
export function tradingDayOf(instant: Instant): TradingDay {
  const ms = msFromInstant(instant);
  const count = Math.floor((ms + offsetMsAt(newYork, ms)) / dayMs);
  if (count !== newestDay.count) {
    newestDay = { count, day: instantFromMs(count * dayMs).slice(0, 10) as TradingDay };
  }
  return newestDay.day;
}

/** Midnight in New York, four or five hours behind. */
export function dayStart(day: TradingDay): Instant {
  const fourBehind = instantFromMs(Date.parse(`${day}T04:00:00Z`));
  return tradingDayOf(fourBehind) === day ? fourBehind : instantFromMs(Date.parse(`${day}T05:00:00Z`));
}

/** The session of a day; undefined on a weekend or holiday. Throws RangeError outside `calendarRange`. */
export const sessionOn = (day: TradingDay): Session | undefined => calendarYear(yearOf(day)).byDay.get(day);

/** Whether the exchange trades at this instant; the close itself is outside. Throws RangeError outside `calendarRange`. */
export function isSessionOpen(instant: Instant): boolean {
  const session = sessionOn(tradingDayOf(instant));
  return session !== undefined && session.openAt <= instant && instant < session.closeAt;
}

/** The occasion on which the exchange is closed on this weekday; undefined on other days. Throws RangeError outside `calendarRange`. */
export const holidayName = (day: TradingDay): string | undefined => calendarYear(yearOf(day)).holidays.get(day);

/** The sessions from one day to another, both included, oldest first. Throws RangeError outside `calendarRange`. */
export function sessionsBetween(from: TradingDay, to: TradingDay): readonly Session[] {
  const [first, last] = [yearOf(from), yearOf(to)];
  const sessions: Session[] = [];
  for (let year = first; year <= last; year++) {
    for (const session of calendarYear(year).sessions) {
      if (session.day >= from && session.day <= to) sessions.push(session);
    }
  }
  return sessions;
}

/** The first session that opens after this instant. Throws RangeError when the calendar ends before. */
export function nextSessionAfter(instant: Instant): Session {
  for (let year = yearOf(tradingDayOf(instant)); ; year++) {
    const next = calendarYear(year).sessions.find(({ openAt }) => openAt > instant);
    if (next !== undefined) return next;
  }
}

/** The sessions of `day` and later, oldest first, until the calendar ends; none for a day after it. */
export function* sessionsFrom(day: TradingDay): Generator<Session> {
  for (let year = Math.max(Number(day.slice(0, 4)), firstYear); year <= lastYear; year++) {
    for (const session of calendarYear(year).sessions) if (session.day >= day) yield session;
  }
}

/** The session with its extended hours: from 04:00 New York to 20:00, or 17:00 after an early close; milliseconds since the Unix epoch. */
export function extendedHoursOf({ closeAt, early }: Session): { readonly fromMs: number; readonly untilMs: number } {
  // The hours hang together by minutes: clocks change on Sundays only.
  const midnightMs = msFromInstant(closeAt) - (early ? earlyCloseMinute : closeMinute) * minuteMs;
  return {
    fromMs: midnightMs + extendedOpenMinute * minuteMs,
    untilMs: midnightMs + (early ? earlyExtendedCloseMinute : extendedCloseMinute) * minuteMs,
  };
}

/** The newest trading day before `day`. */
export const previousTradingDay = (day: TradingDay): TradingDay => tradingDaysBefore(day, 1);

/** The trading day `count` sessions before `day`; `day` itself for 0. Throws RangeError when the calendar begins after. */
export function tradingDaysBefore(day: TradingDay, count: number): TradingDay {
  if (count === 0) return day;
  let left = count;
  for (let year = yearOf(day); ; year--) {
    const { sessions } = calendarYear(year);
    const after = sessions.findIndex((session) => session.day >= day);
    const earlier = after === -1 ? sessions.length : after;
    const found = sessions[earlier - left];
    if (found !== undefined) return found.day;
    left -= earlier;
  }
}

function yearOf(day: TradingDay): number {
  const year = Number(day.slice(0, 4));
  assertKnown(year, day);
  return year;
}

const [firstYear, lastYear] = [Number(calendarRange.from.slice(0, 4)), Number(calendarRange.to.slice(0, 4))];

function assertKnown(year: number, what: string): void {
  if (year < firstYear || year > lastYear) {
    throw new RangeError(`the trading calendar knows ${calendarRange.from} to ${calendarRange.to}, not ${what}`);
  }
}

function calendarYear(year: number): CalendarYear {
  const known = years.get(year);
  if (known !== undefined) return known;
  assertKnown(year, String(year));
  const holidays = holidaysOf(year);
  const sessions = sessionsOf(year, holidays, earlyClosesOf(year));
  const built = { sessions, byDay: new Map(sessions.map((session) => [session.day, session])), holidays };
  years.set(year, built);
  return built;
}

function sessionsOf(
  year: number,
  holidays: CalendarYear["holidays"],
  earlyCloses: ReadonlySet<TradingDay>,
): readonly Session[] {
  const sessions: Session[] = [];
  for (let midnightMs = Date.UTC(year, 0, 1); midnightMs < Date.UTC(year + 1, 0, 1); midnightMs += dayMs) {
    const day = instantFromMs(midnightMs).slice(0, 10) as TradingDay;
    const weekday = new Date(midnightMs).getUTCDay();
    if (weekday === 0 || weekday === 6 || holidays.has(day)) continue;
    // Clocks change on Sundays, so noon's offset holds for the whole session.
    const noonOffsetMs = offsetMsAt(newYork, midnightMs + 12 * 60 * minuteMs);
    const at = (minute: number): Instant => addMs(instantFromMs(midnightMs - noonOffsetMs), minute * minuteMs);
    const early = earlyCloses.has(day);
    const openAt = at(lateOpens[day] ?? openMinute);
    sessions.push({ day, openAt, closeAt: at(early ? earlyCloseMinute : closeMinute), early });
  }
  return sessions;
}
