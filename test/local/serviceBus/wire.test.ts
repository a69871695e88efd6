// What the broker says on the wire to a client that speaks plain AMQP, as the .NET client does; numbered cases.
import type { Socket } from "node:net";
import rhea, {
  type Connection,
  type Delivery,
  type EventContext,
  type Message,
  type Receiver,
  type Sender,
} from "rhea";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ServiceBusBroker, startServiceBusBroker } from "../../../src/local/serviceBus/broker.ts";

let broker: ServiceBusBroker;
let connection: Connection;

beforeEach(async () => {
  broker = await startServiceBusBroker({
    queues: [
      { name: "q", lockDurationMs: 1000 },
      { name: "s", requiresSession: true },
    ],
  });
  connection = await open({});
});
afterEach(async () => {
  connection.close();
  await broker.stop();
});

type Event = Parameters<Connection["once"]>[0];
const next = (emitter: { once(event: Event, then: (context: EventContext) => void): unknown }, event: Event) =>
  new Promise<EventContext>((resolve) => emitter.once(event, resolve));

async function open(options: object): Promise<Connection> {
  const container = rhea.create_container();
  // What a test does not wait for must not end the test run.
  for (const event of ["error", "disconnected", "connection_close", "connection_error"]) {
    container.on(event, () => undefined);
  }
  const opening = container.connect({ host: "127.0.0.1", port: broker.port, reconnect: false, ...options });
  await next(opening, "connection_open");
  return opening;
}

const secondMode = { rcv_settle_mode: 1, credit_window: 0, autoaccept: false, autosettle: false } as const;

async function openReceiver(options: object): Promise<Receiver> {
  const receiver = connection.open_receiver({ ...secondMode, ...options } as Parameters<
    Connection["open_receiver"]
  >[0]);
  await next(receiver, "receiver_open");
  return receiver;
}

async function send(address: string, message: object): Promise<Sender> {
  const sender = connection.open_sender(address);
  await next(sender, "sendable");
  sender.send(message as Message);
  await next(sender, "settled");
  return sender;
}

async function receive(receiver: Receiver): Promise<{ message: Message; delivery: Delivery }> {
  const coming = next(receiver, "message");
  receiver.add_credit(1);
  const { message, delivery } = await coming;
  if (message === undefined || delivery === undefined) throw new Error("no message came");
  return { message, delivery };
}

/** Asks a node for something and gives its answer, on a pair of links as clients open them. */
async function request(node: string, message: object): Promise<Message> {
  const address = `reply-${rhea.generate_uuid()}`;
  const receiver = connection.open_receiver({ source: { address: node }, target: { address } });
  const answered = next(receiver, "message");
  await next(receiver, "receiver_open");
  const sender = connection.open_sender({ target: { address: node }, snd_settle_mode: 1 });
  await next(sender, "sendable");
  sender.send({ message_id: "id-1", reply_to: address, ...message } as Message);
  const { message: answer } = await answered;
  if (answer === undefined) throw new Error("no answer came");
  return answer;
}

const outcome = (name: string, fields: object = {}): object =>
  (rhea.message as unknown as Record<string, (of: object) => { described(): object }>)[name]?.(fields).described() ??
  {};

const outcomeName = (state: object | undefined): unknown =>
  state !== undefined && "composite_type" in state.constructor ? state.constructor.composite_type : undefined;

/** The delivery once the broker has answered a settlement that the client has left open. */
async function settle(receiver: Receiver, delivery: Delivery, state: object): Promise<Delivery> {
  const settled = next(receiver, "settled");
  delivery.update(false, state);
  await settled;
  return delivery;
}

