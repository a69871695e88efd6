// What is kept of notifications: each with its deliveries, and the desk that is remembered between them.
import type { Notification } from "../core/model/notification.ts";
import type { Instant } from "../core/model/time.ts";
import type { NotificationDesk } from "../core/notifications/desk.ts";
import type { NotificationEntry } from "../core/notifications/entry.ts";

/** Undefined: there is none yet. */
export type Etag = string | undefined;

export type NotificationPage = { readonly items: readonly NotificationEntry[]; readonly cursor?: string };

/** Throws as all stores do: TransientError `STORE_UNAVAILABLE`, InvariantError `UNREADABLE_ROW`. */
export type NotificationStore = {
  /** The desk, and what the queue did not take. */
  desk(): Promise<{ readonly desk: NotificationDesk; readonly etag: Etag; readonly parked: readonly Notification[] }>;
  get(id: string): Promise<{ readonly entry: NotificationEntry; readonly etag: Etag } | undefined>;
  /** Both or none. False when one of them was written since its etag was read, or is there without one. */
  save(next: {
    readonly entry?: { readonly entry: NotificationEntry; readonly etag: Etag };
    readonly desk?: { readonly desk: NotificationDesk; readonly etag: Etag };
  }): Promise<boolean>;
  /** Newest first. Throws ConfigError for a cursor it did not make. */
  list(page: { readonly limit: number; readonly cursor?: string }): Promise<NotificationPage>;
  /** Keeps what the queue did not take until it is queued. */
  park(notification: Notification): Promise<void>;
  unpark(notification: Pick<Notification, "id">): Promise<void>;
  /** Removes the next slice of what came before; answers how many. */
  purge(before: Instant): Promise<number>;
};
