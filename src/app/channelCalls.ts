// One try at channels: what each of them answered, as a value.
import { TransientError } from "../core/model/errors.ts";
import type { ChannelName, Notification } from "../core/model/notification.ts";
import type { Attempt } from "../core/notifications/entry.ts";
import type { Channel } from "../ports/notifier.ts";

/** Asks the named ones side by side; one that is not configured has refused. Never throws. */
export const callChannels = (
  channels: readonly Channel[],
  names: readonly ChannelName[],
  notification: Notification,
): Promise<readonly Attempt[]> => Promise.all(names.map((name) => call(channels, name, notification)));

async function call(channels: readonly Channel[], name: ChannelName, notification: Notification): Promise<Attempt> {
  const channel = channels.find((each) => each.name === name);
  if (channel === undefined) return { channel: name, result: "refused", detail: "it is not configured any more" };
  try {
    await channel.send(notification, `${notification.id}.${name}`);
    return { channel: name, result: "sent", detail: "" };
  } catch (failure) {
    const detail = failure instanceof Error ? failure.message : String(failure);
    if (!(failure instanceof TransientError)) return { channel: name, result: "refused", detail };
    const { retryAfterMs } = failure;
    return { channel: name, result: "later", detail, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  }
}
