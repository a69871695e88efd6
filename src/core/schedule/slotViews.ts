// Slots as an operator reads them: what became of each, or what is to become of it, in words.
import { runIdOf } from "../model/ids.ts";
import type { SlotEntry, SlotState } from "../model/slot.ts";
import type { Instant } from "../model/time.ts";
import { judgeSlot } from "./judgeSlot.ts";

export type SlotView = {
  readonly taskId: string;
  readonly slot: Instant;
  readonly executionId: string;
  /** `due`: its time has come and no tick has decided it yet. `expected`: its time is still to come. */
  readonly state: SlotState | "due" | "expected";
  readonly code: string;
  readonly reason: string;
};

const words: Readonly<Record<SlotState, string>> = {
  enqueued: "its run is queued or under way",
  ran: "its run ended",
  skipped: "there was nothing to do",
  missed: "it was looked at too late",
  blocked: "it was not allowed to run",
  failed: "its run failed",
};

export const endedView = ({ taskId, slot, runId, state, code, reason }: SlotEntry): SlotView => ({
  taskId,
  slot,
  executionId: runId,
  state,
  code,
  reason: reason === "" ? words[state] : reason,
});

export const openView = (entry: SlotEntry): SlotView => ({
  ...endedView(entry),
  reason: entry.reason === "" ? words.enqueued : `${words.enqueued}; ${entry.reason}`,
});

export const dueView = (taskId: string, slot: Instant): SlotView => ({
  taskId,
  slot,
  executionId: runIdOf(taskId, slot),
  state: "due",
  code: "",
  reason: "its time has come; the next tick decides it",
});

type Judged = Omit<Parameters<typeof judgeSlot>[0], "slot" | "now" | "newestDue" | "underWay">;

/** Told by what would become of it if everything stayed as it is now. */
export function expectedView(slot: Instant, judged: Judged): SlotView {
  const { id: taskId } = judged.task;
  return { taskId, slot, executionId: runIdOf(taskId, slot), state: "expected", ...prospect(slot, judged) };
}

function prospect(slot: Instant, judged: Judged): Pick<SlotView, "code" | "reason"> {
  try {
    const judgement = judgeSlot({ ...judged, slot, now: slot, newestDue: true, underWay: undefined });
    if (judgement.kind === "run") return { code: "", reason: "runs when its time comes" };
    return { code: judgement.code, reason: `as things stand it will be ${judgement.state}: ${judgement.reason}` };
  } catch (failure) {
    // The window never opens again before the calendar ends.
    if (failure instanceof RangeError) return { code: "WINDOW_CLOSED", reason: failure.message };
    throw failure;
  }
}

/** One view a slot, oldest first; of several the one of the list that comes first. */
export function mergeViews(lists: readonly (readonly SlotView[])[]): readonly SlotView[] {
  const bySlot = new Map<Instant, SlotView>();
  for (const view of lists.flat()) if (!bySlot.has(view.slot)) bySlot.set(view.slot, view);
  return [...bySlot.values()].sort((a, b) => (a.slot < b.slot ? -1 : 1));
}
