// The tick: finds the slots that are due, applies the trading window, claims each slot once and enqueues its run; what does not run is recorded too.

import { runIdOf } from "../core/model/ids.ts";
import { type ExecutionRecord, type RunRequest, runRequestSchema } from "../core/model/run.ts";
import type { SlotEntry } from "../core/model/slot.ts";
import { addMs, type Instant, minuteMs, msBetween } from "../core/model/time.ts";
import { endedRecord } from "../core/reporting/executionRecord.ts";
import { dueSlots, judgeSlot } from "../core/schedule/dueSlots.ts";
import { decideWindow } from "../core/schedule/tradingWindow.ts";
import type { Clock } from "../ports/clock.ts";
import type { RunQueue } from "../ports/queues.ts";
import type {
  ControlStore,
  ExecutionRepository,
  SettingsStore,
  SlotLedger,
  StoredTask,
  TaskStore,
  UnreadableRow,
} from "../ports/stores.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import { readSettings } from "./automationSettings.ts";
import type { Outbox } from "./outbox.ts";
import type { RunCloser } from "./runCloser.ts";

/** What one tick did: every slot it decided, with what became of it. */
export type TickReport = {
  readonly at: Instant;
  readonly source: TickSource;
  readonly window: ReturnType<typeof decideWindow>;
  readonly slots: readonly { taskId: string; slot: Instant; outcome: string; reason: string }[];
};
export type TickSource = "timer" | "http";

export type AutoTradingScheduler = {
  /** Late, doubled or missing ticks are harmless: what is due is computed from the slot ledger, and a slot is claimed once. */
  tick(source: TickSource): Promise<TickReport>;
};

/** A claim this old belongs to a tick that is gone. */
const claimMs = 10_000;