describe("connections", () => {
  test.each(["MSSBCBS", "ANONYMOUS", "PLAIN"])("SB-W01 lets a client in that says %s", async (mechanism) => {
    const sasl_mechanisms = {
      [mechanism]: { start: (send: (f: unknown, r: Buffer) => void) => send(undefined, Buffer.from("\0any\0any")) },
    };
    const other = await open({ sasl_mechanisms });
    expect(other.is_open()).toBe(true);
    other.close();
  });

  test("SB-W02 sends heartbeats to a client that wants to hear something within its idle time", async () => {
    const other = await open({ idle_time_out: 100 });
    let ended = false;
    other.on("disconnected", () => {
      ended = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(ended).toBe(false);
    other.close();
  });

  test("SB-W03 answers a token with 202 and the request's message id as correlation id", async () => {
    const answer = await request("$cbs", {
      application_properties: { operation: "put-token" },
      body: "SharedAccessSignature",
    });
    expect(answer).toMatchObject({
      correlation_id: "id-1",
      application_properties: { "status-code": 202, statusCode: 202 },
    });
  });
});

describe("attaching", () => {
  test("SB-W10 takes addresses with a leading slash or a whole URL, and says how large a message may be", async () => {
    await send("/q", { body: 1 });
    await openReceiver({ source: { address: "/q", filter: {} } });
    const sender = connection.open_sender(`amqps://127.0.0.1/q`);
    await next(sender, "sender_open");
    expect(sender.max_message_size).toBe(256 * 1024);
  });

  test("SB-W11 detaches from an unknown entity with amqp:not-found, sender and receiver", async () => {
    const sender = connection.open_sender("none");
    await next(sender, "sender_error");
    expect(sender.error).toMatchObject({ condition: "amqp:not-found" });
    const receiver = connection.open_receiver("none");
    await next(receiver, "receiver_error");
    expect(receiver.error).toMatchObject({ condition: "amqp:not-found" });
    expect(receiver.source).toMatchObject({ value: null });
  });

  test.each([
    ["s", {}],
    ["q", { "com.microsoft:session-filter": "a" }],
  ])("SB-W12 refuses the wrong kind of receiver on %s with amqp:not-allowed", async (address, filter) => {
    const receiver = connection.open_receiver({ source: { address, filter } });
    await next(receiver, "receiver_error");
    expect(receiver.error).toMatchObject({ condition: "amqp:not-allowed" });
  });

  test("SB-W13 holds the attach for any session back, then names the session and its lock's end in ticks", async () => {
    const filter = { "com.microsoft:session-filter": null };
    const opening = openReceiver({ source: { address: "/s", filter } });
    let attached = false;
    void opening.then(() => {
      attached = true;
    });
    await send("q", { body: "elsewhere" });
    expect(attached).toBe(false);
    await send("s", { body: 1, group_id: "a" });
    const { source, properties = {} } = await opening;
    expect(source.filter).toEqual({ "com.microsoft:session-filter": "a" });
    const ticks = (properties["com.microsoft:locked-until-utc"] as Buffer).readBigInt64BE();
    const untilMs = Number((ticks - 621_355_968_000_000_000n) / 10_000n);
    expect(untilMs - Date.now()).toBeGreaterThan(25_000);
    expect(untilMs - Date.now()).toBeLessThanOrEqual(30_000);
  });

  test("SB-W14 ends a wait for a session with a null source and com.microsoft:timeout, in the client's own time", async () => {
    const filter = { "com.microsoft:session-filter": null };
    const properties = { "com.microsoft:timeout": rhea.types.wrap_uint(150) };
    const started = Date.now();
    const receiver = connection.open_receiver({ source: { address: "s", filter }, properties });
    await next(receiver, "receiver_error");
    expect(receiver.source).toMatchObject({ value: null });
    expect(receiver.error).toMatchObject({ condition: "com.microsoft:timeout" });
    expect(Date.now() - started).toBeGreaterThanOrEqual(145);
  });

  test("SB-W15 gives no session to a client that has stopped waiting", async () => {
    const filter = { "com.microsoft:session-filter": null };
    const gone = connection.open_receiver({ source: { address: "s", filter } });
    const closed = next(gone, "receiver_close");
    gone.close();
    await closed;
    await send("s", { body: 1, group_id: "a" });
    const receiver = await openReceiver({ source: { address: "s", filter } });
    expect(receiver.source.filter).toEqual({ "com.microsoft:session-filter": "a" });
  });
});

describe("a client whose connection breaks", () => {
  test("SB-W18 gives up its session at once and its place in the wait for one", async () => {
    const broken = await open({});
    const filter = { "com.microsoft:session-filter": "a" };
    await next(broken.open_receiver({ source: { address: "s", filter } }), "receiver_open");
    broken.open_receiver({ source: { address: "s", filter: { "com.microsoft:session-filter": null } } });
    await send("s", { body: 1, group_id: "a" });
    (broken as unknown as { socket: Socket }).socket.destroy();
    const any = { "com.microsoft:session-filter": null };
    const receiver = await openReceiver({ source: { address: "s", filter: any } });
    expect(receiver.source.filter).toEqual({ "com.microsoft:session-filter": "a" });
  });
});

describe("delivering and settling", () => {
  test("SB-W20 delivers with a tag of 16 bytes, the delivery count in the header and the annotations clients need", async () => {
    await send("q", { body: 1, message_id: "m1", message_annotations: { "x-opt-partition-key": "p" } });
    const { message, delivery } = await receive(await openReceiver({ source: "q" }));
    expect((delivery.tag as Buffer).length).toBe(16);
    expect(message.delivery_count).toBe(0);
    expect(message.message_annotations).toMatchObject({
      "x-opt-partition-key": "p",
      "x-opt-sequence-number": 1,
      "x-opt-message-state": 0,
      "x-opt-enqueued-time": expect.any(Date),
      "x-opt-locked-until": expect.any(Date),
    });
  });

  test("SB-W21 gives a message without an id one, and leaves a UUID or a number as they are", async () => {
    const uuid = Buffer.from("00112233445566778899aabbccddeeff", "hex");
    await send("q", { body: 1 });
    await send("q", { body: 2, message_id: uuid });
    await send("q", { body: 3, message_id: 7 });
    const receiver = await openReceiver({ source: "q" });
    expect((await receive(receiver)).message.message_id).toMatch(/^[0-9a-f-]{36}$/);
    expect((await receive(receiver)).message.message_id).toEqual(uuid);
    expect((await receive(receiver)).message.message_id).toBe(7);
  });

  test.each([
    ["accepted", {}, { active: 0, deferred: 0, deadLettered: 0 }],
    ["modified", {}, { active: 1, deferred: 0, deadLettered: 0 }],
    ["modified", { undeliverable_here: true }, { active: 0, deferred: 1, deadLettered: 0 }],
    ["rejected", { error: { condition: "com.microsoft:dead-letter" } }, { active: 0, deferred: 0, deadLettered: 1 }],
  ])("SB-W22 answers %s %j with the same outcome, settled", async (name, fields, counts) => {
    await send("q", { body: 1 });
    const receiver = await openReceiver({ source: "q" });
    const { delivery } = await receive(receiver);
    const { remote_settled, remote_state } = await settle(receiver, delivery, outcome(name, fields));
    expect(remote_settled).toBe(true);
    expect(outcomeName(remote_state)).toBe(name);
    expect(remote_state?.error ?? undefined).toBeUndefined();
    expect(broker.counts("q")).toMatchObject(counts);
  });

  test("SB-W23 answers a settlement that comes too late with com.microsoft:message-lock-lost", async () => {
    await send("q", { body: 1 });
    const receiver = await openReceiver({ source: "q" });
    const { delivery } = await receive(receiver);
    await expect.poll(() => broker.counts("q").active, { timeout: 3000 }).toBe(1);
    const { remote_state } = await settle(receiver, delivery, outcome("accepted"));
    expect(remote_state?.error).toMatchObject({ condition: "com.microsoft:message-lock-lost" });
    expect(broker.counts("q").active).toBe(1);
  });

  test("SB-W24 sends exactly as many messages as it has credit for, and one more for one more", async () => {
    for (let body = 0; body < 5; body++) await send("q", { body });
    const receiver = await openReceiver({ source: "q" });
    const bodies: unknown[] = [];
    receiver.on("message", ({ message }: EventContext) => bodies.push(message?.body));
    receiver.add_credit(2);
    await expect.poll(() => bodies).toEqual([0, 1]);
    await send("q", { body: 5 });
    expect(bodies).toEqual([0, 1]);
    receiver.add_credit(1);
    await expect.poll(() => bodies).toEqual([0, 1, 2]);
  });

  test("SB-W25 lets a link without credit not stand in the way of another on the same AMQP session", async () => {
    await openReceiver({ source: "q", name: "idle" });
    const eager = await openReceiver({ source: "q", name: "eager" });
    await send("q", { body: 1 });
    expect((await receive(eager)).message.body).toBe(1);
  });

  test("SB-W26 serves receivers in turn", async () => {
    const first = await openReceiver({ source: "q", name: "first" });
    const second = await openReceiver({ source: "q", name: "second" });
    const got: string[] = [];
    for (const receiver of [first, second]) {
      receiver.on("message", () => got.push(receiver.name));
      receiver.add_credit(10);
    }
    for (let body = 0; body < 4; body++) await send("q", { body });
    expect(got.filter((name) => name === "first")).toHaveLength(2);
    expect(got).toHaveLength(4);
  });

  test("SB-W27 refuses a message that is larger than allowed", async () => {
    const sender = connection.open_sender("q");
    await next(sender, "sendable");
    sender.send({ body: "x".repeat(300_000) } as Message);
    const { delivery } = await next(sender, "rejected");
    expect(delivery?.remote_state?.error).toMatchObject({ condition: "amqp:link:message-size-exceeded" });
  });

  test("SB-W28 refuses a batch as a whole when one of its messages lacks the session id", async () => {
    const parts = [{ body: 1, group_id: "a" }, { body: 2 }].map((each) => rhea.message.encode(each));
    const sender = connection.open_sender("s");
    await next(sender, "sendable");
    const batch = rhea.message.encode({ body: rhea.message.data_sections(parts) });
    sender.send(batch, undefined, 0x80013700);
    const { delivery } = await next(sender, "rejected");
    expect(delivery?.remote_state?.error).toMatchObject({ condition: "amqp:not-allowed" });
    expect(broker.counts("s").active).toBe(0);
  });
});

describe("management", () => {
  const renew = (token: Buffer): object => ({
    application_properties: { operation: "com.microsoft:renew-lock" },
    body: { "lock-tokens": rhea.types.wrap_array([token], 0x98, undefined) },
  });

  test("SB-W30 renews a lock by the UUID that .NET makes of the delivery tag, and gives the new end as a list of times", async () => {
    await send("q", { body: 1 });
    const { message, delivery } = await receive(await openReceiver({ source: "q" }));
    const tag = delivery.tag as Buffer;
    const uuid = Buffer.from([3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15].map((at) => tag[at] ?? 0));
    const answer = await request("q/$management", renew(uuid));
    expect(answer.application_properties).toMatchObject({ statusCode: 200 });
    const [until] = answer.body.expirations as Date[];
    expect(Number(until)).toBeGreaterThanOrEqual(Number(message.message_annotations?.["x-opt-locked-until"]));
  });

  test("SB-W31 refuses to renew a lock that is lost with 410", async () => {
    const answer = await request("/q/$management", renew(Buffer.alloc(16)));
    const errorCondition = "com.microsoft:message-lock-lost";
    expect(answer.application_properties).toMatchObject({ statusCode: 410, errorCondition });
  });

  test("SB-W32 says of an operation that it does not know that it is not implemented", async () => {
    const answer = await request("q/$management", { application_properties: { operation: "com.microsoft:dance" } });
    expect(answer.application_properties).toMatchObject({ statusCode: 501 });
  });
});
