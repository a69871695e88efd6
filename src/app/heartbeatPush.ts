// The heartbeat that is pushed out: after each tick of the timer, to an outside monitor where there is one.
import type { OutsideMonitor } from "../ports/outsideMonitor.ts";
import type { Telemetry } from "../ports/telemetry.ts";

export type HeartbeatPush = {
  /** After a tick that succeeded, and only then: what is outside must notice that ticks fail, too. Never throws. */
  push(): Promise<void>;
};

export const createHeartbeatPush = ({
  outsideMonitor,
  telemetry,
}: {
  readonly outsideMonitor?: OutsideMonitor | undefined;
  readonly telemetry: Telemetry;
}): HeartbeatPush => ({
  push: async () => {
    try {
      await outsideMonitor?.push();
    } catch (failure) {
      telemetry.event("warning", "heartbeat.notPushed", { message: String(failure) });
    }
  },
});
