// Encoded AMQP messages as a broker handles them: sections are read or replaced one by one, and all others keep their very bytes.
import { randomUUID } from "node:crypto";
import rhea, { type Typed } from "rhea";
import { amqpTypes as types } from "./rheaInternals.ts";
import type { Incoming, StoredMessage } from "./storedMessage.ts";

const { message: codec } = rhea;

const code = { header: 0x70, annotations: 0x72, properties: 0x73, applicationProperties: 0x74 } as const;

/** One part of an encoded message, with its descriptor's number and its bytes as they came. */
type Section = { readonly code: number; readonly bytes: Buffer };

export const batchFormat = 0x80013700;

/** Names of annotations, which clients read to learn about a delivery. */
const annotation = {
  scheduledFor: "x-opt-scheduled-enqueue-time",
  sequenceNumber: "x-opt-sequence-number",
  enqueueNumber: "x-opt-enqueue-sequence-number",
  enqueuedTime: "x-opt-enqueued-time",
  lockedUntil: "x-opt-locked-until",
  state: "x-opt-message-state",
  deadLetterSource: "x-opt-deadletter-source",
} as const;

const stateNumber = { active: 0, deferred: 1, scheduled: 2 } as const;

function sectionsOf(payload: Buffer): Section[] {
  const reader = new types.Reader(payload);
  const sections: Section[] = [];
  while (reader.remaining() > 0) {
    const start = reader.position;
    const { descriptor } = reader.read() as { descriptor?: { value: unknown } };
    sections.push({ code: Number(descriptor?.value), bytes: payload.subarray(start, reader.position) });
  }
  return sections;
}

/** The values of a list or map section, still typed; empty where the section is absent. */
function valuesOf(sections: readonly Section[], wanted: number): (Typed | null)[] {
  const section = sections.find((each) => each.code === wanted);
  if (section === undefined) return [];
  const { value } = new types.Reader(section.bytes).read() as { value?: unknown };
  // A copy, because the library has one list for all that are empty.
  return Array.isArray(value) ? [...value] : [];
}

function encodeSection(sectionCode: number, value: Typed): Buffer {
  const writer = new types.Writer();
  writer.write(types.described(types.wrap_ulong(sectionCode), value));
  return writer.toBuffer();
}

const listSection = (sectionCode: number, values: readonly (Typed | null)[]): Section => ({
  code: sectionCode,
  bytes: encodeSection(sectionCode, types.wrap_list([...values].map((value) => value ?? types.wrap(null)))),
});

/** A map section with entries set over those that were there. */
function mapSection(sections: readonly Section[], sectionCode: number, changes: ReadonlyMap<string, Typed>): Section {
  const entries = valuesOf(sections, sectionCode);
  const map = new Map<string, Typed>();
  for (let at = 0; at + 1 < entries.length; at += 2) map.set(String(entries[at]?.value), types.wrap(entries[at + 1]));
  for (const [key, value] of changes) map.set(key, value);
  const isSymbolic = sectionCode === code.annotations;
  const flat = [...map].flatMap(([key, value]) => [
    isSymbolic ? types.wrap_symbol(key) : types.wrap_string(key),
    value,
  ]);
  const typedMap = types.wrap_map({});
  typedMap.value = flat;
  return { code: sectionCode, bytes: encodeSection(sectionCode, typedMap) };
}

/** Puts sections in place of those of the same kind, in the order that AMQP prescribes. */
function withSections(sections: readonly Section[], replaced: readonly Section[]): Buffer {
  const codes = new Set(replaced.map((each) => each.code));
  const all = [...sections.filter((each) => !codes.has(each.code)), ...replaced];
  return Buffer.concat(all.sort((a, b) => a.code - b.code).map(({ bytes }) => bytes));
}

const millis = (value: unknown): number | undefined =>
  value instanceof Date ? value.getTime() : typeof value === "number" ? value : undefined;

/** What a queue must know of a message that was sent to it. A message without an id is given one. */
export function readIncoming(payload: Buffer): Incoming {
  const { message_id, group_id, ttl, message_annotations = {} } = codec.decode(payload);
  const incoming = {
    sessionId: typeof group_id === "string" ? group_id : undefined,
    dueMs: millis(message_annotations[annotation.scheduledFor]),
    timeToLiveMs: typeof ttl === "number" ? ttl : undefined,
  };
  if (message_id !== undefined && message_id !== null && message_id !== "") {
    return { ...incoming, messageId: idText(message_id), payload };
  }
  const messageId = randomUUID();
  const sections = sectionsOf(payload);
  const properties = valuesOf(sections, code.properties);
  properties[0] = types.wrap_string(messageId);
  return { ...incoming, messageId, payload: withSections(sections, [listSection(code.properties, properties)]) };
}

const idText = (id: unknown): string => (Buffer.isBuffer(id) ? rhea.uuid_to_string(id) : String(id));

/** The encoded messages within a batch, each of which is one data section. */
export function readBatch(data: Buffer): readonly Buffer[] {
  const { body } = codec.decode(data);
  return body.multiple ? body.content : [body.content];
}

/** A message as a receiver gets it: counted, numbered and, for a lock, with the lock's end. */
export function encodeDelivery(
  message: StoredMessage,
  given: { readonly lockedUntilMs?: number | undefined; readonly deadLetterSource?: string | undefined } = {},
): Buffer {
  const sections = sectionsOf(message.payload);
  const header = valuesOf(sections, code.header);
  const [durable = null, priority = null, ttl = null, firstAcquirer = null] = header;
  const count = types.wrap_uint(message.deliveryCount);
  const annotations = new Map<string, Typed>([
    [annotation.sequenceNumber, types.wrap_long(message.seq)],
    [annotation.enqueueNumber, types.wrap_long(message.seq)],
    [annotation.enqueuedTime, types.wrap_timestamp(message.enqueuedMs)],
    [annotation.state, types.wrap_int(stateNumber[message.place])],
  ]);
  const { lockedUntilMs, deadLetterSource } = given;
  if (lockedUntilMs !== undefined) annotations.set(annotation.lockedUntil, types.wrap_timestamp(lockedUntilMs));
  if (deadLetterSource !== undefined) {
    annotations.set(annotation.deadLetterSource, types.wrap_string(deadLetterSource));
  }
  const replaced = [
    listSection(code.header, [durable, priority, ttl, firstAcquirer, count]),
    mapSection(sections, code.annotations, annotations),
  ];
  if (message.deadLetter !== undefined) {
    const { reason, description } = message.deadLetter;
    const reasons = new Map([
      ["DeadLetterReason", types.wrap_string(reason)],
      ["DeadLetterErrorDescription", types.wrap_string(description)],
    ]);
    replaced.push(mapSection(sections, code.applicationProperties, reasons));
  }
  return withSections(sections, replaced);
}

/** The message with application properties set over its own. */
export function withApplicationProperties(payload: Buffer, changes: Readonly<Record<string, unknown>>): Buffer {
  const typed = new Map(Object.entries(changes).map(([key, value]) => [key, types.wrap(value)] as const));
  if (typed.size === 0) return payload;
  const sections = sectionsOf(payload);
  return withSections(sections, [mapSection(sections, code.applicationProperties, typed)]);
}
