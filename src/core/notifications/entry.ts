// What is kept of one notification: what was decided of it, how each channel took it, and who acknowledged it.
import { z } from "zod";
import { principalSchema } from "../model/control.ts";
import { notificationKeyOf } from "../model/ids.ts";
import { type ChannelName, channelNames, notificationSchema } from "../model/notification.ts";
import { instant } from "../model/parse.ts";
import type { Instant } from "../model/time.ts";
import { type Decision, decisionOutcomes } from "./decide.ts";

/** `pending`: it is to be sent, or sent again. A channel that had it may get it once more, under the same key. */
const delivery = z.strictObject({
  channel: z.enum(channelNames),
  state: z.enum(["pending", "sent", "failed"]),
  attempts: z.int().min(0),
  /** When it was last tried. */
  at: instant.exactOptional(),
  detail: z.string().exactOptional(),
});

export const entrySchema = z.strictObject({
  /** By which it is acknowledged. */
  id: z.string(),
  at: instant,
  notification: notificationSchema,
  outcome: z.enum(decisionOutcomes),
  reason: z.string(),
  deliveries: z.array(delivery),
  acknowledged: z.strictObject({ at: instant, by: principalSchema, reason: z.string() }).exactOptional(),
});

export type NotificationEntry = Readonly<z.infer<typeof entrySchema>>;

export const entryOf = ({ outcome, reason, channels, notification }: Decision, at: Instant): NotificationEntry => ({
  id: notificationKeyOf(notification.id),
  at,
  notification,
  outcome,
  reason,
  deliveries: channels.map((channel) => ({ channel, state: "pending", attempts: 0 })),
});

/** What a channel answered: it has it, it may have it later, or it never will. */
export type Attempt = {
  readonly channel: ChannelName;
  readonly result: "sent" | "later" | "refused";
  readonly detail: string;
  /** How long the channel asks to be left alone. */
  readonly retryAfterMs?: number;
};

/** Waits before the second try and those after it, of one channel. */
export const channelRetryDelaysMs: readonly number[] = [1_000, 5_000, 15_000, 60_000];

/** The entry after these attempts: a channel that was asked often enough has failed. What was sent stays sent. */
export const withAttempts = (
  entry: NotificationEntry,
  attempts: readonly Attempt[],
  at: Instant,
): NotificationEntry => ({
  ...entry,
  deliveries: entry.deliveries.map((each) => {
    const attempt = attempts.find(({ channel }) => channel === each.channel);
    if (attempt === undefined || each.state === "sent") return each;
    const tried = { channel: each.channel, attempts: each.attempts + 1, at };
    if (attempt.result === "sent") return { ...tried, state: "sent" };
    const isOver = attempt.result === "refused" || each.attempts >= channelRetryDelaysMs.length;
    return { ...tried, state: isOver ? "failed" : "pending", detail: attempt.detail.slice(0, 300) };
  }),
});

/** The entry with another channel in the place of those that failed: the first configured one that was not asked yet and takes messages. */
export function withStandIn(entry: NotificationEntry, healthy: readonly ChannelName[]): NotificationEntry {
  const isHeard = entry.deliveries.some(({ state }) => state !== "failed");
  const other = healthy.find((name) => !entry.deliveries.some(({ channel }) => channel === name));
  if (isHeard || entry.deliveries.length === 0 || other === undefined) return entry;
  return { ...entry, deliveries: [...entry.deliveries, { channel: other, state: "pending", attempts: 0 }] };
}
