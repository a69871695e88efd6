// NCRONTAB schedules: six fields from seconds to weekday, in UTC.
import { Cron } from "croner";
import { type Instant, instantFromMs, msFromInstant } from "../../../core/model/time.ts";

export type Schedule = {
  /** As the log prints it. */
  readonly text: string;
  /** The first occurrence after `instant`. */
  after(instant: Instant): Instant;
  /** The latest occurrence at or before `until` that is not before `from`, which is an occurrence itself. */
  latest(from: Instant, until: Instant): Instant;
};

/** Five fields count as six with the second 0. Throws Error when the text is no schedule or never occurs. */
export function parseSchedule(expression: string): Schedule {
  const cron = readCron(expression);
  const after = (instant: Instant): Instant => {
    const next = cron.nextRun(new Date(msFromInstant(instant)));
    if (next === null) throw new Error(`The schedule '${expression}' has no further occurrence.`);
    return instantFromMs(next.getTime());
  };
  return {
    text: expression,
    after,
    latest: (from, until) => {
      const [last] = cron.previousRuns(1, new Date(msFromInstant(until) + 1));
      const latest = last === undefined ? from : instantFromMs(last.getTime());
      return latest < from ? from : latest;
    },
  };
}

function readCron(expression: string): Cron {
  try {
    // NCRONTAB wants both day fields to fit, where plain cron wants one.
    return new Cron(expression.trim(), { paused: true, timezone: "UTC", mode: "5-or-6-parts", domAndDow: true });
  } catch (cause) {
    throw new Error(`The schedule expression '${expression}' was not recognized as a valid cron expression.`, {
      cause,
    });
  }
}
