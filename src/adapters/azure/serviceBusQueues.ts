// The two queues on Service Bus, sent to with the SDK: an output binding could set neither message id nor session nor delay.

import type { TokenCredential } from "@azure/identity";
import { ServiceBusClient, type ServiceBusMessage } from "@azure/service-bus";
import { TransientError } from "../../core/model/errors.ts";
import { messageIdOf } from "../../core/model/ids.ts";
import { type RunRequest, runSession } from "../../core/model/run.ts";
import type { Clock } from "../../ports/clock.ts";
import type { NotificationQueue, QueueName, QueueWatch, RunQueue } from "../../ports/queues.ts";
import { traceCarrier } from "../telemetry/spans.ts";

export type ServiceBusAccess =
  | { readonly connectionString: string }
  | { readonly endpoint: string; readonly credential: TokenCredential };

const options = { retryOptions: { maxRetries: 2, retryDelayInMs: 200, maxRetryDelayInMs: 1000, timeoutInMs: 5000 } };

export const createServiceBusClient = (access: ServiceBusAccess): ServiceBusClient =>
  "connectionString" in access
    ? new ServiceBusClient(access.connectionString, options)
    : new ServiceBusClient(access.endpoint, access.credential, options);

export function createRunQueue(client: ServiceBusClient, queue: string, clock: Clock): RunQueue {
  const { send, sendAll } = sender(client, queue, clock);
  const messageOf = (run: RunRequest): ServiceBusMessage => ({
    body: { run },
    messageId: messageIdOf(run.runId, run.attempt),
    sessionId: runSession,
  });
  return {
    enqueue: (run, delayMs) => send(messageOf(run), delayMs),
    enqueueAll: (runs) => sendAll(runs.map(messageOf)),
  };
}

export function createNotificationQueue(client: ServiceBusClient, queue: string, clock: Clock): NotificationQueue {
  const { send } = sender(client, queue, clock);
  return {
    enqueue: (notification, delayMs) =>
      send({ body: { notification }, messageId: messageIdOf(notification.id, notification.attempt) }, delayMs),
  };
}

/**
 * `connect` opens a connection for each look: one that is kept would hide that a new one is refused, and goes on where its last look at dead
 * letters ended. `names` are the queues' own.
 */
export function createQueueWatch(
  connect: () => ServiceBusClient,
  names: Readonly<Record<QueueName, string>>,
): QueueWatch {
  return {
    look: async (queue) => {
      const name = names[queue];
      const client = connect();
      try {
        const dead = client.createReceiver(name, { subQueueType: "deadLetter" });
        // An empty batch opens the way to send, and sends nothing.
        const [messages] = await Promise.all([
          dead.peekMessages(deadLettersCounted),
          client.createSender(name).createMessageBatch(),
        ]);
        return { deadLetters: messages.length };
      } catch (cause) {
        throw unavailable(`queue ${name} cannot be looked at`, cause);
      } finally {
        // What has broken off cannot be closed; nothing depends on it.
        await client.close().catch(() => undefined);
      }
    },
  };
}

const deadLettersCounted = 100;

const unavailable = (what: string, cause: unknown): TransientError =>
  new TransientError("QUEUE_UNAVAILABLE", `${what}: ${String(cause)}`, { cause });

function sender(client: ServiceBusClient, queue: string, clock: Clock) {
  const open = client.createSender(queue);
  /** The trace goes along as a property, which a reader that does not know it does not see: the body's shape stays the same. */
  const wrapped = (message: ServiceBusMessage): ServiceBusMessage => ({
    ...message,
    contentType: "application/json",
    applicationProperties: traceCarrier(),
  });

  async function attempt<T>(what: string, sending: () => Promise<T>): Promise<T> {
    try {
      return await sending();
    } catch (cause) {
      throw unavailable(`queue ${queue} did not take ${what}`, cause);
    }
  }

  async function sendBatches(messages: readonly ServiceBusMessage[]): Promise<void> {
    let batch = await open.createMessageBatch();
    for (const message of messages) {
      if (batch.tryAddMessage(wrapped(message))) continue;
      await open.sendMessages(batch);
      batch = await open.createMessageBatch();
      if (!batch.tryAddMessage(wrapped(message))) throw new RangeError(`${message.messageId} fits no batch`);
    }
    if (batch.count > 0) await open.sendMessages(batch);
  }

  return {
    send: (message: ServiceBusMessage, delayMs = 0): Promise<void> => {
      const scheduled = delayMs > 0 ? { scheduledEnqueueTimeUtc: new Date(clock.realMs() + delayMs) } : {};
      return attempt(String(message.messageId), () => open.sendMessages({ ...wrapped(message), ...scheduled }));
    },
    sendAll: async (messages: readonly ServiceBusMessage[]): Promise<void> => {
      if (messages.length > 0) await attempt(`${messages.length} messages`, () => sendBatches(messages));
    },
  };
}
