// What the broker does for a queue with sessions, in numbered cases, through the real client.
import type { ServiceBusClient, ServiceBusSessionReceiver } from "@azure/service-bus";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ServiceBusBroker, startServiceBusBroker } from "../../../src/local/serviceBus/broker.ts";
import { connect } from "./client.ts";

let broker: ServiceBusBroker;
let client: ServiceBusClient;

beforeEach(async () => {
  broker = await startServiceBusBroker({
    queues: [
      { name: "s", requiresSession: true, lockDurationMs: 30_000, maxDeliveryCount: 3 },
      { name: "short", requiresSession: true, lockDurationMs: 500 },
      { name: "plain" },
    ],
  });
  client = connect(broker);
});
afterEach(async () => {
  await client.close();
  await broker.stop();
});

const send = (sessionId: string, ...bodies: readonly unknown[]): Promise<void> =>
  client.createSender("s").sendMessages(bodies.map((body) => ({ body, sessionId })));

const bodiesOf = async (receiver: ServiceBusSessionReceiver, count: number): Promise<unknown[]> =>
  (await receiver.receiveMessages(count, { maxWaitTimeInMs: 500 })).map(({ body }) => body);

/** A receiver that keeps no lock alive by itself. */
const unattended = { maxAutoLockRenewalDurationInMs: 0 };

