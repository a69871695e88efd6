// Fires one timer function by its schedule on the given clock: never twice at a time, and once for whatever was missed.
import { setTimeout as delay } from "node:timers/promises";
import { addMs, type Instant } from "../../../core/model/time.ts";
import type { Clock } from "../../../ports/clock.ts";
import { resolveSettings } from "../appSettings.ts";
import type { Log } from "../hostEvents.ts";
import { type HostedFunction, textOption } from "../hostedFunctions.ts";
import type { Invocation, Invoker } from "../invoker.ts";
import type { Listener } from "../listener.ts";
import { parseSchedule, type Schedule } from "./schedule.ts";
import type { TimerStatus, TimerStatusStore } from "./timerStatus.ts";

const category = "Host.Triggers.Timer";
/** How long to wait at the most before the clock is read again: a machine that slept is noticed within this time. */
const longestWaitMs = 15_000;

/** Starts the schedule of a timer function. Throws Error when its schedule cannot be read. */
export function startTimerListener(options: {
  readonly hosted: HostedFunction;
  readonly clock: Clock;
  readonly statuses: TimerStatusStore;
  readonly invoker: Invoker;
  readonly log: Log;
}): Listener {
  const { hosted, clock, statuses, invoker, log } = options;
  const { name, trigger, triggerName } = hosted;
  const schedule = parseSchedule(resolveSettings(textOption(trigger, "schedule") ?? ""));
  const monitored = trigger.useMonitor !== false;
  const stopped = new AbortController();
  logOccurrences(name, schedule, clock.now(), log);

  async function run(more: {
    readonly isPastDue: boolean;
    readonly scheduledFor: Instant;
    readonly details?: string;
  }): Promise<void> {
    const { isPastDue, scheduledFor, details } = more;
    const firedAt = clock.now();
    await invoker.invoke(hosted, {
      ...invocation(isPastDue, `Timer fired at ${offsetInstant(firedAt)}`),
      scheduledFor,
      ...(details === undefined ? {} : { details }),
    });
    if (monitored) statuses.set(name, { last: firedAt, next: schedule.after(firedAt) });
  }

  const invocation = (isPastDue: boolean, reason: string): Invocation => ({
    reason,
    inputData: [
      {
        name: triggerName,
        data: { json: JSON.stringify(timerObject(isPastDue, monitored ? statuses.get(name) : null)) },
      },
    ],
  });

  async function follow(): Promise<void> {
    let next = await begin();
    while (await reached(next)) {
      const firedAt = clock.now();
      await run({ isPastDue: false, scheduledFor: schedule.latest(next, firedAt) });
      next = schedule.after(firedAt);
    }
  }

  /** What is due at the start: a missed occurrence, or the run that `runOnStartup` asks for. Answers the next occurrence. */
  async function begin(): Promise<Instant> {
    const now = clock.now();
    const kept = monitored ? statuses.get(name) : undefined;
    // A clock that stands still can stand on an occurrence: a timer that never ran takes it.
    const first = kept === undefined ? schedule.after(addMs(now, -1)) : schedule.after(now);
    const expected = kept?.last === undefined ? kept?.next : schedule.after(kept.last);
    if (monitored && (kept === undefined || expected !== kept.next)) {
      statuses.set(name, { last: kept?.last, next: expected ?? first });
    }
    if (expected === now) await run({ isPastDue: false, scheduledFor: now });
    else if (expected !== undefined && expected < now) {
      const details = `UnscheduledInvocationReason: IsPastDue, OriginalSchedule: ${offsetInstant(expected, 7)}`;
      await run({ isPastDue: true, scheduledFor: schedule.latest(expected, now), details });
    } else if (trigger.runOnStartup === true) {
      await run({ isPastDue: false, scheduledFor: now, details: "UnscheduledInvocationReason: RunOnStartup" });
    } else return first;
    return schedule.after(now);
  }

  async function reached(instant: Instant): Promise<boolean> {
    for (;;) {
      if (stopped.signal.aborted) return false;
      const waitMs = clock.realMsUntil(instant);
      if (waitMs <= 0) return true;
      await delay(Math.min(waitMs, longestWaitMs), undefined, { signal: stopped.signal }).catch(() => {});
    }
  }

  const ended = follow().catch((failure: unknown) =>
    log("error", category, `Timer '${name}' stopped: ${String(failure)}`),
  );
  return {
    hosted,
    stop: async () => {
      stopped.abort();
      await ended;
    },
    runByHand: (reason) => void invoker.invoke(hosted, invocation(false, reason)),
  };
}

const never = "0001-01-01T00:00:00+00:00";

/** The timer object in the casing of .NET; the library turns it into the one that functions see. */
const timerObject = (isPastDue: boolean, status: TimerStatus | null | undefined) => ({
  Schedule: { AdjustForDST: true },
  ScheduleStatus:
    status === null || status === undefined
      ? null
      : {
          Last: status.last === undefined ? never : offsetInstant(status.last),
          Next: offsetInstant(status.next),
          LastUpdated: status.last === undefined ? never : offsetInstant(status.last),
        },
  IsPastDue: isPastDue,
});

/** `2026-11-23T05:49:00.003+00:00`, with `digits` of a second when given, else without zeros at the end. */
function offsetInstant(instant: Instant, digits?: number): string {
  const [whole = "", fraction = ""] = instant.replace("Z", "").split(".");
  const shown = digits === undefined ? fraction.replace(/0+$/, "") : fraction.padEnd(digits, "0");
  return `${whole}${shown === "" ? "" : `.${shown}`}+00:00`;
}

function logOccurrences(name: string, schedule: Schedule, now: Instant, log: Log): void {
  const lines: string[] = [];
  for (let next = schedule.after(now); lines.length < 5; next = schedule.after(next)) {
    lines.push(`${next.slice(5, 7)}/${next.slice(8, 10)}/${next.slice(0, 4)} ${next.slice(11, 19)}Z`);
  }
  const head = `The next 5 occurrences of the '${name}' schedule (Cron: '${schedule.text}') will be:`;
  log("information", category, [head, ...lines].join("\n"));
}
