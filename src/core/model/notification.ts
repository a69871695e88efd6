// A notification as it travels through the outbox queue to a channel.
import { z } from "zod";

/** The body of a message on the notifications queue, under the one key `notification`. */
export const notificationSchema = z.strictObject({
  schemaVersion: z.literal(1),
  /** Derived from what it tells, so that telling it twice is one message. */
  id: z.string().min(1).max(120),
  severity: z.enum(["info", "warning", "error"]),
  title: z.string().min(1).max(200),
  text: z.string().max(4000),
  at: z.string(),
  taskId: z.string().max(40).optional(),
  executionId: z.string().max(80).optional(),
  attempt: z.int().min(1).max(100),
});
export const notificationMessageSchema = z.strictObject({ notification: notificationSchema });
export type Notification = Readonly<z.infer<typeof notificationSchema>>;
