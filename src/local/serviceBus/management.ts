// The operations that clients ask of a queue's $management node: locks, schedules, deferred messages, peeking, session state.
import rhea from "rhea";
import { encodeDelivery, readIncoming, withApplicationProperties } from "./amqpMessage.ts";
import type { Entity } from "./entities.ts";
import type { Queue } from "./queue.ts";
import type { Answer } from "./requests.ts";
import { conditions, messageLockLost, sessionIdMissing, sessionLockLost, swapGuid } from "./wire.ts";

const { types } = rhea;

type Body = Readonly<Record<string, unknown>>;

const lockLost: Answer = { status: 410, error: messageLockLost };
const notFound = (description: string): Answer => ({
  status: 404,
  error: { condition: conditions.messageNotFound, description },
});

/** Does one operation on an entity. The answer may be given once the journal is flushed. */
export function manage(entity: Entity, operation: string, body: Body, nowMs: number): Answer {
  const { queue } = entity;
  switch (operation) {
    case "com.microsoft:renew-lock": {
      const until = lockTokens(queue, body).map((token) => queue.renew(token, nowMs));
      if (until.some((ms) => ms === undefined)) return lockLost;
      return { status: 200, body: { expirations: types.wrap_array(until, 0x83, undefined) } };
    }
    case "com.microsoft:renew-session-lock":
    case "com.microsoft:get-session-state":
    case "com.microsoft:set-session-state":
      return manageSession(queue, operation, body, nowMs);
    case "com.microsoft:schedule-message":
      return schedule(queue, body, nowMs);
    case "com.microsoft:cancel-scheduled-message": {
      const numbers = sequenceNumbers(body);
      const cancelled = numbers.filter((seq) => queue.cancelScheduled(seq));
      return cancelled.length === numbers.length ? { status: 200, body: {} } : notFound("No such scheduled message.");
    }
    case "com.microsoft:peek-message":
      return peek(entity, body);
    case "com.microsoft:receive-by-sequence-number":
      return receiveDeferred(entity, body, nowMs);
    case "com.microsoft:update-disposition":
      return dispose(queue, body);
    default: {
      const description = `The operation '${operation}' is not implemented.`;
      return { status: 501, error: { condition: conditions.notImplemented, description } };
    }
  }
}

function manageSession(queue: Queue, operation: string, body: Body, nowMs: number): Answer {
  const sessionId = text(body, "session-id");
  if (queue.sessionHolder(sessionId) === undefined) return { status: 410, error: sessionLockLost(sessionId) };
  if (operation === "com.microsoft:renew-session-lock") {
    const untilMs = queue.renewSession(sessionId, nowMs);
    return { status: 200, body: { expiration: types.wrap_timestamp(untilMs) } };
  }
  if (operation === "com.microsoft:set-session-state") {
    const state = body["session-state"];
    queue.setSessionState(sessionId, Buffer.isBuffer(state) ? state : undefined);
    return { status: 200, body: {} };
  }
  return { status: 200, body: { "session-state": queue.sessionState(sessionId) ?? null } };
}

function schedule(queue: Queue, body: Body, nowMs: number): Answer {
  const incoming = listOf(body.messages).map((entry) => readIncoming((entry as { message: Buffer }).message));
  const isRefused = queue.settings.requiresSession && incoming.some(({ sessionId }) => sessionId === undefined);
  if (isRefused) return { status: 400, error: sessionIdMissing };
  // A duplicate is dropped, so it has no number of its own.
  const numbers = incoming.map((each) => queue.enqueue(each, nowMs)?.seq ?? 0);
  return { status: 200, body: { "sequence-numbers": types.wrap_array(numbers, 0x81, undefined) } };
}

function peek({ queue, deadLetterSource }: Entity, body: Body): Answer {
  const sessionId = typeof body["session-id"] === "string" ? body["session-id"] : undefined;
  const found = queue.peek(numberOf(body["from-sequence-number"]), numberOf(body["message-count"]), sessionId);
  if (found.length === 0) return { status: 204 };
  return {
    status: 200,
    body: { messages: found.map((each) => ({ message: encodeDelivery(each, { deadLetterSource }) })) },
  };
}

function receiveDeferred({ queue, deadLetterSource }: Entity, body: Body, nowMs: number): Answer {
  const numbers = sequenceNumbers(body);
  if (!numbers.every((seq) => queue.isDeferred(seq))) return notFound("No such deferred message.");
  const deletes = numberOf(body["receiver-settle-mode"]) === 0;
  const messages = numbers.flatMap((seq) => {
    const delivery = queue.receiveDeferred(seq, nowMs);
    if (delivery === undefined) return [];
    const { message, lockToken, lockedUntilMs } = delivery;
    if (deletes) queue.complete(lockToken.toString("hex"));
    return {
      message: encodeDelivery(message, { lockedUntilMs, deadLetterSource }),
      "lock-token": types.wrap_uuid(swapGuid(lockToken)),
    };
  });
  return { status: 200, body: { messages } };
}

function dispose(queue: Queue, body: Body): Answer {
  const settled = lockTokens(queue, body).map((token) => {
    const payload = queue.messageOf(token)?.payload;
    if (payload === undefined) return false;
    const changed = withApplicationProperties(payload, (body["properties-to-modify"] ?? {}) as Body);
    switch (body["disposition-status"]) {
      case "completed":
        return queue.complete(token);
      case "abandoned":
        return queue.abandon(token, changed);
      case "defered":
        return queue.defer(token, changed);
      case "suspended": {
        const reason = { reason: text(body, "deadletter-reason"), description: text(body, "deadletter-description") };
        return queue.reject(token, reason, changed);
      }
      default:
        return false;
    }
  });
  return settled.every((done) => done) ? { status: 200, body: {} } : lockLost;
}

/** Lock tokens are UUIDs; of deferred messages some clients send the bytes in the order of a delivery tag. */
const lockTokens = (queue: Queue, body: Body): readonly string[] =>
  listOf(body["lock-tokens"]).map((uuid) => {
    const token = swapGuid(uuid as Buffer).toString("hex");
    return queue.messageOf(token) === undefined ? (uuid as Buffer).toString("hex") : token;
  });

const sequenceNumbers = (body: Body): readonly number[] => listOf(body["sequence-numbers"]).map(numberOf);

const text = (body: Body, key: string): string => String(body[key] ?? "");

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Longs beyond the safe integers come as their bytes. */
const numberOf = (value: unknown): number =>
  Buffer.isBuffer(value) ? Number(value.readBigInt64BE(0)) : Number(value ?? 0);
