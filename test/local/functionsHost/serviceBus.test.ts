// The Service Bus trigger against the development broker, through the real SDK: each row a recorded fact of the real host.
import { ServiceBusClient, type ServiceBusMessage } from "@azure/service-bus";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ServiceBusBroker, startServiceBusBroker } from "../../../src/local/serviceBus/broker.ts";
import { poll } from "../../support/poll.ts";
import { type HostUnderTest, stageApp, startHost } from "./hostUnderTest.ts";

const limits = { maxConcurrentCalls: 2, maxConcurrentSessions: 2, sessionIdleTimeout: "00:00:01" };
const queues = [
  ...["plain", "kept", "many", "manyTexts", "binary"].map((name) => ({ name })),
  { name: "flaky", maxDeliveryCount: 3 },
  { name: "slow", lockDurationMs: 1000 },
  { name: "sessions", requiresSession: true, lockDurationMs: 1000 },
];

const app = stageApp("queues", { extensions: { serviceBus: limits } });
let broker: ServiceBusBroker;
let client: ServiceBusClient;
let host: HostUnderTest;
beforeAll(async () => {
  broker = await startServiceBusBroker({ queues });
  client = new ServiceBusClient(broker.connectionString);
  host = await startHost(app.scriptRoot, [], { TestBus: broker.connectionString });
});
afterAll(async () => {
  await host.stop();
  await client.close();
  await broker.stop();
  app.remove();
});

type Logged = { readonly message: unknown; readonly metadata: Record<string, unknown> };

/** Sends to `queue` and answers what its function of that name logged from here on, once there are `count` entries. */
async function sendAndSee<T = Logged>(
  queue: string,
  messages: ServiceBusMessage | ServiceBusMessage[],
  count = 1,
): Promise<T[]> {
  const before = host.logged(queue).length;
  const sender = client.createSender(queue);
  await sender.sendMessages(messages);
  await sender.close();
  return await logged<T>(queue, before, count);
}

async function logged<T = Logged>(name: string, from: number, count: number): Promise<T[]> {
  return (await poll(
    `${count} entries of ${name}`,
    () => (host.logged(name).length >= from + count ? host.logged(name).slice(from) : undefined),
    10_000,
  )) as T[];
}

const empty = (queue: string): Promise<true> =>
  poll(`${queue} to be empty`, () => {
    const { active, locked } = broker.counts(queue);
    return active + locked === 0 || undefined;
  });

const first = <T>([item]: readonly T[]): T => {
  if (item === undefined) throw new Error("nothing there");
  return item;
};

describe("gives the body", () => {
  it.each<[string, Buffer | string, unknown]>([
    ["a JSON number", "123", 123],
    ["a JSON boolean", "true", true],
    ["a JSON null", "null", null],
    ["a quoted text without its quotes", '"quoted"', "quoted"],
    ["a JSON array", "[1,2]", [1, 2]],
    ["a JSON object among blanks", ' {"Key":1} ', { Key: 1 }],
    ["other text as text", "plain text", "plain text"],
    ["broken JSON as text", '{"a":', '{"a":'],
    ["an empty body as empty text", "", ""],
  ])("%s", async (_, body, argument) => {
    const entry = first(await sendAndSee("plain", { body: Buffer.from(body), contentType: "application/json" }));
    expect(entry.message).toEqual(argument);
  });

  it("as bytes where the function asks for them", async () => {
    expect(first(await sendAndSee<{ bytes: number[] }>("binary", { body: Buffer.from([0, 255, 7]) }))).toEqual({
      bytes: [0, 255, 7],
    });
  });
});

describe("gives the metadata", () => {
  it("of the message, camel-cased at every depth, without what the message has not", async () => {
    const { metadata } = first(
      await sendAndSee("plain", {
        body: { Body: 1 },
        messageId: "m1",
        contentType: "application/json",
        subject: "greeting",
        correlationId: "c1",
        replyTo: "back",
        applicationProperties: { CamelKey: "x", "Diagnostic-Id": "d" },
      }),
    );
    const date = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?/.source;
    const properties = { camelKey: "x", "diagnostic-Id": "d" };
    expect(metadata).toMatchObject({
      messageId: "m1",
      contentType: "application/json",
      subject: "greeting",
      label: "greeting",
      correlationId: "c1",
      replyTo: "back",
      deliveryCount: 1,
      sequenceNumber: expect.any(Number),
      lockToken: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      expiresAtUtc: "9999-12-31T23:59:59.9999999",
      expiresAt: "9999-12-31T23:59:59.9999999+00:00",
      enqueuedTimeUtc: expect.stringMatching(new RegExp(`${date}$`)),
      enqueuedTime: expect.stringMatching(new RegExp(`${date}\\+00:00$`)),
      applicationProperties: properties,
      userProperties: properties,
      body: 1,
    });
    for (const absent of ["sessionId", "to", "partitionKey", "deadLetterSource", "replyToSessionId"]) {
      expect(metadata).not.toHaveProperty(absent);
    }
  });

  it("overwritten by the keys of a JSON body, dates in another form, nulls left out", async () => {
    const body = {
      messageId: "body-id",
      deliveryCount: 99,
      when: "2024-01-02T03:04:05Z",
      gone: null,
      deep: { Inner: 1 },
    };
    const { message, metadata } = first(await sendAndSee("plain", { body, messageId: "own-id" }));
    expect(message).toEqual(body);
    expect(metadata).toMatchObject({
      messageId: "body-id",
      deliveryCount: 99,
      when: "01/02/2024 03:04:05",
      deep: { inner: 1 },
    });
    expect(metadata).not.toHaveProperty("gone");
  });
});

