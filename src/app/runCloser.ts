// The end of a run: its record is saved, its slot is ended, and it is told; in that order, each safe to repeat.
import { runIdOf } from "../core/model/ids.ts";
import type { ExecutionRecord, ExecutionStatus } from "../core/model/run.ts";
import type { SlotState } from "../core/model/slot.ts";
import { sentByAnother, withAccepted } from "../core/reporting/amendedRecord.ts";
import { describeSummary, notificationOf, summaryOf } from "../core/reporting/executionRecord.ts";
import type { Clock } from "../ports/clock.ts";
import type { ExecutionRepository, SlotLedger } from "../ports/stores.ts";
import type { EventLevel, Telemetry } from "../ports/telemetry.ts";
import { failedInARow } from "./failedInARow.ts";
import type { Outbox } from "./outbox.ts";

export type RunCloser = {
  /**
   * Saves the final record, of which the first one stands, notifies, and ends the slot; answers the record that stands. Safe to repeat. A
   * notification that cannot be queued is logged and never fails the run.
   */
  close(record: ExecutionRecord): Promise<ExecutionRecord>;
  /** The same for a slot that gets no run: only where no run of it has begun, else false and nothing changes. */
  closeUnrun(record: ExecutionRecord): Promise<boolean>;
  /** Ends the slot of a run that has ended, and nothing else. */
  endSlot(record: ExecutionRecord): Promise<void>;
};

const slotStates = {
  running: "enqueued",
  succeeded: "ran",
  partial: "ran",
  skipped: "skipped",
  missed: "missed",
  blocked: "blocked",
  failed: "failed",
} as const satisfies Record<ExecutionStatus, SlotState>;

export function createRunCloser(ports: {
  readonly executions: ExecutionRepository;
  readonly slots: SlotLedger;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}): RunCloser {
  const { executions, slots, outbox, clock, telemetry } = ports;

  async function close(record: ExecutionRecord): Promise<ExecutionRecord> {
    const end = await executions.finish(record);
    if (end === "finished") return handOn(record);
    // A second worker is at the same run, or was, and may have died: whatever this one held back is no longer sure to have stayed here.
    if (end === "resumed") return close(sentByAnother(record, clock.now()));
    // It ended the run before the orders of this one were answered: what the broker took is never lost.
    await executions.amend(record.executionId, (standing) => withAccepted(standing, record, clock.now()));
    return handOn((await executions.get(record.executionId)) ?? record);
  }

  async function closeUnrun(record: ExecutionRecord): Promise<boolean> {
    const standing = (await executions.begin(record)) ? record : await executions.get(record.executionId);
    if (standing === undefined || standing.status === "running") return false;
    await handOn(standing);
    return true;
  }

  async function handOn(record: ExecutionRecord): Promise<ExecutionRecord> {
    const summary = summaryOf(record);
    // The slot last: while it is open, whatever is missing before it will be done again.
    await outbox.post(notificationOf(summary));
    await endSlot(record);
    telemetry.event(levelOf(record.status), "run.ended", {
      runId: record.executionId,
      taskId: record.taskId,
      slot: record.slot,
      status: record.status,
      code: record.code,
      text: describeSummary(summary),
      durationMs: record.timingsMs?.total,
      failedInARow: await failedInARow(executions, record),
    });
    return record;
  }

  async function endSlot(record: ExecutionRecord): Promise<void> {
    if (!isRunOfSlot(record)) return;
    await slots.end({
      taskId: record.taskId,
      slot: record.slot,
      runId: record.executionId,
      state: slotStates[record.status],
      code: record.code,
      reason: record.reason,
      updatedAt: clock.now(),
    });
  }

  return { close, closeUnrun, endSlot };
}

/** The record of a message that could not be read is no run: whatever the message says, it ends no slot. */
const isRunOfSlot = ({ executionId, taskId, slot }: ExecutionRecord): boolean => executionId === runIdOf(taskId, slot);

const levelOf = (status: ExecutionStatus): EventLevel =>
  status === "failed" ? "error" : status === "partial" || status === "missed" ? "warning" : "info";
