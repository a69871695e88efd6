// When a task is due next, told in its own zone too, and what its window says of each moment.
import type { TradingWindow } from "../model/settings.ts";
import { schedulesOf, type Task, type TaskSchedule, windowOf } from "../model/task.ts";
import { addMs, type Instant, instantFromMs, minuteMs, msFromInstant } from "../model/time.ts";
import { dueSlots } from "./dueSlots.ts";
import { calendarRange, dayStart } from "./tradingCalendar.ts";
import { decideWindow, describeClosed } from "./tradingWindow.ts";
import { offsetMsAt } from "./zoneOffset.ts";

export type WindowVerdict =
  | { readonly open: true; readonly until: Instant }
  | { readonly open: false; readonly code: string; readonly reason: string };

/** A moment at which a task is due, and what its window says of it. */
export type Occurrence = {
  readonly slot: Instant;
  /** The same moment on clocks of the schedule's zone, `2026-06-15T10:00:00-04:00`. */
  readonly local: string;
  readonly zone: string;
  readonly verdict: WindowVerdict;
};

/** The first and the last moment that schedules are asked for: those of the trading calendar. */
export const scheduleStart: Instant = dayStart(calendarRange.from);
export const scheduleEnd: Instant = addMs(dayStart(calendarRange.to), 20 * 60 * minuteMs);

/** The next `count` moments after `after` at which the task is due, soonest first; fewer where it expires or the calendar ends before. */
export function occurrencesOf(task: Task, common: TradingWindow, after: Instant, count: number): readonly Occurrence[] {
  const window = windowOf(task, common);
  const zones = new Map<Instant, string>();
  for (const schedule of schedulesOf(task)) {
    for (const slot of dueSlots({ ...task, schedule }, common, after, scheduleEnd, count)) {
      // A moment that two schedules name is one slot, and the first one's.
      if (!zones.has(slot)) zones.set(slot, zoneOf(schedule));
    }
  }
  return [...zones]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, count)
    .map(([slot, zone]) => ({ slot, zone, local: localTime(slot, zone), verdict: windowVerdict(window, slot) }));
}

const zoneOf = (schedule: TaskSchedule): string => ("zone" in schedule ? schedule.zone : "America/New_York");

/** Whether the window is open at a moment, and why not; also where it never opens again. */
function windowVerdict(window: TradingWindow, at: Instant): WindowVerdict {
  try {
    const decision = decideWindow(window, at);
    if (decision.open) return { open: true, until: decision.until };
    return { open: false, code: decision.code, reason: describeClosed(decision, window) };
  } catch (failure) {
    if (!(failure instanceof RangeError)) throw failure;
    return { open: false, code: "WINDOW_CLOSED", reason: failure.message };
  }
}

function localTime(at: Instant, zone: string): string {
  const offsetMs = offsetMsAt(zone, msFromInstant(at));
  const minutes = Math.abs(offsetMs) / minuteMs;
  const two = (count: number): string => String(count).padStart(2, "0");
  const offset = `${offsetMs < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  return `${instantFromMs(msFromInstant(at) + offsetMs).slice(0, 19)}${offset}`;
}
