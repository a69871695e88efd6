// The history: a partition a run with its record and its plan; where runs are listed is said in executionList.ts.
import { z } from "zod";
import { instant } from "../../core/model/parse.ts";
import type { ExecutionRecord } from "../../core/model/run.ts";
import { concernsMonitor } from "../../core/reporting/amendedRecord.ts";
import { summaryOf } from "../../core/reporting/executionRecord.ts";
import type { ExecutionRepository } from "../../ports/stores.ts";
import { listRun, listRuns, unlistRun } from "./executionList.ts";
import { loadPlan, savePlan } from "./planRows.ts";
import { columnsOf } from "./rowShapes.ts";
import { type Row, readRow, type Table } from "./table.ts";

const tableName = "TradewindExecutions";

/** Keys are checked here; what is inside was written whole by this app at this schema version. */
const storedRecord = z.custom<ExecutionRecord>(
  (value) => storedShape.safeParse(value).success,
  "is not an execution record",
);
const storedShape = z.looseObject({
  executionId: z.string(),
  taskId: z.string(),
  slot: z.string(),
  status: z.enum(["running", "succeeded", "partial", "skipped", "missed", "blocked", "failed"]),
  startedAt: z.string(),
  verdicts: z.array(z.looseObject({})),
  outcomes: z.array(z.looseObject({ kind: z.string() })),
  events: z.array(z.looseObject({ state: z.string() })),
  fills: z.array(z.looseObject({ id: z.string() })),
});
const recordRow = (record: ExecutionRecord): Row => ({
  partitionKey: record.executionId,
  rowKey: "record",
  columns: columnsOf({ taskId: record.taskId, status: record.status, code: record.code }),
  payload: record,
});

/** Runs with orders that may still change; no run has this as its id. */
const outstandingPartition = "~outstanding";
const storedOutstanding = z.object({
  executionId: z.string(),
  taskId: z.string(),
  account: z.string(),
  startedAt: instant,
});
const outstandingRow = ({ executionId, taskId, account, startedAt }: ExecutionRecord): Row => ({
  partitionKey: outstandingPartition,
  rowKey: executionId,
  columns: columnsOf({ executionId, taskId, account, startedAt }),
});

/** Every change of a final record adds an event or an execution. */
const isSeen = (record: ExecutionRecord, seen: Pick<ExecutionRecord, "events" | "fills">): boolean =>
  record.events.length === seen.events.length && record.fills.length === seen.fills.length;

export function createExecutionRepository(table: Table): ExecutionRepository {
  const enlist = (record: ExecutionRecord): Promise<void> => listRun(table, summaryOf(record));

  async function find(executionId: string): Promise<{ record: ExecutionRecord; etag: string } | undefined> {
    const row = await table.get(executionId, "record");
    return row && { record: readRow(tableName, row, storedRecord), etag: row.etag };
  }

  async function resume(executionId: string): Promise<ExecutionRecord | undefined> {
    for (;;) {
      const found = await find(executionId);
      if (found?.record.status !== "running" || found.record.resumed) return found?.record;
      const resumed = { ...found.record, resumed: true } as const;
      if (await table.put(recordRow(resumed), found.etag)) return resumed;
    }
  }

  /** The first final record stands, and the list shows it, however often a run is finished. */
  async function finish(record: ExecutionRecord): ReturnType<ExecutionRepository["finish"]> {
    for (;;) {
      const found = await find(record.executionId);
      const standing = found?.record;
      if (standing !== undefined && standing.status !== "running") {
        await enlist(standing);
        return "ended";
      }
      if (standing?.resumed && !record.resumed) return "resumed";
      const watched = concernsMonitor(record);
      if (watched && standing === undefined) await table.insert(outstandingRow(record));
      const row = recordRow(record);
      const written = found === undefined ? await table.insert(row) : await table.put(row, found.etag);
      if (!written) continue;
      await Promise.all([enlist(record), watched ? undefined : table.delete(outstandingPartition, record.executionId)]);
      return "finished";
    }
  }

  return {
    begin: async (record) => {
      // Listed first: a run whose orders nobody looks after must not be possible.
      if (record.status === "running") await table.insert(outstandingRow(record));
      const inserted = await table.insert(recordRow(record));
      if (inserted) await enlist(record);
      return inserted;
    },
    get: async (executionId) => (await find(executionId))?.record,
    loadPlan: (executionId) => loadPlan(table, executionId),
    savePlan: (plan, inputs) => savePlan(table, plan, inputs),
    resume,
    finish,
    amend: async (executionId, change) => {
      for (;;) {
        const found = await find(executionId);
        if (found === undefined) return;
        const { record, etag } = found;
        const amended = change(record);
        if (amended === record) return enlist(record);
        // Outstanding until it is settled, and settling links it: a change whose link a crash prevented is no tampering.
        await table.insert(outstandingRow(amended));
        if (!(await table.put(recordRow(amended), etag))) continue;
        // And listed afterwards, for whoever settled the run in between had not seen the change.
        await Promise.all([enlist(amended), table.insert(outstandingRow(amended))]);
        return;
      }
    },
    outstanding: async () => {
      const rows = await table.query({ partitionKey: outstandingPartition });
      const runs = rows.map((row) => readRow(tableName, row, storedOutstanding));
      return runs.sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
    },
    settle: async (seen) => {
      await table.delete(outstandingPartition, seen.executionId);
      const found = await find(seen.executionId);
      if (found === undefined || isSeen(found.record, seen)) return;
      await table.insert(outstandingRow(found.record));
    },
    list: (filter) => listRuns(table, filter),
    remove: async (run) => {
      if ((await table.get(outstandingPartition, run.executionId)) !== undefined) return false;
      await unlistRun(table, run, async () => {
        const rows = await table.query({ partitionKey: run.executionId, keysOnly: true });
        for (const { rowKey } of rows) await table.delete(run.executionId, rowKey);
      });
      return true;
    },
  };
}
