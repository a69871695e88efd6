// What becomes of a notification: told now and where, kept for later, put into one with others, or not told at all; always with the reason.
import { notificationKeyOf } from "../model/ids.ts";
import { type ChannelName, isAtLeast, moreSevere, type Notification, type Severity } from "../model/notification.ts";
import type { NotificationSettings } from "../model/settings.ts";
import { addMs, type Instant, minuteMs, parseInstant } from "../model/time.ts";
import { tradingDayOf } from "../schedule/tradingCalendar.ts";
import { type NotificationDesk, type Trouble, withLine, withTrouble } from "./desk.ts";
import { isQuiet } from "./quietHours.ts";
import { reachable, routesOf } from "./routes.ts";

/** `logged`: there is no channel. `collapsed`: above the day's budget. */
export const decisionOutcomes = ["told", "quiet", "digest", "collapsed", "suppressed", "logged"] as const;
export type Decision = {
  readonly outcome: (typeof decisionOutcomes)[number];
  readonly reason: string;
  /** Where it is told now; empty unless `told`. */
  readonly channels: readonly ChannelName[];
  /** As it is told: the end of a trouble says so, and a trouble that goes on says how often it was seen. */
  readonly notification: Notification;
};
type Decided = { readonly decision: Decision; readonly desk: NotificationDesk };

export type DecisionContext = {
  readonly settings: NotificationSettings;
  readonly configured: readonly ChannelName[];
  readonly now: Instant;
};

/** Decides of a notification that was not decided before. What counts and remembers is in the desk it answers. */
export function decide(notification: Notification, stored: NotificationDesk, context: DecisionContext): Decided {
  const { settings, configured, now } = context;
  const desk = onDay(stored, now);
  const { fingerprint, severity } = notification;
  const over = overBy(notification, desk.troubles, now);
  if (over.length > 0) {
    const recovered = { ...notification, title: `Recovered: ${notification.title}`.slice(0, 200) };
    const next = { ...desk, troubles: desk.troubles.filter((trouble) => !over.includes(trouble)) };
    const highest = over.reduce((most, trouble) => moreSevere(most, trouble.severity), severity);
    const placed = place(recovered, highest, next, context);
    return over.some(({ escalatedAt }) => escalatedAt !== undefined) ? toEscalatedToo(placed, context) : placed;
  }
  const keep = (reason: string): Decided => ({
    decision: { outcome: "suppressed", reason, channels: [], notification },
    desk,
  });
  if (notification.channels !== undefined) {
    const channels = reachable(notification.channels, configured, desk.failing, now);
    return told(notification, channels, "goes to channels of its own", desk);
  }
  if (!isAtLeast(severity, settings.minSeverity)) return keep(`is below ${settings.minSeverity} (minSeverity)`);
  if (!isRunWanted(notification, settings)) return keep(`is a run that is not asked for (runs: ${settings.runs})`);
  if (fingerprint === undefined || !isAtLeast(severity, "warning")) return place(notification, severity, desk, context);
  const standing = desk.troubles.find((trouble) => trouble.fingerprint === fingerprint);
  return decideTrouble({ ...notification, fingerprint }, standing, desk, context);
}

/** The end of what was escalated is told where that was told. */
function toEscalatedToo({ decision, desk }: Decided, { settings, configured }: DecisionContext): Decided {
  if (decision.outcome !== "told") return { decision, desk };
  const also = (settings.escalation?.channels ?? []).filter((name) => configured.includes(name));
  return { decision: { ...decision, channels: [...new Set([...decision.channels, ...also])] }, desk };
}

