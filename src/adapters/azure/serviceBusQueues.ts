// The two queues on Service Bus, sent to with the SDK: an output binding could set neither message id nor session nor delay.

import type { TokenCredential } from "@azure/identity";
import { ServiceBusClient, type ServiceBusMessage } from "@azure/service-bus";
import { TransientError } from "../../core/model/errors.ts";
import { messageIdOf } from "../../core/model/ids.ts";
import type { Clock } from "../../ports/clock.ts";
import type { NotificationQueue, RunQueue } from "../../ports/queues.ts";

export type ServiceBusAccess =
  | { readonly connectionString: string }
  | { readonly endpoint: string; readonly credential: TokenCredential };

const options = { retryOptions: { maxRetries: 2, retryDelayInMs: 200, maxRetryDelayInMs: 1000, timeoutInMs: 5000 } };

export const createServiceBusClient = (access: ServiceBusAccess): ServiceBusClient =>
  "connectionString" in access
    ? new ServiceBusClient(access.connectionString, options)
    : new ServiceBusClient(access.endpoint, access.credential, options);

export function createRunQueue(client: ServiceBusClient, queue: string, clock: Clock): RunQueue {
  const send = sender(client, queue, clock);
  return {
    enqueue: (run, delayMs) =>
      send({ body: { run }, messageId: messageIdOf(run.runId, run.attempt), sessionId: run.account }, delayMs),
  };
}

export function createNotificationQueue(client: ServiceBusClient, queue: string, clock: Clock): NotificationQueue {
  const send = sender(client, queue, clock);
  return {
    enqueue: (notification, delayMs) =>
      send({ body: { notification }, messageId: messageIdOf(notification.id, notification.attempt) }, delayMs),
  };
}

function sender(
  client: ServiceBusClient,
  queue: string,
  clock: Clock,
): (message: ServiceBusMessage, delayMs?: number) => Promise<void> {
  const open = client.createSender(queue);
  return async (message, delayMs = 0) => {
    const scheduled = delayMs > 0 ? { scheduledEnqueueTimeUtc: new Date(clock.realMs() + delayMs) } : {};
    try {
      await open.sendMessages({ ...message, ...scheduled, contentType: "application/json" });
    } catch (cause) {
      throw new TransientError(
        "QUEUE_UNAVAILABLE",
        `queue ${queue} did not take ${String(message.messageId)}: ${String(cause)}`,
        { cause },
      );
    }
  };
}
