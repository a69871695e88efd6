// Slots: the moments at which a task is due by its cron expression, and what becomes of a slot that has come.
import { Cron } from "croner";
import type { ControlState } from "../model/control.ts";
import type { RunSummary } from "../model/run.ts";
import type { Task, TradingWindow } from "../model/settings.ts";
import { type Instant, instantFromMs, minuteMs, msBetween, msFromInstant } from "../model/time.ts";
import { calendarRange } from "./tradingCalendar.ts";
import { decideWindow, describeClosed } from "./tradingWindow.ts";

/**
 * The slots of a task after `after` up to and including `now`, oldest first, at most `limit`: after a long gap the next tick goes on
 * where this one stopped. A time of day that daylight saving skips is due at the first moment after the gap, one that it repeats is
 * due once; schedules with `*` or steps in their minutes or hours follow the clock instead, through both of the repeated hours.
 */
export function dueSlots(task: Task, after: Instant, now: Instant, limit = 500): readonly Instant[] {
  const { cron, zone } = task.schedule;
  const nowMs = msFromInstant(now);
  const slots: Instant[] = [];
  let nextMs = nextMsAfter(cron, zone, msFromInstant(after));
  while (nextMs <= nowMs && slots.length < limit) {
    slots.push(instantFromMs(nextMs));
    nextMs = nextMsAfter(cron, zone, nextMs);
  }
  return slots;
}

/** The first slot after `after`; undefined for a schedule that is never due again. */
export function nextSlot({ schedule: { cron, zone } }: Task, after: Instant): Instant | undefined {
  const nextMs = nextMsAfter(cron, zone, msFromInstant(after));
  return nextMs === never ? undefined : instantFromMs(nextMs);
}

/** What is wrong with a cron expression; undefined when it can be used. */
export function scheduleFault(cron: string, zone: string): string | undefined {
  if (cron.trim().split(/\s+/).length !== 5) return "must have five fields: minute, hour, day of month, month, weekday";
  try {
    const first = cronOf(cron, zone).nextRun(new Date(`${calendarRange.from}T00:00:00Z`));
    return first === null ? "is never due" : undefined;
  } catch (failure) {
    return failure instanceof Error ? failure.message.replace(/^CronPattern: /, "") : String(failure);
  }
}

/** Due for a run, or ended without one and why. */
export type SlotJudgement =
  | { readonly kind: "run" }
  | {
      readonly kind: "end";
      readonly state: "skipped" | "missed" | "blocked";
      readonly code: RunSummary["code"];
      readonly reason: string;
    };

/**
 * Decides what becomes of a slot that is due. Only the newest due slot of a task runs, and only within its grace: after a gap nothing is
 * made up for. A slot outside the trading window is skipped however late it is looked at, because it would never have run.
 */
export function judgeSlot(due: {
  readonly slot: Instant;
  readonly now: Instant;
  readonly graceMinutes: number;
  /** No later slot of the same task is due. */
  readonly newestDue: boolean;
  readonly task: Task;
  readonly control: ControlState;
  readonly window: TradingWindow;
}): SlotJudgement {
  const { slot, now, graceMinutes, newestDue, task, control, window } = due;
  if (control.automation === "stopped") {
    return end("blocked", "STOPPED", `the automation was stopped by ${control.actor}: ${control.reason}`);
  }
  if (!task.enabled) return end("blocked", "TASK_DISABLED", `task "${task.id}" is disabled`);
  const thenWindow = decideWindow(window, slot);
  if (!thenWindow.open) return end("skipped", thenWindow.code, describeClosed(thenWindow, window));
  const lateMs = msBetween(slot, now);
  if (lateMs > graceMinutes * minuteMs) {
    const late = Math.floor(lateMs / minuteMs);
    return end("missed", "MISSED", `looked at ${late} minutes late, past its grace of ${graceMinutes} minutes`);
  }
  if (!newestDue) return end("missed", "MISSED", "superseded: a newer slot of the task was due as well");
  const nowWindow = decideWindow(window, now);
  return nowWindow.open ? { kind: "run" } : end("skipped", nowWindow.code, describeClosed(nowWindow, window));
}

const end = (state: "skipped" | "missed" | "blocked", code: RunSummary["code"], reason: string): SlotJudgement => ({
  kind: "end",
  state,
  code,
  reason,
});

const never = Number.POSITIVE_INFINITY;

/** The answer given last for each schedule: it holds for every moment from the one that was asked for up to the slot itself. */
const answers = new Map<string, { readonly fromMs: number; readonly nextMs: number }>();

function nextMsAfter(cron: string, zone: string, afterMs: number): number {
  const key = `${zone} ${cron}`;
  const known = answers.get(key);
  if (known !== undefined && known.fromMs <= afterMs && afterMs < known.nextMs) return known.nextMs;
  const nextMs = cronOf(cron, zone).nextRun(new Date(afterMs))?.getTime() ?? never;
  if (answers.size >= schedulesKept) answers.clear();
  answers.set(key, { fromMs: afterMs, nextMs });
  return nextMs;
}

/** Reading an expression is slow beside asking it. */
const schedules = new Map<string, Cron>();
const schedulesKept = 20_000;

/** Five fields, because the tick comes once a minute. Nothing is scheduled: croner is only asked with explicit instants. */
function cronOf(cron: string, zone: string): Cron {
  const key = `${zone} ${cron}`;
  const known =
    schedules.get(key) ??
    new Cron(cron, { timezone: zone, mode: "5-part", fixedTimeRule: "no-wildcard", paused: true });
  if (schedules.size >= schedulesKept) schedules.clear();
  schedules.set(key, known);
  return known;
}
