// Service Bus outputs of functions: what a function returned or set goes to the queue or topic that its binding names.
import type { ServiceBusSender } from "@azure/service-bus";
import { resolveSettings } from "../appSettings.ts";
import { type HostedFunction, textOption } from "../hostedFunctions.ts";
import type { Binding, InvocationResponse, TypedData } from "../rpc.ts";
import type { ServiceBusClients } from "./clients.ts";

/** Answers a function that sends the Service Bus outputs of a response; it rejects when the broker does not take them. */
export function createOutputSender(clients: ServiceBusClients) {
  const senders = new Map<string, Promise<ServiceBusSender>>();

  async function send(binding: Binding, data: TypedData): Promise<void> {
    const entity = resolveSettings(textOption(binding, "queueName") ?? textOption(binding, "topicName") ?? "");
    const connection = textOption(binding, "connection") ?? "";
    const key = `${connection} ${entity}`;
    const sender = senders.get(key) ?? clients.get(connection).then((client) => client.createSender(entity));
    senders.set(key, sender);
    await (await sender).sendMessages(bodiesOf(data).map((body) => ({ body })));
  }

  return async ({ metadata }: HostedFunction, { returnValue, outputData = [] }: InvocationResponse): Promise<void> => {
    const outputs = [...outputData, ...(returnValue ? [{ name: "$return", data: returnValue }] : [])];
    for (const { name, data } of outputs) {
      const binding = metadata.bindings[name];
      if (binding?.type.toLowerCase() === "servicebus") await send(binding, data);
    }
  };
}

/** An array becomes one message per item. */
function bodiesOf(data: TypedData): Buffer[] {
  if (data.bytes !== undefined) return [Buffer.from(data.bytes)];
  if (data.json === undefined) return [Buffer.from(data.string ?? String(data.int ?? data.double ?? ""))];
  const content: unknown = JSON.parse(data.json);
  if (!Array.isArray(content)) return [Buffer.from(data.json)];
  return content.map((item) => Buffer.from(typeof item === "string" ? item : JSON.stringify(item)));
}