describe("settles", () => {
  it("completes what succeeded", async () => {
    await sendAndSee("plain", { body: "done" });
    await empty("plain");
  });

  it("abandons what threw, and gets it again at once with a higher delivery count", async () => {
    const started = performance.now();
    const entries = await sendAndSee("flaky", { body: { failUpTo: 2 } }, 3);
    expect(entries.map(({ metadata }) => metadata.deliveryCount)).toEqual([1, 2, 3]);
    expect(performance.now() - started).toBeLessThan(2000);
    await empty("flaky");
  });

  it("leaves it to the broker to dead-letter, and reads the dead letters", async () => {
    const before = host.logged("deadLetters").length;
    await sendAndSee("flaky", { body: { failUpTo: 9 }, messageId: "hopeless" }, 3);
    const { message, metadata } = first(await logged("deadLetters", before, 1));
    expect(message).toEqual({ failUpTo: 9 });
    expect(metadata).toMatchObject({ messageId: "hopeless", deadLetterSource: "flaky" });
  });

  it("leaves a message under lock where autoCompleteMessages is false", async () => {
    await sendAndSee("kept", { body: "mine" });
    await poll(
      "the run to end",
      () => host.events.some((event) => event.type === "invocationEnded" && event.functionName === "kept") || undefined,
    );
    expect(broker.counts("kept")).toMatchObject({ locked: 1 });
  });

  it("renews the lock of a message whose run takes longer than the lock", async () => {
    await sendAndSee("slow", { body: { ms: 2500 } });
    await empty("slow");
    const runs = host.logged("slow");
    expect(runs).toHaveLength(1);
  });

  it("runs no more than maxConcurrentCalls at a time", async () => {
    const before = host.logged("slow").length;
    await sendAndSee(
      "slow",
      [1, 2, 3].map(() => ({ body: { ms: 300 } })),
      2,
    );
    expect(host.logged("slow").length - before).toBe(2);
    await logged("slow", before, 3);
    await empty("slow");
  });
});

describe("sessions", () => {
  type Entry = { readonly at: "start" | "end"; readonly sessionId: string; readonly message: { n: number } };
  const message = (sessionId: string, n: number, ms = 30) => ({ sessionId, body: { n, ms } });

  it("run one message at a time in order, side by side with other sessions", async () => {
    const messages = [message("a", 1), message("a", 2), message("b", 1), message("a", 3), message("b", 2)];
    const entries = await sendAndSee<Entry>("sessions", messages, 10);
    const ofSession = (id: string) =>
      entries.filter(({ sessionId }) => sessionId === id).map(({ at, message }) => `${at} ${message.n}`);
    expect(ofSession("a")).toEqual(["start 1", "end 1", "start 2", "end 2", "start 3", "end 3"]);
    expect(ofSession("b")).toEqual(["start 1", "end 1", "start 2", "end 2"]);
    const firstEnd = entries.findIndex(({ at }) => at === "end");
    expect(new Set(entries.slice(0, firstEnd).map(({ sessionId }) => sessionId)).size).toBe(2);
  });

  it("are given up when idle, so that others get their turn", async () => {
    const entries = await sendAndSee<Entry>(
      "sessions",
      ["c", "d", "e", "f"].map((id) => message(id, 1)),
      8,
    );
    expect(new Set(entries.map(({ sessionId }) => sessionId))).toEqual(new Set(["c", "d", "e", "f"]));
  });

  it("keep their lock while a run takes longer than it", async () => {
    const entries = await sendAndSee<Entry>("sessions", [message("g", 1, 2500), message("g", 2)], 4);
    expect(entries.map(({ at, message }) => `${at} ${message.n}`)).toEqual(["start 1", "end 1", "start 2", "end 2"]);
    await empty("sessions");
  });

  it("start a message within a moment of its sending", async () => {
    const times: number[] = [];
    for (let n = 0; n < 5; n++) {
      const started = performance.now();
      await sendAndSee<Entry>("sessions", message("quick", n, 0), 2);
      times.push(performance.now() - started);
    }
    expect(Math.min(...times)).toBeLessThan(100);
  });
});

