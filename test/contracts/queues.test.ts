// What the run and notification queues must do, in numbered cases that memory and Service Bus pass alike.
import type { ServiceBusClient } from "@azure/service-bus";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  createNotificationQueue,
  createQueueWatch,
  createRunQueue,
  createServiceBusClient,
} from "../../src/adapters/azure/serviceBusQueues.ts";
import { createMemoryQueues } from "../../src/adapters/memory/memoryQueues.ts";
import { systemClock } from "../../src/adapters/system/clock.ts";
import { TransientError } from "../../src/core/model/errors.ts";
import { runIdOf } from "../../src/core/model/ids.ts";
import type { Notification } from "../../src/core/model/notification.ts";
import { type RunRequest, runRequestSchema } from "../../src/core/model/run.ts";
import { addMs, instantFromMs, minuteMs } from "../../src/core/model/time.ts";
import { type ServiceBusBroker, startServiceBusBroker } from "../../src/local/serviceBus/broker.ts";
import { queues } from "../../src/local/standIns.ts";
import type { NotificationQueue, RunQueue } from "../../src/ports/queues.ts";

type Taken = { readonly messageId: string; readonly sessionId: string | undefined; readonly body: unknown };
type Kind = {
  runs: RunQueue;
  notifications: NotificationQueue;
  takeRuns(): Promise<Taken[]>;
  takeNotifications(): Promise<Taken[]>;
};

let broker: ServiceBusBroker;
let client: ServiceBusClient;
beforeAll(async () => {
  broker = await startServiceBusBroker({ queues });
  client = createServiceBusClient({ connectionString: broker.connectionString });
});
afterAll(async () => {
  await client.close();
  await broker.stop();
});

function memory(): Kind {
  const all = createMemoryQueues();
  const drain = async (queue: "runs" | "notifications"): Promise<Taken[]> => {
    const taken: Taken[] = [];
    for (let next = all.take(queue); next !== undefined; next = all.take(queue)) taken.push(next);
    return taken;
  };
  return { ...all, takeRuns: () => drain("runs"), takeNotifications: () => drain("notifications") };
}

function serviceBus(): Kind {
  return {
    runs: createRunQueue(client, "runs", systemClock),
    notifications: createNotificationQueue(client, "notifications", systemClock),
    takeRuns: async () => {
      const receiver = await client.acceptSession("runs", "main", { receiveMode: "receiveAndDelete" });
      const messages = await receiver.receiveMessages(10, { maxWaitTimeInMs: 500 });
      await receiver.close();
      return messages.map(({ messageId, sessionId, body }) => ({ messageId: String(messageId), sessionId, body }));
    },
    takeNotifications: async () => {
      const receiver = client.createReceiver("notifications", { receiveMode: "receiveAndDelete" });
      const messages = await receiver.receiveMessages(10, { maxWaitTimeInMs: 500 });
      await receiver.close();
      return messages.map(({ messageId, sessionId, body }) => ({ messageId: String(messageId), sessionId, body }));
    },
  };
}

let runs = 0;
const newRun = (attempt = 1): RunRequest => {
  const slot = addMs(instantFromMs(Date.UTC(2026, 5, 15, 13)), minuteMs * ++runs);
  return runRequestSchema.parse({
    schemaVersion: 1,
    runId: runIdOf("task-a", slot),
    taskId: "task-a",
    slot,
    account: "main",
    mode: "paper",
    attempt,
    tickStartedMs: 1.5,
    enqueuedMs: 2.5,
  });
};
const newNotification = (): Notification => ({
  schemaVersion: 1,
  id: `n-${++runs}`,
  severity: "info",
  title: "title",
  text: "text",
  at: "2026-06-15T13:35:00.000Z",
  attempt: 1,
});

