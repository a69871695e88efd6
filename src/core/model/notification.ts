// A notification as it travels through the outbox queue to the channels.
import { z } from "zod";

export const severities = ["info", "warning", "error"] as const;
/** What it tells of; `summary` puts several into one, `channel` tells of a channel that takes nothing. */
export const notificationKinds = [
  "run",
  "order",
  "breaker",
  "drift",
  "calendar",
  "data",
  "report",
  "summary",
  "escalation",
  "channel",
  "test",
  "other",
] as const;
/** Each is one place where people are told; which ones there are, the app settings say. */
export const channelNames = ["teams", "slack", "discord", "email", "webhook"] as const;

export type Severity = (typeof severities)[number];
export type ChannelName = (typeof channelNames)[number];

/** The body of a message on the notifications queue, under the one key `notification`. */
export const notificationSchema = z.strictObject({
  schemaVersion: z.literal(1),
  /** Derived from what it tells, so that telling it twice is one message. */
  id: z.string().min(1).max(120),
  severity: z.enum(severities),
  title: z.string().min(1).max(200),
  text: z.string().max(4000),
  at: z.string(),
  taskId: z.string().max(40).optional(),
  executionId: z.string().max(80).optional(),
  /** `other` where it does not say. */
  kind: z.enum(notificationKinds).optional(),
  /** Names the trouble it tells of: the same trouble is not told again and again, and whatever `resolves` it says that it is over. */
  fingerprint: z.string().min(1).max(120).optional(),
  resolves: z.boolean().optional(),
  /** Short lines beside the text, as the channels show them in columns. */
  facts: z
    .array(z.strictObject({ name: z.string().min(1).max(40), value: z.string().min(1).max(200) }))
    .max(10)
    .optional(),
  /** Of a run: the settings may keep back runs without orders. */
  ordersPlanned: z.int().min(0).optional(),
  /** Where it must go, whatever the routes say: an escalation, or the failure of another channel. */
  channels: z.array(z.enum(channelNames)).min(1).max(5).optional(),
  attempt: z.int().min(1).max(100),
});
export const notificationMessageSchema = z.strictObject({ notification: notificationSchema });
export type Notification = Readonly<z.infer<typeof notificationSchema>>;

/** Whether `severity` is at least `least`. */
export const isAtLeast = (severity: Severity, least: Severity): boolean =>
  severities.indexOf(severity) >= severities.indexOf(least);

export const moreSevere = (one: Severity, other: Severity): Severity => (isAtLeast(one, other) ? one : other);

/** The channels that the app settings name. Addresses and passwords are secrets. What is absent is no channel. */
export type ChannelSettings = {
  readonly teamsUrl: string | undefined;
  readonly slackUrl: string | undefined;
  readonly discordUrl: string | undefined;
  readonly webhook: { readonly url: string; readonly secret: string | undefined } | undefined;
  readonly email: { readonly smtpUrl: string; readonly from: string; readonly to: readonly string[] } | undefined;
};
