// The AMQP side of a message: how it is read from a sender, how it is dressed for a receiver, and Service Bus's own number forms.
import rhea, { type Delivery as AmqpDelivery, type Receiver, type Sender } from "rhea";
import type { DeadLetterReason, Delivery, Incoming, StoredMessage } from "./queue.ts";

const { message: codec, types } = rhea;

/** A batch: each data section is a whole encoded message. */
export const batchFormat = 0x80013700;
/** Larger ones the real service refuses on the Standard tier. */
export const maxMessageBytes = 256 * 1024;

export const conditions = {
  notFound: "amqp:not-found",
  notAllowed: "amqp:not-allowed",
  timeout: "com.microsoft:timeout",
  deadLetter: "com.microsoft:dead-letter",
  messageLockLost: "com.microsoft:message-lock-lost",
  sessionLockLost: "com.microsoft:session-lock-lost",
  sessionCannotBeLocked: "com.microsoft:session-cannot-be-locked",
} as const;

export const sessionFilter = "com.microsoft:session-filter";
export const lockedUntilProperty = "com.microsoft:locked-until-utc";
export const timeoutProperty = "com.microsoft:timeout";

type WireMessage = ReturnType<typeof codec.decode>;

/** .NET ticks of an instant, as the eight bytes of an AMQP long. */
export function ticksOf(ms: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(Math.floor(ms)) * 10_000n + 621_355_968_000_000_000n);
  return bytes;
}

/** A delivery tag and the lock token that clients make of it: .NET writes the first three groups of a GUID in reverse. */
export function swapGuid(bytes: Buffer): Buffer {
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
  return Buffer.from(order.map((at) => bytes[at] ?? 0));
}

/** The messages of a transfer: one, or the many of a batch. */
export function readTransfer(
  content: WireMessage | Buffer | undefined,
  format: number | undefined,
): readonly Incoming[] {
  if (content === undefined) return [];
  if (format !== batchFormat) return [incomingOf(Buffer.isBuffer(content) ? codec.decode(content) : content)];
  const outer = Buffer.isBuffer(content) ? codec.decode(content) : content;
  const sections: unknown = outer.body?.content ?? outer.body;
  const parts = Array.isArray(sections) ? sections : [sections];
  return parts.filter((part) => Buffer.isBuffer(part)).map((part) => incomingOf(codec.decode(part)));
}

export function incomingOf(message: WireMessage): Incoming {
  const annotations: Record<string, unknown> = message.message_annotations ?? {};
  const due = annotations["x-opt-scheduled-enqueue-time"];
  return {
    messageId: String(message.message_id ?? ""),
    sessionId: message.group_id === undefined || message.group_id === null ? undefined : String(message.group_id),
    payload: codec.encode(message),
    dueMs: due === undefined || due === null ? undefined : Number(due),
    timeToLiveMs: typeof message.ttl === "number" && message.ttl > 0 ? message.ttl : undefined,
  };
}

const places = { active: 0, deferred: 1, scheduled: 2 } as const;

/** The message as a receiver gets it: with its number, times, lock and delivery count. */
export function dress(stored: StoredMessage, source: string, lockedUntilMs?: number): Buffer {
  const message = codec.decode(stored.payload);
  const { deadLetter } = stored;
  return codec.encode({
    ...message,
    delivery_count: stored.deliveryCount,
    message_annotations: {
      ...message.message_annotations,
      "x-opt-sequence-number": types.wrap_long(stored.seq),
      "x-opt-enqueue-sequence-number": types.wrap_long(stored.seq),
      "x-opt-enqueued-time": types.wrap_timestamp(stored.enqueuedMs),
      "x-opt-message-state": types.wrap_int(places[stored.place]),
      ...(stored.dueMs === undefined ? {} : { "x-opt-scheduled-enqueue-time": types.wrap_timestamp(stored.dueMs) }),
      ...(lockedUntilMs === undefined ? {} : { "x-opt-locked-until": types.wrap_timestamp(lockedUntilMs) }),
      ...(deadLetter === undefined ? {} : { "x-opt-deadletter-source": source }),
    },
    ...(deadLetter === undefined
      ? {}
      : { application_properties: { ...message.application_properties, ...reasonProperties(deadLetter) } }),
  });
}

export const dressDelivery = ({ message, lockedUntilMs }: Delivery, source: string): Buffer =>
  dress(message, source, lockedUntilMs);

const reasonProperties = ({ reason, description }: DeadLetterReason): Record<string, string> => ({
  DeadLetterReason: reason,
  DeadLetterErrorDescription: description,
});

/** The payload with application properties added, as abandon, defer and dead-letter may ask; undefined when they do not. */
export function withProperties(payload: Buffer | undefined, properties: unknown): Buffer | undefined {
  if (
    payload === undefined ||
    typeof properties !== "object" ||
    properties === null ||
    Object.keys(properties).length === 0
  )
    return undefined;
  const message = codec.decode(payload);
  return codec.encode({ ...message, application_properties: { ...message.application_properties, ...properties } });
}

/** `queue`, its dead letters and its management node all have addresses that clients write in several ways. */
export function readAddress(address: unknown): {
  readonly queue: string;
  readonly node: "queue" | "deadLetters" | "management" | "cbs";
} {
  const path = String(address ?? "")
    .replace(/^amqps?:\/\/[^/]*\//i, "")
    .replace(/^\//, "");
  if (path === "$cbs") return { queue: "", node: "cbs" };
  const management = /^(.*)\/\$management$/i.exec(path);
  const entity = management?.[1] ?? path;
  const dead = /^(.*)\/\$DeadLetterQueue$/i.exec(entity);
  const queue = dead === null ? entity : `${dead[1]}${deadSuffix}`;
  return { queue, node: management !== null ? "management" : dead !== null ? "deadLetters" : "queue" };
}

export const deadSuffix = "/$DeadLetterQueue";

// What rhea's types leave out of its links, in one place.

/** What this side's attach will say; there is no setter for these fields once the peer has attached. */
export const localAttach = (link: Sender | Receiver): Record<string, unknown> =>
  (link as unknown as { local: { attach: Record<string, unknown> } }).local.attach;

/** The credit the peer has given, less the deliveries that are handed over but not written yet. */
export function unusedCredit(sender: Sender, handedOver: readonly AmqpDelivery[]): number {
  const { credit, session } = sender as unknown as {
    credit: number;
    session: { outgoing: { next_pending_delivery: number } };
  };
  return credit - handedOver.filter(({ id }) => id >= session.outgoing.next_pending_delivery).length;
}

export const isDraining = (sender: Sender): boolean => (sender as unknown as { _draining: boolean })._draining;

/** The outcome "rejected" with an error, as a delivery is updated with. */
export const rejectedWith = (condition: string, description: string): object =>
  (codec as unknown as { rejected(fields: object): { described(): object } })
    .rejected({ error: { condition, description } })
    .described();

/** The outcome the peer asked for, in the form it is sent back in. */
export const describedOutcome = ({ remote_state }: AmqpDelivery): object =>
  (remote_state as unknown as { described(): object }).described();
