// The history: a partition a run with its record and its plan, and a partition a month that lists runs newest first.
import { z } from "zod";
import { ConfigError } from "../../core/model/errors.ts";
import type { ExecutionRecord, RunSummary } from "../../core/model/run.ts";
import type { Instant } from "../../core/model/time.ts";
import { isSettled } from "../../core/reporting/amendedRecord.ts";
import { summaryOf } from "../../core/reporting/executionRecord.ts";
import type { ExecutionFilter, ExecutionRepository } from "../../ports/stores.ts";
import { loadPlan, savePlan } from "./planRows.ts";
import { columnsOf, newestFirst, storedInstant } from "./rowShapes.ts";
import { type Row, readRow, type StoredRow, type Table } from "./table.ts";

const tableName = "TradewindExecutions";
const monthsPartition = "~months";

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
const storedSummary = z.custom<RunSummary>(
  (value) => storedShape.omit({ verdicts: true, outcomes: true, events: true, fills: true }).safeParse(value).success,
  "is not a run summary",
);

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
  startedAt: storedInstant,
});
const outstandingRow = ({ executionId, taskId, account, startedAt }: ExecutionRecord): Row => ({
  partitionKey: outstandingPartition,
  rowKey: executionId,
  columns: columnsOf({ executionId, taskId, account, startedAt }),
});

const monthOf = (slot: Instant): string => slot.slice(0, 7);
const listKey = ({ slot, executionId }: RunSummary): string => `${newestFirst(slot)}_${executionId}`;
const listRow = (summary: RunSummary): Row => ({
  partitionKey: monthOf(summary.slot),
  rowKey: listKey(summary),
  columns: columnsOf({ taskId: summary.taskId, status: summary.status }),
  payload: summary,
});

export function createExecutionRepository(table: Table): ExecutionRepository {
  const knownMonths = new Set<string>();

  async function enlist(record: ExecutionRecord): Promise<void> {
    const month = monthOf(record.slot);
    if (!knownMonths.has(month))
      await table.insert({ partitionKey: monthsPartition, rowKey: month, columns: columnsOf({}) });
    knownMonths.add(month);
    await table.put(listRow(summaryOf(record)));
  }

  const readRecord = (row: StoredRow): ExecutionRecord => readRow(tableName, row, storedRecord);

  /** The first final record stands, and the list shows it, however often a run is finished. */
  async function finish(record: ExecutionRecord): Promise<boolean> {
    for (;;) {
      const row = await table.get(record.executionId, "record");
      const standing = row === undefined ? undefined : readRecord(row);
      if (standing !== undefined && standing.status !== "running") {
        await enlist(standing);
        return false;
      }
      const settled = isSettled(record);
      if (!settled && standing === undefined) await table.insert(outstandingRow(record));
      const written =
        row === undefined ? await table.insert(recordRow(record)) : await table.put(recordRow(record), row.etag);
      if (!written) continue;
      await Promise.all([enlist(record), settled ? table.delete(outstandingPartition, record.executionId) : undefined]);
      return true;
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
    get: async (executionId) => {
      const row = await table.get(executionId, "record");
      return row === undefined ? undefined : readRecord(row);
    },
    loadPlan: (executionId) => loadPlan(table, executionId),
    savePlan: (plan, inputs) => savePlan(table, plan, inputs),
    finish,
    amend: async (executionId, change) => {
      for (;;) {
        const row = await table.get(executionId, "record");
        if (row === undefined) return;
        const record = readRecord(row);
        const amended = change(record);
        if (amended === record) return enlist(record);
        if (!isSettled(amended)) await table.insert(outstandingRow(amended));
        if (!(await table.put(recordRow(amended), row.etag))) continue;
        await enlist(amended);
        return;
      }
    },
    outstanding: async () => {
      const rows = await table.query({ partitionKey: outstandingPartition });
      const runs = rows.map((row) => readRow(tableName, row, storedOutstanding));
      return runs.sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
    },
    settle: (executionId) => table.delete(outstandingPartition, executionId),
    list: (filter) => list(table, filter),
  };
}

/** Walks the months newest first and reads no more rows than the page holds, and one to know whether there are more. */
async function list(table: Table, filter: ExecutionFilter): Promise<{ items: readonly RunSummary[]; cursor?: string }> {
  const cursor = filter.cursor === undefined ? undefined : readCursor(filter.cursor);
  const fits = (month: string): boolean =>
    (filter.to === undefined || month <= monthOf(filter.to)) &&
    (filter.from === undefined || month >= monthOf(filter.from)) &&
    (cursor === undefined || month <= cursor.month);
  const months = (await table.query({ partitionKey: monthsPartition })).map(({ rowKey }) => rowKey).filter(fits);
  const where = {
    ...(filter.taskId === undefined ? {} : { taskId: filter.taskId }),
    ...(filter.status === undefined ? {} : { status: filter.status }),
  };
  const found: RunSummary[] = [];
  for (const month of months.sort().reverse()) {
    const rows = await table.query({
      partitionKey: month,
      where,
      limit: filter.limit + 1 - found.length,
      ...(filter.to === undefined ? {} : { from: newestFirst(filter.to) }),
      // One more than the key of the instant itself, so that the ids behind that key are in.
      ...(filter.from === undefined ? {} : { to: `${newestFirst(filter.from)}~` }),
      ...(cursor?.month === month ? { after: cursor.rowKey } : {}),
    });
    found.push(...rows.map((row) => readRow(tableName, row, storedSummary)));
    if (found.length > filter.limit) break;
  }
  const items = found.slice(0, filter.limit);
  const last = items.at(-1);
  return found.length > filter.limit && last !== undefined ? { items, cursor: writeCursor(last) } : { items };
}

const cursorShape = z.strictObject({ month: z.string().regex(/^\d{4}-\d{2}$/), rowKey: z.string().min(1).max(200) });

const writeCursor = (last: RunSummary): string =>
  Buffer.from(JSON.stringify({ month: monthOf(last.slot), rowKey: listKey(last) })).toString("base64url");

function readCursor(text: string): z.infer<typeof cursorShape> {
  try {
    return cursorShape.parse(JSON.parse(Buffer.from(text, "base64url").toString("utf8")));
  } catch (cause) {
    throw new ConfigError("cursor", [{ path: "cursor", message: "is not one that this list gave" }], { cause });
  }
}
