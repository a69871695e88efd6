// Exchange sessions looked up by instant, and New York wall time for the wire.
import { IANAZone } from "luxon";
import type { TradingDay } from "../core/model/time.ts";
import { dayMs, instantFromMs, msFromInstant } from "../core/model/time.ts";
import { type Session as CalendarSession, calendarRange, sessionsBetween } from "../core/schedule/tradingCalendar.ts";

/** One regular session of the exchange in milliseconds since the epoch. */
export type Session = {
  readonly day: TradingDay;
  /** Midnight in New York at the start of the day: the stamp of its daily bar. */
  readonly midnightMs: number;
  readonly openMs: number;
  readonly closeMs: number;
};

const hourMs = 3_600_000;
/** Pre-market trading starts at 04:00; after-hours trading lasts four hours, on early closes too. */
export const preOpenMs = (session: Session): number => session.midnightMs + 4 * hourMs;
export const postCloseMs = (session: Session): number => session.closeMs + 4 * hourMs;

type Year = { readonly sessions: readonly Session[]; readonly byDay: ReadonlyMap<string, Session> };
const years = new Map<number, Year>();
const firstYear = Number(calendarRange.from.slice(0, 4));
const lastYear = Number(calendarRange.to.slice(0, 4));

const toSession = ({ day, openAt, closeAt }: CalendarSession): Session => ({
  day,
  midnightMs: midnightOf(day),
  openMs: msFromInstant(openAt),
  closeMs: msFromInstant(closeAt),
});

/** Empty outside the calendar's years: there the market is simply closed. */
function yearOf(year: number): Year {
  const known = years.get(year);
  if (known !== undefined) return known;
  const inside = year >= firstYear && year <= lastYear;
  const days = inside ? sessionsBetween(`${year}-01-01` as TradingDay, `${year}-12-31` as TradingDay) : [];
  const sessions = days.map(toSession);
  const built = { sessions, byDay: new Map(sessions.map((session) => [session.day, session])) };
  years.set(year, built);
  return built;
}

const sessionsOf = (year: number): readonly Session[] => yearOf(year).sessions;

/** Sessions from the first to the last day, both included. */
export function sessionsFromTo(from: string, to: string): readonly Session[] {
  const first = Math.max(firstYear, Number(from.slice(0, 4)));
  const last = Math.min(lastYear, Number(to.slice(0, 4)));
  const sessions: Session[] = [];
  for (let year = first; year <= last; year++) {
    for (const session of sessionsOf(year)) if (session.day >= from && session.day <= to) sessions.push(session);
  }
  return sessions;
}

export const sessionOfDay = (day: string): Session | undefined => yearOf(Number(day.slice(0, 4))).byDay.get(day);

/** How many sessions of a year lie before the first one that satisfies a condition which, once true, stays so. */
function countBefore(sessions: readonly Session[], condition: (session: Session) => boolean): number {
  let from = 0;
  let to = sessions.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    const session = sessions[middle];
    if (session === undefined || condition(session)) to = middle;
    else from = middle + 1;
  }
  return from;
}

/** The first session that satisfies a condition which, once true, stays so; undefined past the end of the calendar. */
function firstFrom(ms: number, condition: (session: Session) => boolean): Session | undefined {
  const year = new Date(ms - dayMs).getUTCFullYear();
  const [these, next] = [sessionsOf(year), sessionsOf(year + 1)];
  return these[countBefore(these, condition)] ?? next[countBefore(next, condition)];
}

/** The session that is open at the instant; the close itself is outside. */
export const openSessionAt = (ms: number): Session | undefined => {
  const session = sessionOfDay(newYorkDay(ms));
  return session !== undefined && session.openMs <= ms && ms < session.closeMs ? session : undefined;
};
/** The session whose trading day, with its extended hours, the instant lies in. */
export const tradingDayAt = (ms: number): Session | undefined => {
  const session = sessionOfDay(newYorkDay(ms));
  return session !== undefined && preOpenMs(session) <= ms && ms < postCloseMs(session) ? session : undefined;
};
/** The trading day, with its extended hours, that the instant lies in or, else, the next one. */
export const currentOrNextTradingDay = (ms: number): Session | undefined =>
  firstFrom(ms, (session) => postCloseMs(session) > ms);
/** The session that is open at the instant or, else, the next one. */
export const currentOrNextSession = (ms: number): Session | undefined => firstFrom(ms, ({ closeMs }) => closeMs > ms);
export const nextSession = (ms: number): Session | undefined => firstFrom(ms, ({ openMs }) => openMs > ms);
/** The latest session that has opened by the instant. */
export function latestSession(ms: number): Session | undefined {
  const year = new Date(ms).getUTCFullYear();
  const these = sessionsOf(year);
  const opened = countBefore(these, ({ openMs }) => openMs > ms);
  return these[opened - 1] ?? sessionsOf(year - 1).findLast(({ openMs }) => openMs <= ms);
}
/** The session before the one given. */
export const sessionBefore = (session: Session): Session | undefined => latestSession(session.openMs - 1);
/** Sessions of whose trading day, with its extended hours, any part lies in (fromMs, toMs]. */
export function tradingDaysTouching(fromMs: number, toMs: number): readonly Session[] {
  const from = newYorkDay(fromMs);
  const to = newYorkDay(toMs);
  const single = from === to && sessionOfDay(from);
  const days = single ? [single] : sessionsFromTo(from, to);
  return days.filter((session) => postCloseMs(session) > fromMs && preOpenMs(session) <= toMs);
}

const zone = IANAZone.create("America/New_York");
/** Asking the time zone data is slow, and the answer is the same for a whole hour. */
const offsets = new Map<number, number>();
function offsetMs(ms: number): number {
  const hour = Math.floor(ms / hourMs);
  const known = offsets.get(hour) ?? zone.offset(hour * hourMs) * 60_000;
  offsets.set(hour, known);
  return known;
}

export const newYorkDay = (ms: number): TradingDay =>
  new Date(ms + offsetMs(ms)).toISOString().slice(0, 10) as TradingDay;

/** `2025-06-24T09:30:00-04:00`, with milliseconds only where there are any. */
export function newYorkTime(ms: number): string {
  const offset = offsetMs(ms);
  const local = instantFromMs(ms + offset)
    .replace(".000", "")
    .slice(0, -1);
  return `${local}-${String(-offset / hourMs).padStart(2, "0")}:00`;
}

/** Midnight in New York at the start of a calendar day. */
export function midnightOf(day: string): number {
  const utcMidnight = Date.parse(`${day}T00:00:00Z`);
  return utcMidnight - offsetMs(utcMidnight + 5 * hourMs);
}
