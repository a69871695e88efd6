// What outlives the broker: everything it has accepted, even when it is killed.
import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ServiceBusBroker, startServiceBusBroker } from "../../../src/local/serviceBus/broker.ts";
import { connect, receiveOne } from "./client.ts";
import { durableQueues } from "./durableQueues.ts";

let folder: string;
let stateFile: string;
let stops: (() => unknown)[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "broker-"));
  stateFile = join(folder, "state", "broker.journal");
  stops = [() => rmSync(folder, { recursive: true })];
});
afterEach(async () => {
  for (const stop of stops.reverse()) await stop();
});

async function start(): Promise<ServiceBusBroker> {
  const broker = await startServiceBusBroker({ queues: durableQueues, stateFile });
  stops.push(() => broker.stop());
  return broker;
}

function client(broker: { readonly connectionString: string }) {
  const opened = connect(broker, { maxRetries: 0, timeoutInMs: 2000 });
  stops.push(() => opened.close());
  return opened;
}

async function startProcess(): Promise<{ child: ChildProcess; connectionString: string }> {
  const child = spawn(process.execPath, [fileURLToPath(new URL("./brokerProcess.ts", import.meta.url)), stateFile], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  stops.push(() => child.kill("SIGKILL"));
  const connectionString = await new Promise<string>((resolve, reject) => {
    child.stdout?.once("data", (line: Buffer) => resolve(line.toString().trim()));
    child.once("exit", (code) => reject(new Error(`the broker ended with ${code}`)));
  });
  return { child, connectionString };
}

describe("a broker with a state file", () => {
  test("SB-80 loses no accepted message when it is killed in the middle of many sends", async () => {
    const { child, connectionString } = await startProcess();
    const sender = client({ connectionString }).createSender("q");
    const accepted = new Set<string>();
    let next = 0;
    const sendOn = async (): Promise<void> => {
      for (;;) {
        const messageId = `m${next++}`;
        await sender.sendMessages({ body: messageId, messageId });
        accepted.add(messageId);
        if (accepted.size === 300) child.kill("SIGKILL");
      }
    };
    await Promise.allSettled(Array.from({ length: 20 }, sendOn));
    expect(accepted.size).toBeGreaterThanOrEqual(300);

    const broker = await start();
    const receiver = client(broker).createReceiver("q", { receiveMode: "receiveAndDelete" });
    const found = await receiver.receiveMessages(5000, { maxWaitTimeInMs: 1000 });
    const ids = found.map(({ messageId }) => String(messageId));
    expect(new Set(ids).size).toBe(ids.length);
    expect([...accepted].filter((id) => !ids.includes(id))).toEqual([]);
  });

  test("SB-81 keeps what was settled settled when it is killed, and frees what was locked", async () => {
    const { child, connectionString } = await startProcess();
    const first = client({ connectionString });
    await first.createSender("q").sendMessages(["done", "held", "given back"].map((body) => ({ body })));
    const receiver = first.createReceiver("q");
    const messages = await receiver.receiveMessages(3, { maxWaitTimeInMs: 1000 });
    for (const message of messages) {
      if (message.body === "done") await receiver.completeMessage(message);
      if (message.body === "given back") await receiver.abandonMessage(message);
    }
    child.kill("SIGKILL");

    const broker = await start();
    expect(broker.counts("q")).toMatchObject({ active: 2, locked: 0 });
    const again = await client(broker).createReceiver("q").receiveMessages(2, { maxWaitTimeInMs: 1000 });
    expect(again.map(({ body, deliveryCount }) => [body, deliveryCount])).toEqual([
      ["held", 0],
      ["given back", 1],
    ]);
  });

  test("SB-82 keeps deferred, scheduled and dead messages, numbers, session state and the ids it has seen", async () => {
    const earlier = await start();
    const before = client(earlier);
    const sender = before.createSender("q");
    await sender.sendMessages(["defer", "kill"].map((body) => ({ body, messageId: body })));
    await sender.scheduleMessages({ body: "later", messageId: "later" }, new Date(Date.now() + 60_000));
    const receiver = before.createReceiver("q");
    const [defer, kill] = await receiver.receiveMessages(2, { maxWaitTimeInMs: 1000 });
    if (defer === undefined || kill === undefined) throw new Error("no messages came");
    await receiver.deferMessage(defer);
    await receiver.deadLetterMessage(kill, { deadLetterReason: "why", deadLetterErrorDescription: "because" });
    const session = await before.acceptSession("s", "a");
    await session.setSessionState("half way");
    await before.close();
    await earlier.stop();

    const broker = await start();
    const after = client(broker);
    expect(broker.counts("q")).toEqual({ active: 0, scheduled: 1, deferred: 1, deadLettered: 1, locked: 0 });
    await after.createSender("q").sendMessages({ body: "again", messageId: "kill" });
    expect(broker.counts("q").active).toBe(0);
    await after.createSender("q").sendMessages({ body: "new" });
    expect((await receiveOne(after, "q")).message.sequenceNumber?.toNumber()).toBe(4);
    const number = defer.sequenceNumber;
    if (number === undefined) throw new Error("no number");
    expect(await after.createReceiver("q").receiveDeferredMessages(number)).toMatchObject([{ body: "defer" }]);
    const [dead] = await after.createReceiver("q", { subQueueType: "deadLetter" }).receiveMessages(1);
    expect(dead).toMatchObject({ body: "kill", deadLetterReason: "why", deadLetterErrorDescription: "because" });
    expect(await (await after.acceptSession("s", "a")).getSessionState()).toBe("half way");
  });

  test("SB-83 leaves out a last line that a crash tore, and refuses a file that is damaged elsewhere", async () => {
    const earlier = await start();
    const before = client(earlier);
    await before.createSender("q").sendMessages({ body: "kept" });
    await before.close();
    await earlier.stop();
    appendFileSync(stateFile, '{"queue":"q","record":{"kind":"pu');
    const broker = await start();
    expect(broker.counts("q").active).toBe(1);
    await broker.stop();
    writeFileSync(stateFile, `{"torn\n${readFileSync(stateFile, "utf8")}`);
    await expect(startServiceBusBroker({ queues: durableQueues, stateFile })).rejects.toThrow(/line 1 cannot be read/);
  });

  test("SB-84 keeps the file small: a start leaves out what is gone", async () => {
    const earlier = await start();
    const before = client(earlier);
    const sender = before.createSender("s");
    await sender.sendMessages(Array.from({ length: 200 }, (_, body) => ({ body, sessionId: "a" })));
    const receiver = await before.acceptSession("s", "a", { receiveMode: "receiveAndDelete" });
    expect(await receiver.receiveMessages(200, { maxWaitTimeInMs: 1000 })).toHaveLength(200);
    await before.close();
    await earlier.stop();
    const grown = readFileSync(stateFile).length;
    await start();
    expect(readFileSync(stateFile).length).toBeLessThan(grown / 100);
  });

  test("SB-85 keeps the messages of a queue that is not served this time", async () => {
    const earlier = await start();
    const before = client(earlier);
    await before.createSender("q").sendMessages({ body: "kept" });
    await before.close();
    await earlier.stop();
    await (await startServiceBusBroker({ queues: [{ name: "other" }], stateFile })).stop();
    expect((await start()).counts("q").active).toBe(1);
  });
});
