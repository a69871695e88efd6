// One queue as a state machine: deliveries, locks, sessions, schedules, duplicates and dead letters; time is passed in and nothing is sent from here.
import { randomBytes } from "node:crypto";
import { createMessageStore } from "./messageStore.ts";
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
  readonly tell?: (type: QueueEventType, message: Omit<StoredMessage, "seq">, reason?: string) => void;
}) {
  const { settings, deadLetters, write, tell } = options;
  const { requiresSession = false, lockDurationMs = 30_000, maxDeliveryCount = 10 } = settings;
  const store = createMessageStore(settings, write);
  const locks = new Map<string, Lock>();
  const sessionLocks = new Map<string, SessionLock>();

  function deadLetter(message: StoredMessage, reason: DeadLetterReason): void {
    if (deadLetters === undefined) {
      giveBack(message);
      return;
    }
    store.remove(message);
    tell?.("deadLettered", message, reason.reason);
    deadLetters.take(message, reason);
  }

  /** Gives a message back after a failed delivery; one delivered too often is dead-lettered. */
  function giveBack(message: StoredMessage, changes: Partial<StoredMessage> = {}): void {
    const next = { ...message, ...changes, deliveryCount: message.deliveryCount + 1 };
    if (deadLetters !== undefined && next.deliveryCount >= maxDeliveryCount) {
      const description = `the message was delivered ${next.deliveryCount} times without being completed`;
      deadLetter(next, { reason: "MaxDeliveryCountExceeded", description });
    } else store.put(next);
  }

  /** The stored message; undefined for a duplicate, which is dropped. */
  function enqueue(incoming: Incoming, nowMs: number): StoredMessage | undefined {
    const { messageId, sessionId, payload, dueMs, timeToLiveMs = settings.defaultTimeToLiveMs } = incoming;
    const scheduled = dueMs !== undefined && dueMs > nowMs;
    const draft: Omit<StoredMessage, "seq"> = {
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
    if (store.wasSeen(messageId, nowMs)) {
      tell?.("duplicateDropped", draft);
      return undefined;
    }
    store.remember(messageId, nowMs);
    const message = store.add(draft);
    tell?.(scheduled ? "scheduled" : "enqueued", message);
    return message;
  }

  /** Takes over a message that another queue gave up. */
  function take(message: StoredMessage, reason: DeadLetterReason): void {
    store.add({ ...message, place: "active", dueMs: undefined, expiresMs: undefined, deadLetter: reason });
  }

  function lock(message: StoredMessage, nowMs: number): Delivery {
    const token = randomBytes(16);
    const sessionUntil = requiresSession ? sessionLocks.get(store.laneOf(message))?.untilMs : undefined;
    const untilMs = sessionUntil ?? nowMs + lockDurationMs;
    locks.set(token.toString("hex"), { message, untilMs });
    store.hold(message);
    tell?.("delivered", message);
    return { message, lockToken: token, lockedUntilMs: untilMs };
  }

  /** The oldest message, locked; with sessions, of that session. Undefined when there is none. */
  function next(sessionId: string | undefined, nowMs: number): Delivery | undefined {
    const message = store.first(store.laneOf({ sessionId }));
    return message === undefined ? undefined : lock(message, nowMs);
  }

  /** The oldest message, gone from the queue at once. */
  function takeNext(sessionId: string | undefined): StoredMessage | undefined {
    const message = store.first(store.laneOf({ sessionId }));
    if (message !== undefined) {
      store.remove(message);
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
    store.remove(message);
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
    store.put({
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
    const sessionId = name ?? store.lanes().find((lane) => !sessionLocks.has(lane));
    if (sessionId === undefined || sessionLocks.has(sessionId)) return undefined;
    const untilMs = nowMs + lockDurationMs;
    sessionLocks.set(sessionId, { holder, untilMs });
    return { sessionId, untilMs };
  }

  function renewSession(sessionId: string, nowMs: number): number | undefined {
    const held = sessionLocks.get(sessionId);
    if (held === undefined) return undefined;
    held.untilMs = nowMs + lockDurationMs;
    for (const each of locks.values()) if (store.laneOf(each.message) === sessionId) each.untilMs = held.untilMs;
    return held.untilMs;
  }

  /** Ends a session's lock where the holder still has it; what was delivered and not settled is given back. */
  function releaseSession(sessionId: string, holder: Holder): void {
    if (sessionLocks.get(sessionId)?.holder !== holder) return;
    sessionLocks.delete(sessionId);
    for (const [token, held] of locks) {
      if (store.laneOf(held.message) !== sessionId) continue;
      locks.delete(token);
      giveBack(held.message);
    }
  }

  function cancelScheduled(seq: number): boolean {
    const message = store.get(seq);
    if (message?.place !== "scheduled") return false;
    store.remove(message);
    return true;
  }

  /** True for a deferred message that nobody has locked. */
  function isDeferred(seq: number): boolean {
    const isHeld = [...locks.values()].some((held) => held.message.seq === seq);
    return !isHeld && store.get(seq)?.place === "deferred";
  }

  /** A deferred message by its number, locked. */
  function receiveDeferred(seq: number, nowMs: number): Delivery | undefined {
    const message = store.get(seq);
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
    for (const message of store.timed()) {
      if (message.dueMs !== undefined) {
        if (message.dueMs > nowMs) continue;
        const active = store.put({ ...message, place: "active", dueMs: undefined, enqueuedMs: nowMs });
        tell?.("enqueued", active);
      } else if ((message.expiresMs ?? nowMs + 1) <= nowMs) expire(message);
    }
  }

  function expire(message: StoredMessage): void {
    const reason = { reason: "TTLExpiredException", description: "the message expired before it was received" };
    if (settings.deadLetterOnExpiration && deadLetters !== undefined) deadLetter(message, reason);
    else store.remove(message);
  }

  /** When `advance` has something to do next, in ms since the epoch; undefined when never. */
  function nextDueMs(): number | undefined {
    let due: number | undefined;
    const consider = (ms: number | undefined): void => {
      if (ms !== undefined && (due === undefined || ms < due)) due = ms;
    };
    for (const { untilMs } of sessionLocks.values()) consider(untilMs);
    for (const { untilMs } of locks.values()) consider(untilMs);
    for (const { dueMs, expiresMs } of store.timed()) consider(dueMs ?? expiresMs);
    return due;
  }

  function counts(): { active: number; scheduled: number; deferred: number; locked: number } {
    const all = store.all();
    const at = (place: StoredMessage["place"]): number => all.filter((message) => message.place === place).length;
    const locked = [...locks.values()].filter(({ message }) => message.place === "active").length;
    return { active: at("active") - locked, scheduled: at("scheduled"), deferred: at("deferred"), locked };
  }

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
    sessionState: store.sessionState,
    setSessionState: store.setSessionState,
    cancelScheduled,
    isDeferred,
    receiveDeferred,
    messageOf: (token: string): StoredMessage | undefined => locks.get(token)?.message,
    advance,
    nextDueMs,
    /** Locks are not among the records: a restart releases all. */
    restore: store.restore,
    records: store.records,
    counts,
    peek: store.peek,
  };
}
