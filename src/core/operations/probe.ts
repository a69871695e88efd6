// What was found out about one thing that the app depends on, and when the app counts as alive.
import { type Instant, minuteMs, msBetween } from "../model/time.ts";

/** What a probe found: `detail` is for people and holds no secret; `remedy` is what to do where it is not well. */
export type ProbeFinding = { readonly ok: boolean; readonly detail: string; readonly remedy?: string };
export type ProbeResult = ProbeFinding & {
  /** Dotted, stable: `table.book`. */
  readonly name: string;
  /** Real milliseconds. */
  readonly latencyMs: number;
};

/** A tick comes every minute: after so many without one the timer does not fire any more. */
export const heartbeatMinutes = 5;

/** When the last tick ran, and whether that is recent enough. A beat ahead of our clock counts as of now. */
export type Heartbeat = { readonly at: Instant; readonly ageSeconds: number };
export const heartbeatOf = (at: Instant | undefined, now: Instant): Heartbeat | null =>
  at === undefined ? null : { at, ageSeconds: Math.max(0, msBetween(at, now)) / 1000 };
export const isBeating = (heartbeat: Heartbeat | null): boolean =>
  heartbeat !== null && heartbeat.ageSeconds * 1000 <= heartbeatMinutes * minuteMs;

/** An account's number as it may be shown: its last four characters. */
export const maskedAccount = (accountId: string): string => `…${accountId.slice(-4)}`;
