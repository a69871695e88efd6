// What an operator asks of notifications: the list, an acknowledgement, and a test of the channels.
import type { By } from "../core/model/control.ts";
import { RefusedError } from "../core/model/errors.ts";
import type { ChannelName } from "../core/model/notification.ts";
import type { NotificationEntry } from "../core/notifications/entry.ts";
import type { Clock } from "../ports/clock.ts";
import type { NotificationPage, NotificationStore } from "../ports/notificationStore.ts";
import type { Channel } from "../ports/notifier.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import { callChannels } from "./channelCalls.ts";
import { deskBusy, manyWriters, saveAgain } from "./saveAgain.ts";

export type ChannelTest = {
  readonly channel: ChannelName;
  /** `later`: it may work in a while; `refused`: it will not. */
  readonly result: "sent" | "later" | "refused";
  readonly detail: string;
};

export type NotificationService = {
  /** Newest first. Throws ConfigError for a cursor it did not make. */
  list(page: { readonly limit: number; readonly cursor?: string }): Promise<NotificationPage>;
  /** From now on its trouble is neither told again nor escalated until it gets worse or is over. The first acknowledgement stands. */
  acknowledge(id: string, by: By): Promise<NotificationEntry>;
  /** Sends to the channel, or to all of them, past routes, quiet hours and budget, and tells what each answered. */
  test(channel: ChannelName | undefined, by: By): Promise<{ readonly items: readonly ChannelTest[] }>;
};

export function createNotificationService(ports: {
  readonly channels: readonly Channel[];
  readonly notificationBook: NotificationStore;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}): NotificationService {
  const { channels, notificationBook: book, clock, telemetry } = ports;
  const configured = channels.map(({ name }) => name);

  async function acknowledge(id: string, { principal, reason }: By): Promise<NotificationEntry> {
    return saveAgain(
      async () => {
        const [kept, { desk, etag }] = await Promise.all([book.get(id), book.desk()]);
        if (kept === undefined)
          throw new RefusedError(
            "NOTIFICATION_NOT_FOUND",
            `there is no notification "${id}"; nothing was acknowledged`,
          );
        if (kept.entry.acknowledged !== undefined) return kept.entry;
        const at = clock.now();
        const entry = { ...kept.entry, acknowledged: { at, by: principal, reason } };
        // A later notification may have told the same trouble again: it is one trouble.
        const { fingerprint } = entry.notification;
        const troubles = desk.troubles.map((trouble) =>
          trouble.id === id || trouble.fingerprint === fingerprint ? { ...trouble, acknowledgedAt: at } : trouble,
        );
        const next = { entry: { entry, etag: kept.etag }, desk: { desk: { ...desk, troubles }, etag } };
        if (!(await book.save(next))) return undefined;
        telemetry.event("info", "notification.acknowledged", { id, by: principal.name, reason });
        return entry;
      },
      deskBusy,
      manyWriters,
    );
  }

  async function test(channel: ChannelName | undefined, { principal, reason }: By) {
    if (channel !== undefined && !configured.includes(channel))
      throw new RefusedError("CHANNEL_NOT_CONFIGURED", `the app settings name no channel ${channel}`);
    const at = clock.now();
    const attempts = await callChannels(channels, channel === undefined ? configured : [channel], {
      schemaVersion: 1,
      id: `test.${at}`,
      kind: "test",
      severity: "info",
      title: "A test of this channel",
      text: `${principal.name} asked for it: ${reason}. Nothing has happened.`,
      at,
      attempt: 1,
    });
    for (const { channel: name, result, detail } of attempts)
      telemetry.event(result === "sent" ? "info" : "warning", "notification.tested", { channel: name, result, detail });
    return { items: attempts.map(({ channel: name, result, detail }) => ({ channel: name, result, detail })) };
  }

  return { list: (page) => book.list(page), acknowledge, test };
}
