// A Service Bus broker for one machine: queues with peek-lock, sessions and dead letters over AMQP on a loopback port.
import type { AddressInfo, Server, Socket } from "node:net";
import rhea, { type Connection, type EventContext, type Receiver, type Sender } from "rhea";
import { createConsumers } from "./consumers.ts";
import { type Journal, type JournalEntry, noJournal, openJournal, readJournal } from "./journal.ts";
import { manage } from "./management.ts";
import { createQueue, type Queue, type QueueEventType, type QueueSettings } from "./queue.ts";
import { conditions, deadSuffix, localAttach, maxMessageBytes, readAddress, readTransfer } from "./wire.ts";

export type { QueueSettings } from "./queue.ts";

export type BrokerEvent = {
  readonly type: QueueEventType;
  readonly queue: string;
  readonly messageId: string;
  readonly sessionId?: string;
  readonly deliveryCount?: number;
  readonly reason?: string;
};

export type QueueCounts = {
  readonly active: number;
  readonly scheduled: number;
  readonly deferred: number;
  readonly deadLettered: number;
  readonly locked: number;
};

export type ServiceBusBroker = {
  readonly port: number;
  readonly connectionString: string;
  /** `active` can be delivered now, `locked` is with a receiver. Throws RangeError for a queue that is not there. */
  counts(queue: string): QueueCounts;
  stop(): Promise<void>;
};

