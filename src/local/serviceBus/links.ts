// Where AMQP meets the queues: links that attach, messages that arrive, settlements, and clients that go away.
import type { Container, Delivery, EventContext, Message, Receiver, Sender } from "rhea";
import { batchFormat, readBatch, readIncoming } from "./amqpMessage.ts";
import { createConsumers, refuse } from "./consumers.ts";
import type { Entity } from "./entities.ts";
import { manage } from "./management.ts";
import { putToken, readRequest, reply } from "./requests.ts";
import { acknowledgeAtOnce, adoptSession, answerWith, settleRejected } from "./rheaInternals.ts";
import { type AmqpError, conditions, maxMessageBytes, noSuchEntity, readAddress, sessionIdMissing } from "./wire.ts";

/** Serves every connection of the container. `changed` is called whenever there may be something to send. */
export function serveLinks(options: {
  readonly container: Container;
  readonly entityAt: (path: string) => Entity | undefined;
  readonly flushed: (then: () => void) => void;
  readonly changed: () => void;
}) {
  const { container, entityAt, flushed, changed } = options;
  const consumers = createConsumers({ flushed });

  function openForReceiving(sender: Sender): void {
    const { node, path } = readAddress(sender.source?.address);
    const entity = entityAt(path);
    if (node !== "cbs" && entity === undefined) refuse(sender, noSuchEntity(path));
    else if (node === "entity" && entity !== undefined) consumers.join(sender, entity);
    else {
      sender.set_source({ ...sender.source });
      sender.set_target({ ...sender.target });
      sender.attach();
    }
  }

  function openForSending(receiver: Receiver): void {
    const { node, path } = readAddress(receiver.target?.address);
    const entity = entityAt(path);
    if (node !== "cbs" && entity === undefined) receiver.close(noSuchEntity(path));
    else if (node === "entity" && entity?.deadLetterSource !== undefined) {
      receiver.close({ condition: conditions.notAllowed, description: "Nothing can be sent to a dead-letter queue." });
    } else {
      receiver.set_source({ ...receiver.source });
      receiver.set_target({ ...receiver.target });
      answerWith(receiver, { max_message_size: maxMessageBytes });
    }
  }

  function onMessage(receiver: Receiver, delivery: Delivery, data: Buffer): void {
    const { node, path } = readAddress(receiver.target?.address);
    const entity = entityAt(path);
    entity?.queue.advance(Date.now());
    if (node !== "entity") onRequest(receiver, delivery, readRequest(data), node === "cbs" ? undefined : entity);
    else if (entity !== undefined) {
      const refusal = enqueue(entity, data, delivery.format);
      if (refusal !== undefined) settleRejected(delivery, refusal);
      else flushed(() => receiver.is_open() && delivery.accept());
    }
  }

  /** `entity` is undefined for $cbs. */
  function onRequest(receiver: Receiver, delivery: Delivery, request: Message, entity: Entity | undefined): void {
    delivery.accept();
    const operation = String(request.application_properties?.operation);
    const answer = entity === undefined ? putToken : manage(entity, operation, request.body ?? {}, Date.now());
    flushed(() => reply(receiver.connection, request, answer));
  }

  function on(events: readonly string[], then: (context: EventContext, event: string) => void): void {
    for (const event of events) {
      container.on(event, (context: EventContext) => {
        then(context, event);
        changed();
      });
    }
  }
  container.sasl_server_mechanisms.enable_anonymous();
  container.sasl_server_mechanisms.enable_plain(() => true);
  // .NET clients say so when their token follows on $cbs.
  container.sasl_server_mechanisms.MSSBCBS = container.sasl_server_mechanisms.ANONYMOUS;

  on(["connection_open"], ({ connection }) => acknowledgeAtOnce(connection));
  on(["session_open"], ({ session }) => session && adoptSession(session));
  on(["receiver_open"], ({ receiver }) => receiver && openForSending(receiver));
  on(["sender_open"], ({ sender }) => sender && openForReceiving(sender));
  on(["message"], ({ receiver, delivery, message }) => {
    if (receiver && delivery) onMessage(receiver, delivery, message as unknown as Buffer);
  });
  on(["accepted", "released", "modified", "rejected"] as const, ({ sender, delivery }, outcome) => {
    if (sender && delivery) consumers.settle(sender, delivery, outcome as "accepted");
  });
  on(["sender_flow"], () => undefined);
  on(["sender_close"], ({ sender }) => sender && consumers.leave(sender));
  on(["session_close"], ({ session }) => consumers.leaveAll((sender) => sender.session === session));
  on(["connection_close", "disconnected"], ({ connection }) =>
    consumers.leaveAll((sender) => sender.connection === connection),
  );
  // A client that breaks the protocol loses its connection; the broker goes on.
  const faults = ["error", "protocol_error", "connection_error", "session_error", "sender_error", "receiver_error"];
  on([...faults, "receiver_close"], () => undefined);

  return { pump: consumers.pump, leaveAll: consumers.leaveAll };
}

/** Takes a message, or all of a batch or none. Gives the reason when it is refused. */
function enqueue({ queue }: Entity, data: Buffer, format: number): AmqpError | undefined {
  if (data.length > maxMessageBytes) {
    const description = `The message is larger than the ${maxMessageBytes} bytes that are allowed.`;
    return { condition: conditions.tooLarge, description };
  }
  try {
    const incoming = (format === batchFormat ? readBatch(data) : [data]).map(readIncoming);
    if (queue.settings.requiresSession && incoming.some(({ sessionId }) => sessionId === undefined)) {
      return sessionIdMissing;
    }
    for (const each of incoming) queue.enqueue(each, Date.now());
    return undefined;
  } catch (failure) {
    return { condition: conditions.decodeError, description: String(failure) };
  }
}
