// How many runs have failed one after another: what wakes a person, where a single failure may pass.
import type { ExecutionRecord, ExecutionStatus, RunSummary } from "../core/model/run.ts";
import type { ExecutionRepository } from "../ports/stores.ts";

/** Entries that are looked back over, those that were never to run among them: two days of a task of every five minutes. */
const lookedBack = 160;

/**
 * Of a run that has ended: 0 where it did not fail, else how many have failed in a row with it, of its own task or of all tasks, whichever is
 * more. So neither a task that always fails among others that do not is overlooked, nor a broker that fails each daily task once. Undefined
 * for a slot that was not to run, and where the history cannot be read: a figure never fails a run. History is read for a failure only.
 */
export async function failedInARow(
  { list }: Pick<ExecutionRepository, "list">,
  { taskId, status }: Pick<ExecutionRecord, "taskId" | "status">,
): Promise<number | undefined> {
  if (!wasToRun(status)) return undefined;
  if (status !== "failed") return 0;
  try {
    const pages = await Promise.all([list({ taskId, limit: lookedBack }), list({ limit: lookedBack })]);
    return Math.max(...pages.map(({ items }) => leadingFailures(items)));
  } catch {
    return undefined;
  }
}

const wasToRun = (status: ExecutionStatus): boolean =>
  status === "failed" || status === "succeeded" || status === "partial";

/** `newest` first. */
function leadingFailures(newest: readonly RunSummary[]): number {
  const ran = newest.filter(({ status }) => wasToRun(status));
  const lastGood = ran.findIndex(({ status }) => status !== "failed");
  return lastGood === -1 ? ran.length : lastGood;
}
