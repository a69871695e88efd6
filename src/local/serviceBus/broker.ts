// A Service Bus broker for one machine: queues with peek-lock, sessions and dead letters over AMQP on a loopback port.
import type { AddressInfo, Socket } from "node:net";
import rhea from "rhea";
import { type BrokerEvent, openEntities } from "./entities.ts";
import { serveLinks } from "./links.ts";
import type { QueueSettings } from "./storedMessage.ts";
import { deadLetterSuffix } from "./wire.ts";

export type { BrokerEvent } from "./entities.ts";
export type { QueueSettings } from "./storedMessage.ts";

export type QueueCounts = {
  /** Can be delivered now. */
  readonly active: number;
  readonly scheduled: number;
  readonly deferred: number;
  readonly deadLettered: number;
  /** With a receiver. */
  readonly locked: number;
};

export type ServiceBusBroker = {
  readonly port: number;
  readonly connectionString: string;
  /** Throws RangeError for a queue that is not there. */
  counts(queue: string): QueueCounts;
  /** Closes every connection at once and frees the port. */
  stop(): Promise<void>;
};

const longestTimerMs = 60_000;

/**
 * Starts on 127.0.0.1, on any free port unless `port` names one. With a state file, what was accepted outlives a crash.
 * Rejects when the port is taken (EADDRINUSE) or the state file cannot be read.
 */
export async function startServiceBusBroker(options: {
  readonly queues: readonly QueueSettings[];
  readonly port?: number;
  readonly stateFile?: string;
  readonly onEvent?: (event: BrokerEvent) => void;
}): Promise<ServiceBusBroker> {
  const container = rhea.create_container({ id: "service-bus" });
  const sockets = new Set<Socket>();
  const server = container.listen({
    port: options.port ?? 0,
    host: "127.0.0.1",
    tcp_no_delay: true,
    autoaccept: false,
    treat_modified_as_released: false,
    max_frame_size: 65_536,
    // A receiver may hold this many unsettled messages at a time.
    session_buffer_size: { incoming: 2048, outgoing: 65_536 },
  } as unknown as Parameters<typeof container.listen>[0]);
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("listening", resolve);
    server.once("error", reject);
  });
  const closePort = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    // The library clears its timers when it is told of an error.
    for (const socket of sockets) socket.destroy(new Error("the broker stops"));
    await closed;
  };

  let entities: ReturnType<typeof openEntities>;
  try {
    // Only whoever has the port may touch the state file.
    entities = openEntities(options.queues, options.stateFile, options.onEvent);
  } catch (failure) {
    await closePort();
    throw failure;
  }
  const { all, at, journal } = entities;
  const links = serveLinks({ container, entityAt: at, flushed: journal.flushed, changed });

  let timer: NodeJS.Timeout | undefined;
  let due: NodeJS.Immediate | undefined;
  /** Looks at every queue once this turn of the event loop is over. */
  function changed(): void {
    due ??= setImmediate(advance);
  }
  function advance(): void {
    due = undefined;
    const nowMs = Date.now();
    for (const { queue } of all) queue.advance(nowMs);
    for (const entity of all) links.pump(entity, nowMs);
    clearTimeout(timer);
    const nextMs = Math.min(...all.map(({ queue }) => queue.nextDueMs() ?? Number.POSITIVE_INFINITY));
    if (nextMs < Number.POSITIVE_INFINITY) {
      timer = setTimeout(advance, Math.min(Math.max(nextMs - Date.now(), 1), longestTimerMs));
    }
  }
  changed();

  async function shutDown(): Promise<void> {
    links.leaveAll(() => true);
    await closePort();
    clearTimeout(timer);
    clearImmediate(due);
    journal.close();
  }
  let stopping: Promise<void> | undefined;

  const { port } = server.address() as AddressInfo;
  return {
    port,
    connectionString: `Endpoint=sb://127.0.0.1:${port};SharedAccessKeyName=any;SharedAccessKey=any;UseDevelopmentEmulator=true`,
    counts: (name) => {
      const [entity, dead] = [at(name), at(name + deadLetterSuffix)];
      if (entity === undefined || dead === undefined) throw new RangeError(`there is no queue "${name}"`);
      const { active, locked } = dead.queue.counts();
      return { ...entity.queue.counts(), deadLettered: active + locked };
    },
    stop: () => {
      stopping ??= shutDown();
      return stopping;
    },
  };
}
