// Deliveries of the notifications queue: decides of each notification once, hands it to its channels, tries again later, and never touches a run.
import { TransientError } from "../core/model/errors.ts";
import { notificationKeyOf } from "../core/model/ids.ts";
import { type Notification, notificationMessageSchema } from "../core/model/notification.ts";
import { parseWith } from "../core/model/parse.ts";
import { decide } from "../core/notifications/decide.ts";
import {
  type Attempt,
  channelRetryDelaysMs,
  entryOf,
  type NotificationEntry,
  withAttempts,
} from "../core/notifications/entry.ts";
import type { Clock } from "../ports/clock.ts";
import type { NotificationStore } from "../ports/notificationStore.ts";
import type { Channel } from "../ports/notifier.ts";
import type { NotificationQueue } from "../ports/queues.ts";
import type { SettingsStore } from "../ports/stores.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import { readSettings } from "./automationSettings.ts";
import { callChannels } from "./channelCalls.ts";
import type { ChannelHealth } from "./channelHealth.ts";
import { deskBusy, manyWriters, saveAgain } from "./saveAgain.ts";

export type NotificationManager = {
  /** Throws ConfigError for a message that cannot be read; the queue then dead-letters it. */
  deliver(body: unknown): Promise<void>;
};

export function createNotificationManager(ports: {
  readonly channels: readonly Channel[];
  readonly channelHealth: ChannelHealth;
  readonly notifications: NotificationQueue;
  readonly notificationBook: NotificationStore;
  readonly settings: SettingsStore;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}): NotificationManager {
  const { channels, channelHealth, notifications, notificationBook: book, settings, clock, telemetry } = ports;
  const configured = channels.map(({ name }) => name);

  async function deliver(body: unknown): Promise<void> {
    const { notification } = parseWith(notificationMessageSchema, body, "Message on the notifications queue");
    try {
      await send(await decided(notification), notification.attempt);
    } catch (failure) {
      await deliverUnkept(notification, failure);
    }
  }

  /** What was decided of it, now or at an earlier delivery. It is stored before anything is sent, so that a repeat decides nothing anew. */
  async function decided(given: Notification): Promise<NotificationEntry> {
    const notification = { ...given, attempt: 1 };
    return saveAgain(
      async () => {
        const kept = await book.get(notificationKeyOf(notification.id));
        if (kept !== undefined) return kept.entry;
        const [{ desk, etag }, automation] = await Promise.all([book.desk(), readSettings(settings)]);
        const now = clock.now();
        const { decision, desk: next } = decide(notification, desk, {
          settings: automation.notifications,
          configured,
          now,
        });
        const entry = entryOf(decision, now);
        if (!(await book.save({ entry: { entry, etag: undefined }, desk: { desk: next, etag } }))) return undefined;
        tellDecision(entry);
        return entry;
      },
      deskBusy,
      manyWriters,
    );
  }

  function tellDecision({ outcome, reason, notification }: NotificationEntry): void {
    const { id, severity, title } = notification;
    if (outcome === "told") return;
    if (outcome === "logged") telemetry.event("info", "notification.sent", { id, severity, title, channel: "log" });
    else telemetry.event("info", "notification.kept", { id, severity, title, outcome, reason });
  }

  /** Sends to the channels that are still to have it, and notes what they answered. A crash in between repeats it under the same keys. */
  async function send(entry: NotificationEntry, attempt: number): Promise<void> {
    const pending = entry.deliveries.filter(({ state }) => state === "pending").map(({ channel }) => channel);
    if (pending.length === 0) return;
    const attempts = await callChannels(channels, pending, entry.notification);
    const noted = await note(entry.id, attempts);
    if (noted === null) return;
    for (const each of attempts) tellAttempt(noted, each);
    if (noted.deliveries.every(({ state }) => state !== "pending")) return;
    const delayMs = delayOf(noted, attempts);
    await notifications.enqueue({ ...noted.notification, attempt: attempt + 1 }, delayMs);
  }

  /** Null where the entry is gone. */
  async function note(id: string, attempts: readonly Attempt[]): Promise<NotificationEntry | null> {
    return saveAgain<NotificationEntry | null>(
      async () => {
        const kept = await book.get(id);
        if (kept === undefined) return null;
        const tried = withAttempts(kept.entry, attempts, clock.now());
        const entry = await channelHealth.judge(tried, attempts);
        return (await book.save({ entry: { entry, etag: kept.etag } })) ? entry : undefined;
      },
      `the notification ${id} is written by too many at once`,
      manyWriters,
    );
  }

  function tellAttempt({ notification, deliveries }: NotificationEntry, { channel, result, detail }: Attempt): void {
    const { id, severity, title } = notification;
    const isLast = deliveries.find((each) => each.channel === channel)?.state === "failed";
    if (result === "sent") telemetry.event("info", "notification.sent", { id, severity, title, channel });
    else if (isLast) telemetry.event("error", "notification.failed", { id, title, channel, message: detail });
    else telemetry.event("warning", "notification.retry", { id, title, channel, message: detail });
  }

  /** Without its book a notification is tried again, and at last told to every channel: better twice, or against the routes, than not at all. */
  async function deliverUnkept(notification: Notification, failure: unknown): Promise<void> {
    const { id, title, attempt } = notification;
    const delayMs = failure instanceof TransientError ? channelRetryDelaysMs[attempt - 1] : undefined;
    telemetry.event("warning", "notification.retry", { id, title, message: String(failure) });
    if (delayMs !== undefined) return notifications.enqueue({ ...notification, attempt: attempt + 1 }, delayMs);
    const attempts = await callChannels(channels, configured, notification);
    const sent = attempts.filter(({ result }) => result === "sent").map(({ channel }) => channel);
    telemetry.event("error", "notification.unkept", { id, title, sent: sent.join(", "), message: String(failure) });
  }

  return { deliver };
}

/** The longest wait of those that are to be asked again: what one channel asks for holds for all. */
const delayOf = ({ deliveries }: NotificationEntry, attempts: readonly Attempt[]): number =>
  Math.max(
    0,
    ...deliveries
      .filter(({ state }) => state === "pending")
      .map((each) =>
        Math.max(
          channelRetryDelaysMs[each.attempts - 1] ?? 0,
          Math.min(attempts.find(({ channel }) => channel === each.channel)?.retryAfterMs ?? 0, 3_600_000),
        ),
      ),
  );
