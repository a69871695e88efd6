// The trading window on days on which calendars disagree: narrowed until every calendar is open throughout it.
import type { TradingWindow } from "../model/settings.ts";
import { addMs, type Instant, instantFromMs, minuteMs } from "../model/time.ts";
import type { CalendarDifference } from "./calendarCheck.ts";
import { extendedHoursOf, sessionOn } from "./tradingCalendar.ts";

/**
 * The window where the broker's calendar differs: days on which the broker is closed are holidays, and on days on which it has other hours
 * everything outside them, with the window's buffers, is a blackout. The same window when nothing differs.
 */
export function stricterWindow(window: TradingWindow, differences: readonly CalendarDifference[]): TradingWindow {
  if (differences.length === 0) return window;
  const closed = differences.filter(({ atBroker }) => atBroker === undefined).map(({ day }) => day);
  return {
    ...window,
    holidays: [...window.holidays, ...closed],
    blackouts: [...window.blackouts, ...differences.flatMap((each) => outsideHours(window, each))],
  };
}

/** Before the broker's open and after its close on the day itself, which has no hours outside those of the extended session. */
function outsideHours(window: TradingWindow, { day, atBroker }: CalendarDifference): TradingWindow["blackouts"] {
  const session = sessionOn(day);
  if (session === undefined || atBroker === undefined) return [];
  const { fromMs, untilMs } = extendedHoursOf(session);
  const opens = addMs(atBroker.openAt, window.openBufferMinutes * minuteMs);
  const closes = addMs(atBroker.closeAt, -window.closeBufferMinutes * minuteMs);
  return [
    blackout(instantFromMs(fromMs), opens, `the broker's calendar opens at ${clock(atBroker.openAt)}`),
    blackout(closes, instantFromMs(untilMs), `the broker's calendar closes at ${clock(atBroker.closeAt)}`),
  ].filter(({ from, to }) => from < to);
}

const blackout = (from: Instant, to: Instant, reason: string): TradingWindow["blackouts"][number] => ({
  from,
  to,
  reason,
});
const clock = (instant: Instant): string => `${instant.slice(11, 16)} UTC`;