describe("batches", () => {
  it("arrive as an array, with metadata in arrays", async () => {
    const { message, metadata } = first(
      await sendAndSee<{ message: unknown[]; metadata: Record<string, unknown[]> }>("many", [
        { body: { n: 1 }, messageId: "x" },
        { body: { n: 2 }, messageId: "y" },
      ]),
    );
    expect(message).toEqual([{ n: 1 }, { n: 2 }]);
    expect(metadata).toMatchObject({
      messageIdArray: ["x", "y"],
      deliveryCountArray: [1, 1],
      sequenceNumberArray: [{ low: expect.any(Number), high: 0, unsigned: false }, { low: expect.any(Number) }],
      contentTypeArray: [],
      applicationPropertiesArray: [{}, {}],
    });
    await empty("many");
  });

  it("fail without a call of the function when a body is no JSON", async () => {
    const sender = client.createSender("many");
    await sender.sendMessages({ body: Buffer.from("plain text") });
    await poll(
      "the batch to fail",
      () =>
        host.events.some(
          (event) =>
            event.type === "log" &&
            event.level === "error" &&
            event.message.includes("Binding parameters to complex objects"),
        ) || undefined,
    );
    expect(host.logged("many")).toHaveLength(1);
  });

  it("take text where dataType says so", async () => {
    expect(first(await sendAndSee("manyTexts", { body: Buffer.from("plain text") })).message).toEqual(["plain text"]);
  });
});

describe("beside messages", () => {
  it("sends what a function sets on a Service Bus output", async () => {
    const before = host.logged("plain").length;
    expect((await host.send("/api/send?text=hello")).status).toBe(202);
    expect(first(await logged("plain", before, 1)).message).toEqual({ sent: "hello" });
  });

  it("runs a queue function by hand with the given input", async () => {
    const before = host.logged("plain").length;
    const reply = await host.send(`/admin/functions/plain?code=${host.keys.master}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ input: '{"by":"hand"}' }),
    });
    expect(reply.status).toBe(202);
    expect(first(await logged("plain", before, 1)).message).toEqual({ by: "hand" });
  });

  it("logs the message of each run", async () => {
    await sendAndSee("plain", { body: "x", messageId: "shown" });
    const lines = host.events.flatMap((event) => (event.type === "log" ? [event.message] : []));
    expect(lines.some((line) => /^Executing 'Functions.plain' \(Reason='\(null\)', Id=/.test(line))).toBe(true);
    expect(lines.some((line) => line.startsWith("Trigger Details: MessageId: shown, SequenceNumber:"))).toBe(true);
  });

  it("runs the others when a connection setting is missing, and names it", () => {
    const lines = host.events.flatMap((event) =>
      event.type === "log" && event.level === "error" ? [event.message] : [],
    );
    expect(
      lines.some((line) => line.includes("'Functions.unset' was unable to start") && line.includes("NoSuchSetting")),
    ).toBe(true);
  });
});

describe("while the broker is away", () => {
  it("logs and tries on, serves HTTP meanwhile, and receives when the broker is there", async () => {
    const spare = await startServiceBusBroker({ queues });
    const { port, connectionString } = spare;
    await spare.stop();
    const lonely = await startHost(app.scriptRoot, [], { TestBus: connectionString });
    await poll(
      "the host to say so",
      () =>
        lonely.events.some(
          (event) =>
            event.type === "log" && /Message processing error \(Action=Receive, EntityPath=plain/.test(event.message),
        ) || undefined,
    );
    expect((await lonely.send("/admin/host/ping")).status).toBe(200);
    for (let round = 0; round < 2; round++) {
      const back = await startServiceBusBroker({ queues, port });
      const sending = new ServiceBusClient(back.connectionString);
      await sending.createSender("plain").sendMessages({ body: "there" });
      await sending.createSender("sessions").sendMessages({ body: { n: 1, ms: 1 }, sessionId: "s" });
      await poll(
        "both to arrive",
        () => (lonely.logged("plain").length > round && lonely.logged("sessions").length > 2 * round + 1) || undefined,
        40_000,
      );
      await sending.close();
      await back.stop();
    }
    expect(await lonely.stop()).toBe(0);
    // The SDK waits longer and longer between its attempts.
  }, 100_000);
});
