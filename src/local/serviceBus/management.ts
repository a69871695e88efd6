// The operations that clients ask of a queue's $management node: locks, schedules, deferred messages, peeking, session state.
import rhea from "rhea";
import type { Holder, Queue, StoredMessage } from "./queue.ts";
import { conditions, dress, incomingOf, swapGuid, withProperties } from "./wire.ts";

const { message: codec, types } = rhea;

export type ManagementAnswer = {
  readonly status: number;
  readonly body?: unknown;
  readonly condition?: string;
  readonly description?: string;
};

type Body = Readonly<Record<string, unknown>>;

const lockLost: ManagementAnswer = {
  status: 410,
  condition: conditions.messageLockLost,
  description: "The lock supplied is invalid: it has expired, or the message has been removed from the queue.",
};
const sessionLost: ManagementAnswer = {
  status: 410,
  condition: conditions.sessionLockLost,
  description: "The session lock has expired on the session.",
};

/** `holder` holds the locks of deferred messages that are received here. */
export function manage(
  queue: Queue,
  operation: string,
  body: Body,
  holder: Holder,
  source: string,
  nowMs: number,
): ManagementAnswer {
  const sessionId = typeof body["session-id"] === "string" ? body["session-id"] : undefined;
  switch (operation) {
    case "com.microsoft:renew-lock": {
      const until = lockTokens(body).map((token) => queue.renew(token, nowMs));
      if (until.some((ms) => ms === undefined)) return lockLost;
      return { status: 200, body: { expirations: types.wrap_array(until, 0x83, undefined) } };
    }
    case "com.microsoft:renew-session-lock": {
      const until = queue.renewSession(sessionId ?? "", nowMs);
      return until === undefined ? sessionLost : { status: 200, body: { expiration: types.wrap_timestamp(until) } };
    }
    case "com.microsoft:get-session-state": {
      const state = queue.sessionState(sessionId ?? "");
      return { status: 200, body: { "session-state": state === undefined ? null : types.wrap_binary(state) } };
    }
    case "com.microsoft:set-session-state": {
      if (queue.sessionHolder(sessionId ?? "") === undefined) return sessionLost;
      const state = body["session-state"];
      queue.setSessionState(sessionId ?? "", Buffer.isBuffer(state) ? state : undefined);
      return { status: 200, body: {} };
    }
    case "com.microsoft:schedule-message":
      return schedule(queue, body, nowMs);
    case "com.microsoft:cancel-scheduled-message": {
      const found = sequenceNumbers(body).filter((seq) => queue.cancelScheduled(seq));
      return found.length === sequenceNumbers(body).length
        ? { status: 200, body: {} }
        : {
            status: 404,
            condition: "com.microsoft:message-not-found",
            description: "There is no such scheduled message.",
          };
    }
    case "com.microsoft:peek-message":
      return peek(queue, body, sessionId, source);
    case "com.microsoft:receive-by-sequence-number":
      return receiveDeferred(queue, body, holder, source, nowMs);
    case "com.microsoft:update-disposition":
      return settle(queue, body);
    default:
      return { status: 501, condition: "amqp:not-implemented", description: `${operation} is not implemented here` };
  }
}

function schedule(queue: Queue, body: Body, nowMs: number): ManagementAnswer {
  const entries = Array.isArray(body.messages) ? body.messages : [];
  const numbers = entries.flatMap((entry: Body) => {
    const incoming = Buffer.isBuffer(entry.message) ? incomingOf(codec.decode(entry.message)) : undefined;
    const stored = incoming === undefined ? undefined : queue.enqueue(incoming, nowMs);
    return incoming === undefined ? [] : [stored?.seq ?? 0];
  });
  return { status: 200, body: { "sequence-numbers": types.wrap_array(numbers, 0x81, undefined) } };
}

function peek(queue: Queue, body: Body, sessionId: string | undefined, source: string): ManagementAnswer {
  const from = numberOf(body["from-sequence-number"]);
  const found = queue.peek(from, numberOf(body["message-count"]) || 1, sessionId);
  if (found.length === 0) return { status: 204 };
  return {
    status: 200,
    body: { messages: found.map((message) => ({ message: types.wrap_binary(dress(message, source)) })) },
  };
}

function receiveDeferred(queue: Queue, body: Body, holder: Holder, source: string, nowMs: number): ManagementAnswer {
  const deliveries = sequenceNumbers(body).flatMap((seq) => queue.receiveDeferred(seq, holder, nowMs) ?? []);
  if (deliveries.length < sequenceNumbers(body).length) {
    return {
      status: 404,
      condition: "com.microsoft:message-not-found",
      description: "There is no such deferred message.",
    };
  }
  const receiveAndDelete = numberOf(body["receiver-settle-mode"]) === 0;
  const messages = deliveries.map(({ message, lockToken, lockedUntilMs }) => {
    if (receiveAndDelete) queue.complete(lockToken.toString("hex"));
    return {
      message: types.wrap_binary(dress(message, source, lockedUntilMs)),
      "lock-token": types.wrap_uuid(swapGuid(lockToken)),
    };
  });
  return { status: 200, body: { messages } };
}

function settle(queue: Queue, body: Body): ManagementAnswer {
  const text = (name: string): string => (typeof body[name] === "string" ? body[name] : "");
  const settled = lockTokens(body).map((token) => {
    const payload = withProperties(queue.messageOf(token)?.payload, body["properties-to-modify"]);
    switch (body["disposition-status"]) {
      case "completed":
        return queue.complete(token);
      case "abandoned":
        return queue.abandon(token, payload);
      case "defered":
        return queue.defer(token, payload);
      case "suspended":
        return queue.reject(
          token,
          { reason: text("deadletter-reason"), description: text("deadletter-description") },
          payload,
        );
      default:
        return false;
    }
  });
  return settled.every((done) => done) ? { status: 200, body: {} } : lockLost;
}

const lockTokens = (body: Body): readonly string[] =>
  listOf(body["lock-tokens"]).flatMap((token) => (Buffer.isBuffer(token) ? [swapGuid(token).toString("hex")] : []));

const sequenceNumbers = (body: Body): readonly StoredMessage["seq"][] => listOf(body["sequence-numbers"]).map(numberOf);

const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];

/** Longs beyond the safe integers come as their bytes. */
const numberOf = (value: unknown): number =>
  Buffer.isBuffer(value) ? Number(value.readBigInt64BE(0)) : Number(value ?? 0);