/** A trouble that goes on is told again only when it got worse, or after a while unless somebody has acknowledged it. */
function decideTrouble(
  notification: Notification & { readonly fingerprint: string },
  standing: Trouble | undefined,
  desk: NotificationDesk,
  context: DecisionContext,
): Decided {
  const { settings, now } = context;
  const { fingerprint, severity, title } = notification;
  const worse = standing === undefined || !isAtLeast(standing.severity, severity);
  if (!worse) {
    const seen = { ...desk, troubles: withTrouble(desk.troubles, { ...standing, repeats: standing.repeats + 1 }) };
    const keep = (reason: string): Decided => ({
      decision: { outcome: "suppressed", reason, channels: [], notification },
      desk: seen,
    });
    if (standing.acknowledgedAt !== undefined) return keep(`was acknowledged at ${standing.acknowledgedAt}`);
    const again = addMs(standing.toldAt, settings.repeatMinutes * minuteMs);
    if (now < again) return keep(`was told at ${standing.toldAt}, and is not told again before ${again}`);
  }
  const since = standing?.since ?? atOf(notification, now);
  const trouble: Trouble = {
    fingerprint,
    id: notificationKeyOf(notification.id),
    title,
    severity,
    ...(notification.kind === undefined ? {} : { kind: notification.kind }),
    ...(notification.taskId === undefined ? {} : { taskId: notification.taskId }),
    since,
    toldAt: now,
    repeats: 0,
    ...(worse || standing.escalatedAt === undefined ? {} : { escalatedAt: standing.escalatedAt }),
  };
  const repeats = standing?.repeats ?? 0;
  const often = `\nSeen ${repeats + 1} times more since it was last told; it goes on since ${since}.`;
  const text = worse ? notification.text : `${notification.text.slice(0, 3800)}${often}`;
  const next = { ...desk, troubles: withTrouble(desk.troubles, trouble) };
  return place({ ...notification, text }, severity, next, context);
}

/** Where and when what is worth telling is told. */
function place(
  notification: Notification,
  severity: Severity,
  desk: NotificationDesk,
  context: DecisionContext,
): Decided {
  const { settings, configured, now } = context;
  const none = { channels: [], notification };
  if (configured.length === 0) return { decision: { ...none, outcome: "logged", reason: "there is no channel" }, desk };
  const { now: wanted, digest } = routesOf(notification, severity, settings.routes, configured);
  if (wanted.length === 0) {
    if (!digest) return { decision: { ...none, outcome: "suppressed", reason: "no route fits it" }, desk };
    const next = { ...desk, digest: withLine(desk.digest, notification, now) };
    return { decision: { ...none, outcome: "digest", reason: "its route is a digest" }, desk: next };
  }
  const { quietHours } = settings;
  if (quietHours !== undefined && isQuiet(quietHours, now) && !isAtLeast(severity, quietHours.minSeverity)) {
    const next = { ...desk, quiet: withLine(desk.quiet, notification, now) };
    return { decision: { ...none, outcome: "quiet", reason: `waits for ${quietHours.end} (quietHours)` }, desk: next };
  }
  if (notification.kind === "summary" || notification.kind === "report")
    return told(notification, reachable(wanted, configured, desk.failing, now), "", desk);
  const isError = severity === "error";
  if ((isError ? desk.toldErrors : desk.told) >= settings.budgetPerDay) {
    const next = { ...desk, collapsed: withLine(desk.collapsed, notification, now) };
    const reason = `the day's budget of ${settings.budgetPerDay} is spent (budgetPerDay)`;
    return { decision: { ...none, outcome: "collapsed", reason }, desk: next };
  }
  const counted = isError ? { ...desk, toldErrors: desk.toldErrors + 1 } : { ...desk, told: desk.told + 1 };
  return told(notification, reachable(wanted, configured, desk.failing, now), "", counted);
}

const told = (
  notification: Notification,
  channels: readonly ChannelName[],
  reason: string,
  desk: NotificationDesk,
): Decided =>
  channels.length === 0
    ? { decision: { outcome: "logged", reason: "there is no channel", channels, notification }, desk }
    : { decision: { outcome: "told", reason, channels, notification }, desk };

/** The counts begin anew each day in New York. What was collapsed stays until it is told. */
const onDay = (desk: NotificationDesk, now: Instant): NotificationDesk => {
  const day = tradingDayOf(now);
  return desk.day === day ? desk : { ...desk, day, told: 0, toldErrors: 0 };
};

/** The troubles that it says are over: those of its fingerprint, and those below it, `run.trend/failed` below `run.trend`. */
const overBy = (notification: Notification, troubles: readonly Trouble[], now: Instant): readonly Trouble[] => {
  const { fingerprint, resolves } = notification;
  if (resolves !== true || fingerprint === undefined) return [];
  // A message that was late says nothing of what came after it.
  const at = atOf(notification, now);
  return troubles.filter(
    (trouble) =>
      trouble.since <= at && (trouble.fingerprint === fingerprint || trouble.fingerprint.startsWith(`${fingerprint}/`)),
  );
};

const atOf = ({ at }: Notification, now: Instant): Instant => parseInstant(at) ?? now;

const isRunWanted = ({ kind, severity, ordersPlanned = 0 }: Notification, { runs }: NotificationSettings): boolean =>
  kind !== "run" || isAtLeast(severity, "warning") || runs === "all" || (runs === "orders" && ordersPlanned > 0);
