// What a function gets of Service Bus messages: the input, and the metadata with the host's names, dates and surprises.
import type { ServiceBusReceivedMessage } from "@azure/service-bus";
import type { TypedData } from "../rpc.ts";

type Message = Pick<ServiceBusReceivedMessage, "body"> & Partial<ServiceBusReceivedMessage>;
type Metadata = Readonly<Record<string, TypedData>>;

/** `fault` is there when the input cannot be bound: the invocation then fails before the function is called. */
export type MessageData = { readonly data: TypedData; readonly metadata: Metadata; readonly fault?: Error };

/** The body as text; a body that is no byte sequence is shown as JSON. */
const textOf = ({ body }: Message): string =>
  Buffer.isBuffer(body) || typeof body === "string" ? body.toString() : JSON.stringify(body);

const bytesOf = (message: Message): Buffer =>
  Buffer.isBuffer(message.body) ? message.body : Buffer.from(textOf(message));

/** One message. Top-level keys of a JSON object body are metadata too, and win over the message's own of that name. */
export function singleMessageData(message: Message, dataType: string | undefined): MessageData {
  const text = textOf(message);
  const metadata = new Map(Object.entries(factsOf(message)).map(([name, value]) => [name, typed(value)]));
  for (const [name, value] of bodyKeys(text)) {
    const replaced = [...metadata.keys()].find((known) => known.toLowerCase() === name.toLowerCase());
    metadata.set(replaced ?? name, typed(reformatDate(value)));
  }
  return {
    data: dataType === "binary" ? { bytes: bytesOf(message) } : { string: text },
    metadata: Object.fromEntries(metadata),
  };
}

/** A batch: an array of the bodies, which must all be JSON unless `dataType` says otherwise, and metadata in arrays. */
export function batchMessageData(messages: readonly Message[], dataType: string | undefined): MessageData {
  const columns = new Map<string, unknown[]>();
  for (const name of arrayNames) columns.set(name, []);
  for (const message of messages) {
    for (const [name, value] of Object.entries({ ...factsOf(message), sequenceNumber: message.sequenceNumber })) {
      if (value !== undefined) columns.get(name)?.push(value);
    }
  }
  const metadata = Object.fromEntries(
    [...columns].map(([name, values]) => [`${name}Array`, { json: JSON.stringify(values) }]),
  );
  if (dataType === "binary") return { data: { collectionBytes: { bytes: messages.map(bytesOf) } }, metadata };
  const texts = messages.map(textOf);
  if (dataType === "string") return { data: { collectionString: { string: texts } }, metadata };
  const broken = texts.some((text) => parse(text) === undefined);
  return {
    data: { json: broken ? "[]" : `[${texts.join(",")}]` },
    metadata,
    ...(broken ? { fault: new Error(notJson) } : {}),
  };
}

const notJson =
  "Binding parameters to complex objects (such as 'Object') uses Json.NET serialization. The body of a message in the batch is not valid JSON.";

const arrayNames = [
  "messageId",
  "deliveryCount",
  "sequenceNumber",
  "lockToken",
  "expiresAtUtc",
  "enqueuedTimeUtc",
  "contentType",
  "correlationId",
  "replyTo",
  "to",
  "subject",
  "label",
  "sessionId",
  "applicationProperties",
  "userProperties",
];

const noExpiry = "9999-12-31T23:59:59.9999999";
const longestTtlMs = 0xff_ff_ff_ff;

/** The metadata of one message by name; what the message does not have is undefined. */
function factsOf(message: Message): Readonly<Record<string, unknown>> {
  const { enqueuedTimeUtc, timeToLive, applicationProperties = {} } = message;
  const enqueuedTime = enqueuedTimeUtc && withoutZone(enqueuedTimeUtc);
  const expires =
    enqueuedTimeUtc === undefined || timeToLive === undefined || timeToLive >= longestTtlMs
      ? noExpiry
      : withoutZone(new Date(enqueuedTimeUtc.getTime() + timeToLive));
  return {
    // The SDK counts deliveries before this one, the host counts this one too.
    deliveryCount: message.deliveryCount === undefined ? undefined : message.deliveryCount + 1,
    lockToken: message.lockToken,
    expiresAtUtc: expires,
    expiresAt: `${expires}+00:00`,
    enqueuedTimeUtc: enqueuedTime,
    enqueuedTime: enqueuedTime && `${enqueuedTime}+00:00`,
    messageId: message.messageId,
    contentType: message.contentType,
    replyTo: message.replyTo,
    sequenceNumber: message.sequenceNumber?.toNumber(),
    to: message.to,
    subject: message.subject,
    label: message.subject,
    correlationId: message.correlationId,
    applicationProperties,
    userProperties: applicationProperties,
    sessionId: message.sessionId,
    replyToSessionId: message.replyToSessionId,
    partitionKey: message.partitionKey,
    deadLetterSource: message.deadLetterSource,
  };
}

const withoutZone = (date: Date): string => date.toISOString().replace(/\.?0*Z$/, "");

/** Text stays text, which the library reads as JSON where it can; everything else is JSON. */
const typed = (value: unknown): TypedData =>
  value === undefined ? {} : typeof value === "string" ? { string: value } : { json: JSON.stringify(value) };

const bodyKeys = (text: string): [string, unknown][] => {
  const body = parse(text);
  const isObject = typeof body === "object" && body !== null && !Array.isArray(body);
  return isObject ? Object.entries(body).filter(([, value]) => value !== null) : [];
};

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A date in a body key loses its form on the way through .NET: `01/02/2024 03:04:05`. */
function reformatDate(value: unknown): unknown {
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$/.test(value))
    return value;
  const date = new Date(/(Z|[+-]\d\d:\d\d)$/.test(value) ? value : `${value}Z`);
  if (Number.isNaN(date.getTime())) return value;
  const iso = date.toISOString();
  return `${iso.slice(5, 7)}/${iso.slice(8, 10)}/${iso.slice(0, 4)} ${iso.slice(11, 19)}`;
}

/** The second line of the log for a message. */
export function messageDetails({
  messageId,
  sequenceNumber,
  deliveryCount,
  enqueuedTimeUtc,
  lockedUntilUtc,
  sessionId,
}: Message): string {
  const time = (date: Date | undefined): string => date?.toISOString().replace("Z", "0000+00:00") ?? "(null)";
  return [
    `MessageId: ${messageId ?? "(null)"}, SequenceNumber: ${sequenceNumber}, DeliveryCount: ${(deliveryCount ?? 0) + 1}`,
    `EnqueuedTimeUtc: ${time(enqueuedTimeUtc)}, LockedUntilUtc: ${time(lockedUntilUtc)}, SessionId: ${sessionId ?? "(null)"}`,
  ].join(", ");
}
