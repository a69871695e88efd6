// Fires a Service Bus function: takes messages from its queue one by one, in batches or by sessions, within the limits of host.json.
import { setTimeout as delay } from "node:timers/promises";
import type {
  ServiceBusClient,
  ServiceBusReceivedMessage,
  ServiceBusReceiver,
  ServiceBusSessionReceiver,
} from "@azure/service-bus";
import type { ServiceBusOptions } from "../hostConfig.ts";
import { type Log, messageOf } from "../hostEvents.ts";
import type { HostedFunction } from "../hostedFunctions.ts";
import type { Invoker } from "../invoker.ts";
import type { Listener } from "../listener.ts";
import { type Entity, readEntity } from "./entity.ts";
import { createMessageRunner, type MessageRunner, type Receiver, type ReportError, toError } from "./messageRun.ts";

const category = "Host.Triggers.ServiceBus";
/** A broker that is away is told about at most this often per function. */
const repeatErrorAfterMs = 5_000;

type Parts = {
  readonly hosted: HostedFunction;
  readonly client: ServiceBusClient;
  readonly options: ServiceBusOptions;
  readonly invoker: Invoker;
  readonly log: Log;
};

/** Starts receiving. The broker may be away: receiving begins when it is there. Throws Error when the entity cannot be read from the binding. */
export function startServiceBusListener(parts: Parts): Listener {
  const { hosted } = parts;
  const entity = readEntity(hosted);
  const stopped = new AbortController();
  const reportError = createErrorReport(parts, entity);
  const runner = createMessageRunner(parts, reportError);
  const context = { ...parts, entity, stopped: stopped.signal, runner, reportError };
  const many = hosted.trigger.cardinality === "many";
  const receiving =
    hosted.trigger.isSessionsEnabled === true
      ? receiveSessions(context, many)
      : many
        ? receiveBatches(context)
        : receiveMessages(context);
  return {
    hosted,
    stop: async () => {
      stopped.abort();
      await receiving;
    },
  };
}

type Context = Parts & {
  readonly entity: Entity;
  readonly stopped: AbortSignal;
  readonly runner: MessageRunner;
  readonly reportError: ReportError;
};

/** Settled when `ms` have passed or the listener is stopped. */
const pause = (ms: number, signal: AbortSignal): Promise<void> => delay(ms, undefined, { signal }).catch(() => {});

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });

function createReceiver({ client, entity, options }: Context): ServiceBusReceiver {
  const receiverOptions = {
    skipParsingBodyAsJson: true,
    maxAutoLockRenewalDurationInMs: options.maxAutoLockRenewalDurationMs,
    ...(entity.deadLetters ? { subQueueType: "deadLetter" as const } : {}),
  };
  const [queueOrTopic, subscription] = entity.accept;
  return subscription === undefined
    ? client.createReceiver(queueOrTopic, receiverOptions)
    : client.createReceiver(queueOrTopic, subscription, receiverOptions);
}

/** Up to maxConcurrentCalls messages at a time. The SDK itself goes on when the broker was away. */
async function receiveMessages(context: Context): Promise<void> {
  const { options, stopped, reportError } = context;
  const receiver = createReceiver(context);
  await subscribeUntil(context, {
    receiver,
    maxConcurrentCalls: options.maxConcurrentCalls,
    until: aborted(stopped),
    reportError,
  });
  await receiver.close();
}

/** Runs the function on what `receiver` brings until `until`, then takes nothing more and waits for what runs. */
async function subscribeUntil(
  { runner }: Context,
  options: {
    readonly receiver: Receiver;
    readonly maxConcurrentCalls: number;
    readonly until: Promise<void>;
    readonly reportError: ReportError;
    readonly onActivity?: (running: number) => void;
  },
): Promise<void> {
  const { receiver, maxConcurrentCalls, until, reportError, onActivity } = options;
  const running = new Set<Promise<void>>();
  const processMessage = async (message: ServiceBusReceivedMessage): Promise<void> => {
    const run = runner.one(receiver, message);
    running.add(run);
    onActivity?.(running.size);
    await run;
    running.delete(run);
    onActivity?.(running.size);
  };
  const subscription = receiver.subscribe(
    { processMessage, processError: async (args) => reportError(args) },
    { autoCompleteMessages: false, maxConcurrentCalls },
  );
  await until;
  await subscription.close();
  while (running.size > 0) await Promise.all(running);
}

