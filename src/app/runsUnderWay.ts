// Whether a run of a task is under way.
import type { SlotEntry } from "../core/model/slot.ts";
import type { ExecutionRepository } from "../ports/stores.ts";

/** The first of these open slots whose run has not ended. A slot may be open a little longer than its run lasts, so the record has the last word. */
export async function findRunUnderWay(
  open: readonly SlotEntry[],
  executions: Pick<ExecutionRepository, "get">,
): Promise<string | undefined> {
  for (const { runId } of open) {
    const record = await executions.get(runId);
    if (record === undefined || record.status === "running") return runId;
  }
  return undefined;
}
