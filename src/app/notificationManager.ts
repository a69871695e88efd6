// Deliveries of the notifications queue: hands each notification to the channel, tries again later when that may help, and never touches a run.
import { TransientError } from "../core/model/errors.ts";
import { notificationMessageSchema } from "../core/model/notification.ts";
import { parseWith } from "../core/model/parse.ts";
import type { Notifier } from "../ports/notifier.ts";
import type { NotificationQueue } from "../ports/queues.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import { retryDelaysMs } from "./runDelivery.ts";

export type NotificationManager = {
  /** Throws ConfigError for a message that cannot be read; the queue then dead-letters it. */
  deliver(body: unknown): Promise<void>;
};

/** Without a `notifier` notifications are logged only. */
export function createNotificationManager(ports: {
  readonly notifier: Notifier | undefined;
  readonly notifications: NotificationQueue;
  readonly telemetry: Telemetry;
}): NotificationManager {
  const { notifier, notifications, telemetry } = ports;
  return {
    deliver: async (body) => {
      const { notification } = parseWith(notificationMessageSchema, body, "Message on the notifications queue");
      const { id, severity, title, attempt } = notification;
      try {
        await notifier?.send(notification);
        telemetry.event("info", "notification.sent", { id, severity, title, channel: notifier ? "webhook" : "log" });
      } catch (failure) {
        const delayMs = failure instanceof TransientError ? retryDelaysMs[attempt - 1] : undefined;
        const retry = delayMs !== undefined;
        telemetry.event(retry ? "warning" : "error", retry ? "notification.retry" : "notification.failed", {
          id,
          attempt,
          title,
          message: String(failure),
        });
        if (retry) await notifications.enqueue({ ...notification, attempt: attempt + 1 }, delayMs);
      }
    },
  };
}
