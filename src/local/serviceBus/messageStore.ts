// What of a queue outlives a restart: messages, the ids of those sent lately, session states. Every change of it is written down.
import { createDuplicateHistory } from "./duplicateHistory.ts";
import { createLanes } from "./lanes.ts";
import type { QueueRecord, QueueSettings, StoredMessage } from "./storedMessage.ts";

export function createMessageStore(
  { requiresSession = false, duplicateDetectionWindowMs }: QueueSettings,
  write: (record: QueueRecord) => void,
) {
  /** By session, or in one lane without sessions. */
  const laneOf = ({ sessionId }: Pick<StoredMessage, "sessionId">): string =>
    requiresSession ? (sessionId ?? "") : "";
  const messages = new Map<number, StoredMessage>();
  /** What can be delivered. */
  const ready = createLanes(laneOf);
  /** What is not held and has an instant at which it becomes active or expires. */
  const timed = new Map<number, StoredMessage>();
  const seen = createDuplicateHistory(duplicateDetectionWindowMs);
  const sessionStates = new Map<string, Buffer>();
  let lastSeq = 0;

  function keep(message: StoredMessage): void {
    hold(messages.get(message.seq) ?? message);
    messages.set(message.seq, message);
    if (message.place === "active") ready.add(message);
    if (message.dueMs !== undefined || message.expiresMs !== undefined) timed.set(message.seq, message);
    lastSeq = Math.max(lastSeq, message.seq);
  }

  function drop(seq: number): void {
    const message = messages.get(seq);
    if (message !== undefined) hold(message);
    messages.delete(seq);
    lastSeq = Math.max(lastSeq, seq);
  }

  /** Keeps a message that is in nobody's hands, in the place it now has. */
  function put(message: StoredMessage): StoredMessage {
    keep(message);
    write({ kind: "put", message });
    return message;
  }

  /** Keeps a message under the next number. */
  const add = (message: Omit<StoredMessage, "seq">): StoredMessage => put({ ...message, seq: lastSeq + 1 });

  /** Into somebody's hands: it stays in the queue, and is neither delivered nor does it expire until it is put back. */
  function hold(message: StoredMessage): void {
    ready.remove(message);
    timed.delete(message.seq);
  }

  function remove({ seq }: StoredMessage): void {
    drop(seq);
    write({ kind: "gone", seq });
  }

  /** Without detection nothing is remembered. */
  function remember(messageId: string, atMs: number): void {
    if (duplicateDetectionWindowMs === undefined) return;
    seen.add(messageId, atMs);
    write({ kind: "seen", messageId, atMs });
  }

  function keepSessionState(sessionId: string, state: Buffer | undefined): void {
    if (state === undefined) sessionStates.delete(sessionId);
    else sessionStates.set(sessionId, state);
  }

  function setSessionState(sessionId: string, state: Buffer | undefined): void {
    keepSessionState(sessionId, state);
    write({ kind: "session", sessionId, state });
  }

  /** Takes up a record of an earlier life. */
  function restore(record: QueueRecord): void {
    if (record.kind === "put") keep(record.message);
    else if (record.kind === "gone") drop(record.seq);
    else if (record.kind === "seen") seen.add(record.messageId, record.atMs);
    else keepSessionState(record.sessionId, record.state);
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

  /** Messages from a sequence number on, oldest first. */
  const peek = (fromSeq: number, count: number, sessionId?: string): readonly StoredMessage[] =>
    [...messages.values()]
      .filter((message) => message.seq >= fromSeq && (sessionId === undefined || message.sessionId === sessionId))
      .sort((a, b) => a.seq - b.seq)
      .slice(0, count);

  return {
    add,
    put,
    hold,
    remove,
    laneOf,
    get: (seq: number): StoredMessage | undefined => messages.get(seq),
    all: (): readonly StoredMessage[] => [...messages.values()],
    timed: (): readonly StoredMessage[] => [...timed.values()],
    /** The oldest that can be delivered, of a lane. */
    first: ready.first,
    /** Lanes in which something can be delivered; the one that has waited for longest comes first. */
    lanes: ready.names,
    wasSeen: seen.has,
    remember,
    sessionState: (sessionId: string): Buffer | undefined => sessionStates.get(sessionId),
    setSessionState,
    restore,
    records,
    peek,
  };
}
