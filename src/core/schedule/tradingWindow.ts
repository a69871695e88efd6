// The trading window: whether orders may be sent at an instant, until when, and if not, why not and when again.
import { DateTime } from "luxon";
import type { TradingWindow } from "../model/settings.ts";
import { type Instant, instantFromMs, minuteMs, msFromInstant, type TradingDay } from "../model/time.ts";
import { holidayName, nextSessionAfter, type Session, sessionOn, tradingDayOf } from "./tradingCalendar.ts";

export type ClosedWindow = {
  readonly open: false;
  readonly code: "WINDOW_CLOSED" | "HOLIDAY";
  /** A plain sentence, times in the window's zone. */
  readonly reason: string;
  readonly nextOpenAt: Instant;
};
export type WindowDecision = { readonly open: true; readonly until: Instant; readonly session: Session } | ClosedWindow;

/**
 * Open is what the exchange's session, less the buffers, and the window's own hours have in common; `until` is its first closed instant.
 * Throws RangeError outside the trading calendar, and for a window that never opens again before the calendar ends.
 */
export function decideWindow(window: TradingWindow, at: Instant): WindowDecision {
  const atMs = msFromInstant(at);
  const session = sessionOn(tradingDayOf(at));
  const hours = session === undefined ? [] : openHours(window, session);
  const current = hours.find(({ fromMs, untilMs }) => fromMs <= atMs && atMs < untilMs);
  if (session !== undefined && current !== undefined) {
    return { open: true, until: instantFromMs(current.untilMs), session };
  }
  const nextOpenAt = findNextOpen(window, at);
  const holiday = holidayReason(window, tradingDayOf(at));
  if (holiday !== undefined) return { open: false, code: "HOLIDAY", reason: holiday, nextOpenAt };
  return { open: false, code: "WINDOW_CLOSED", reason: closedReason(window, atMs, session, hours), nextOpenAt };
}

/** The reason with the next open in the window's zone: what a skipped slot or run is told by. */
export const describeClosed = ({ reason, nextOpenAt }: ClosedWindow, { zone }: TradingWindow): string =>
  `${reason}; next open ${inZone(msFromInstant(nextOpenAt), zone).toFormat("ccc yyyy-MM-dd HH:mm")} ${placeOf(zone)}`;

/** Trading is open from `fromMs` up to but without `untilMs`, milliseconds since the Unix epoch. */
type OpenHours = { readonly fromMs: number; readonly untilMs: number };

/** Asked at every tick for the same day: working out wall time is slow. */
const knownHours = new Map<string, readonly OpenHours[]>();
const hoursKept = 1000;

/** Oldest first; more than one only where the session spans midnight in the window's zone. */
function openHours(window: TradingWindow, session: Session): readonly OpenHours[] {
  if (window.holidays.includes(session.day)) return [];
  const { zone, weekdays, start, end, openBufferMinutes, closeBufferMinutes } = window;
  const key = [session.day, zone, weekdays, start, end, openBufferMinutes, closeBufferMinutes].join("|");
  const hours = knownHours.get(key) ?? computeOpenHours(window, session);
  if (knownHours.size >= hoursKept) knownHours.clear();
  knownHours.set(key, hours);
  return hours;
}

function computeOpenHours(window: TradingWindow, session: Session): readonly OpenHours[] {
  const openMs = msFromInstant(session.openAt) + window.openBufferMinutes * minuteMs;
  const closeMs = lastCloseMs(window, session);
  return datesOf(session, window.zone)
    .filter((date) => window.weekdays.includes(date.weekday))
    .map((date) => ({
      fromMs: Math.max(openMs, atTimeOfDay(date, window.start)),
      untilMs: Math.min(closeMs, atTimeOfDay(date, window.end)),
    }))
    .filter(({ fromMs, untilMs }) => fromMs < untilMs);
}

const lastCloseMs = (window: TradingWindow, { closeAt }: Session): number =>
  msFromInstant(closeAt) - window.closeBufferMinutes * minuteMs;

function findNextOpen(window: TradingWindow, at: Instant): Instant {
  const atMs = msFromInstant(at);
  for (
    let session = sessionOn(tradingDayOf(at)) ?? nextSessionAfter(at);
    ;
    session = nextSessionAfter(session.openAt)
  ) {
    const next = openHours(window, session).find(({ fromMs }) => fromMs > atMs);
    if (next !== undefined) return instantFromMs(next.fromMs);
  }
}

function holidayReason(window: TradingWindow, day: TradingDay): string | undefined {
  const name = holidayName(day);
  if (name !== undefined) return `holiday: the exchange is closed for ${name}`;
  return window.holidays.includes(day) ? `holiday: ${day} is a holiday of the trading window` : undefined;
}

function closedReason(
  window: TradingWindow,
  atMs: number,
  session: Session | undefined,
  hours: readonly OpenHours[],
): string {
  const place = placeOf(window.zone);
  const clock = (ms: number): string => `${inZone(ms, window.zone).toFormat("HH:mm")} ${place}`;
  if (session === undefined) return "weekend: the exchange is closed";
  const later = hours.find(({ fromMs }) => atMs < fromMs);
  if (later !== undefined) return `before the window opens at ${clock(later.fromMs)}`;
  const last = hours.at(-1);
  if (last !== undefined) {
    const halfDay = session.early && last.untilMs === lastCloseMs(window, session);
    return halfDay ? `half day: closed at ${clock(last.untilMs)}` : `after the window closed at ${clock(last.untilMs)}`;
  }
  const dates = datesOf(session, window.zone);
  if (!dates.some((date) => window.weekdays.includes(date.weekday))) {
    return `the window is closed on ${dates[0]?.toFormat("cccc")}s`;
  }
  const day = session.early ? "half day: " : "";
  return `${day}the window's hours miss the session, which ends at ${clock(lastCloseMs(window, session))}`;
}

/** The calendar dates in `zone` that a session touches. */
function datesOf(session: Session, zone: string): readonly DateTime[] {
  const first = inZone(msFromInstant(session.openAt), zone).startOf("day");
  const last = inZone(msFromInstant(session.closeAt), zone).startOf("day");
  return first.toMillis() === last.toMillis() ? [first] : [first, last];
}

const atTimeOfDay = (date: DateTime, time: string): number =>
  date.set({ hour: Number(time.slice(0, 2)), minute: Number(time.slice(3)) }).toMillis();

const inZone = (ms: number, zone: string): DateTime => DateTime.fromMillis(ms, { zone, locale: "en" });

/** `America/New_York` → `New York`. */
const placeOf = (zone: string): string => zone.slice(zone.lastIndexOf("/") + 1).replaceAll("_", " ");
