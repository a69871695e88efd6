// The tick: takes from the agenda what is due, applies the trading window, queues the runs and puts what follows in their place; what does not run is recorded too.
import type { ControlState } from "../core/model/control.ts";
import { runIdOf } from "../core/model/ids.ts";
import { inLanes } from "../core/model/lanes.ts";
import type { RunRequest } from "../core/model/run.ts";
import type { TradingWindow } from "../core/model/settings.ts";
import { type AgendaEntry, type AgendaMove, queuedSlot, type SlotEntry } from "../core/model/slot.ts";
import type { Task } from "../core/model/task.ts";
import { addMs, type Instant, minuteMs, msBetween } from "../core/model/time.ts";
import { endedRecord } from "../core/reporting/executionRecord.ts";
import { dueSlots, nextDue } from "../core/schedule/dueSlots.ts";
import { judgeSlot } from "../core/schedule/judgeSlot.ts";
import { decideWindow } from "../core/schedule/tradingWindow.ts";
import type { Clock } from "../ports/clock.ts";
import type { RunQueue } from "../ports/queues.ts";
import type { ControlStore, ExecutionRepository, SettingsStore, SlotLedger } from "../ports/stores.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import { readSettings } from "./automationSettings.ts";
import type { ConfigImporter } from "./configImporter.ts";
import type { ControlService } from "./controlService.ts";
import type { DuePage, DueTask, DueTasks } from "./dueTasks.ts";
import type { RunCloser } from "./runCloser.ts";
import { findRunUnderWay } from "./runsUnderWay.ts";

/** What one tick did: every slot it decided, with what became of it. */
export type TickReport = {
  readonly at: Instant;
  readonly source: TickSource;
  readonly window: ReturnType<typeof decideWindow>;
  readonly slots: readonly { taskId: string; slot: Instant; outcome: string; reason: string }[];
};
export type TickSource = "timer" | "http";

export type AutoTradingScheduler = {
  /**
   * Late, doubled or missing ticks are harmless: the agenda moves on only once what was due is queued or ended, and doing either twice is
   * the same as once, for the ids of runs are derived from task and slot.
   */
  tick(source: TickSource): Promise<TickReport>;
};

type Decision = TickReport["slots"][number] & { readonly run?: { readonly entry: SlotEntry; readonly task: Task } };
type Decided = { readonly move: AgendaMove; readonly decisions: readonly Decision[] };

/** Tasks decided side by side. */
const lanes = 16;
/** Slots of one task that one tick decides: after a long gap the next tick goes on where this one stopped. */
const slotsATick = 90;

