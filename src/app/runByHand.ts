// Runs that a person asks for: one of the current minute that trades, and one that is only planned and shown.
import { type By, describePrincipal, switchFor } from "../core/model/control.ts";
import { RefusedError } from "../core/model/errors.ts";
import { runIdOf } from "../core/model/ids.ts";
import type { MarketSnapshot } from "../core/model/market.ts";
import type { RunPlan, RunRequest } from "../core/model/run.ts";
import { queuedSlot } from "../core/model/slot.ts";
import { isExpired, type Task } from "../core/model/task.ts";
import { type Instant, instantFromMs, minuteMs, msFromInstant } from "../core/model/time.ts";
import { planRun } from "../core/planning/planRun.ts";
import type { Clock } from "../ports/clock.ts";
import type { RunQueue } from "../ports/queues.ts";
import type { ControlStore, ExecutionRepository, SlotLedger } from "../ports/stores.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import type { DataFetcher } from "./dataFetcher.ts";
import { findRunUnderWay } from "./runsUnderWay.ts";

export type AskedRun = { readonly executionId: string; readonly slot: Instant; readonly queued: boolean };

/**
 * A plan that was made to be looked at. `skip` says why a run now would send nothing; where only the automation or the mode stands in the
 * way, the plan shows beside it what would be sent without.
 */
export type DryRun = Omit<RunPlan, "skip"> & {
  readonly skip?: { readonly code: string; readonly reason: string };
  readonly excluded: MarketSnapshot["excluded"];
};

export type RunByHand = {
  /** Throws RefusedError for a task that may not run now. */
  runNow(task: Task, by: By): Promise<AskedRun>;
  /** Stores nothing and sends nothing. Throws as the broker's reads do. */
  dryRun(task: Task): Promise<DryRun>;
};

type Refusal = { readonly code: string; readonly skipCode: string; readonly reason: string };

export function createRunByHand(ports: {
  readonly mode: "paper" | "live";
  readonly control: ControlStore;
  readonly slots: SlotLedger;
  readonly executions: ExecutionRepository;
  readonly runs: RunQueue;
  readonly dataFetcher: DataFetcher;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}): RunByHand {
  const { mode, control, slots, executions, runs, dataFetcher, clock, telemetry } = ports;

  async function runNow(task: Task, by: By): Promise<AskedRun> {
    const request = requestOf(task);
    const asked = { executionId: request.runId, slot: request.slot };
    const [entry, record] = await Promise.all([slots.get(task.id, request.slot), executions.get(request.runId)]);
    if (entry !== undefined || record !== undefined) return { ...asked, queued: false };
    await refuseUnfit(task, request.slot);
    // Queued before it is named as open, as the tick does it: a crash in between leaves a run that is done, and asking again is the same
    // message. The other way round it would leave a slot that is open without a run.
    await runs.enqueue({ ...request, enqueuedMs: clock.realMs() });
    const why = `asked for by ${describePrincipal(by.principal)}: ${by.reason}`;
    const queued = await slots.open(queuedSlot(task.id, request.slot, clock.now(), why));
    if (queued) telemetry.event("info", "run.asked", { runId: request.runId, why, source: by.source });
    return { ...asked, queued };
  }

  async function refuseUnfit(task: Task, slot: Instant): Promise<void> {
    const { state } = await control.read();
    const { tradingState, tradingStateBy } = switchFor(state, { taskId: task.id });
    const expired = isExpired(task, slot) ? `task "${task.id}" expired at ${task.expiresAt}` : undefined;
    const disabled = task.enabled ? expired : `task "${task.id}" is disabled`;
    if (disabled !== undefined) throw new RefusedError("TASK_DISABLED", disabled);
    const [blocked] = automationRefusals(task, state);
    if (blocked !== undefined) throw new RefusedError(blocked.code, blocked.reason);
    if (tradingState === "halted") {
      throw new RefusedError("TRADING_HALTED", `trading was halted by ${tradingStateBy}`);
    }
    if (task.overlap === "queue") return;
    const others = (await slots.listOpen()).filter((open) => open.taskId === task.id && open.slot !== slot);
    const underWay = await findRunUnderWay(others, executions);
    if (underWay === undefined) return;
    throw new RefusedError(
      "RUN_UNDER_WAY",
      `the run ${underWay} of the task is still under way, and it does not queue`,
    );
  }

  /** What stands in the way of a run but not of a plan. */
  function automationRefusals(task: Task, state: Parameters<typeof switchFor>[0]): readonly Refusal[] {
    const { automation, automationBy } = switchFor(state, { taskId: task.id });
    const stopped = `the automation was stopped by ${automationBy}`;
    const otherMode = `it is a ${task.mode} task and this app trades ${mode}`;
    return [
      ...(automation === "stopped" ? [{ code: "AUTOMATION_STOPPED", skipCode: "STOPPED", reason: stopped }] : []),
      ...(task.mode === mode ? [] : [{ code: "WRONG_MODE", skipCode: "WRONG_MODE", reason: otherMode }]),
    ];
  }

  async function dryRun(task: Task): Promise<DryRun> {
    const inputs = await dataFetcher.gatherInputs(requestOf(task), task);
    const { skip, ...plan } = planRun(inputs);
    const [blocked] = automationRefusals(task, inputs.control);
    const why = blocked === undefined ? skip : { code: blocked.skipCode, reason: blocked.reason };
    return { ...plan, ...(why === undefined ? {} : { skip: why }), excluded: inputs.market.excluded };
  }

  function requestOf(task: Task): RunRequest {
    const slot = instantFromMs(Math.floor(msFromInstant(clock.now()) / minuteMs) * minuteMs);
    const askedMs = clock.realMs();
    return {
      schemaVersion: 1,
      runId: runIdOf(task.id, slot),
      taskId: task.id,
      slot,
      account: task.account,
      mode,
      attempt: 1,
      tickStartedMs: askedMs,
      enqueuedMs: askedMs,
    };
  }

  return { runNow, dryRun };
}
