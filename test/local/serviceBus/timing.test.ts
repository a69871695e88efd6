// What the broker does by the clock: scheduled messages, duplicates, time to live, and how it starts and stops.
import { createServer, connect as openSocket } from "node:net";
import type { ServiceBusClient } from "@azure/service-bus";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  type BrokerEvent,
  type ServiceBusBroker,
  startServiceBusBroker,
} from "../../../src/local/serviceBus/broker.ts";
import { connect, receiveOne } from "./client.ts";

let broker: ServiceBusBroker;
let client: ServiceBusClient;
let events: BrokerEvent[];

beforeEach(async () => {
  events = [];
  broker = await startServiceBusBroker({
    queues: [
      { name: "q" },
      { name: "once", duplicateDetectionWindowMs: 400 },
      { name: "fleeting", defaultTimeToLiveMs: 200, deadLetterOnExpiration: true },
      { name: "s", requiresSession: true },
    ],
    onEvent: (event) => events.push(event),
  });
  client = connect(broker);
});
afterEach(async () => {
  await client.close();
  await broker.stop();
});

describe("scheduled messages", () => {
  test("SB-50 delivers a scheduled message when it is due, not before", async () => {
    const due = new Date(Date.now() + 400);
    const [number] = await client.createSender("q").scheduleMessages({ body: "later", messageId: "m1" }, due);
    expect(number?.toNumber()).toBe(1);
    expect(broker.counts("q")).toMatchObject({ scheduled: 1, active: 0 });
    const { message } = await receiveOne(client, "q");
    expect(Date.now()).toBeGreaterThanOrEqual(due.getTime());
    expect(Date.now()).toBeLessThan(due.getTime() + 1000);
    expect(message).toMatchObject({ body: "later", messageId: "m1", state: "active" });
    expect(events.map(({ type }) => type)).toEqual(["scheduled", "enqueued", "delivered"]);
  });

  test("SB-51 delivers a message sent with a time of its own when it is due", async () => {
    const scheduledEnqueueTimeUtc = new Date(Date.now() + 300);
    await client.createSender("q").sendMessages({ body: "later", scheduledEnqueueTimeUtc });
    expect(broker.counts("q")).toMatchObject({ scheduled: 1, active: 0 });
    await receiveOne(client, "q");
    expect(Date.now()).toBeGreaterThanOrEqual(scheduledEnqueueTimeUtc.getTime());
  });

  test("SB-52 forgets a cancelled message, and says so when there is none to cancel", async () => {
    const sender = client.createSender("q");
    const [number] = await sender.scheduleMessages({ body: "never" }, new Date(Date.now() + 60_000));
    if (number === undefined) throw new Error("no number");
    await sender.cancelScheduledMessages(number);
    expect(broker.counts("q")).toMatchObject({ scheduled: 0 });
    await expect(sender.cancelScheduledMessages(number)).rejects.toMatchObject({ code: "MessageNotFound" });
  });

  test("SB-53 opens a session when its scheduled message becomes due", async () => {
    await client.createSender("s").scheduleMessages({ body: 1, sessionId: "a" }, new Date(Date.now() + 200));
    expect((await client.acceptNextSession("s")).sessionId).toBe("a");
  });

  test("SB-54 refuses to schedule a message without a session id where sessions are required", async () => {
    const scheduling = client.createSender("s").scheduleMessages({ body: 1 }, new Date(Date.now() + 200));
    await expect(scheduling).rejects.toThrow(/SessionId was not set/);
  });
});

describe("duplicates", () => {
  test("SB-60 accepts and drops a message whose id it has seen within the window", async () => {
    const sender = client.createSender("once");
    await sender.sendMessages({ body: 1, messageId: "m1" });
    await sender.sendMessages([
      { body: 2, messageId: "m1" },
      { body: 3, messageId: "m2" },
    ]);
    expect(broker.counts("once").active).toBe(2);
    expect(events.filter(({ type }) => type === "duplicateDropped")).toMatchObject([{ messageId: "m1" }]);
  });

  test("SB-61 drops a duplicate also after the first was completed, and takes it again after the window", async () => {
    const sender = client.createSender("once");
    await sender.sendMessages({ body: 1, messageId: "m1" });
    const { receiver, message } = await receiveOne(client, "once");
    await receiver.completeMessage(message);
    await sender.sendMessages({ body: 2, messageId: "m1" });
    expect(broker.counts("once").active).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 420));
    await sender.sendMessages({ body: 3, messageId: "m1" });
    expect(broker.counts("once").active).toBe(1);
  });

  test("SB-62 takes the same id twice where duplicates are not detected", async () => {
    await client.createSender("q").sendMessages([
      { body: 1, messageId: "m1" },
      { body: 2, messageId: "m1" },
    ]);
    expect(broker.counts("q").active).toBe(2);
  });
});

describe("time to live", () => {
  test("SB-65 drops an expired message", async () => {
    await client.createSender("q").sendMessages({ body: 1, timeToLive: 100 });
    await expect.poll(() => broker.counts("q"), { timeout: 3000 }).toMatchObject({ active: 0, deadLettered: 0 });
  });

  test("SB-66 dead-letters an expired message where the queue is set so, with the queue's own time to live", async () => {
    await client.createSender("fleeting").sendMessages({ body: 1 });
    await expect.poll(() => broker.counts("fleeting"), { timeout: 3000 }).toMatchObject({ active: 0, deadLettered: 1 });
    const [dead] = await client.createReceiver("fleeting", { subQueueType: "deadLetter" }).receiveMessages(1);
    expect(dead?.deadLetterReason).toBe("TTLExpiredException");
  });

  test("SB-67 leaves a message that a receiver holds to the receiver", async () => {
    await client.createSender("q").sendMessages({ body: 1, timeToLive: 300 });
    const { receiver, message } = await receiveOne(client, "q");
    await new Promise((resolve) => setTimeout(resolve, 350));
    await receiver.completeMessage(message);
  });
});

describe("start and stop", () => {
  test("SB-70 rejects when its port is taken", async () => {
    const starting = startServiceBusBroker({ queues: [], port: broker.port });
    await expect(starting).rejects.toMatchObject({ code: "EADDRINUSE" });
  });

  test("SB-71 closes its connections and frees its port when it stops, whoever is connected", async () => {
    const other = await startServiceBusBroker({ queues: [{ name: "s", requiresSession: true }] });
    const waiting = connect(other, { maxRetries: 0, timeoutInMs: 1000 });
    const accepting = waiting.acceptNextSession("s").catch((failure: Error) => failure);
    const idle = openSocket(other.port, "127.0.0.1");
    await new Promise((resolve) => idle.once("connect", resolve));
    const ended = new Promise((resolve) => idle.once("close", resolve));
    idle.on("error", () => undefined);
    await other.stop();
    await ended;
    expect(await accepting).toBeInstanceOf(Error);
    await waiting.close();
    const next = createServer();
    await new Promise<void>((resolve) => next.listen(other.port, "127.0.0.1", resolve));
    await new Promise((resolve) => next.close(resolve));
  });

  test("SB-72 goes on after a client that does not speak AMQP", async () => {
    const stranger = openSocket(broker.port, "127.0.0.1");
    const ended = new Promise((resolve) => stranger.once("close", resolve));
    stranger.on("error", () => undefined);
    stranger.write("GET / HTTP/1.1\r\nHost: here\r\n\r\n");
    await ended;
    await client.createSender("q").sendMessages({ body: 1 });
    expect(broker.counts("q").active).toBe(1);
  });

  test("SB-73 has no counts for a queue that is not there", () => {
    expect(() => broker.counts("none")).toThrow(RangeError);
  });
});
