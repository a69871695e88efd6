// One channel that carries a notification to people.
import type { Notification } from "../core/model/notification.ts";

/** Throws TransientError (`CHANNEL_UNAVAILABLE`) when it may be tried again, InvariantError (`CHANNEL_REFUSED`) when not. */
export type Notifier = { send(notification: Notification): Promise<void> };