describe.each([
  ["memory", memory],
  ["Service Bus", serviceBus],
] as const)("%s queues", (_, open) => {
  test("Q-01 carry a run under one key, with the run id as message id, all in one session", async () => {
    const queue = open();
    const runs = [newRun(), { ...newRun(), account: "of-its-own" }] as const;
    for (const run of runs) await queue.runs.enqueue(run);
    expect(await queue.takeRuns()).toMatchObject(
      runs.map((run) => ({ messageId: run.runId, sessionId: "main", body: { run } })),
    );
  });

  test("Q-02 drop the same run enqueued twice, and keep a later attempt", async () => {
    const queue = open();
    const run = newRun();
    await queue.runs.enqueue(run);
    await queue.runs.enqueue(run);
    await queue.runs.enqueue({ ...run, attempt: 2 });
    expect((await queue.takeRuns()).map(({ messageId }) => messageId)).toEqual([run.runId, `${run.runId}~2`]);
  });

  test("Q-03 carry a notification under one key, once for each id", async () => {
    const queue = open();
    const notification = newNotification();
    await queue.notifications.enqueue(notification);
    await queue.notifications.enqueue(notification);
    expect(await queue.takeNotifications()).toMatchObject([{ messageId: notification.id, body: { notification } }]);
  });
});

test("a delayed run arrives when its delay is over, not before", async () => {
  const { runs: queue, takeRuns } = serviceBus();
  const run = newRun(2);
  const sentMs = systemClock.realMs();
  await queue.enqueue(run, 700);
  expect(broker.counts("runs").scheduled).toBe(1);
  await expect.poll(() => broker.counts("runs").active, { timeout: 5000 }).toBe(1);
  expect(systemClock.realMs() - sentMs).toBeGreaterThanOrEqual(690);
  expect(await takeRuns()).toHaveLength(1);
});

test("a sender that was cut off says so, and sends again once the broker is back", async () => {
  const first = await startServiceBusBroker({ queues });
  const own = createServiceBusClient({ connectionString: first.connectionString });
  const queue = createRunQueue(own, "runs", systemClock);
  await queue.enqueue(newRun());
  await first.stop();
  await expect(queue.enqueue(newRun())).rejects.toMatchObject({ code: "QUEUE_UNAVAILABLE" });
  const again = await startServiceBusBroker({ queues, port: first.port });
  await queue.enqueue(newRun());
  expect(again.counts("runs").active).toBe(1);
  await own.close();
  await again.stop();
});

test.each([
  ["a queue that is not there", "absent", {}],
  ["a message larger than the queue takes", "notifications", { text: "x".repeat(400_000) }],
])("%s is a transient failure at once", async (_, name, more) => {
  const queue = createNotificationQueue(client, name, systemClock);
  await expect(queue.enqueue({ ...newNotification(), ...more })).rejects.toMatchObject({ code: "QUEUE_UNAVAILABLE" });
});

test("a broker that does not answer is a transient failure, in bounded time", async () => {
  const nowhere = createServiceBusClient({
    connectionString: "Endpoint=sb://127.0.0.1:9;SharedAccessKeyName=a;SharedAccessKey=b;UseDevelopmentEmulator=true",
  });
  await expect(createRunQueue(nowhere, "runs", systemClock).enqueue(newRun())).rejects.toThrow(TransientError);
  await nowhere.close();
});

describe("the watch over the queues", () => {
  const names = { runs: "runs", notifications: "notifications" } as const;
  const connect = () => createServiceBusClient({ connectionString: broker.connectionString });

  test("counts the dead letters of each queue, sends nothing and takes nothing", async () => {
    const watch = createQueueWatch(connect, names);
    const before = broker.counts("notifications").deadLettered;
    await client.createSender("notifications").sendMessages({ body: { bad: true }, messageId: "watched" });
    const receiver = client.createReceiver("notifications");
    for (const message of await receiver.receiveMessages(10, { maxWaitTimeInMs: 1000 }))
      if (message.messageId === "watched") await receiver.deadLetterMessage(message);
    await receiver.close();
    expect(await watch.look("notifications")).toEqual({ deadLetters: before + 1 });
    expect(await watch.look("notifications")).toEqual({ deadLetters: before + 1 });
    expect(await watch.look("runs")).toEqual({ deadLetters: broker.counts("runs").deadLettered });
  });

  test("a queue that is not there is out of reach", async () => {
    const watch = createQueueWatch(connect, { ...names, runs: "nowhere" });
    await expect(watch.look("runs")).rejects.toMatchObject({ code: "QUEUE_UNAVAILABLE" });
  });
});