async function receiveBatches(context: Context): Promise<void> {
  const receiver = createReceiver(context);
  while (!context.stopped.aborted) await receiveBatch(context, receiver);
  await receiver.close();
}

async function receiveBatch(context: Context, receiver: Receiver): Promise<boolean> {
  const { options, stopped, runner, reportError } = context;
  try {
    const messages = await receiver.receiveMessages(options.maxMessageBatchSize, {
      maxWaitTimeInMs: options.sessionIdleTimeoutMs,
      abortSignal: stopped,
    });
    if (messages.length > 0) await runner.batch(receiver, messages);
    return messages.length > 0;
  } catch (error) {
    if (stopped.aborted) return false;
    reportError({ error: toError(error), errorSource: "receive" });
    await pause(options.retryDelayMs, stopped);
    return false;
  }
}

/** Keeps maxConcurrentSessions accepts outstanding, so that a message of a new session finds one waiting. */
async function receiveSessions(context: Context, many: boolean): Promise<void> {
  const { options, stopped } = context;
  const serving = new Set<Promise<void>>();
  const slots = Array.from({ length: options.maxConcurrentSessions }, async () => {
    while (!stopped.aborted) {
      const session = await acceptSession(context);
      if (session === undefined) continue;
      const served = (stopped.aborted ? Promise.resolve() : serveSession(context, session, many))
        .catch((error: unknown) => context.reportError({ error: toError(error), errorSource: "receive" }))
        .finally(() => session.close().catch(() => {}));
      serving.add(served);
      await served;
      serving.delete(served);
    }
  });
  // An accept cannot be called back: what still waits for a session ends with the connection.
  await Promise.race([Promise.all(slots), aborted(stopped)]);
  await Promise.all(serving);
}

async function acceptSession({
  client,
  entity,
  options,
  stopped,
  reportError,
}: Context): Promise<ServiceBusSessionReceiver | undefined> {
  const accept = { skipParsingBodyAsJson: true, maxAutoLockRenewalDurationInMs: options.maxAutoLockRenewalDurationMs };
  const [queueOrTopic, subscription] = entity.accept;
  try {
    return await (subscription === undefined
      ? client.acceptNextSession(queueOrTopic, accept)
      : client.acceptNextSession(queueOrTopic, subscription, accept));
  } catch (error) {
    const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
    if (code === "ServiceTimeout" || stopped.aborted) return undefined;
    if (code !== "SessionCannotBeLocked") reportError({ error: toError(error), errorSource: "receive" });
    await pause(options.retryDelayMs, stopped);
    return undefined;
  }
}

/** One session until it has been idle for sessionIdleTimeout, its lock or link is lost, or the listener is stopped. */
async function serveSession(context: Context, receiver: ServiceBusSessionReceiver, many: boolean): Promise<void> {
  const { options, stopped, reportError } = context;
  if (many) {
    while (!stopped.aborted && (await receiveBatch(context, receiver)));
    return;
  }
  const over = Promise.withResolvers<void>();
  let idle = setTimeout(over.resolve, options.sessionIdleTimeoutMs);
  await subscribeUntil(context, {
    receiver,
    maxConcurrentCalls: options.maxConcurrentCallsPerSession,
    until: Promise.race([over.promise, aborted(stopped)]),
    onActivity: (running) => {
      clearTimeout(idle);
      if (running === 0) idle = setTimeout(over.resolve, options.sessionIdleTimeoutMs);
    },
    reportError: (args) => {
      if (receiver.isClosed || args.errorSource === "receive") over.resolve();
      reportError(args);
    },
  });
  clearTimeout(idle);
}

/** Tells an error of the broker in the host's words; the same one again only after a while. */
function createErrorReport({ hosted, log }: Parts, entity: Entity): ReportError {
  let last = { message: "", toldMs: 0 };
  return ({ error, errorSource }) => {
    const action = errorSource.charAt(0).toUpperCase() + errorSource.slice(1);
    const message = `Message processing error (Action=${action}, EntityPath=${entity.path}, Function=${hosted.name})\n${error.name}: ${messageOf(error)}`;
    if (message === last.message && performance.now() - last.toldMs < repeatErrorAfterMs) return;
    last = { message, toldMs: performance.now() };
    log("error", category, message);
  };
}
