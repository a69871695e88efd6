// What people are to be told, handed to the notifications queue: what the queue does not take waits in the tables, and never stops the work.
import type { Notification } from "../core/model/notification.ts";
import type { NotificationStore } from "../ports/notificationStore.ts";
import type { NotificationQueue } from "../ports/queues.ts";
import type { Telemetry } from "../ports/telemetry.ts";

export type Outbox = {
  /** At least once: a notification that is neither queued nor parked is logged. Never throws. */
  post(notification: Notification): Promise<void>;
};

export const createOutbox = (ports: {
  readonly notifications: NotificationQueue;
  readonly notificationBook: NotificationStore;
  readonly telemetry: Telemetry;
}): Outbox => ({
  post: async (notification) => {
    const { id, title } = notification;
    try {
      await ports.notifications.enqueue(notification);
    } catch (failure) {
      const parked = await ports.notificationBook.park(notification).then(
        () => true,
        () => false,
      );
      ports.telemetry.event("error", "notification.notQueued", { id, title, parked, message: String(failure) });
    }
  },
});
