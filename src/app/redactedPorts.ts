// What the app tells people and stores of failures, with every secret taken out of it.
import type { Redact } from "../core/operations/redact.ts";
import type { NotificationQueue } from "../ports/queues.ts";
import type { Stores } from "../ports/stores.ts";

type Speaking = Pick<Stores, "executions" | "slots" | "morning" | "notificationBook"> & {
  readonly notifications: NotificationQueue;
};

/**
 * Failures of others end in words that the app hands on: their authors may have put an address or a key into them. `kept` cleans what is
 * stored, `told` what people are told.
 */
export function withoutSecrets<P extends Speaking>(
  ports: P,
  { kept: redact, told }: { readonly kept: Redact; readonly told: Redact },
): P {
  const { notifications, executions, slots, morning, notificationBook } = ports;
  return {
    ...ports,
    notifications: { enqueue: (notification, delayMs) => notifications.enqueue(told(notification), delayMs) },
    executions: {
      ...executions,
      begin: (record) => executions.begin(redact(record)),
      finish: (record) => executions.finish(redact(record)),
      amend: (id, change) => executions.amend(id, (record) => redact(change(record))),
    },
    slots: { ...slots, end: (entry) => slots.end(redact(entry)) },
    notificationBook: {
      ...notificationBook,
      save: (next) => notificationBook.save(told(next)),
      park: (notification) => notificationBook.park(told(notification)),
    },
    morning: { ...morning, write: (next, etag) => morning.write(redact(next), etag) },
  };
}
