// Which channels take messages: one that failed is left alone for a while, another one tells of it, and its return is told too.
import type { ChannelName } from "../core/model/notification.ts";
import { addMs, type Instant, minuteMs } from "../core/model/time.ts";
import type { NotificationDesk } from "../core/notifications/desk.ts";
import { type Attempt, type NotificationEntry, withStandIn } from "../core/notifications/entry.ts";
import type { Clock } from "../ports/clock.ts";
import type { NotificationStore } from "../ports/notificationStore.ts";
import type { Channel } from "../ports/notifier.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import type { Outbox } from "./outbox.ts";

export type ChannelHealth = {
  /** The entry after these attempts, with another channel where all of its own have failed. */
  judge(entry: NotificationEntry, attempts: readonly Attempt[]): Promise<NotificationEntry>;
};

/** How long a channel that failed is left alone. */
const restMs = 15 * minuteMs;

export function createChannelHealth(ports: {
  readonly channels: readonly Channel[];
  readonly notificationBook: NotificationStore;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}): ChannelHealth {
  const { channels, notificationBook: book, outbox, clock } = ports;
  const configured = channels.map(({ name }) => name);

  async function judge(entry: NotificationEntry, attempts: readonly Attempt[]): Promise<NotificationEntry> {
    const failed = attempts.filter(({ channel }) =>
      entry.deliveries.some((each) => each.channel === channel && each.state === "failed"),
    );
    const sent = attempts.filter(({ result }) => result === "sent").map(({ channel }) => channel);
    const before = (await book.desk()).desk.failing;
    const back = sent.filter((channel) => before[channel] !== undefined);
    if (failed.length === 0 && back.length === 0) return entry;
    const now = clock.now();
    await change(
      failed.map(({ channel }) => channel),
      back,
      now,
    );
    for (const { channel, detail } of failed)
      if (before[channel] === undefined) await tellFailing(channel, detail, now);
    for (const channel of back) await tellBack(channel, before[channel]?.since ?? now, now);
    const ill = new Set<ChannelName>([...failed.map(({ channel }) => channel), ...namesOf(before)]);
    return withStandIn(
      entry,
      configured.filter((name) => !ill.has(name) || back.includes(name)),
    );
  }

  /** Writers of the same moment say the same of a channel: after a few conflicts the next notification says it again. */
  async function change(failed: readonly ChannelName[], back: readonly ChannelName[], now: Instant): Promise<void> {
    for (let tries = 0; tries < 5; tries++) {
      const { desk, etag } = await book.desk();
      const failing = { ...desk.failing };
      for (const name of back) delete failing[name];
      for (const name of failed) failing[name] = { since: failing[name]?.since ?? now, retryAt: addMs(now, restMs) };
      if (await book.save({ desk: { desk: { ...desk, failing }, etag } })) return;
    }
  }

  /** Through the others; where there is no other, the log has to do. */
  async function tellFailing(channel: ChannelName, detail: string, now: Instant): Promise<void> {
    const others = configured.filter((name) => name !== channel);
    if (others.length === 0) return;
    await outbox.post({
      schemaVersion: 1,
      id: `channel.${channel}.${now}`,
      kind: "channel",
      fingerprint: `channel.${channel}`,
      severity: "error",
      title: `The channel ${channel} takes no notifications`,
      text: `${detail.slice(0, 1000)}. Other channels tell what it was to tell; it is asked again in ${restMs / minuteMs} minutes.`,
      at: now,
      channels: others,
      attempt: 1,
    });
  }

  const tellBack = (channel: ChannelName, since: Instant, now: Instant): Promise<void> =>
    outbox.post({
      schemaVersion: 1,
      id: `channel.${channel}.${since}.back`,
      kind: "channel",
      severity: "info",
      title: `Recovered: the channel ${channel} takes notifications again`,
      text: `It took none since ${since}.`,
      at: now,
      // Those who were told that it failed, and those who were told nothing meanwhile.
      channels: [...configured],
      attempt: 1,
    });

  return { judge };
}

const namesOf = (failing: NotificationDesk["failing"]): readonly ChannelName[] => Object.keys(failing) as ChannelName[];
