// The two queues in memory, for tests and simulation: messages wait in order until they are taken.
import { messageIdOf } from "../../core/model/ids.ts";
import type { Notification } from "../../core/model/notification.ts";
import { type RunRequest, runSession } from "../../core/model/run.ts";
import type { NotificationQueue, QueueWatch, RunQueue } from "../../ports/queues.ts";

export type QueuedMessage = {
  readonly messageId: string;
  readonly sessionId: string | undefined;
  readonly body: unknown;
  readonly delayMs: number;
};

export type MemoryQueues = {
  readonly runs: RunQueue;
  readonly notifications: NotificationQueue;
  readonly watch: QueueWatch;
  /** The oldest message of a queue, taken out of it. */
  take(queue: "runs" | "notifications"): QueuedMessage | undefined;
};

/** A message id that was seen before is dropped, as duplicate detection does. */
export function createMemoryQueues(): MemoryQueues {
  const waiting = { runs: [] as QueuedMessage[], notifications: [] as QueuedMessage[] };
  const seen = new Set<string>();

  function add(queue: keyof typeof waiting, message: QueuedMessage): void {
    const id = `${queue} ${message.messageId}`;
    if (!seen.has(id)) waiting[queue].push(message);
    seen.add(id);
  }

  const addRun = (run: RunRequest, delayMs: number): void =>
    add("runs", { messageId: messageIdOf(run.runId, run.attempt), sessionId: runSession, body: { run }, delayMs });

  return {
    runs: {
      enqueue: async (run, delayMs = 0) => addRun(run, delayMs),
      enqueueAll: async (runs) => {
        for (const run of runs) addRun(run, 0);
      },
    },
    notifications: {
      enqueue: async (notification: Notification, delayMs = 0) =>
        add("notifications", {
          messageId: messageIdOf(notification.id, notification.attempt),
          sessionId: undefined,
          body: { notification },
          delayMs,
        }),
    },
    // Nothing is ever dead-lettered here.
    watch: { look: async () => ({ deadLetters: 0 }) },
    take: (queue) => waiting[queue].shift(),
  };
}
