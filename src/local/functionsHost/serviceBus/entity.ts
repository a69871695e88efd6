// The queue or subscription that a Service Bus trigger names.
import { resolveSettings } from "../appSettings.ts";
import { type HostedFunction, textOption } from "../hostedFunctions.ts";

/** `accept` is what the SDK takes: a queue, or a topic and a subscription. `deadLetters` is meant when it is their dead-letter queue. */
export type Entity = {
  readonly path: string;
  readonly accept: [string] | [string, string];
  readonly deadLetters: boolean;
};

/** Resolves `%NAME%` placeholders. Throws Error when the binding names no entity. */
export function readEntity({ trigger, name }: HostedFunction): Entity {
  const option = (key: string): string | undefined => {
    const value = textOption(trigger, key);
    return value === undefined ? undefined : resolveSettings(value);
  };
  const [queue, topic, subscription] = [option("queueName"), option("topicName"), option("subscriptionName")];
  const dead = /\/\$deadletterqueue$/i;
  if (queue !== undefined) {
    return { path: queue, accept: [queue.replace(dead, "")], deadLetters: dead.test(queue) };
  }
  if (topic === undefined || subscription === undefined) {
    throw new Error(`The '${name}' function names neither a queue nor a topic and a subscription.`);
  }
  return {
    path: `${topic}/Subscriptions/${subscription}`,
    accept: [topic, subscription.replace(dead, "")],
    deadLetters: dead.test(subscription),
  };
}
