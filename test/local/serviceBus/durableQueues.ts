// The queues of a broker that is killed and started again.
import type { QueueSettings } from "../../../src/local/serviceBus/broker.ts";

export const durableQueues: readonly QueueSettings[] = [
  { name: "q", maxDeliveryCount: 5, duplicateDetectionWindowMs: 60_000 },
  { name: "s", requiresSession: true },
];
