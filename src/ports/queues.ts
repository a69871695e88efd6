// The two queues: runs (all in one session, so one after another) and notifications (the outbox).
import type { Notification } from "../core/model/notification.ts";
import type { RunRequest } from "../core/model/run.ts";

/** Enqueuing the same message id again within the duplicate window is accepted and dropped. Throws TransientError (`QUEUE_UNAVAILABLE`). */
export type RunQueue = {
  /** Message id: run id, with the attempt from the second on. Session: `runSession`. Delivered after `delayMs` real milliseconds. */
  enqueue(request: RunRequest, delayMs?: number): Promise<void>;
  /** The same for many, in as few messages to the broker as they fit in. After a failure some may be queued: asking again is safe. */
  enqueueAll(requests: readonly RunRequest[]): Promise<void>;
};

export type QueueName = "runs" | "notifications";

export type NotificationQueue = {
  /** Message id: notification id, with the attempt from the second on. */
  enqueue(notification: Notification, delayMs?: number): Promise<void>;
};

/** Looks at the queues and changes nothing. */
export type QueueWatch = {
  /** Makes sure that the queue can be sent to, and counts its dead letters, a hundred at most. Throws TransientError (`QUEUE_UNAVAILABLE`). */
  look(queue: QueueName): Promise<{ readonly deadLetters: number }>;
};
