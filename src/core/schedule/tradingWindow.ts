// The trading window: whether orders may be sent at an instant, until when, and if not, why not and when again.
import type { TradingWindow } from "../model/settings.ts";
import { type Instant, instantFromMs, msFromInstant, type TradingDay } from "../model/time.ts";
import { calendarRange, holidayName, type Session, sessionOn, tradingDayOf } from "./tradingCalendar.ts";
import {
  blackoutWithin,
  datesOf,
  type Hours,
  hoursBeforeBlackouts,
  isoWeekday,
  nextOpenMs,
  openHours,
  openUntilMs,
  sessionHours,
} from "./windowHours.ts";
import { offsetMsAt } from "./zoneOffset.ts";

export type ClosedWindow = {
  readonly open: false;
  readonly code: "WINDOW_CLOSED" | "HOLIDAY" | "BLACKOUT";
  /** A plain sentence, times in the window's zone. */
  readonly reason: string;
  readonly nextOpenAt: Instant;
};
export type OpenWindow = {
  readonly open: true;
  /** The first closed instant. */
  readonly until: Instant;
  readonly session: Session;
  /** The instant lies before the open or after the close of the regular session. */
  readonly extended: boolean;
};
export type WindowDecision = OpenWindow | ClosedWindow;

/**
 * Open is what the session, as it holds that day, and the window's own ranges have in common, less the blackouts. The session is the
 * exchange's, or with `extendedHours` that from 04:00 to 20:00 New York (17:00 after an early close); extra early closes end either, and
 * the buffers are taken off its ends. Throws RangeError outside the trading calendar, and for a window that never opens again before the
 * calendar ends.
 */
export function decideWindow(window: TradingWindow, at: Instant): WindowDecision {
  const last = lastDecisions.get(window);
  if (last?.at === at) return last.decision;
  const decision = decide(window, at);
  lastDecisions.set(window, { at, decision });
  return decision;
}

/** What each window was asked last: a tick asks the same of it for every task that shares it. */
const lastDecisions = new WeakMap<TradingWindow, { readonly at: Instant; readonly decision: WindowDecision }>();

function decide(window: TradingWindow, at: Instant): WindowDecision {
  const atMs = msFromInstant(at);
  const day = tradingDayOf(at);
  const session = sessionOn(day);
  const untilMs = session === undefined ? undefined : openUntilMs(window, atMs);
  if (session !== undefined && untilMs !== undefined) {
    const extended = atMs < msFromInstant(session.openAt) || atMs >= msFromInstant(session.closeAt);
    return { open: true, until: instantFromMs(untilMs), session, extended };
  }
  const nextMs = nextOpenMs(window, atMs);
  if (nextMs === undefined) {
    throw new RangeError(
      `the trading window never opens again before the trading calendar ends on ${calendarRange.to}`,
    );
  }
  return { open: false, ...closedBecause(window, atMs, day, session), nextOpenAt: instantFromMs(nextMs) };
}

/** The reason with the next open in the window's zone: what a skipped slot or run is told by. */
export function describeClosed({ reason, nextOpenAt }: ClosedWindow, { zone }: TradingWindow): string {
  const nextMs = msFromInstant(nextOpenAt);
  const weekday = weekdayNames[isoWeekday(datesOf(zone, { fromMs: nextMs, untilMs: nextMs + 1 })[0] ?? nextMs) - 1];
  const wall = wallClock(nextMs, zone);
  return `${reason}; next open ${weekday?.slice(0, 3)} ${wall.slice(0, 10)} ${wall.slice(11, 16)} ${placeOf(zone)}`;
}

type Because = Pick<ClosedWindow, "code" | "reason">;

function closedBecause(window: TradingWindow, atMs: number, day: TradingDay, session: Session | undefined): Because {
  const name = holidayName(day);
  if (name !== undefined) return { code: "HOLIDAY", reason: `holiday: the exchange is closed for ${name}` };
  if (window.holidays.includes(day)) {
    return { code: "HOLIDAY", reason: `holiday: ${day} is a holiday of the trading window` };
  }
  if (session === undefined) return { code: "WINDOW_CLOSED", reason: "weekend: the exchange is closed" };
  const blackout = blackoutWithin(window, { fromMs: atMs, untilMs: atMs + 1 }) ?? blackoutOfDay(window, session);
  return blackout === undefined
    ? { code: "WINDOW_CLOSED", reason: closedReason(window, atMs, session) }
    : { code: "BLACKOUT", reason: `blackout: ${blackout.reason}` };
}

/** What has taken all of a day's hours; undefined when some are left or there were none to take. */
function blackoutOfDay(window: TradingWindow, session: Session): ReturnType<typeof blackoutWithin> {
  const [first] = openHours(window, session).length > 0 ? [] : hoursBeforeBlackouts(window, session);
  return first && blackoutWithin(window, first);
}

function closedReason(window: TradingWindow, atMs: number, session: Session): string {
  const clock = (ms: number): string => `${wallClock(ms, window.zone).slice(11, 16)} ${placeOf(window.zone)}`;
  const whole: Hours = sessionHours(window, session);
  const hours = openHours(window, session);
  const later = hours.find(({ fromMs }) => atMs < fromMs);
  if (later !== undefined) return `before the window opens at ${clock(later.fromMs)}`;
  const last = hours.at(-1);
  if (last !== undefined) {
    const halfDay = session.early && last.untilMs === whole.untilMs;
    return halfDay ? `half day: closed at ${clock(last.untilMs)}` : `after the window closed at ${clock(last.untilMs)}`;
  }
  if (whole.untilMs <= whole.fromMs) return "early close: nothing is left of the session after its buffers";
  const weekdays = datesOf(window.zone, whole).map(isoWeekday);
  if (!weekdays.some((weekday) => window.weekdays.includes(weekday))) {
    return `the window is closed on ${weekdayNames[(weekdays[0] ?? 1) - 1]}s`;
  }
  const day = session.early ? "half day: " : "";
  return `${day}the window's hours miss the session, which ends at ${clock(whole.untilMs)}`;
}

const weekdayNames = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/** What clocks in the zone show, `2026-06-15T09:30…`. */
const wallClock = (ms: number, zone: string): string => instantFromMs(ms + offsetMsAt(zone, ms));

/** `America/New_York` → `New York`. */
const placeOf = (zone: string): string => zone.slice(zone.lastIndexOf("/") + 1).replaceAll("_", " ");
