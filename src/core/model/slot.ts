// A slot: one moment at which one task was due, and how it ended.
import { runIdOf } from "./ids.ts";
import type { Instant } from "./time.ts";

/** `enqueued` is on its way; the others are final. */
export type SlotState = "enqueued" | "ran" | "skipped" | "missed" | "blocked" | "failed";

export type SlotEntry = {
  readonly taskId: string;
  readonly slot: Instant;
  readonly runId: string;
  readonly state: SlotState;
  readonly code: string;
  readonly reason: string;
  readonly updatedAt: Instant;
};

/** A slot whose run is queued at `now`. */
export const queuedSlot = (taskId: string, slot: Instant, now: Instant, reason = ""): SlotEntry => ({
  taskId,
  slot,
  runId: runIdOf(taskId, slot),
  state: "enqueued",
  code: "",
  reason,
  updatedAt: now,
});

/** When a version of a task is due next: everything before it is decided. */
export type AgendaEntry = { readonly taskId: string; readonly version: number; readonly dueAt: Instant };

/** An entry that has come due, with what follows it; undefined: never again. */
export type AgendaMove = {
  readonly from: AgendaEntry;
  readonly next: Instant | undefined;
  /** The slots whose runs are queued. */
  readonly enqueued: readonly SlotEntry[];
};
