// Open slots whose run has ended, or whose message was lost: each gets the end that it lacks.
import type { RunRequest } from "../core/model/run.ts";
import type { TradingWindow } from "../core/model/settings.ts";
import type { SlotEntry } from "../core/model/slot.ts";
import { windowOf } from "../core/model/task.ts";
import { type Instant, minuteMs, msBetween } from "../core/model/time.ts";
import type { ExecutionRepository, SlotLedger, TaskStore } from "../ports/stores.ts";
import type { RunCloser } from "./runCloser.ts";
import type { TaskManager } from "./taskManager.ts";

export type LostRuns = {
  /** Closes slots that are open although their run has ended, and ends those whose run neither ended nor can still be under way; answers their ids. */
  end(window: TradingWindow, now: Instant): Promise<readonly string[]>;
};

/** A run that has not ended this long after its grace has lost its message: by then the gate lets none of its orders through. */
const lostAfterMs = 10 * minuteMs;
/** Open slots looked at in one check, oldest first. */
const slotsACheck = 200;

export function createLostRuns(ports: {
  readonly mode: "paper" | "live";
  readonly tasks: TaskStore;
  readonly slots: SlotLedger;
  readonly executions: ExecutionRepository;
  readonly taskManager: TaskManager;
  readonly runCloser: RunCloser;
}): LostRuns {
  const { mode, tasks, slots, executions, taskManager, runCloser } = ports;

  async function end(window: TradingWindow, now: Instant): Promise<readonly string[]> {
    const ended: string[] = [];
    const old = (await slots.listOpen()).filter(({ updatedAt }) => msBetween(updatedAt, now) >= minuteMs);
    for (const entry of old.slice(0, slotsACheck)) {
      const record = await executions.get(entry.runId);
      if (record !== undefined && record.status !== "running") {
        await runCloser.endSlot(record);
        continue;
      }
      const stored = await tasks.get(entry.taskId);
      const { graceMinutes } = stored === undefined ? window : windowOf(stored.task, window);
      if (msBetween(entry.slot, now) < graceMinutes * minuteMs + lostAfterMs) continue;
      const request = requestOf(entry, stored?.task.account);
      await taskManager.failTask(request, "RUN_LOST", "its message was lost, or its run died");
      ended.push(entry.runId);
    }
    return ended;
  }

  const requestOf = ({ runId, taskId, slot }: SlotEntry, account = "unknown"): RunRequest => ({
    schemaVersion: 1,
    runId,
    taskId,
    slot,
    account,
    mode,
    attempt: 1,
    tickStartedMs: 0,
    enqueuedMs: 0,
  });

  return { end };
}
