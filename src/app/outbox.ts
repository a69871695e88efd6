// What people are to be told, handed to the notifications queue: a queue that is out of reach is logged and never stops the work.
import type { Notification } from "../core/model/notification.ts";
import type { NotificationQueue } from "../ports/queues.ts";
import type { Telemetry } from "../ports/telemetry.ts";

export type Outbox = { post(notification: Notification): Promise<void> };

export const createOutbox = (ports: {
  readonly notifications: NotificationQueue;
  readonly telemetry: Telemetry;
}): Outbox => ({
  post: async (notification) => {
    try {
      await ports.notifications.enqueue(notification);
    } catch (failure) {
      const { id, title } = notification;
      ports.telemetry.event("error", "notification.notQueued", { id, title, message: String(failure) });
    }
  },
});