export function createAutoTradingScheduler(ports: {
  readonly mode: "paper" | "live";
  readonly settings: SettingsStore;
  readonly control: Pick<ControlStore, "beat">;
  readonly slots: SlotLedger;
  readonly runs: RunQueue;
  readonly executions: ExecutionRepository;
  readonly dueTasks: DueTasks;
  readonly configImporter: ConfigImporter;
  readonly controlService: ControlService;
  readonly runCloser: RunCloser;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}): AutoTradingScheduler {
  const { mode, settings, control, slots, runs, executions, dueTasks, configImporter } = ports;
  const { controlService, runCloser, clock, telemetry } = ports;

  type Context = {
    readonly now: Instant;
    readonly tickStartedMs: number;
    readonly state: ControlState;
    readonly window: TradingWindow;
    readonly open: ReadonlyMap<string, readonly SlotEntry[]>;
  };

  async function tick(source: TickSource): Promise<TickReport> {
    const tickStartedMs = clock.realMs();
    const now = clock.now();
    // What is due is decided by a whole configuration: an import that a crash cut off is made first.
    await configImporter.finish();
    const pages = dueTasks.pages(now);
    const [state, { window }, first, open] = await Promise.all([
      controlService.applyScheduled(now),
      readSettings(settings),
      pages.next(),
      slots.listOpen(),
    ]);
    const context = { now, tickStartedMs, state, window, open: Map.groupBy(open, ({ taskId }) => taskId) };
    const made: Decided[] = [];
    for (let page = first; !page.done; ) {
      const [decided, next] = await Promise.all([decidePage(page.value, context), pages.next()]);
      made.push(...decided);
      page = next;
    }
    // Queued before the agenda moves on: a tick that dies in between is repeated by the next one, and the queue drops the doubles.
    await slots.advance(made.map(({ move }) => move));
    await control.beat(now);
    const decisions = made.flatMap((each) => each.decisions);
    const told = decisions.map(({ taskId, slot, outcome, reason }) => ({ taskId, slot, outcome, reason }));
    const report = { at: now, source, window: decideWindow(window, now), slots: told };
    tell(report, state);
    return report;
  }

  /** Queues the runs of what it decides. */
  async function decidePage({ due, owners }: DuePage, context: Context): Promise<readonly Decided[]> {
    const decided = await inLanes(lanes, due, async (entry) => {
      const owner = owners.get(entry);
      return owner === undefined ? undefined : decideEntry(entry, owner, context);
    });
    const made = decided.filter((each) => each !== undefined);
    const queued = made.flatMap(({ decisions }) => decisions.flatMap(({ run }) => run ?? []));
    await runs.enqueueAll(queued.map((run) => requestOf(run, context.tickStartedMs)));
    return made;
  }

  /** Oldest slot first. A version of a task owns the slots up to the moment at which the next version took its place. */
  async function decideEntry(from: AgendaEntry, { task, until }: DueTask, context: Context): Promise<Decided> {
    const last = until !== undefined && until <= context.now ? addMs(until, -1) : context.now;
    const due = dueSlots(task, context.window, addMs(from.dueAt, -1), last, slotsATick);
    const others = (context.open.get(from.taskId) ?? []).filter(({ slot }) => !due.includes(slot));
    const underWay = await findRunUnderWay(others, executions);
    const decisions: Decision[] = [];
    for (const [index, slot] of due.entries()) {
      const newestDue = index === due.length - 1 && due.length < slotsATick;
      decisions.push(await decideSlot(task, slot, { newestDue, underWay }, context));
    }
    const enqueued = decisions.flatMap(({ run }) => (run === undefined ? [] : [run.entry]));
    const resumed = decisions.filter(({ outcome, run }) => outcome === "enqueued" && run === undefined);
    const begun = resumed.map(({ slot }) => queuedSlot(from.taskId, slot, context.now));
    const after = due.length < slotsATick ? last : (due.at(-1) ?? last);
    const next = nextDue(task, after);
    const isOver = next !== undefined && until !== undefined && next >= until;
    return { move: { from, next: isOver ? undefined : next, enqueued: [...enqueued, ...begun] }, decisions };
  }

  async function decideSlot(
    task: Task,
    slot: Instant,
    how: { readonly newestDue: boolean; readonly underWay: string | undefined },
    { now, state, window }: Context,
  ): Promise<Decision> {
    const judgement = judgeSlot({ slot, now, ...how, task, mode, control: state, window });
    if (judgement.kind === "run") {
      const entry = queuedSlot(task.id, slot, now);
      return { taskId: task.id, slot, outcome: "enqueued", reason: lateness(slot, now), run: { entry, task } };
    }
    const { state: status, code, reason } = judgement;
    const executionId = runIdOf(task.id, slot);
    const ended = endedRecord({ executionId, task, taskId: task.id, mode, slot, status, code, reason, at: now });
    return (await runCloser.closeUnrun(ended))
      ? { taskId: task.id, slot, outcome: status, reason }
      : { taskId: task.id, slot, outcome: "enqueued", reason: "its run has begun" };
  }

  const requestOf = ({ entry, task }: NonNullable<Decision["run"]>, tickStartedMs: number): RunRequest => ({
    schemaVersion: 1,
    runId: entry.runId,
    taskId: task.id,
    slot: entry.slot,
    account: task.account,
    mode,
    attempt: 1,
    tickStartedMs,
    enqueuedMs: clock.realMs(),
  });

  function tell(report: TickReport, { tradingState }: ControlState): void {
    const { window } = report;
    const latesMs = report.slots.map(({ slot }) => msBetween(slot, report.at));
    telemetry.event("info", "tick", {
      at: report.at,
      source: report.source,
      window: window.open ? "open" : "closed",
      until: window.open ? window.until : window.nextOpenAt,
      reason: window.open ? "" : window.reason,
      slots: describeSlots(report.slots),
      tradingState,
      lateMs: Math.max(0, ...latesMs),
      missed: report.slots.filter(({ outcome }) => outcome === "missed").length,
    });
  }

  return { tick };
}

const slotsTold = 20;
const describeSlots = (slots: TickReport["slots"]): string => {
  const told = slots.slice(0, slotsTold).map(({ taskId, outcome }) => `${taskId} ${outcome}`);
  return slots.length > slotsTold ? `${told.join(", ")} and ${slots.length - slotsTold} more` : told.join(", ");
};

const lateness = (slot: Instant, now: Instant): string => {
  const lateMs = msBetween(slot, now);
  return lateMs >= minuteMs ? `${Math.floor(lateMs / minuteMs)} minutes late` : "";
};
