// The hours in which a trading window is open: those of a session as it holds that day, within the window's ranges and less its blackouts.
import type { TradingWindow } from "../model/settings.ts";
import { dayMs, instantFromMs, minuteMs, msFromInstant, type TradingDay } from "../model/time.ts";
import { extendedHoursOf, type Session, sessionOn, sessionsFrom, tradingDayOf } from "./tradingCalendar.ts";
import { offsetMsAt } from "./zoneOffset.ts";

/** From `fromMs` up to but without `untilMs`, milliseconds since the Unix epoch. */
export type Hours = { readonly fromMs: number; readonly untilMs: number };
type Blackout = Hours & { readonly reason: string };

/** What has been worked out for a window: wall time is slow, and the same day is asked for at every tick and order. */
type Known = { readonly blackouts: readonly Blackout[]; readonly hours: Map<TradingDay, readonly Hours[]> };

/** By object, and by content for windows that are read or put together anew each time. */
const knownByWindow = new WeakMap<TradingWindow, Known>();
const knownByContent = new Map<string, Known>();
const windowsKept = 200;

function knownOf(window: TradingWindow): Known {
  const known = knownByWindow.get(window);
  if (known !== undefined) return known;
  // The grace has no part in the hours.
  const key = JSON.stringify({ ...window, graceMinutes: 0 });
  const found = knownByContent.get(key) ?? { blackouts: blackoutsOf(window), hours: new Map() };
  if (!knownByContent.has(key) && knownByContent.size >= windowsKept) knownByContent.clear();
  knownByContent.set(key, found);
  knownByWindow.set(window, found);
  return found;
}

/** When orders may be sent on the day of a session, oldest first; stretches that touch are one. */
export function openHours(window: TradingWindow, session: Session): readonly Hours[] {
  const { hours, blackouts } = knownOf(window);
  const known = hours.get(session.day);
  if (known !== undefined) return known;
  const computed = blackouts.reduce(without, hoursBeforeBlackouts(window, session));
  hours.set(session.day, computed);
  return computed;
}

/** The first closed instant after an open one; undefined while the window is closed. Throws RangeError outside the calendar. */
export function openUntilMs(window: TradingWindow, atMs: number): number | undefined {
  const session = sessionOn(tradingDayOf(instantFromMs(atMs)));
  if (session === undefined) return undefined;
  return openHours(window, session).find((hours) => contains(hours, atMs))?.untilMs;
}

/** When the window opens next after `atMs`; undefined when it never does before the calendar ends. */
export function nextOpenMs(window: TradingWindow, atMs: number): number | undefined {
  for (const session of sessionsFrom(tradingDayOf(instantFromMs(atMs)))) {
    const next = openHours(window, session).find(({ fromMs }) => fromMs > atMs);
    if (next !== undefined) return next.fromMs;
  }
  return undefined;
}

/** The hours as they would be without blackouts. */
export function hoursBeforeBlackouts(window: TradingWindow, session: Session): readonly Hours[] {
  if (window.holidays.includes(session.day)) return [];
  const { fromMs, untilMs } = sessionHours(window, session);
  const stretches = datesOf(window.zone, { fromMs, untilMs })
    .filter((dateMs) => window.weekdays.includes(isoWeekday(dateMs)))
    .flatMap((dateMs) =>
      window.ranges.map(({ start, end }) => ({
        fromMs: Math.max(fromMs, firstMsAt(window.zone, dateMs + timeOfDayMs(start))),
        untilMs: Math.min(untilMs, firstMsAt(window.zone, dateMs + timeOfDayMs(end))),
      })),
    );
  return stretches.filter((each) => each.fromMs < each.untilMs).reduce(joined, []);
}

/** The session as it holds for the window: with extended hours or without, ended by its own early closes, less the buffers. */
export function sessionHours(window: TradingWindow, session: Session): Hours {
  const { fromMs, untilMs } = window.extendedHours
    ? extendedHoursOf(session)
    : { fromMs: msFromInstant(session.openAt), untilMs: msFromInstant(session.closeAt) };
  const closes = window.earlyCloses
    .filter(({ day }) => day === session.day)
    .map(({ at }) => earlyCloseMs(window.zone, session, at));
  return {
    fromMs: fromMs + window.openBufferMinutes * minuteMs,
    untilMs: Math.min(untilMs, ...closes) - window.closeBufferMinutes * minuteMs,
  };
}

