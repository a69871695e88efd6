// The names and number forms that Service Bus gives to things on the wire.
import rhea from "rhea";

export const conditions = {
  notFound: "amqp:not-found",
  notAllowed: "amqp:not-allowed",
  decodeError: "amqp:decode-error",
  notImplemented: "amqp:not-implemented",
  tooLarge: "amqp:link:message-size-exceeded",
  timeout: "com.microsoft:timeout",
  messageNotFound: "com.microsoft:message-not-found",
  messageLockLost: "com.microsoft:message-lock-lost",
  sessionLockLost: "com.microsoft:session-lock-lost",
  sessionCannotBeLocked: "com.microsoft:session-cannot-be-locked",
} as const;

export const sessionFilter = "com.microsoft:session-filter";
export const lockedUntilProperty = "com.microsoft:locked-until-utc";
export const timeoutProperty = "com.microsoft:timeout";
/** What the Standard tier takes; larger messages and batches are refused. */
export const maxMessageBytes = 256 * 1024;

export type AmqpError = { readonly condition: string; readonly description: string };

export const noSuchEntity = (path: string): AmqpError => ({
  condition: conditions.notFound,
  description: `The messaging entity '${path}' could not be found.`,
});

export const sessionIdMissing: AmqpError = {
  condition: conditions.notAllowed,
  description:
    "The SessionId was not set on a message, and it cannot be sent to the entity. Entities that have session support enabled can only receive messages that have the SessionId set to a valid value.",
};

export const messageLockLost: AmqpError = {
  condition: conditions.messageLockLost,
  description:
    "The lock supplied is invalid. Either the lock expired, or the message has already been removed from the queue.",
};

export const sessionLockLost = (sessionId: string): AmqpError => ({
  condition: conditions.sessionLockLost,
  description: `The session lock has expired on the session '${sessionId}'. Accept a new session.`,
});

/** .NET ticks (100 ns since the year 1) of an instant, as an AMQP long. */
export function ticksOf(ms: number): rhea.Typed {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(Math.floor(ms)) * 10_000n + 621_355_968_000_000_000n);
  return rhea.types.wrap_long(bytes);
}

/** Turns a delivery tag into the UUID that clients make of it, and back: .NET writes the first three groups of a GUID in reverse. */
export const swapGuid = (bytes: Buffer): Buffer =>
  Buffer.from([3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15].map((at) => bytes[at] ?? 0));

export type Address = { readonly node: "cbs" | "entity" | "management"; readonly path: string };

export const deadLetterSuffix = "/$DeadLetterQueue";

/** What an address names. Clients write one with or without a scheme and host or a leading slash. */
export function readAddress(address: unknown): Address {
  const path = String(address ?? "")
    .replace(/^(amqps?|sb):\/\/[^/]*/i, "")
    .replace(/^\//, "");
  if (path.toLowerCase() === "$cbs") return { node: "cbs", path };
  const managed = /^(.*)\/\$management$/i.exec(path)?.[1];
  return managed === undefined ? { node: "entity", path } : { node: "management", path: managed };
}
