// The clock as the app sees it: time arrives as data, and nothing else in the app reads one.
import type { Instant } from "../core/model/time.ts";

export type Clock = {
  /** The current instant; on a demo clock this is demo time. */
  now(): Instant;
  /** Real milliseconds since the Unix epoch with fractions, unaffected by a demo clock: for measuring how long something took. */
  realMs(): number;
  /** Real milliseconds to wait before `now()` can have reached `instant`: 0 when it already has. Look again after waiting. */
  realMsUntil(instant: Instant): number;
  /** Resolves after `ms` real milliseconds. */
  sleep(ms: number): Promise<void>;
};
