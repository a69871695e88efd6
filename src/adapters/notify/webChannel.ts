// A channel behind a URL: Teams, Slack, Discord and the generic webhook differ only in what is posted.
import { InvariantError, TransientError } from "../../core/model/errors.ts";
import type { ChannelName, Notification } from "../../core/model/notification.ts";
import { signWebhook } from "../../core/notifications/webhookSignature.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Channel } from "../../ports/notifier.ts";

export type WebChannel = {
  readonly name: ChannelName;
  readonly url: string;
  readonly timeoutMs: number;
  readonly bodyOf: (notification: Notification) => object;
  /** Headers beside the content type; `body` is what is sent, to the byte. */
  readonly headersOf?: (key: string, body: string) => Readonly<Record<string, string>>;
};

export function createWebChannel({ name, url, timeoutMs, bodyOf, headersOf }: WebChannel): Channel {
  // The address is the secret: only its host is ever told.
  const who = `${name} at ${new URL(url).host}`;
  return {
    name,
    send: async (notification, key) => {
      const body = JSON.stringify(bodyOf(notification));
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json", ...headersOf?.(key, body) },
        body,
        signal: AbortSignal.timeout(timeoutMs),
        redirect: "error",
      }).catch((cause: unknown) => {
        throw new TransientError("CHANNEL_UNAVAILABLE", `${who} did not answer`, { cause });
      });
      await response.body?.cancel();
      if (response.ok) return;
      const text = `${who} answered ${response.status}`;
      if (response.status >= 500 || [408, 425, 429].includes(response.status)) {
        const retryAfterMs = retryAfter(response.headers.get("retry-after"));
        throw new TransientError("CHANNEL_UNAVAILABLE", text, { retryAfterMs });
      }
      throw new InvariantError("CHANNEL_REFUSED", text);
    },
  };
}

/** A wait in seconds, with a fraction at Discord. A date is left to our own back-off. */
function retryAfter(header: string | null): number | undefined {
  const seconds = header === null || !/^\d{1,6}(?:\.\d+)?$/.test(header) ? undefined : Number(header);
  return seconds === undefined ? undefined : Math.ceil(seconds * 1000);
}

/** The notification as JSON, with a key by which a repeat is known, and signed where there is a secret. */
export const createWebhookChannel = (
  options: Pick<WebChannel, "url" | "timeoutMs"> & { readonly secret: string | undefined },
  clock: Pick<Clock, "realMs">,
): Channel =>
  createWebChannel({
    ...options,
    name: "webhook",
    bodyOf: (notification) => notification,
    headersOf: (key, body) => ({
      "idempotency-key": key,
      ...(options.secret === undefined ? {} : signWebhook(options.secret, key, clock.realMs(), body)),
    }),
  });
