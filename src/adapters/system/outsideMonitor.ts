// An outside monitor behind a URL, such as a heartbeat monitor gives: one GET each time says that the app lives.
import { TransientError } from "../../core/model/errors.ts";
import type { OutsideMonitor } from "../../ports/outsideMonitor.ts";

/** Asked with GET, which every such monitor takes. The address is the secret: only its host is ever told. */
export function createOutsideMonitor(url: string, timeoutMs = 5000): OutsideMonitor {
  const who = `the outside monitor at ${new URL(url).host}`;
  return {
    push: async () => {
      const signal = AbortSignal.timeout(timeoutMs);
      const response = await fetch(url, { signal, redirect: "error" }).catch((cause: unknown) => {
        throw new TransientError("MONITOR_UNAVAILABLE", `${who} did not answer`, { cause });
      });
      await response.body?.cancel();
      if (!response.ok) throw new TransientError("MONITOR_UNAVAILABLE", `${who} answered ${response.status}`);
    },
  };
}
