// One run from request to record: load or gather, plan, save the plan, submit, save the record, hand on.

import { InvariantError } from "../core/model/errors.ts";
import type {
  ExecutionRecord,
  ExecutionTimings,
  FailureCode,
  RunInputs,
  RunPlan,
  RunRequest,
} from "../core/model/run.ts";
import type { Task } from "../core/model/task.ts";
import { msBetween } from "../core/model/time.ts";
import { planRun } from "../core/planning/planRun.ts";
import { completedRecord, startedRecord } from "../core/reporting/executionRecord.ts";
import type { Clock } from "../ports/clock.ts";
import type { ExecutionRepository, TaskStore } from "../ports/stores.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import type { DataFetcher } from "./dataFetcher.ts";
import type { OrderExecutor } from "./orderExecutor.ts";
import type { RunCloser } from "./runCloser.ts";

export type TaskManager = {
  /**
   * Executes one run and answers its record. Safe to call any number of times with the same request: a finished run is only handed on
   * again, a planned one is resumed from its stored plan. Throws TransientError when a later try may succeed, InvariantError when none can.
   */
  executeTask(request: RunRequest): Promise<ExecutionRecord>;
  /** Ends a run that cannot go on as failed; of a planned one it keeps the plan and what the broker shows of its orders. */
  failTask(request: RunRequest, code: FailureCode, reason: string): Promise<ExecutionRecord>;
};

type PlannedRun = { readonly plan: RunPlan; readonly inputs: RunInputs; readonly resumed: boolean };

export function createTaskManager(ports: {
  readonly tasks: TaskStore;
  readonly executions: ExecutionRepository;
  readonly dataFetcher: DataFetcher;
  readonly orderExecutor: OrderExecutor;
  readonly runCloser: RunCloser;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}): TaskManager {
  const { tasks, executions, dataFetcher, orderExecutor, runCloser, clock, telemetry } = ports;

  async function executeTask(request: RunRequest): Promise<ExecutionRecord> {
    const startedMs = clock.realMs();
    const [task, earlier] = await Promise.all([findTask(request), executions.get(request.runId)]);
    if (earlier !== undefined && earlier.status !== "running") return runCloser.close(earlier);

    const [started, { plan, inputs, resumed }] = await Promise.all([
      earlier ?? begin(request, task),
      resumeOrPlan(request, task, earlier),
    ]);
    // Marked before anything is sent: whoever else is at this run then knows that its orders may leave from here.
    const standing = (resumed ? await executions.resume(request.runId) : undefined) ?? started;
    // Somebody ended the run before this delivery came to its orders: nothing is sent.
    if (standing.status !== "running") return runCloser.close(standing);
    const { lastOrderMs, ...orders } = await orderExecutor.submitPlan(plan, inputs, { resumed });

    const timings = timingsOf(request, startedMs, lastOrderMs, clock.realMs());
    return runCloser.close(
      completedRecord({ started: standing, plan, inputs, ...orders, endedAt: clock.now(), timings }),
    );
  }

  async function failTask(request: RunRequest, code: FailureCode, reason: string): Promise<ExecutionRecord> {
    const [started, stored] = await Promise.all([executions.get(request.runId), executions.loadPlan(request.runId)]);
    const failure = { status: "failed", code, reason, endedAt: clock.now() } as const;
    if (stored === undefined) {
      return runCloser.close({ ...(started ?? startedRecord(request, undefined, clock.now())), ...failure });
    }
    const orders = await orderExecutor.reviewPlan(stored.plan);
    const run = { started: started ?? startedRecord(request, stored.inputs.task, clock.now()), ...stored, ...orders };
    return runCloser.close({ ...completedRecord({ ...run, endedAt: failure.endedAt, timings: null }), ...failure });
  }

  async function findTask({ taskId }: RunRequest): Promise<Task> {
    const stored = await tasks.get(taskId);
    if (stored === undefined) throw new InvariantError("UNKNOWN_TASK", `there is no task "${taskId}"`);
    if (stored.deleted) throw new InvariantError("UNKNOWN_TASK", `task "${taskId}" was deleted`);
    return stored.task;
  }

  /** Whoever inserts first begins the run; the other one resumes what it finds. */
  async function begin(request: RunRequest, task: Task): Promise<ExecutionRecord> {
    const started = startedRecord(request, task, clock.now());
    if (!(await executions.begin(started))) return (await executions.get(request.runId)) ?? started;
    const { runId, slot, attempt, enqueuedMs } = request;
    const waitedMs = clock.realMs() - enqueuedMs;
    telemetry.event("info", "run.started", {
      runId,
      taskId: task.id,
      slot,
      attempt,
      lateMs: msBetween(slot, started.startedAt),
      waitedMs,
    });
    return started;
  }

  async function resumeOrPlan(
    request: RunRequest,
    task: Task,
    earlier: ExecutionRecord | undefined,
  ): Promise<PlannedRun> {
    const stored = earlier === undefined ? undefined : await executions.loadPlan(request.runId);
    if (stored === undefined) return planAhead(request, task);
    telemetry.event("warning", "run.resumed", { runId: request.runId, tickets: stored.plan.tickets.length });
    return { ...stored, resumed: true };
  }

  /** The plan is stored before anything is sent. Where another delivery stored one first, that one is the plan. */
  async function planAhead(request: RunRequest, task: Task): Promise<PlannedRun> {
    const inputs = await dataFetcher.gatherInputs(request, task);
    const plan = planRun(inputs);
    if (await executions.savePlan(plan, inputs)) {
      tellDenials(plan);
      return { plan, inputs, resumed: false };
    }
    const stored = await executions.loadPlan(request.runId);
    if (stored === undefined)
      throw new InvariantError("INTERNAL", `the plan of ${request.runId} was stored and is gone`);
    return { ...stored, resumed: true };
  }

  function tellDenials({ runId, verdicts }: RunPlan): void {
    for (const { intent, decision, code } of verdicts) {
      const { symbol, side, qty } = intent;
      if (code !== undefined) telemetry.event("info", "order.denied", { runId, symbol, side, qty, decision, code });
    }
  }

  return { executeTask, failTask };
}

const timingsOf = (
  { tickStartedMs, enqueuedMs }: RunRequest,
  startedMs: number,
  lastOrderMs: number | undefined,
  endedMs: number,
): ExecutionTimings => ({
  tickToEnqueued: enqueuedMs - tickStartedMs,
  enqueuedToStarted: startedMs - enqueuedMs,
  startedToLastOrder: (lastOrderMs ?? endedMs) - startedMs,
  total: endedMs - tickStartedMs,
});
