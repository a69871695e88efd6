// The queues and their dead-letter queues by path, and what an earlier life left in them.
import { type Journal, type JournalEntry, noJournal, openJournal, readJournal } from "./journal.ts";
import { createQueue, type Queue } from "./queue.ts";
import type { QueueEventType, QueueSettings, StoredMessage } from "./storedMessage.ts";
import { deadLetterSuffix } from "./wire.ts";

export type Entity = {
  /** As it was named: `queue` or `queue/$DeadLetterQueue`. */
  readonly path: string;
  readonly queue: Queue;
  /** The queue whose dead letters these are. */
  readonly deadLetterSource: string | undefined;
};

export type BrokerEvent = {
  readonly type: QueueEventType;
  readonly queue: string;
  readonly messageId: string;
  readonly sessionId?: string;
  readonly deliveryCount?: number;
  readonly reason?: string;
};

export type Entities = {
  readonly all: readonly Entity[];
  /** By path, in any case. */
  at(path: string): Entity | undefined;
  readonly journal: Journal;
};

/** With a state file, queues go on from what it holds; messages of queues that are not named now stay in it. Throws when it cannot be read. */
export function openEntities(
  settings: readonly QueueSettings[],
  stateFile: string | undefined,
  onEvent: ((event: BrokerEvent) => void) | undefined,
): Entities {
  let journal = noJournal;
  const all = settings.flatMap((each) => {
    const write = (path: string) => (record: JournalEntry["record"]) => journal.append({ queue: path, record });
    const { name, lockDurationMs } = each;
    const deadPath = name + deadLetterSuffix;
    const deadSettings = { name: deadPath, ...(lockDurationMs === undefined ? {} : { lockDurationMs }) };
    const deadLetters = createQueue({ settings: deadSettings, write: write(deadPath) });
    const tell = (type: QueueEventType, message: Omit<StoredMessage, "seq">, reason?: string): void =>
      onEvent?.(eventOf(type, name, message, reason));
    return [
      {
        path: name,
        queue: createQueue({ settings: each, deadLetters, write: write(name), tell }),
        deadLetterSource: undefined,
      },
      { path: deadPath, queue: deadLetters, deadLetterSource: name },
    ];
  });
  const byPath = new Map(all.map((entity) => [entity.path.toLowerCase(), entity]));
  const at = (path: string): Entity | undefined => byPath.get(path.toLowerCase());

  if (stateFile !== undefined) {
    const unclaimed: JournalEntry[] = [];
    for (const entry of readJournal(stateFile)) {
      const entity = at(entry.queue);
      if (entity === undefined) unclaimed.push(entry);
      else entity.queue.restore(entry.record);
    }
    const kept = all.flatMap(({ path, queue }) => queue.records().map((record) => ({ queue: path, record })));
    journal = openJournal(stateFile, [...unclaimed, ...kept]);
  }
  return { all, at, journal };
}

const eventOf = (
  type: QueueEventType,
  queue: string,
  message: Omit<StoredMessage, "seq">,
  reason?: string,
): BrokerEvent => ({
  type,
  queue,
  messageId: message.messageId,
  deliveryCount: message.deliveryCount,
  ...(message.sessionId === undefined ? {} : { sessionId: message.sessionId }),
  ...(reason === undefined ? {} : { reason }),
});
