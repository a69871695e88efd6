// One channel that carries notifications to people.
import type { ChannelName, Notification } from "../core/model/notification.ts";

/**
 * `key` is the same at every try, so that a receiver can drop a repeat. Throws TransientError (`CHANNEL_UNAVAILABLE`) when it may be tried
 * again, InvariantError (`CHANNEL_REFUSED`) when not. Neither says more of the channel's address than its host.
 */
export type Channel = {
  readonly name: ChannelName;
  send(notification: Notification, key: string): Promise<void>;
};