describe("sessions", () => {
  test("SB-30 gives the messages of one session, in order, to whoever has accepted it", async () => {
    await send("a", 1, 2);
    await send("b", 10);
    await send("a", 3);
    const receiver = await client.acceptSession("s", "a");
    expect(receiver.sessionId).toBe("a");
    expect(receiver.sessionLockedUntilUtc.getTime()).toBeGreaterThan(Date.now() + 20_000);
    expect(await bodiesOf(receiver, 3)).toEqual([1, 2, 3]);
    expect(broker.counts("s")).toMatchObject({ active: 1, locked: 3 });
  });

  test("SB-31 gives the next session that has messages and no holder", async () => {
    await send("a", 1);
    await send("b", 2);
    const first = await client.acceptNextSession("s");
    const second = await client.acceptNextSession("s");
    expect([first.sessionId, second.sessionId]).toEqual(["a", "b"]);
  });

  test("SB-32 holds an accept back until a session has messages", async () => {
    const accepting = client.acceptNextSession("s");
    let accepted = false;
    void accepting.then(() => {
      accepted = true;
    });
    await client.createSender("plain").sendMessages({ body: "elsewhere" });
    expect(accepted).toBe(false);
    await send("late", 1);
    const receiver = await accepting;
    expect(receiver.sessionId).toBe("late");
    expect(await bodiesOf(receiver, 1)).toEqual([1]);
  });

  test("SB-33 ends an accept with a time-out when the time its client gave runs out", async () => {
    const hasty = connect(broker, { timeoutInMs: 400, maxRetries: 0 });
    await expect(hasty.acceptNextSession("s")).rejects.toMatchObject({ code: "ServiceTimeout" });
    await hasty.close();
    await send("a", 1);
    expect((await client.acceptNextSession("s")).sessionId).toBe("a");
  });

  test("SB-34 refuses a named session that another receiver holds", async () => {
    await client.acceptSession("s", "a");
    const other = connect(broker, { maxRetries: 0 });
    await expect(other.acceptSession("s", "a")).rejects.toMatchObject({ code: "SessionCannotBeLocked" });
    await other.close();
  });

  test("SB-35 frees the session at once when its receiver closes, and gives back what was not settled", async () => {
    await send("a", 1, 2);
    const first = await client.acceptSession("s", "a");
    expect(await bodiesOf(first, 1)).toEqual([1]);
    await first.close();
    const second = await client.acceptSession("s", "a");
    const [again] = await second.receiveMessages(1, { maxWaitTimeInMs: 500 });
    expect(again).toMatchObject({ body: 1, deliveryCount: 1 });
  });

  test("SB-36 frees the session at once when its client's connection goes", async () => {
    const other = connect(broker);
    await other.acceptSession("s", "a");
    await other.close();
    expect((await client.acceptSession("s", "a")).sessionId).toBe("a");
  });

  test("SB-37 gives an abandoned message again before those behind it", async () => {
    await send("a", 1, 2);
    const receiver = await client.acceptSession("s", "a");
    const [first] = await receiver.receiveMessages(1);
    if (first) await receiver.abandonMessage(first);
    expect(await bodiesOf(receiver, 2)).toEqual([1, 2]);
  });

  test("SB-38 keeps a session's state through its receivers", async () => {
    const first = await client.acceptSession("s", "a");
    expect(await first.getSessionState()).toBeNull();
    await first.setSessionState({ step: 2 });
    await first.close();
    const second = await client.acceptSession("s", "a");
    expect(await second.getSessionState()).toEqual({ step: 2 });
  });

  test("SB-39 renews a session's lock and the locks of its messages", async () => {
    await client.createSender("short").sendMessages({ body: 1, sessionId: "a" });
    const receiver = await client.acceptSession("short", "a", unattended);
    const [message] = await receiver.receiveMessages(1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const until = await receiver.renewSessionLock();
    expect(until.getTime()).toBeGreaterThan(Date.now() + 300);
    await new Promise((resolve) => setTimeout(resolve, 300));
    if (message) await receiver.completeMessage(message);
    expect(broker.counts("short")).toMatchObject({ active: 0, locked: 0 });
  });

  test("SB-40 takes the session from a receiver whose lock has expired, and lets another accept it", async () => {
    await client.createSender("short").sendMessages({ body: 1, sessionId: "a" });
    const receiver = await client.acceptSession("short", "a", unattended);
    const [message] = await receiver.receiveMessages(1);
    await expect.poll(() => broker.counts("short"), { timeout: 3000 }).toMatchObject({ active: 1, locked: 0 });
    if (message) {
      await expect(receiver.completeMessage(message)).rejects.toMatchObject({ code: "SessionLockLost" });
    }
    const other = await client.acceptSession("short", "a");
    expect((await other.receiveMessages(1))[0]).toMatchObject({ body: 1, deliveryCount: 1 });
  });

  test("SB-41 refuses a message without a session id, and a receiver without sessions", async () => {
    await expect(client.createSender("s").sendMessages({ body: 1 })).rejects.toThrow(/SessionId was not set/);
    await expect(client.createReceiver("s").receiveMessages(1)).rejects.toThrow(/requires sessions/);
    await expect(client.acceptSession("plain", "a")).rejects.toThrow(/Failed to create a receiver/);
  });

  test("SB-42 puts dead letters of all sessions into one queue without sessions", async () => {
    await send("a", 1);
    const receiver = await client.acceptSession("s", "a");
    const [message] = await receiver.receiveMessages(1);
    if (message) await receiver.deadLetterMessage(message, { deadLetterReason: "why", deadLetterErrorDescription: "" });
    const [dead] = await client.createReceiver("s", { subQueueType: "deadLetter" }).receiveMessages(1);
    expect(dead).toMatchObject({ body: 1, sessionId: "a", deadLetterReason: "why" });
  });

  test("SB-43 keeps a deferred message of a session until its receiver asks for it", async () => {
    await send("a", 1, 2);
    const receiver = await client.acceptSession("s", "a");
    const [message] = await receiver.receiveMessages(1);
    const number = message?.sequenceNumber;
    if (message === undefined || number === undefined) throw new Error("no message came");
    await receiver.deferMessage(message);
    expect(await bodiesOf(receiver, 1)).toEqual([2]);
    const [deferred] = await receiver.receiveDeferredMessages(number);
    if (deferred) await receiver.completeMessage(deferred);
    expect(broker.counts("s")).toMatchObject({ deferred: 0, locked: 1 });
  });

  test("SB-44 peeks within a session", async () => {
    await send("a", 1, 2);
    await send("b", 3);
    const receiver = await client.acceptSession("s", "a");
    expect((await receiver.peekMessages(10)).map(({ body }) => body)).toEqual([1, 2]);
  });

  test("SB-45 gives sessions to many receivers side by side, each in its order", async () => {
    const names = ["a", "b", "c", "d"];
    for (const step of [1, 2, 3]) for (const name of names) await send(name, step);
    const got = await Promise.all(
      names.map(async () => {
        const receiver = await client.acceptNextSession("s");
        const messages = await receiver.receiveMessages(3, { maxWaitTimeInMs: 1000 });
        for (const message of messages) await receiver.completeMessage(message);
        return [receiver.sessionId, messages.map(({ body }) => body)];
      }),
    );
    expect(got.sort()).toEqual(names.map((name) => [name, [1, 2, 3]]));
  });
});
