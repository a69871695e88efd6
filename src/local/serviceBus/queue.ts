// One queue as a state machine: messages, locks, sessions, schedules, duplicates and dead letters; time is passed in and nothing is sent from here.
import { randomBytes } from "node:crypto";
import { createDuplicateHistory } from "./duplicateHistory.ts";
import { createLanes } from "./lanes.ts";
import type {
  DeadLetterReason,
  Delivery,
  Holder,
  Incoming,
  QueueEventType,
  QueueRecord,
  QueueSettings,
  StoredMessage,
} from "./storedMessage.ts";

type Lock = { readonly message: StoredMessage; untilMs: number };
type SessionLock = { readonly holder: Holder; untilMs: number };

export type Queue = ReturnType<typeof createQueue>;

/** `deadLetters` is absent for a dead-letter queue itself. */
export function createQueue(options: {
  readonly settings: QueueSettings;
  readonly deadLetters?: { take(message: StoredMessage, reason: DeadLetterReason): void };
  readonly write: (record: QueueRecord) => void;
  readonly tell?: (type: QueueEventType, message: StoredMessage, reason?: string) => void;
}) {
  const { settings, deadLetters, write, tell } = options;
  const { requiresSession = false, lockDurationMs = 30_000, maxDeliveryCount = 10 } = settings;
  const messages = new Map<number, StoredMessage>();
  /** What can be delivered: by session, or in one lane without sessions. */
  const ready = createLanes(laneOf);
  const locks = new Map<string, Lock>();
  const sessionLocks = new Map<string, SessionLock>();
  const sessionStates = new Map<string, Buffer>();
  const seen = createDuplicateHistory(settings.duplicateDetectionWindowMs);
  /** What is not locked and has an instant at which it becomes active or expires. */
  const timed = new Map<number, StoredMessage>();
  let lastSeq = 0;

  function laneOf({ sessionId }: Pick<StoredMessage, "sessionId">): string {
    return requiresSession ? (sessionId ?? "") : "";
  }

  function watch(message: StoredMessage): void {
    if (message.dueMs !== undefined || message.expiresMs !== undefined) timed.set(message.seq, message);
    else timed.delete(message.seq);
  }

  function put(message: StoredMessage): StoredMessage {
    messages.set(message.seq, message);
    watch(message);
    write({ kind: "put", message });
    return message;
  }

  function remove(message: StoredMessage): void {
    ready.remove(message);
    messages.delete(message.seq);
    timed.delete(message.seq);
    write({ kind: "gone", seq: message.seq });
  }

  function deadLetter(message: StoredMessage, reason: DeadLetterReason): void {
    if (deadLetters === undefined) {
      giveBack(message);
      return;
    }
    remove(message);
    tell?.("deadLettered", message, reason.reason);
    deadLetters.take(message, reason);
  }

  /** Gives a message back after a failed delivery; one delivered too often is dead-lettered. */
  function giveBack(message: StoredMessage, changes: Partial<StoredMessage> = {}): void {
    const next = { ...message, ...changes, deliveryCount: message.deliveryCount + 1 };
    if (deadLetters !== undefined && next.deliveryCount >= maxDeliveryCount) {
      const description = `the message was delivered ${next.deliveryCount} times without being completed`;
      deadLetter(next, { reason: "MaxDeliveryCountExceeded", description });
    } else {
      put(next);
      if (next.place === "active") ready.add(next);
    }
  }

  /** The stored message; undefined for a duplicate, which is dropped. */
  function enqueue(incoming: Incoming, nowMs: number): StoredMessage | undefined {
    const { messageId, sessionId, payload, dueMs, timeToLiveMs = settings.defaultTimeToLiveMs } = incoming;
    const scheduled = dueMs !== undefined && dueMs > nowMs;
    const message: StoredMessage = {
      seq: lastSeq + 1,
      messageId,
      sessionId,
      payload,
      enqueuedMs: nowMs,
      dueMs: scheduled ? dueMs : undefined,
      expiresMs: timeToLiveMs === undefined ? undefined : (scheduled ? dueMs : nowMs) + timeToLiveMs,
      deliveryCount: 0,
      place: scheduled ? "scheduled" : "active",
      deadLetter: undefined,
    };
    if (seen.has(messageId, nowMs)) {
      tell?.("duplicateDropped", message);
      return undefined;
    }
    if (settings.duplicateDetectionWindowMs !== undefined) {
      seen.add(messageId, nowMs);
      write({ kind: "seen", messageId, atMs: nowMs });
    }
    lastSeq++;
    put(message);
    if (!scheduled) ready.add(message);
    tell?.(scheduled ? "scheduled" : "enqueued", message);
    return message;
  }

  /** Takes over a message that another queue gave up. */
  function take(message: StoredMessage, reason: DeadLetterReason): void {
    const taken = put({
      ...message,
      seq: ++lastSeq,
      place: "active",
      dueMs: undefined,
      expiresMs: undefined,
      deadLetter: reason,
    });
    ready.add(taken);
  }

  function lock(message: StoredMessage, nowMs: number): Delivery {
    const token = randomBytes(16);
    const sessionUntil = requiresSession ? sessionLocks.get(laneOf(message))?.untilMs : undefined;
    const untilMs = sessionUntil ?? nowMs + lockDurationMs;
    locks.set(token.toString("hex"), { message, untilMs });
    timed.delete(message.seq);
    tell?.("delivered", message);
    return { message, lockToken: token, lockedUntilMs: untilMs };
  }

  /** The oldest message, locked; with sessions, of that session. Undefined when there is none. */
  function next(sessionId: string | undefined, nowMs: number): Delivery | undefined {
    const message = ready.first(laneOf({ sessionId }));
    if (message === undefined) return undefined;
    ready.remove(message);
    return lock(message, nowMs);
  }

  /** The oldest message, gone from the queue at once. */
  function takeNext(sessionId: string | undefined): StoredMessage | undefined {
    const message = ready.first(laneOf({ sessionId }));
    if (message !== undefined) {
      remove(message);
      tell?.("delivered", message);
    }
    return message;
  }

  function unlock(token: string): StoredMessage | undefined {
    const held = locks.get(token);
    locks.delete(token);
    return held?.message;
  }

  /** False when the lock is lost: the message is not the caller's any more. */
  function complete(token: string): boolean {
    const message = unlock(token);
    if (message === undefined) return false;
    remove(message);
    tell?.("completed", message);
    return true;
  }

  function abandon(token: string, payload?: Buffer): boolean {
    const message = unlock(token);
    if (message === undefined) return false;
    tell?.("abandoned", message);
    giveBack(message, payload === undefined ? {} : { payload });
    return true;
  }

  function defer(token: string, payload?: Buffer): boolean {
    const message = unlock(token);
    if (message === undefined) return false;
    put({
      ...message,
      ...(payload === undefined ? {} : { payload }),
      place: "deferred",
      deliveryCount: message.deliveryCount + 1,
    });
    return true;
  }

  function reject(token: string, reason: DeadLetterReason, payload?: Buffer): boolean {
    const message = unlock(token);
    if (message === undefined) return false;
    deadLetter(payload === undefined ? message : { ...message, payload }, reason);
    return true;
  }

  /** Undefined when the lock is lost. */
  function renew(token: string, nowMs: number): number | undefined {
    const held = locks.get(token);
    if (held === undefined) return undefined;
    held.untilMs = nowMs + lockDurationMs;
    return held.untilMs;
  }

  /** Locks a session for the holder: the named one, or else any that has messages and no holder. Undefined when there is none now. */
  function acceptSession(
    holder: Holder,
    name: string | undefined,
    nowMs: number,
  ): { sessionId: string; untilMs: number } | undefined {
    const sessionId = name ?? ready.names().find((lane) => !sessionLocks.has(lane));
    if (sessionId === undefined || sessionLocks.has(sessionId)) return undefined;
    const untilMs = nowMs + lockDurationMs;
    sessionLocks.set(sessionId, { holder, untilMs });
    return { sessionId, untilMs };
  }

  function renewSession(sessionId: string, nowMs: number): number | undefined {
    const held = sessionLocks.get(sessionId);
    if (held === undefined) return undefined;
    held.untilMs = nowMs + lockDurationMs;
    for (const each of locks.values()) if (laneOf(each.message) === sessionId) each.untilMs = held.untilMs;
    return held.untilMs;
  }

  /** Ends a session's lock where the holder still has it; what was delivered and not settled is given back. */
  function releaseSession(sessionId: string, holder: Holder): void {
    if (sessionLocks.get(sessionId)?.holder !== holder) return;
    sessionLocks.delete(sessionId);
    for (const [token, held] of locks) {
      if (laneOf(held.message) !== sessionId) continue;
      locks.delete(token);
      giveBack(held.message);
    }
  }

  function setSessionState(sessionId: string, state: Buffer | undefined): void {
    if (state === undefined) sessionStates.delete(sessionId);
    else sessionStates.set(sessionId, state);
    write({ kind: "session", sessionId, state });
  }

  function cancelScheduled(seq: number): boolean {
    const message = messages.get(seq);
    if (message?.place !== "scheduled") return false;
    remove(message);
    return true;
  }

  /** True for a deferred message that nobody has locked. */
  function isDeferred(seq: number): boolean {
    const isHeld = [...locks.values()].some((held) => held.message.seq === seq);
    return !isHeld && messages.get(seq)?.place === "deferred";
  }

  /** A deferred message by its number, locked. */
  function receiveDeferred(seq: number, nowMs: number): Delivery | undefined {
    const message = messages.get(seq);
    return message !== undefined && isDeferred(seq) ? lock(message, nowMs) : undefined;
  }

  /** Does what has become due: schedules, expired locks and sessions, messages past their time to live. */
  function advance(nowMs: number): void {
    for (const [sessionId, held] of sessionLocks) if (held.untilMs <= nowMs) releaseSession(sessionId, held.holder);
    for (const [token, held] of locks) {
      if (held.untilMs > nowMs) continue;
      locks.delete(token);
      giveBack(held.message);
    }
    for (const message of [...timed.values()]) {
      if (message.dueMs !== undefined) {
        if (message.dueMs > nowMs) continue;
        const active = put({ ...message, place: "active", dueMs: undefined, enqueuedMs: nowMs });
        ready.add(active);
        tell?.("enqueued", active);
      } else if ((message.expiresMs ?? nowMs + 1) <= nowMs) expire(message);
    }
  }

  function expire(message: StoredMessage): void {
    const reason = { reason: "TTLExpiredException", description: "the message expired before it was received" };
    if (settings.deadLetterOnExpiration && deadLetters !== undefined) deadLetter(message, reason);
    else remove(message);
  }

  /** When `advance` has something to do next, in ms since the epoch; undefined when never. */
  function nextDueMs(): number | undefined {
    let due: number | undefined;
    const consider = (ms: number | undefined): void => {
      if (ms !== undefined && (due === undefined || ms < due)) due = ms;
    };
    for (const { untilMs } of sessionLocks.values()) consider(untilMs);
    for (const { untilMs } of locks.values()) consider(untilMs);
    for (const { dueMs, expiresMs } of timed.values()) consider(dueMs ?? expiresMs);
    return due;
  }

  /** Takes up a record of an earlier life. Locks are not among them: a restart releases all. */
  function restore(record: QueueRecord): void {
    switch (record.kind) {
      case "put": {
        const known = messages.get(record.message.seq);
        if (known !== undefined) ready.remove(known);
        messages.set(record.message.seq, record.message);
        watch(record.message);
        if (record.message.place === "active") ready.add(record.message);
        lastSeq = Math.max(lastSeq, record.message.seq);
        return;
      }
      case "gone": {
        const known = messages.get(record.seq);
        if (known !== undefined) ready.remove(known);
        messages.delete(record.seq);
        timed.delete(record.seq);
        lastSeq = Math.max(lastSeq, record.seq);
        return;
      }
      case "seen":
        seen.add(record.messageId, record.atMs);
        return;
      case "session":
        if (record.state === undefined) sessionStates.delete(record.sessionId);
        else sessionStates.set(record.sessionId, record.state);
        return;
    }
  }

  /** Everything that `restore` needs to come to the present state, in the fewest records. */
  function records(): readonly QueueRecord[] {
    return [
      ...(lastSeq > 0 ? [{ kind: "gone", seq: lastSeq } as const] : []),
      ...[...messages.values()].map((message) => ({ kind: "put", message }) as const),
      ...seen.entries().map(([messageId, atMs]) => ({ kind: "seen", messageId, atMs }) as const),
      ...[...sessionStates].map(([sessionId, state]) => ({ kind: "session", sessionId, state }) as const),
    ];
  }

  function counts(): { active: number; scheduled: number; deferred: number; locked: number } {
    const all = [...messages.values()];
    const at = (place: StoredMessage["place"]): number => all.filter((message) => message.place === place).length;
    const locked = [...locks.values()].filter(({ message }) => message.place === "active").length;
    return { active: at("active") - locked, scheduled: at("scheduled"), deferred: at("deferred"), locked };
  }

  /** Messages from a sequence number on, oldest first, without locking any. */
  const peek = (fromSeq: number, count: number, sessionId?: string): readonly StoredMessage[] =>
    [...messages.values()]
      .filter((message) => message.seq >= fromSeq && (sessionId === undefined || message.sessionId === sessionId))
      .sort((a, b) => a.seq - b.seq)
      .slice(0, count);

  return {
    settings,
    enqueue,
    take,
    next,
    takeNext,
    complete,
    abandon,
    defer,
    reject,
    renew,
    acceptSession,
    renewSession,
    releaseSession,
    sessionHolder: (sessionId: string): Holder | undefined => sessionLocks.get(sessionId)?.holder,
    sessionState: (sessionId: string): Buffer | undefined => sessionStates.get(sessionId),
    setSessionState,
    cancelScheduled,
    isDeferred,
    receiveDeferred,
    messageOf: (token: string): StoredMessage | undefined => locks.get(token)?.message,
    advance,
    nextDueMs,
    restore,
    records,
    counts,
    peek,
  };
}
