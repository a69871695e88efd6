// The history's keeper: runs that are older than history is kept are removed with their slots, a slice at a time while the exchange is closed.
import { retentionStart } from "../core/audit/retention.ts";
import { runIdOf } from "../core/model/ids.ts";
import { inLanes } from "../core/model/lanes.ts";
import type { RunSummary } from "../core/model/run.ts";
import type { Instant, TradingDay } from "../core/model/time.ts";
import { isSessionOpen, tradingDayOf } from "../core/schedule/tradingCalendar.ts";
import type { Clock } from "../ports/clock.ts";
import type { ExecutionRepository, SlotLedger } from "../ports/stores.ts";
import type { Telemetry } from "../ports/telemetry.ts";

export type HistoryKeeper = {
  /**
   * Removes the next slice of what is too old, newest first. Once nothing is left it reads nothing more until the next day. Does nothing while
   * the exchange is open. Safe to repeat and to cut off at any call. Never throws: a slice that fails is logged, and tried again.
   */
  purge(historyRetentionDays: number): Promise<void>;
};

/** Runs of one slice: some seconds of work at a table service that answers in ten milliseconds. */
const sliceRuns = 50;
const lanes = 4;

export function createHistoryKeeper(ports: {
  readonly executions: ExecutionRepository;
  readonly slots: SlotLedger;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}): HistoryKeeper {
  const { executions, slots, clock, telemetry } = ports;
  /** When this process last found that nothing is left. */
  let cleanOn: TradingDay | undefined;
  /** Where the next slice goes on: what had to stay is not looked at again today. */
  let cursor: string | undefined;

  async function purge(historyRetentionDays: number): Promise<void> {
    const now = clock.now();
    const today = tradingDayOf(now);
    if (isSessionOpen(now) || cleanOn === today) return;
    try {
      const removed = await purgeSlice(retentionStart(now, historyRetentionDays));
      if (cursor === undefined) cleanOn = today;
      if (removed > 0) telemetry.event("info", "history.purged", { runs: removed, more: cursor !== undefined });
    } catch (failure) {
      telemetry.event("warning", "history.notPurged", { message: String(failure) });
    }
  }

  async function purgeSlice(before: Instant): Promise<number> {
    const page = await executions.list({ limit: sliceRuns, to: before, ...(cursor === undefined ? {} : { cursor }) });
    const old = page.items.filter((run) => (run.endedAt ?? run.startedAt) < before && run.slot < before);
    const busy = old.length === 0 ? [] : await executions.outstanding();
    const outstanding = new Set(busy.map(({ executionId }) => executionId));
    const free = old.filter(({ executionId }) => !outstanding.has(executionId));
    const removed = await inLanes(lanes, free, remove);
    cursor = page.cursor;
    return removed.filter((each) => each).length;
  }

  /** The slot first: the run's place in the list goes last of all, so that a removal that was cut off is found again. */
  async function remove(run: RunSummary): Promise<boolean> {
    if (run.executionId === runIdOf(run.taskId, run.slot)) await slots.forget(run);
    return executions.remove(run);
  }

  return { purge };
}
