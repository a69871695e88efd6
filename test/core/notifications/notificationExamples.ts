// Notifications, settings and instants for the tests of decisions.
import type { Notification } from "../../../src/core/model/notification.ts";
import { type NotificationSettings, notificationSettingsSchema } from "../../../src/core/model/settings.ts";
import type { Instant } from "../../../src/core/model/time.ts";
import { type Decision, type DecisionContext, decide } from "../../../src/core/notifications/decide.ts";
import { emptyDesk, type NotificationDesk } from "../../../src/core/notifications/desk.ts";

/** 10:00 in New York on a Monday that trades. */
export const ten = "2026-06-15T14:00:00.000Z" as Instant;

let made = 0;
export const newNotification = (more: Partial<Notification> = {}): Notification => ({
  schemaVersion: 1,
  id: `n-${++made}`,
  severity: "info",
  title: "A title",
  text: "A text",
  at: ten,
  attempt: 1,
  ...more,
});

/** Of the one trouble of the tests. */
export const problem = (more: Partial<Notification> = {}): Notification =>
  newNotification({ severity: "warning", fingerprint: "run.trend/failed.X", taskId: "trend", kind: "run", ...more });
export const success = (more: Partial<Notification> = {}): Notification =>
  newNotification({ fingerprint: "run.trend", resolves: true, taskId: "trend", kind: "run", ...more });

export const settingsOf = (given: object = {}): NotificationSettings => notificationSettingsSchema.parse(given);

export type Step = { readonly at?: Instant; readonly notification: Notification };

/** Decides of one after the other. */
export function decideAll(
  steps: readonly Step[],
  settings: NotificationSettings = settingsOf(),
  configured: DecisionContext["configured"] = ["slack", "email"],
  from: NotificationDesk = emptyDesk,
): { readonly decisions: readonly Decision[]; readonly desk: NotificationDesk } {
  const decisions: Decision[] = [];
  let desk = from;
  for (const { at: now = ten, notification } of steps) {
    const decided = decide(notification, desk, { settings, configured, now });
    decisions.push(decided.decision);
    desk = decided.desk;
  }
  return { decisions, desk };
}
