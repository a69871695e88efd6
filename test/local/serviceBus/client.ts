// How the tests reach the broker: the real client with short retries, and one message at a time.
import {
  type RetryOptions,
  ServiceBusClient,
  type ServiceBusReceivedMessage,
  type ServiceBusReceiver,
  type ServiceBusReceiverOptions,
} from "@azure/service-bus";

export const connect = (
  { connectionString }: { readonly connectionString: string },
  retryOptions: RetryOptions = {},
): ServiceBusClient =>
  new ServiceBusClient(connectionString, {
    retryOptions: { maxRetries: 1, retryDelayInMs: 50, timeoutInMs: 5000, ...retryOptions },
  });

/** Opens a receiver and takes one message; throws when none comes. */
export async function receiveOne(
  client: ServiceBusClient,
  queue: string,
  options: ServiceBusReceiverOptions = {},
): Promise<{ receiver: ServiceBusReceiver; message: ServiceBusReceivedMessage }> {
  const receiver = client.createReceiver(queue, options);
  const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 3000 });
  if (message === undefined) throw new Error(`no message came from ${queue}`);
  return { receiver, message };
}
