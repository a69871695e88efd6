// "What if the limits were others?": the recorded runs of a task judged anew, page by page, and nothing written.
import { InvariantError, RefusedError } from "../core/model/errors.ts";
import type { OtherLimits } from "../core/model/otherLimits.ts";
import type { RunSummary } from "../core/model/run.ts";
import { addMs, dayMs, type Instant } from "../core/model/time.ts";
import { type OtherOrder, underOtherLimits } from "../core/reporting/whatIf.ts";
import type { Clock } from "../ports/clock.ts";
import type { ExecutionRepository, TaskStore } from "../ports/stores.ts";

/** `days` back from now; a page reads `limit` runs, and fewer where judging them takes long. */
export type WhatIfQuery = {
  readonly limits: OtherLimits;
  readonly days: number;
  readonly limit: number;
  readonly cursor?: string;
};

type RunId = Pick<RunSummary, "executionId" | "slot" | "status">;
export type OtherRun = RunId & { readonly orders: readonly OtherOrder[] };
/** `NO_INPUTS`: it read nothing. `UNREADABLE_ROW`: what it read cannot be read back. `OTHER_RULES`: today's rules decide otherwise anyway. */
export type RunLeftOut = RunId & {
  readonly code: "NO_INPUTS" | "UNREADABLE_ROW" | "OTHER_RULES";
  readonly reason: string;
};

export type WhatIfPage = {
  readonly taskId: string;
  /** No run with an earlier slot is looked at. */
  readonly from: Instant;
  /** Runs with at least one order that would be another, newest slot first. */
  readonly items: readonly OtherRun[];
  readonly leftOut: readonly RunLeftOut[];
  /** Of this page: runs judged anew, and orders by what would become of them. */
  readonly totals: { readonly judged: number } & Readonly<Record<OtherOrder["change"], number>>;
  readonly cursor?: string;
};

export type WhatIf = {
  /** Deleted tasks answer their past. Throws RefusedError `TASK_NOT_FOUND`, and ConfigError for a cursor of no page. */
  ask(taskId: string, query: WhatIfQuery): Promise<WhatIfPage>;
};

/** A run of a thousand symbols takes seconds, and Azure ends an HTTP request after 230 of them. */
const pageMs = 20_000;
const runsAtOnce = 10;

export function createWhatIf(ports: {
  readonly tasks: TaskStore;
  readonly executions: ExecutionRepository;
  readonly clock: Clock;
}): WhatIf {
  const { tasks, executions, clock } = ports;

  async function ask(taskId: string, { limits, days, limit, cursor }: WhatIfQuery): Promise<WhatIfPage> {
    if ((await tasks.get(taskId)) === undefined)
      throw new RefusedError("TASK_NOT_FOUND", `there is no task "${taskId}"`);
    const from = addMs(clock.now(), -days * dayMs);
    const { runs, next } = await judgeRuns({ taskId, from }, limits, limit, cursor);
    const judged = runs.filter((run): run is OtherRun => "orders" in run);
    const orders = judged.flatMap((run) => run.orders);
    const count = (change: OtherOrder["change"]): number => orders.filter((order) => order.change === change).length;
    return {
      taskId,
      from,
      items: judged.filter((run) => run.orders.length > 0),
      leftOut: runs.filter((run): run is RunLeftOut => "code" in run),
      totals: {
        judged: judged.length,
        nowDenied: count("nowDenied"),
        nowSent: count("nowSent"),
        otherQty: count("otherQty"),
      },
      ...(next === undefined ? {} : { cursor: next }),
    };
  }

  async function judgeRuns(
    which: { readonly taskId: string; readonly from: Instant },
    limits: OtherLimits,
    limit: number,
    cursor: string | undefined,
  ): Promise<{ readonly runs: readonly (OtherRun | RunLeftOut)[]; readonly next: string | undefined }> {
    const startedMs = clock.realMs();
    const runs: (OtherRun | RunLeftOut)[] = [];
    let next = cursor;
    do {
      const part = { ...which, limit: Math.min(runsAtOnce, limit - runs.length) };
      const page = await executions.list(next === undefined ? part : { ...part, cursor: next });
      // One by one: the inputs of a run may be megabytes.
      for (const summary of page.items) runs.push(await judgeRun(summary, limits));
      next = page.cursor;
    } while (next !== undefined && runs.length < limit && clock.realMs() - startedMs < pageMs);
    return { runs, next };
  }

  async function judgeRun(
    { executionId, slot, status, code, reason }: RunSummary,
    limits: OtherLimits,
  ): Promise<OtherRun | RunLeftOut> {
    const run = { executionId, slot, status };
    try {
      const stored = await executions.loadPlan(executionId);
      if (stored === undefined) {
        const why = [code, reason].filter((text) => text !== "").join(": ");
        return { ...run, code: "NO_INPUTS", reason: `it read nothing${why === "" ? "" : ` (${why})`}` };
      }
      const judged = underOtherLimits(stored, limits);
      return judged.comparable
        ? { ...run, orders: judged.orders }
        : { ...run, code: "OTHER_RULES", reason: judged.reason };
    } catch (failure) {
      if (!(failure instanceof InvariantError)) throw failure;
      return { ...run, code: "UNREADABLE_ROW", reason: "what it read cannot be read back" };
    }
  }

  return { ask };
}
