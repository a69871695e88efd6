// The troubles that are states, each with its fingerprint: whoever tells a state and whoever sees that it is over mean the same one.
import { shortDigest } from "../model/ids.ts";
import type { Notification } from "../model/notification.ts";
import { addMs, type Instant, minuteMs } from "../model/time.ts";
import type { Trouble } from "./desk.ts";

const cut = (fingerprint: string): string => fingerprint.slice(0, 120);

export const orderPrefix = "order-unknown.";
export const driftPrefix = "drift.";
export const rowPrefix = "unreadable-row.";
export const orderFingerprint = (clientOrderId: string): string => cut(`${orderPrefix}${clientOrderId}`);
export const driftFingerprint = ({ symbol, since }: { readonly symbol: string; readonly since: Instant }): string =>
  cut(`${driftPrefix}${symbol}.${since}`);
export const rowFingerprint = (key: string): string => cut(`${rowPrefix}${key}`);
export const calendarFingerprint = "calendar.differs";
export const calendarEndFingerprint = "calendar.ends";
export const contractFingerprint = "contract";

/** A state is looked at this long after it was told: until then whoever told it may still be writing down what it saw. */
const settledAfterMs = 2 * minuteMs;

/** The standing troubles whose fingerprint begins so, as far as it is time to look whether they are over. */
export const settledOf = (troubles: readonly Trouble[], prefix: string, now: Instant): readonly Trouble[] =>
  troubles.filter(({ fingerprint, toldAt }) => fingerprint.startsWith(prefix) && addMs(toldAt, settledAfterMs) <= now);

/** That a state is over: told to those who were told of it. Its id is derived, so that several who see the end tell it once. */
export const endOf = ({ fingerprint, kind, taskId, title, since }: Trouble, now: Instant): Notification => ({
  schemaVersion: 1,
  id: `over.${shortDigest(`${fingerprint} ${since}`)}`,
  ...(kind === undefined ? {} : { kind }),
  ...(taskId === undefined ? {} : { taskId }),
  fingerprint,
  resolves: true,
  severity: "info",
  title,
  text: `It went on since ${since}, and was seen to be over at ${now}.`,
  at: now,
  attempt: 1,
});
