// A slot: one moment at which one task was due, and how it ended.
import type { Instant } from "./time.ts";

/** `claimed` and `enqueued` are on their way; the others are final. */
export type SlotState = "claimed" | "enqueued" | "ran" | "skipped" | "missed" | "blocked" | "failed";

export type SlotEntry = {
  readonly taskId: string;
  readonly slot: Instant;
  readonly runId: string;
  readonly state: SlotState;
  readonly code: string;
  readonly reason: string;
  readonly updatedAt: Instant;
};

export const isOpenSlot = (state: SlotState): boolean => state === "claimed" || state === "enqueued";
