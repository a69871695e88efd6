// Why a task did or did not trade at a moment: its slots, past, under way and to come.
import type { SlotState } from "../core/model/slot.ts";
import type { Instant } from "../core/model/time.ts";
import type { Clock } from "../ports/clock.ts";
import type { SettingsStore, SlotLedger, TaskStore } from "../ports/stores.ts";

export type SlotView = {
  readonly taskId: string;
  readonly slot: Instant;
  readonly executionId: string;
  /** `due`: its time has come and no tick has decided it yet. `expected`: its time is still to come. */
  readonly state: SlotState | "due" | "expected";
  readonly code: string;
  readonly reason: string;
};

export type SlotService = {
  /** Oldest first, both ends included; deleted tasks answer their past. Throws RefusedError `TASK_NOT_FOUND`. */
  list(query: {
    readonly taskId: string;
    readonly from: Instant;
    readonly to: Instant;
    readonly limit: number;
  }): Promise<{ readonly items: readonly SlotView[]; readonly truncated: boolean }>;
};

export function createSlotService(_ports: {
  readonly tasks: TaskStore;
  readonly settings: SettingsStore;
  readonly slots: SlotLedger;
  readonly clock: Clock;
}): SlotService {
  return {
    list: async () => {
      throw new Error("not yet");
    },
  };
}
