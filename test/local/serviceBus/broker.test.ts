// What the Service Bus broker does for a queue without sessions, in numbered cases, through the real client.
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
      { name: "q", lockDurationMs: 1000, maxDeliveryCount: 3 },
      { name: "slow", lockDurationMs: 30_000 },
    ],
    onEvent: (event) => events.push(event),
  });
  client = connect(broker);
});
afterEach(async () => {
  await client.close();
  await broker.stop();
});

describe("sending and receiving", () => {
  test("SB-01 delivers a message as it was sent: body, ids, properties and times", async () => {
    const before = Date.now();
    await client.createSender("q").sendMessages({
      body: { run: { id: 7 } },
      messageId: "m1",
      subject: "s",
      correlationId: "c",
      contentType: "application/json",
      replyTo: "r",
      to: "t",
      applicationProperties: { text: "x", count: 3, ratio: 0.5, flag: true },
    });
    const { message } = await receiveOne(client, "q");
    expect(message).toMatchObject({
      body: { run: { id: 7 } },
      messageId: "m1",
      subject: "s",
      correlationId: "c",
      contentType: "application/json",
      replyTo: "r",
      to: "t",
      applicationProperties: { text: "x", count: 3, ratio: 0.5, flag: true },
      deliveryCount: 0,
      state: "active",
    });
    expect(message.sequenceNumber?.toNumber()).toBe(1);
    expect(message.enqueuedTimeUtc?.getTime()).toBeGreaterThanOrEqual(before - 1);
    expect(message.lockedUntilUtc?.getTime()).toBeGreaterThanOrEqual(before + 1000);
  });

  test("SB-02 removes a completed message and tells of each step", async () => {
    await client.createSender("q").sendMessages({ body: "x", messageId: "m1" });
    const { receiver, message } = await receiveOne(client, "q");
    expect(broker.counts("q")).toEqual({ active: 0, scheduled: 0, deferred: 0, deadLettered: 0, locked: 1 });
    await receiver.completeMessage(message);
    expect(broker.counts("q")).toEqual({ active: 0, scheduled: 0, deferred: 0, deadLettered: 0, locked: 0 });
    expect(events.map(({ type, messageId }) => [type, messageId])).toEqual([
      ["enqueued", "m1"],
      ["delivered", "m1"],
      ["completed", "m1"],
    ]);
  });

  test("SB-03 redelivers an abandoned message at once with a higher delivery count", async () => {
    await client.createSender("q").sendMessages({ body: "x" });
    const { receiver, message } = await receiveOne(client, "q");
    await receiver.abandonMessage(message, { tried: "once" });
    const [again] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 2000 });
    expect(again).toMatchObject({ deliveryCount: 1, applicationProperties: { tried: "once" } });
  });

  test("SB-04 dead-letters a message that was delivered too often", async () => {
    await client.createSender("q").sendMessages({ body: "x", messageId: "m1" });
    for (let attempt = 0; attempt < 3; attempt++) {
      const { receiver, message } = await receiveOne(client, "q");
      expect(message.deliveryCount).toBe(attempt);
      await receiver.abandonMessage(message);
      await receiver.close();
    }
    expect(broker.counts("q")).toMatchObject({ active: 0, deadLettered: 1 });
    const dead = client.createReceiver("q", { subQueueType: "deadLetter" });
    const [message] = await dead.receiveMessages(1, { maxWaitTimeInMs: 2000 });
    expect(message).toMatchObject({
      messageId: "m1",
      deadLetterReason: "MaxDeliveryCountExceeded",
      deadLetterSource: "q",
    });
  });

  test("SB-05 dead-letters on request with the reason, the description and the properties given", async () => {
    await client.createSender("q").sendMessages({ body: "x", applicationProperties: { kept: 1 } });
    const { receiver, message } = await receiveOne(client, "q");
    await receiver.deadLetterMessage(message, {
      deadLetterReason: "BadBody",
      deadLetterErrorDescription: "not JSON",
      added: "yes",
    });
    expect(events.at(-1)).toMatchObject({ type: "deadLettered", reason: "BadBody" });
    const dead = client.createReceiver("q/$deadletterqueue");
    const [found] = await dead.receiveMessages(1, { maxWaitTimeInMs: 2000 });
    expect(found).toMatchObject({
      deadLetterReason: "BadBody",
      deadLetterErrorDescription: "not JSON",
      applicationProperties: { kept: 1, added: "yes" },
    });
    if (found) await dead.completeMessage(found);
    expect(broker.counts("q").deadLettered).toBe(0);
  });

  test("SB-06 keeps a deferred message aside until it is asked for by its number", async () => {
    await client.createSender("q").sendMessages({ body: "later" });
    const { receiver, message } = await receiveOne(client, "q");
    await receiver.deferMessage(message);
    expect(broker.counts("q")).toMatchObject({ active: 0, deferred: 1 });
    const number = message.sequenceNumber;
    if (number === undefined) throw new Error("no sequence number");
    const [deferred] = await receiver.receiveDeferredMessages(number);
    expect(deferred).toMatchObject({ body: "later", state: "deferred" });
    if (deferred) await receiver.completeMessage(deferred);
    expect(broker.counts("q")).toMatchObject({ deferred: 0 });
  });

  test("SB-07 delivers a batch as single messages in their order", async () => {
    const sender = client.createSender("q");
    const batch = await sender.createMessageBatch();
    for (const body of [1, 2, 3]) expect(batch.tryAddMessage({ body })).toBe(true);
    await sender.sendMessages(batch);
    await sender.sendMessages([{ body: 4 }, { body: 5 }]);
    const messages = await client.createReceiver("q").receiveMessages(5, { maxWaitTimeInMs: 2000 });
    expect(messages.map(({ body }) => body)).toEqual([1, 2, 3, 4, 5]);
  });

  test("SB-08 answers a drain: an empty queue gives no message within the time waited", async () => {
    const receiver = client.createReceiver("q");
    expect(await receiver.receiveMessages(5, { maxWaitTimeInMs: 100 })).toEqual([]);
    await client.createSender("q").sendMessages({ body: "x" });
    expect(await receiver.receiveMessages(5, { maxWaitTimeInMs: 200 })).toHaveLength(1);
  });

  test("SB-09 delivers again when the lock has expired, and refuses the late settlement", async () => {
    await client.createSender("q").sendMessages({ body: "x" });
    const { receiver, message } = await receiveOne(client, "q", { maxAutoLockRenewalDurationInMs: 0 });
    const other = await receiveOne(client, "q");
    expect(other.message.deliveryCount).toBe(1);
    await expect(receiver.completeMessage(message)).rejects.toMatchObject({ code: "MessageLockLost" });
    await other.receiver.completeMessage(other.message);
  });

  test("SB-10 keeps the lock of a message whose receiver has closed until it expires", async () => {
    await client.createSender("q").sendMessages({ body: "x" });
    const { receiver } = await receiveOne(client, "q");
    await receiver.close();
    expect(broker.counts("q")).toMatchObject({ locked: 1, active: 0 });
    await expect.poll(() => broker.counts("q"), { timeout: 3000 }).toMatchObject({ locked: 0, active: 1 });
  });

  test("SB-11 renews a lock on request", async () => {
    await client.createSender("q").sendMessages({ body: "x" });
    const { receiver, message } = await receiveOne(client, "q", { maxAutoLockRenewalDurationInMs: 0 });
    const until = message.lockedUntilUtc?.getTime() ?? 0;
    await new Promise((resolve) => setTimeout(resolve, 600));
    const renewed = await receiver.renewMessageLock(message);
    expect(renewed.getTime()).toBeGreaterThan(until + 500);
    await new Promise((resolve) => setTimeout(resolve, 600));
    await receiver.completeMessage(message);
  });

  test("SB-12 removes a message on delivery when the receiver asks so", async () => {
    await client.createSender("q").sendMessages([{ body: 1 }, { body: 2 }]);
    const receiver = client.createReceiver("q", { receiveMode: "receiveAndDelete" });
    expect(await receiver.receiveMessages(2, { maxWaitTimeInMs: 1000 })).toHaveLength(2);
    expect(broker.counts("q")).toMatchObject({ active: 0, locked: 0 });
  });

  test("SB-13 shows messages without locking them, deferred and scheduled ones too", async () => {
    const sender = client.createSender("q");
    await sender.sendMessages([{ body: 1 }, { body: 2 }]);
    await sender.scheduleMessages({ body: 3 }, new Date(Date.now() + 60_000));
    const receiver = client.createReceiver("q");
    expect((await receiver.peekMessages(2)).map(({ body }) => body)).toEqual([1, 2]);
    expect((await receiver.peekMessages(5)).map(({ body, state }) => [body, state])).toEqual([[3, "scheduled"]]);
    expect(await receiver.peekMessages(5)).toEqual([]);
    expect(broker.counts("q")).toMatchObject({ active: 2, scheduled: 1, locked: 0 });
  });

  test("SB-14 sends no more than the receiver gave credit for", async () => {
    const sender = client.createSender("slow");
    await sender.sendMessages([1, 2, 3, 4, 5].map((body) => ({ body })));
    const receiver = client.createReceiver("slow");
    expect(await receiver.receiveMessages(2, { maxWaitTimeInMs: 1000 })).toHaveLength(2);
    expect(broker.counts("slow")).toMatchObject({ active: 3, locked: 2 });
  });

  test("SB-15 carries thousands of messages over one link", async () => {
    const sender = client.createSender("slow");
    for (let sent = 0; sent < 5000; sent += 500) {
      await sender.sendMessages(Array.from({ length: 500 }, (_, at) => ({ body: sent + at })));
    }
    const receiver = client.createReceiver("slow");
    const bodies: unknown[] = [];
    while (bodies.length < 5000) {
      const messages = await receiver.receiveMessages(200, { maxWaitTimeInMs: 2000 });
      expect(messages.length).toBeGreaterThan(0);
      await Promise.all(messages.map((message) => receiver.completeMessage(message)));
      bodies.push(...messages.map(({ body }) => body));
    }
    expect(bodies).toEqual(Array.from({ length: 5000 }, (_, at) => at));
  });

  test("SB-16 carries a message of many frames", async () => {
    const body = "x".repeat(200_000);
    await client.createSender("q").sendMessages({ body });
    expect((await receiveOne(client, "q")).message.body).toBe(body);
  });

  test("SB-17 knows a queue by its name in any case and refuses an unknown one", async () => {
    await client.createSender("Q").sendMessages({ body: "x" });
    expect(broker.counts("q").active).toBe(1);
    await expect(client.createSender("none").sendMessages({ body: "x" })).rejects.toMatchObject({
      code: "MessagingEntityNotFound",
    });
    await expect(client.createReceiver("none").receiveMessages(1)).rejects.toMatchObject({
      code: "MessagingEntityNotFound",
    });
  });
});