/** The moment within the New York day of a session at which clocks in the zone show this time: each time of day occurs once in it. */
function earlyCloseMs(zone: string, session: Session, at: string): number {
  const midnightMs = extendedHoursOf(session).fromMs - 4 * 60 * minuteMs;
  const sameDateMs = firstMsAt(zone, dateMsAt(zone, midnightMs) + timeOfDayMs(at));
  return sameDateMs >= midnightMs ? sameDateMs : firstMsAt(zone, dateMsAt(zone, midnightMs) + dayMs + timeOfDayMs(at));
}

/** The blackout that an instant lies in, or the first one that takes away from these hours. */
export const blackoutWithin = (window: TradingWindow, { fromMs, untilMs }: Hours): Blackout | undefined =>
  knownOf(window).blackouts.find((each) => each.fromMs < untilMs && fromMs < each.untilMs);

const blackoutsOf = ({ blackouts, zone }: TradingWindow): readonly Blackout[] =>
  blackouts.map(({ from, to, reason }) => ({
    fromMs: isDay(from) ? firstMsAt(zone, Date.parse(from)) : Date.parse(from),
    untilMs: isDay(to) ? firstMsAt(zone, Date.parse(to) + dayMs) : Date.parse(to),
    reason,
  }));

const isDay = (text: string): boolean => text.length === 10;
const contains = ({ fromMs, untilMs }: Hours, ms: number): boolean => fromMs <= ms && ms < untilMs;

const without = (hours: readonly Hours[], { fromMs, untilMs }: Hours): readonly Hours[] =>
  hours
    .flatMap((each) => [
      { fromMs: each.fromMs, untilMs: Math.min(each.untilMs, fromMs) },
      { fromMs: Math.max(each.fromMs, untilMs), untilMs: each.untilMs },
    ])
    .filter((each) => each.fromMs < each.untilMs);

function joined(hours: readonly Hours[], next: Hours): readonly Hours[] {
  const last = hours.at(-1);
  if (last === undefined || last.untilMs < next.fromMs) return [...hours, next];
  return [...hours.slice(0, -1), { fromMs: last.fromMs, untilMs: Math.max(last.untilMs, next.untilMs) }];
}

const timeOfDayMs = (time: string): number => (Number(time.slice(0, 2)) * 60 + Number(time.slice(3))) * minuteMs;

/** The calendar dates that clocks in the zone show during these hours, each as midnight UTC. */
export function datesOf(zone: string, { fromMs, untilMs }: Hours): readonly number[] {
  const last = dateMsAt(zone, untilMs - 1);
  const dates: number[] = [];
  for (let dateMs = dateMsAt(zone, fromMs); dateMs <= last; dateMs += dayMs) dates.push(dateMs);
  return dates;
}

const dateMsAt = (zone: string, ms: number): number => Math.floor((ms + offsetMsAt(zone, ms)) / dayMs) * dayMs;

/** 1 Monday to 7 Sunday; the Unix epoch was a Thursday. */
export const isoWeekday = (dateMs: number): number => ((((dateMs / dayMs + 3) % 7) + 7) % 7) + 1;

/**
 * The first instant at which clocks in the zone show this date and time (given as if it were UTC) or, where a change of clocks skips it, a
 * later one. A time that is repeated is meant the first time.
 */
function firstMsAt(zone: string, wallMs: number): number {
  const offsetBefore = offsetMsAt(zone, wallMs - dayMs);
  const offsetAfter = offsetMsAt(zone, wallMs + dayMs);
  const candidates = [wallMs - offsetBefore, wallMs - offsetAfter].sort((a, b) => a - b);
  const shown = candidates.find((ms) => ms + offsetMsAt(zone, ms) === wallMs);
  if (shown !== undefined) return shown;
  let [before = 0, after = 0] = candidates;
  while (after - before > minuteMs) {
    const middle = before + Math.floor((after - before) / (2 * minuteMs)) * minuteMs;
    if (offsetMsAt(zone, middle) === offsetBefore) before = middle;
    else after = middle;
  }
  return after;
}
