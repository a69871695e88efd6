// The times that one schedule names: by a cron expression, every so many minutes, or by the open and close of each session.
import { Cron } from "croner";
import type { TaskSchedule } from "../model/task.ts";
import { dayMs, instantFromMs, minuteMs, msFromInstant } from "../model/time.ts";
import { calendarRange, extendedHoursOf, sessionsFrom, tradingDayOf } from "./tradingCalendar.ts";
import { offsetMsAt } from "./zoneOffset.ts";

/** No time at all: a schedule that is never due again. */
export const never = Number.POSITIVE_INFINITY;

/** The first moment from `ms` on at which an interval counts, `ms` itself included; undefined: never again. */
export type OpenFrom = (ms: number) => number | undefined;

/** The extended hours of the sessions: no window is open outside them. */
export const extendedSessionFrom: OpenFrom = (ms) => {
  for (const session of sessionsFrom(tradingDayOf(instantFromMs(ms)))) {
    const { fromMs, untilMs } = extendedHoursOf(session);
    if (ms < untilMs) return Math.max(ms, fromMs);
  }
  return undefined;
};

/** When a schedule is due next after `afterMs`, in milliseconds since the Unix epoch; `never` when it is not. Intervals count while `openFrom` says so. */
export function nextMsAfter(schedule: TaskSchedule, afterMs: number, openFrom: OpenFrom): number {
  if ("cron" in schedule) return nextCronMs(schedule.cron, schedule.zone, afterMs);
  return "at" in schedule ? nextSessionMs(schedule.at, afterMs) : nextIntervalMs(schedule, afterMs, openFrom);
}

/** What is wrong with a schedule; undefined when it can be used. */
export function scheduleFault(
  schedule: TaskSchedule,
): { readonly field: string; readonly message: string } | undefined {
  if ("everyMinutes" in schedule) {
    const first = nextIntervalMs(schedule, Date.parse(calendarRange.to) - yearMs, extendedSessionFrom);
    return first === never ? { field: "everyMinutes", message: "is never due while the exchange trades" } : undefined;
  }
  if ("at" in schedule) {
    const tooFar = Math.abs(sessionOffset(schedule.at).minutes) >= regularMinutes;
    return tooFar
      ? { field: "at", message: `must be less than the ${regularMinutes} minutes of a session` }
      : undefined;
  }
  const message = cronFault(schedule.cron, schedule.zone);
  return message === undefined ? undefined : { field: "cron", message };
}

function cronFault(cron: string, zone: string): string | undefined {
  if (cron.trim().split(/\s+/).length !== 5) return "must have five fields: minute, hour, day of month, month, weekday";
  try {
    const first = cronOf(cron, zone).nextRun(new Date(`${calendarRange.from}T00:00:00Z`));
    return first === null ? "is never due" : undefined;
  } catch (failure) {
    return failure instanceof Error ? failure.message.replace(/^CronPattern: /, "") : String(failure);
  }
}

/** One year stands for all: clocks and sessions repeat. */
const yearMs = 366 * dayMs;

/** 9:30 to 16:00. */
const regularMinutes = 390;

/** `open+5m` → 5 minutes after the open, `close` → 0 minutes after the close. */
function sessionOffset(at: string): { readonly from: "open" | "close"; readonly minutes: number } {
  const from = at.startsWith("open") ? "open" : "close";
  return { from, minutes: Number.parseInt(at.slice(from.length) || "0", 10) };
}

function nextSessionMs(at: string, afterMs: number): number {
  const { from, minutes } = sessionOffset(at);
  for (const { openAt, closeAt } of sessionsFrom(tradingDayOf(instantFromMs(afterMs)))) {
    const ms = msFromInstant(from === "open" ? openAt : closeAt) + minutes * minuteMs;
    if (ms > afterMs) return ms;
  }
  return never;
}

function nextIntervalMs(
  { everyMinutes, zone }: { readonly everyMinutes: number; readonly zone: string },
  afterMs: number,
  openFrom: OpenFrom,
): number {
  const dayMinutes = dayMs / minuteMs;
  let ms = Math.floor(afterMs / minuteMs) * minuteMs + minuteMs;
  for (;;) {
    const openMs = openFrom(ms);
    if (openMs === undefined) return never;
    ms = Math.ceil(openMs / minuteMs) * minuteMs;
    const minute = ((((ms + offsetMsAt(zone, ms)) / minuteMs) % dayMinutes) | 0) as number;
    if (minute % everyMinutes === 0 && openFrom(ms) === ms) return ms;
    // A day begins anew at midnight; where clocks change on the way, the next round looks again.
    ms += Math.max(1, Math.min(everyMinutes - (minute % everyMinutes), dayMinutes - minute)) * minuteMs;
  }
}

type Answer = { readonly fromMs: number; readonly nextMs: number };

/**
 * The answers given last for each expression: each holds for every moment from the one that was asked for up to the slot itself. Two of
 * them, because a tick asks of each task for the slot that is due and for the one after it.
 */
const answers = new Map<string, readonly [Answer, Answer?]>();

function nextCronMs(cron: string, zone: string, afterMs: number): number {
  const key = `${zone} ${cron}`;
  const given = answers.get(key);
  const known = given?.find((each) => each !== undefined && each.fromMs <= afterMs && afterMs < each.nextMs);
  if (known !== undefined) return known.nextMs;
  const nextMs = cronOf(cron, zone).nextRun(new Date(afterMs))?.getTime() ?? never;
  if (answers.size >= expressionsKept) answers.clear();
  answers.set(key, given === undefined ? [{ fromMs: afterMs, nextMs }] : [{ fromMs: afterMs, nextMs }, given[0]]);
  return nextMs;
}

/** Reading an expression is slow beside asking it. */
const expressions = new Map<string, Cron>();
const expressionsKept = 20_000;

/** Five fields, because the tick comes once a minute. Nothing is scheduled: croner is only asked with explicit instants. */
function cronOf(cron: string, zone: string): Cron {
  const key = `${zone} ${cron}`;
  const known =
    expressions.get(key) ??
    new Cron(cron, { timezone: zone, mode: "5-part", fixedTimeRule: "no-wildcard", paused: true });
  if (expressions.size >= expressionsKept) expressions.clear();
  expressions.set(key, known);
  return known;
}
