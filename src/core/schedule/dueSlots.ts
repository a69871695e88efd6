// Slots: the moments at which a task is due by its schedules.
import type { TradingWindow } from "../model/settings.ts";
import { isExpired, schedulesOf, type Task, windowOf } from "../model/task.ts";
import { type Instant, instantFromMs, msFromInstant } from "../model/time.ts";
import { extendedSessionFrom, never, nextMsAfter, type OpenFrom } from "./scheduleTimes.ts";
import { calendarRange, tradingDayOf } from "./tradingCalendar.ts";
import { nextOpenMs, openUntilMs } from "./windowHours.ts";

type Scheduled = Pick<Task, "schedule" | "expiresAt" | "window" | "graceMinutes">;

/**
 * The slots of a task after `after` up to and including `now`, oldest first, at most `limit`: after a long gap the next tick goes on
 * where this one stopped. A moment that several schedules name is one slot; an interval is due only while the window is open, which is
 * `common` with what the task says of its own. A time of day that daylight saving skips is due at the first moment after the gap, one that
 * it repeats is due once; cron expressions with `*` or steps in their minutes or hours, and intervals, follow the clock instead, through
 * both of the repeated hours.
 */
export function dueSlots(
  task: Scheduled,
  common: TradingWindow,
  after: Instant,
  now: Instant,
  limit = 500,
): readonly Instant[] {
  const window = windowOf(task, common);
  const nowMs = msFromInstant(now);
  const openFrom: OpenFrom = (ms) => {
    // Nothing later is asked for: an interval that never meets its window must not be looked for to the end of the calendar.
    if (ms > nowMs || isPastCalendar(ms)) return undefined;
    return openUntilMs(window, ms) === undefined ? nextOpenMs(window, ms) : ms;
  };
  const slots: Instant[] = [];
  for (let ms = nextMs(task, msFromInstant(after), openFrom); ms <= nowMs && slots.length < limit; ) {
    slots.push(instantFromMs(ms));
    ms = nextMs(task, ms, openFrom);
  }
  return slots;
}

/**
 * The first moment after `after` at which a task may be due, whatever its window says then or is changed to: none of its slots lies between.
 * Undefined for a task that is never due again.
 */
export function nextDue(task: Scheduled, after: Instant): Instant | undefined {
  const ms = nextMs(task, msFromInstant(after), extendedSessionFrom);
  return ms === never ? undefined : instantFromMs(ms);
}

function nextMs(task: Scheduled, afterMs: number, openFrom: OpenFrom): number {
  const ms = schedulesOf(task).reduce((least, each) => Math.min(least, nextMsAfter(each, afterMs, openFrom)), never);
  return ms === never || (task.expiresAt !== undefined && isExpired(task, instantFromMs(ms))) ? never : ms;
}

const isPastCalendar = (ms: number): boolean => tradingDayOf(instantFromMs(ms)) > calendarRange.to;