export function createAutoTradingScheduler(ports: {
  readonly mode: "paper" | "live";
  readonly tasks: TaskStore;
  readonly settings: SettingsStore;
  readonly control: ControlStore;
  readonly slots: SlotLedger;
  readonly runs: RunQueue;
  readonly executions: ExecutionRepository;
  readonly outbox: Outbox;
  readonly runCloser: RunCloser;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}): AutoTradingScheduler {
  const { mode, tasks, settings, control, slots, runs, executions, outbox, runCloser, clock, telemetry } = ports;

  async function tick(source: TickSource): Promise<TickReport> {
    const tickStartedMs = clock.realMs();
    const now = clock.now();
    const [{ state }, { window }, { tasks: stored, unreadable }] = await Promise.all([
      control.read(),
      readSettings(settings),
      tasks.list(),
    ]);
    const context = { now, tickStartedMs, state, window };
    const decided: TickReport["slots"][number][] = [];
    for (const owner of stored) decided.push(...(await scheduleTask(owner, context)));
    // What can wait comes after what is due.
    decided.push(...(await takeUpClaims(stored, context)));
    await Promise.all([control.beat(now), ...unreadable.map((row) => alertUnreadable(row, now))]);
    const report = { at: now, source, window: decideWindow(window, now), slots: decided };
    tell(report);
    return report;
  }

  type Context = {
    readonly now: Instant;
    readonly tickStartedMs: number;
    readonly state: Awaited<ReturnType<ControlStore["read"]>>["state"];
    readonly window: Parameters<typeof decideWindow>[0];
  };

  /** Slots that were claimed by a tick which did not live to say that their runs are queued. */
  async function takeUpClaims(stored: readonly StoredTask[], context: Context): Promise<TickReport["slots"]> {
    const decided: TickReport["slots"][number][] = [];
    for (const entry of await slots.open()) {
      const owner = stored.find(({ task }) => task.id === entry.taskId);
      const abandoned = entry.state === "claimed" && msBetween(entry.updatedAt, context.now) >= claimMs;
      if (!abandoned || owner === undefined) continue;
      // A run that has begun was queued: how it ends is its own affair.
      if ((await executions.get(entry.runId)) !== undefined) await slots.update({ ...entry, state: "enqueued" });
      else decided.push(await decideSlot(owner, entry.slot, context, { newestDue: true, claimed: true }));
    }
    return decided;
  }

  /** Oldest slot first: the newest one in the ledger is where the next tick goes on, so nothing before it may be left undone. */
  async function scheduleTask(owner: StoredTask, context: Context): Promise<TickReport["slots"]> {
    const newest = await slots.newest(owner.task.id);
    const after = newest?.slot ?? addMs(owner.createdAt, -1);
    const due = dueSlots(owner.task, after, context.now);
    const decided: TickReport["slots"][number][] = [];
    for (const [index, slot] of due.entries()) {
      decided.push(await decideSlot(owner, slot, context, { newestDue: index === due.length - 1, claimed: false }));
    }
    return decided;
  }

  async function decideSlot(
    { task }: StoredTask,
    slot: Instant,
    { now, tickStartedMs, state, window }: Context,
    how: { readonly newestDue: boolean; readonly claimed: boolean },
  ): Promise<TickReport["slots"][number]> {
    const runId = runIdOf(task.id, slot);
    const graceMinutes = task.graceMinutes ?? window.graceMinutes;
    const entry: SlotEntry = { taskId: task.id, slot, runId, state: "claimed", code: "", reason: "", updatedAt: now };
    const judgement = judgeSlot({ slot, now, graceMinutes, newestDue: how.newestDue, task, control: state, window });
    if (judgement.kind === "end") {
      const { state: status, code, reason } = judgement;
      const ended: ExecutionRecord = endedRecord({
        executionId: runId,
        task,
        taskId: task.id,
        mode,
        slot,
        status,
        code,
        reason,
        at: now,
      });
      if (await runCloser.closeUnrun(ended)) return { taskId: task.id, slot, outcome: status, reason };
      await slots.update({ ...entry, state: "enqueued" });
      return { taskId: task.id, slot, outcome: "enqueued", reason: "its run has begun" };
    }
    if (!how.claimed && !(await slots.insert(entry))) {
      return { taskId: task.id, slot, outcome: "claimed elsewhere", reason: "another tick has this slot" };
    }
    const request = {
      schemaVersion: 1,
      runId,
      taskId: task.id,
      slot,
      account: task.account,
      mode,
      attempt: 1,
      tickStartedMs,
    } as const;
    await runs.enqueue(runRequestSchema.parse({ ...request, enqueuedMs: clock.realMs() }) satisfies RunRequest);
    await slots.update({ ...entry, state: "enqueued" });
    return { taskId: task.id, slot, outcome: "enqueued", reason: lateness(slot, now) };
  }

  async function alertUnreadable(row: UnreadableRow, now: Instant): Promise<void> {
    telemetry.event("error", "row.unreadable", { key: row.key, detail: row.detail });
    const key = row.key.slice(0, 60);
    await outbox.post({
      schemaVersion: 1,
      // Once a day.
      id: `unreadable-row.${key}.${now.slice(0, 10)}`,
      severity: "error",
      title: `A stored row cannot be read: ${key}`,
      text: `${row.detail.slice(0, 3000)}. Its task does not run until the row is mended.`,
      at: now,
      attempt: 1,
    });
  }

  function tell(report: TickReport): void {
    const { window } = report;
    telemetry.event("info", "tick", {
      at: report.at,
      source: report.source,
      window: window.open ? "open" : "closed",
      until: window.open ? window.until : window.nextOpenAt,
      reason: window.open ? "" : window.reason,
      slots: report.slots.map(({ taskId, outcome }) => `${taskId} ${outcome}`).join(", "),
    });
  }

  return { tick };
}

const lateness = (slot: Instant, now: Instant): string => {
  const lateMs = msBetween(slot, now);
  return lateMs >= minuteMs ? `${Math.floor(lateMs / minuteMs)} minutes late` : "";
};
