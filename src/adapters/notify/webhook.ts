// The generic webhook channel: a notification as JSON, with its id as the key by which a receiver can drop a repeat.
import { InvariantError, TransientError } from "../../core/model/errors.ts";
import type { Notifier } from "../../ports/notifier.ts";

export function createWebhookNotifier(options: { readonly url: string; readonly timeoutMs: number }): Notifier {
  const { url, timeoutMs } = options;
  // A webhook's address is its secret: only the host is ever told.
  const { host } = new URL(url);
  return {
    send: async (notification) => {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json", "idempotency-key": notification.id },
        body: JSON.stringify(notification),
        signal: AbortSignal.timeout(timeoutMs),
        redirect: "error",
      }).catch((cause: unknown) => {
        throw new TransientError("CHANNEL_UNAVAILABLE", `the webhook at ${host} did not answer`, { cause });
      });
      await response.body?.cancel();
      if (response.ok) return;
      const text = `the webhook at ${host} answered ${response.status}`;
      if (response.status >= 500 || [408, 425, 429].includes(response.status)) {
        throw new TransientError("CHANNEL_UNAVAILABLE", text);
      }
      throw new InvariantError("CHANNEL_REFUSED", text);
    },
  };
}
