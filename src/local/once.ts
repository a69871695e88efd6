// `npm start -- --once`: one scheduled run, by the real timer, and its record as JSON or a small table.
import { z } from "zod";
import type { AutomationConfig } from "../core/model/automation.ts";
import { runIdOf } from "../core/model/ids.ts";
import type { ExecutionRecord } from "../core/model/run.ts";
import { addMs, type Instant } from "../core/model/time.ts";
import { nextDue } from "../core/schedule/dueSlots.ts";
import type { DemoTimeDriver } from "./demoTime.ts";
import type { HostProcess } from "./hostProcess.ts";

/** How long one run may take in real milliseconds before it is given up. */
const patienceMs = 60_000;

/** The slot that `--once` runs: the first one at or after `at` of the first enabled task. Throws Error when there is none. */
export function slotToRun(config: AutomationConfig, at: Instant): { readonly runId: string; readonly slot: Instant } {
  const task = config.tasks.find(({ enabled }) => enabled);
  const slot = task === undefined ? undefined : nextDue(task, addMs(at, -1));
  if (task === undefined || slot === undefined)
    throw new Error("the configuration has no enabled task that is ever due");
  return { runId: runIdOf(task.id, slot), slot };
}

/** Lets the clock run to the slot, waits for the run to end, and answers its record as the history serves it. */
export async function runOnce(options: {
  readonly host: HostProcess;
  readonly time: DemoTimeDriver;
  readonly target: { readonly runId: string; readonly slot: Instant };
  /** Resolves when the app says that this run has ended. */
  readonly runEnded: Promise<void>;
}): Promise<ExecutionRecord> {
  const { host, time, target, runEnded } = options;
  time.runTo(target.slot);
  const timer = AbortSignal.timeout(patienceMs);
  const givenUp = new Promise<never>((_, reject) => {
    timer.addEventListener("abort", () =>
      reject(new Error(`run ${target.runId} did not end within ${patienceMs / 1000} s; --verbose shows more`)),
    );
  });
  const gone = host.ended.then((code): never => {
    throw new Error(`the Functions host ended with code ${code}; --verbose shows more`);
  });
  await Promise.race([runEnded, givenUp, gone]);
  const response = await fetch(`${host.url}/api/scheduler/executions/${encodeURIComponent(target.runId)}`, {
    headers: { "x-functions-key": host.key },
  });
  if (!response.ok)
    throw new Error(`the history answered ${response.status} for ${target.runId}: ${await response.text()}`);
  return z.custom<ExecutionRecord>((value) => typeof value === "object" && value !== null).parse(await response.json());
}

/** The JSON object of `--once --json`. */
export const onceReport = (record: ExecutionRecord) => ({
  executionId: record.executionId,
  taskId: record.taskId,
  slot: record.slot,
  status: record.status,
  code: record.code,
  reason: record.reason,
  signals: record.signals,
  orders: record.outcomes.map((outcome) => {
    const { clientOrderId, symbol, side, qty } = outcome.ticket;
    const order = outcome.kind === "accepted" ? outcome.order : undefined;
    return {
      clientOrderId,
      symbol,
      side,
      qty,
      status: order?.status ?? outcome.kind,
      filledQty: order?.filledQty ?? "0",
      filledAvgPrice: order?.filledAvgPrice ?? null,
    };
  }),
  riskVerdicts: record.verdicts,
  excluded: record.excluded,
  equityBefore: record.equityBefore,
  equityAfter: record.equityAfter,
  timingsMs: record.timingsMs,
});

/** The same for people: a heading and a line per order. */
export function onceTable(report: ReturnType<typeof onceReport>): string {
  const head = `${report.executionId}  ${report.status}${report.reason === "" ? "" : `: ${report.reason}`}`;
  const rows = report.orders.map((order) => [
    order.symbol,
    order.side,
    order.qty,
    order.status,
    order.filledQty,
    order.filledAvgPrice ?? "-",
  ]);
  const table = [["symbol", "side", "qty", "status", "filled", "price"], ...rows];
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => (row[column] ?? "").length)));
  const lines =
    rows.length === 0
      ? ["no orders"]
      : table.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "));
  const left = report.excluded.map(({ symbol, code, detail }) => `left out: ${symbol} (${code}: ${detail})`);
  const money =
    report.equityBefore === null ? [] : [`equity ${report.equityBefore} → ${report.equityAfter ?? "unknown"}`];
  const timings =
    report.timingsMs === null
      ? []
      : [
          `tick to last order ${Math.round(report.timingsMs.tickToEnqueued + report.timingsMs.enqueuedToStarted + report.timingsMs.startedToLastOrder)} ms`,
        ];
  return [head, ...lines, ...left, ...money, ...timings].join("\n");
}
