// What time alone makes due: troubles that nobody acknowledged, what waited in quiet hours or above the budget, and the report of a day.
import { shortDigest } from "../model/ids.ts";
import { isAtLeast, moreSevere, type Notification, type Severity } from "../model/notification.ts";
import type { NotificationSettings } from "../model/settings.ts";
import { addDays, addMs, dayMs, type Instant, minuteMs, type TradingDay } from "../model/time.ts";
import { sessionOn, tradingDayOf } from "../schedule/tradingCalendar.ts";
import { type Bundle, emptyDesk, type NotificationDesk, sizeOf, type Trouble } from "./desk.ts";
import { isQuiet } from "./quietHours.ts";

export type Sweep = {
  /** To be queued before the desk is stored: their ids are derived, so that queuing them twice tells them once. */
  readonly posts: readonly Notification[];
  readonly desk: NotificationDesk;
};

/** Without a report the digest is told this long after the close. */
const digestMinutesAfterClose = 10;
/** A trouble of which nothing was heard for this long is forgotten. */
const troubleDays = 7;

export function sweep(desk: NotificationDesk, settings: NotificationSettings, now: Instant): Sweep {
  const posts: Notification[] = [];
  const troubles = desk.troubles
    .filter(({ toldAt }) => addMs(toldAt, troubleDays * dayMs) > now)
    .map((trouble) => {
      if (!isToEscalate(trouble, settings, now)) return trouble;
      posts.push(escalationOf(trouble, settings, now));
      return { ...trouble, escalatedAt: now };
    });
  let next: NotificationDesk =
    troubles.every((each, index) => each === desk.troubles[index]) && troubles.length === desk.troubles.length
      ? desk
      : { ...desk, troubles };
  const { quietHours } = settings;
  if (sizeOf(desk.quiet) > 0 && !(quietHours !== undefined && isQuiet(quietHours, now))) {
    posts.push(summaryOf("quiet", "in quiet hours", desk.quiet, now));
    next = { ...next, quiet: emptyDesk.quiet };
  }
  const today = tradingDayOf(now);
  if (sizeOf(desk.collapsed) > 0 && desk.day !== today) {
    posts.push(summaryOf("collapsed", "above the day's budget", desk.collapsed, now));
    next = { ...next, collapsed: emptyDesk.collapsed };
  } else if (sizeOf(desk.collapsed) > 0 && desk.spentToldOn !== today) {
    posts.push(spentNotice(settings, today, now));
    next = { ...next, spentToldOn: today };
  }
  return { posts, desk: next };
}

const isToEscalate = (
  { acknowledgedAt, escalatedAt, severity, since }: Trouble,
  { escalation }: NotificationSettings,
  now: Instant,
): boolean =>
  escalation !== undefined &&
  acknowledgedAt === undefined &&
  escalatedAt === undefined &&
  isAtLeast(severity, escalation.minSeverity) &&
  addMs(since, escalation.afterMinutes * minuteMs) <= now;

function escalationOf(trouble: Trouble, { escalation }: NotificationSettings, now: Instant): Notification {
  const { id, title, severity, since, taskId } = trouble;
  return {
    schemaVersion: 1,
    id: `escalated.${shortDigest(`${id} ${since}`)}`,
    kind: "escalation",
    severity,
    title: `Not acknowledged: ${title}`.slice(0, 200),
    text: `It goes on since ${since}, and nobody has acknowledged it. Acknowledge it with POST /api/notifications/${id}/ack.`,
    at: now,
    ...(taskId === undefined ? {} : { taskId }),
    ...(escalation === undefined ? {} : { channels: escalation.channels }),
    attempt: 1,
  };
}

const spentNotice = ({ budgetPerDay }: NotificationSettings, day: TradingDay, now: Instant): Notification => ({
  schemaVersion: 1,
  id: `budget.${day}`,
  kind: "summary",
  severity: "warning",
  title: `The day's budget of ${budgetPerDay} notifications is spent`,
  text: "The rest of today is told as one tomorrow; until then GET /api/notifications lists it. Its settings: notifications.budgetPerDay.",
  at: now,
  attempt: 1,
});

/** Several as one. Its severity is the highest of them. */
function summaryOf(name: string, where: string, bundle: Bundle, now: Instant): Notification {
  const size = sizeOf(bundle);
  return {
    schemaVersion: 1,
    id: `${name}.${digestOf(bundle)}`,
    kind: "summary",
    severity: bundle.lines.reduce<Severity>((highest, { severity }) => moreSevere(highest, severity), "info"),
    title: `${size} ${size === 1 ? "notification" : "notifications"} ${where}`,
    text: linesText(bundle),
    at: now,
    attempt: 1,
  };
}

const digestOf = ({ lines, more }: Bundle): string =>
  shortDigest(JSON.stringify([lines.map(({ id, at }) => [id, at]), more]));

/** A line each, as many as fit a message. */
export function linesText({ lines, more }: Bundle): string {
  const texts = lines.map(({ at, severity, title }) => `${at.slice(11, 16)} UTC  ${severity}: ${title.slice(0, 70)}`);
  return [...texts, ...(more === 0 ? [] : [`and ${more} more: GET /api/notifications`])].join("\n").slice(0, 4000);
}

export type DueReport = {
  readonly day: TradingDay;
  /** When it was due, where that was so long ago that the report says so. */
  readonly lateSince?: Instant;
};

/** How long a report of a day that was missed is made up for. */
const madeUpForMs = 7 * dayMs;
/** A report is no later than this where the app was there to tell it. */
const punctualMs = 15 * minuteMs;

/**
 * The oldest trading day whose report is due and was not told. A day that was missed altogether, for the app was away, is made up for as long
 * as it is of use; not before the first report, for nobody knows since when there is an app. What a digest has gathered waits for a close.
 */
export function reportDue(
  { reportedDay, digest }: NotificationDesk,
  { dailyReport }: NotificationSettings,
  now: Instant,
): DueReport | undefined {
  if (dailyReport === undefined && sizeOf(digest) === 0) return undefined;
  const minutes = dailyReport?.minutesAfterClose ?? digestMinutesAfterClose;
  const today = tradingDayOf(now);
  const oldest = tradingDayOf(addMs(now, -madeUpForMs));
  const isMadeUpFor = dailyReport !== undefined && reportedDay !== "";
  let day = isMadeUpFor ? (reportedDay < oldest ? oldest : addDays(reportedDay as TradingDay, 1)) : today;
  for (; day <= today && reportedDay < day; day = addDays(day, 1)) {
    const closeAt = sessionOn(day)?.closeAt;
    if (closeAt === undefined) continue;
    const dueAt = addMs(closeAt, minutes * minuteMs);
    if (now < dueAt) return undefined;
    return addMs(dueAt, punctualMs) < now ? { day, lateSince: dueAt } : { day };
  }
  return undefined;
}
