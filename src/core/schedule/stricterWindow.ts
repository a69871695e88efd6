// The trading window on a day on which calendars disagree: narrowed until every calendar is open throughout it.
import { DateTime } from "luxon";
import type { TradingWindow } from "../model/settings.ts";
import { addMs, type Instant, minuteMs, type TradingDay } from "../model/time.ts";
import type { CalendarDifference } from "./calendarCheck.ts";

/**
 * The window as it holds today where the broker's calendar differs: days on which the broker is closed are holidays, and today's hours end
 * or begin with the broker's. The hours are today's alone; the same window when nothing differs.
 */
export function stricterWindow(
  window: TradingWindow,
  differences: readonly CalendarDifference[],
  today: TradingDay,
): TradingWindow {
  const closed = differences.filter(({ atBroker }) => atBroker === undefined).map(({ day }) => day);
  const withHolidays = closed.length === 0 ? window : { ...window, holidays: [...window.holidays, ...closed] };
  const hoursToday = differences.find(({ day }) => day === today)?.atBroker;
  return hoursToday === undefined ? withHolidays : withinHours(withHolidays, hoursToday);
}

/** Hours that cannot be told as one stretch of the window's own day leave nothing that is safe: the day is a holiday. */
function withinHours(
  window: TradingWindow,
  { day, openAt, closeAt }: { readonly day: TradingDay; readonly openAt: Instant; readonly closeAt: Instant },
): TradingWindow {
  const local = (instant: Instant): DateTime => DateTime.fromISO(instant, { zone: window.zone });
  const first = local(addMs(openAt, window.openBufferMinutes * minuteMs));
  const last = local(addMs(closeAt, -window.closeBufferMinutes * minuteMs));
  const start = later(window.start, first.toFormat("HH:mm"));
  const end = earlier(window.end, last.toFormat("HH:mm"));
  return first.hasSame(last, "day") && start < end
    ? { ...window, start, end }
    : { ...window, holidays: [...window.holidays, day] };
}

/** Times of day, `HH:mm`. */
const later = (a: string, b: string): string => (a > b ? a : b);
const earlier = (a: string, b: string): string => (a < b ? a : b);
