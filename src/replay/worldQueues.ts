// Service Bus as the world plays it: duplicate detection, sessions, delays, locks that run out, and a dead-letter queue.
import { messageIdOf } from "../core/model/ids.ts";
import type { RunRequest } from "../core/model/run.ts";
import type { NotificationQueue, RunQueue } from "../ports/queues.ts";

export type Message = {
  readonly queue: "runs" | "notifications";
  readonly id: string;
  readonly session: string;
  readonly body: unknown;
  visibleAtMs: number;
  deliveries: number;
};

export type WorldQueues = {
  readonly runs: RunQueue;
  readonly notifications: NotificationQueue;
  readonly dead: Message[];
  /** The next message that can be delivered now, counted as delivered; undefined when there is none. */
  receive(queue: Message["queue"]): Message | undefined;
  complete(message: Message): void;
  /** Comes again after `afterMs`; after its last delivery it is dead. Until then its session waits for it. */
  giveBack(message: Message, afterMs: number): void;
  /** When the next message becomes visible; undefined when none is waiting. */
  nextVisibleMs(): number | undefined;
};

const maxDeliveries = 5;
const duplicateWindowMs = 10 * 60_000;

export function createWorldQueues(nowMs: () => number): WorldQueues {
  const waiting: Message[] = [];
  const dead: Message[] = [];
  const seen = new Map<string, number>();
  const locked = new Set<string>();

  function add(queue: Message["queue"], id: string, session: string, body: unknown, delayMs: number): void {
    const key = `${queue} ${id}`;
    const before = seen.get(key);
    if (before !== undefined && nowMs() - before < duplicateWindowMs) return;
    seen.set(key, nowMs());
    // What travels is text: nothing of the sender's memory reaches the receiver.
    const copy: unknown = JSON.parse(JSON.stringify(body));
    waiting.push({ queue, id, session, body: copy, visibleAtMs: nowMs() + delayMs, deliveries: 0 });
  }

  const addRun = (run: RunRequest, delayMs: number): void =>
    add("runs", messageIdOf(run.runId, run.attempt), run.account, { run }, delayMs);

  return {
    runs: {
      enqueue: async (run, delayMs = 0) => addRun(run, delayMs),
      enqueueAll: async (runs) => {
        for (const run of runs) addRun(run, 0);
      },
    },
    notifications: {
      enqueue: async (notification, delayMs = 0) => {
        const id = messageIdOf(notification.id, notification.attempt);
        add("notifications", id, id, { notification }, delayMs);
      },
    },
    dead,
    receive: (queue) => {
      const free = waiting.find(
        (message) => message.queue === queue && message.visibleAtMs <= nowMs() && !locked.has(message.session),
      );
      if (free === undefined) return undefined;
      free.deliveries++;
      locked.add(free.session);
      return free;
    },
    complete: (message) => {
      locked.delete(message.session);
      waiting.splice(waiting.indexOf(message), 1);
    },
    giveBack: (message, afterMs) => {
      locked.delete(message.session);
      message.visibleAtMs = nowMs() + afterMs;
      if (message.deliveries < maxDeliveries) return;
      waiting.splice(waiting.indexOf(message), 1);
      dead.push(message);
    },
    nextVisibleMs: () => {
      const times = waiting.map(({ visibleAtMs }) => visibleAtMs);
      return times.length === 0 ? undefined : Math.min(...times);
    },
  };
}
