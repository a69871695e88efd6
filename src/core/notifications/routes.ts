// Which channels a notification goes to: those of every route that fits it, and others in the place of channels that take nothing.
import { type ChannelName, channelNames, isAtLeast, type Notification, type Severity } from "../model/notification.ts";
import type { NotificationSettings } from "../model/settings.ts";
import type { Instant } from "../model/time.ts";
import type { NotificationDesk } from "./desk.ts";

type Route = NotificationSettings["routes"][number];
export type Routed = { readonly now: readonly ChannelName[]; readonly digest: boolean };

/** `severity` may be higher than the notification's own: the end of an error is told to those who were told the error. */
export function routesOf(
  notification: Pick<Notification, "kind" | "taskId">,
  severity: Severity,
  routes: readonly Route[],
  configured: readonly ChannelName[],
): Routed {
  if (routes.length === 0) return { now: configured, digest: false };
  const fitting = routes.filter((route) => fits(route, notification, severity));
  const named = new Set(fitting.filter(({ digest }) => !digest).flatMap(({ channels }) => channels));
  return { now: channelNames.filter((name) => named.has(name)), digest: fitting.some(({ digest }) => digest) };
}

const fits = (
  { minSeverity, kinds, taskIds }: Route,
  { kind = "other", taskId }: Pick<Notification, "kind" | "taskId">,
  severity: Severity,
): boolean =>
  isAtLeast(severity, minSeverity) &&
  (kinds === undefined || kinds.includes(kind)) &&
  (taskIds === undefined || (taskId !== undefined && taskIds.includes(taskId)));

/**
 * The wanted channels that are configured and take messages; where none of them is, one that is; where no channel takes any, the wanted ones
 * all the same: they may be back.
 */
export function reachable(
  wanted: readonly ChannelName[],
  configured: readonly ChannelName[],
  failing: NotificationDesk["failing"],
  now: Instant,
): readonly ChannelName[] {
  if (wanted.length === 0) return [];
  const healthy = configured.filter((name) => (failing[name]?.retryAt ?? now) <= now);
  const direct = healthy.filter((name) => wanted.includes(name));
  if (direct.length > 0) return direct;
  const [other] = healthy;
  if (other !== undefined) return [other];
  const there = configured.filter((name) => wanted.includes(name));
  return there.length > 0 ? there : configured.slice(0, 1);
}