/** Rejects when the port is taken or the state file cannot be read. With a state file a crash loses no message that was accepted. */
export async function startServiceBusBroker(options: {
  readonly queues: readonly QueueSettings[];
  readonly port?: number;
  readonly stateFile?: string;
  readonly onEvent?: (event: BrokerEvent) => void;
}): Promise<ServiceBusBroker> {
  const { stateFile, onEvent } = options;
  let journal: Journal = noJournal;
  const queues = new Map<string, Queue>();
  for (const settings of options.queues) openQueue(settings);
  if (stateFile !== undefined) journal = restore(stateFile);

  function openQueue(settings: QueueSettings): void {
    const deadName = settings.name + deadSuffix;
    const write = (queue: string) => (record: JournalEntry["record"]) => journal.append({ queue, record });
    const {
      name: _,
      requiresSession: __,
      duplicateDetectionWindowMs: ___,
      defaultTimeToLiveMs: ____,
      ...rest
    } = settings;
    const deadLetters = createQueue({ settings: { name: deadName, ...rest }, write: write(deadName) });
    queues.set(deadName.toLowerCase(), deadLetters);
    const tell = (
      type: QueueEventType,
      message: { messageId: string; sessionId: string | undefined; deliveryCount: number },
      reason?: string,
    ) =>
      onEvent?.({
        type,
        queue: settings.name,
        messageId: message.messageId,
        deliveryCount: message.deliveryCount,
        ...(message.sessionId === undefined ? {} : { sessionId: message.sessionId }),
        ...(reason === undefined ? {} : { reason }),
      });
    queues.set(settings.name.toLowerCase(), createQueue({ settings, deadLetters, write: write(settings.name), tell }));
  }

  function restore(file: string): Journal {
    for (const { queue, record } of readJournal(file)) queues.get(queue.toLowerCase())?.restore(record);
    const entries = [...queues.values()].flatMap((queue) =>
      queue.records().map((record): JournalEntry => ({ queue: queue.settings.name, record })),
    );
    return openJournal(file, entries);
  }

  const queueAt = (address: string): Queue | undefined => queues.get(address.toLowerCase());
  const consumers = createConsumers({ flushed: (then) => journal.flushed(then) });

  // One timer for whatever is due next, and one look at every queue after each change.
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  function advance(): void {
    if (stopped) return;
    const nowMs = Date.now();
    for (const queue of queues.values()) {
      queue.advance(nowMs);
      consumers.pump(queue);
    }
    clearTimeout(timer);
    const due = [...queues.values()].flatMap((queue) => queue.nextDueMs() ?? []);
    if (due.length > 0) timer = setTimeout(advance, Math.min(Math.max(1, Math.min(...due) - Date.now()), 60_000));
  }

  const container = rhea.create_container({ id: "tradewind-broker" });
  container.sasl_server_mechanisms.enable_anonymous();
  container.sasl_server_mechanisms.enable_plain(() => true);
  // What .NET clients send: anonymous by another name, because the token follows on $cbs.
  Object.assign(container.sasl_server_mechanisms, { MSSBCBS: container.sasl_server_mechanisms.ANONYMOUS });

  container.on("connection_open", ({ connection }: EventContext) => {
    consumers.prepare(connection);
    answerAtOnce((connection as unknown as { socket: Socket }).socket);
  });
  container.on("receiver_open", ({ receiver }: EventContext) => receiver && openForSending(receiver));
  container.on("sender_open", ({ sender }: EventContext) => sender && openForReceiving(sender));
  container.on("message", (context: EventContext) => {
    onMessage(context);
    setImmediate(advance);
  });
  for (const name of ["accepted", "modified", "rejected", "released"] as const) {
    container.on(name, (context: EventContext) => {
      consumers.settle(context, name);
      setImmediate(advance);
    });
  }
  container.on("sender_flow", ({ sender }: EventContext) => sender && consumers.flow(sender));
  container.on("sender_close", ({ sender }: EventContext) => {
    if (sender) consumers.leave(sender);
    setImmediate(advance);
  });
  container.on("session_close", ({ session }: EventContext) => {
    consumers.leaveAll((sender) => sender.session === session);
    setImmediate(advance);
  });
  for (const gone of ["disconnected", "connection_close"] as const) {
    container.on(gone, ({ connection }: EventContext) => {
      consumers.leaveAll((sender) => sender.connection === connection);
      setImmediate(advance);
    });
  }
  // A client that breaks the protocol loses its connection, not the broker its life.
  for (const fault of [
    "protocol_error",
    "error",
    "connection_error",
    "session_error",
    "sender_error",
    "receiver_error",
  ] as const) {
    container.on(fault, () => undefined);
  }

  /** A client sends here. */
  function openForSending(receiver: Receiver): void {
    const address = receiver.target?.address;
    receiver.set_source({ ...receiver.source });
    receiver.set_target({ ...receiver.target });
    Object.assign(localAttach(receiver), { max_message_size: maxMessageBytes });
    const { queue, node } = readAddress(address);
    if (node === "cbs" || queueAt(queue) !== undefined) return;
    receiver.close({
      condition: conditions.notFound,
      description: `The messaging entity '${queue}' could not be found.`,
    });
  }

  /** A client receives from here. */
  function openForReceiving(sender: Sender): void {
    const { queue: name, node } = readAddress(sender.source?.address);
    if (node === "cbs" || node === "management") {
      sender.set_source({ ...sender.source });
      sender.set_target({ ...sender.target });
      sender.attach();
      return;
    }
    const queue = queueAt(name);
    if (queue === undefined) {
      sender.attach();
      sender.close({
        condition: conditions.notFound,
        description: `The messaging entity '${name}' could not be found.`,
      });
      return;
    }
    consumers.join(sender, queue, name);
    setImmediate(advance);
  }

  function onMessage({ receiver, message, delivery, ...context }: EventContext): void {
    if (receiver === undefined || delivery === undefined) return;
    const { queue: name, node } = readAddress(receiver.target?.address);
    if (node === "cbs") {
      delivery.accept();
      reply(receiver.connection, message, { status: 202 });
      return;
    }
    const queue = queueAt(name);
    if (queue === undefined) return;
    const nowMs = Date.now();
    queue.advance(nowMs);
    if (node === "management") {
      delivery.accept();
      const operation = String(message?.application_properties?.operation ?? "");
      const answer = manage(queue, operation, message?.body ?? {}, receiver.connection, name, nowMs);
      journal.flushed(() => reply(receiver.connection, message, answer));
      return;
    }
    const incoming = readTransfer(
      message as Parameters<typeof readTransfer>[0],
      "format" in context ? Number(context.format) : undefined,
    );
    if (queue.settings.requiresSession && incoming.some(({ sessionId }) => sessionId === undefined)) {
      delivery.reject({
        condition: conditions.notAllowed,
        description:
          "The SessionId was not set on a message, and it cannot be sent to the entity: it requires sessions.",
      });
      return;
    }
    for (const each of incoming) queue.enqueue(each, nowMs);
    journal.flushed(() => delivery.accept());
  }

  const listening = {
    port: options.port ?? 0,
    host: "127.0.0.1",
    autoaccept: false,
    autosettle: false,
    treat_modified_as_released: false,
    tcp_no_delay: true,
    idle_time_out: 60_000,
    max_frame_size: 65_536,
  };
  const server: Server = container.listen(listening as Parameters<typeof container.listen>[0]);
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("listening", resolve);
    server.once("error", reject);
  });
  const { port } = server.address() as AddressInfo;
  advance();

  return {
    port,
    connectionString: `Endpoint=sb://127.0.0.1:${port};SharedAccessKeyName=any;SharedAccessKey=any;UseDevelopmentEmulator=true`,
    counts: (name) => {
      const [queue, dead] = [queueAt(name), queueAt(name + deadSuffix)];
      if (queue === undefined || dead === undefined) throw new RangeError(`there is no queue "${name}"`);
      const { active, locked } = dead.counts();
      return { ...queue.counts(), deadLettered: active + locked };
    },
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      consumers.leaveAll(() => true);
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
      journal.close();
    },
  };
}

/** An AMQP frame that says nothing. */
const emptyFrame = Buffer.from([0, 0, 0, 8, 2, 0, 0, 0]);

/** Acknowledges what comes at once, with an empty frame where there is nothing to say: a client that gathers small packets waits 40 ms else. */
function answerAtOnce(socket: Socket): void {
  socket.on("data", () => {
    const { bytesWritten } = socket;
    setImmediate(() => {
      if (socket.bytesWritten === bytesWritten && socket.writable) socket.write(emptyFrame);
    });
  });
}

/** Answers a request on the link that the client opened for it. */
function reply(connection: Connection, request: EventContext["message"], answer: ReturnType<typeof manage>): void {
  const { status, body = null, condition, description = "" } = answer;
  // JavaScript clients name the link in reply_to, .NET clients its target.
  const link = connection.find_sender(
    ({ name, target }: Sender) => name === request?.reply_to || target?.address === request?.reply_to,
  );
  link?.send({
    to: String(request?.reply_to ?? ""),
    correlation_id: request?.message_id as string,
    application_properties: {
      statusCode: status,
      "status-code": status,
      statusDescription: description,
      "status-description": description,
      ...(condition === undefined ? {} : { errorCondition: condition }),
    },
    body,
  });
}
