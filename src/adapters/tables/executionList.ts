// The lists of runs: each run stands in the index of all runs, of its task, its status and its symbols, so that a page of any of them reads its own rows only.
import { z } from "zod";
import { ConfigError, TransientError } from "../../core/model/errors.ts";
import type { RunSummary } from "../../core/model/run.ts";
import type { ExecutionFilter } from "../../ports/stores.ts";
import { transactionLimit } from "./bookTable.ts";
import {
  allRuns,
  byStatus,
  bySymbol,
  indexesOf,
  isAskedFor,
  mainIndexes,
  type Position,
  positionOf,
  positionPattern,
  rangeOf,
  yearOf,
  yearOfPosition,
} from "./executionKeys.ts";
import { columnsOf } from "./rowShapes.ts";
import { type Row, readRow, type StoredRow, type Table, type Write } from "./table.ts";

const tableName = "TradewindExecutions";
const yearsPartition = "~years";
/** Rows that a page of combined criteria looks through at most. */
const rowsLookedThrough = 1000;
const tries = 20;

const storedSummary = z.custom<RunSummary>(
  (value) =>
    z
      .looseObject({
        executionId: z.string(),
        taskId: z.string(),
        slot: z.string(),
        status: z.enum(["running", "succeeded", "partial", "skipped", "missed", "blocked", "failed"]),
        startedAt: z.string(),
        symbols: z.array(z.string()),
      })
      .safeParse(value).success,
  "is not a run summary",
);
const readSummary = (row: StoredRow): RunSummary => readRow(tableName, row, storedSummary);

const listRow = (index: string, summary: RunSummary): Row => ({
  partitionKey: yearOf(summary.slot),
  rowKey: `${index}${positionOf(summary)}`,
  columns: columnsOf({ taskId: summary.taskId, status: summary.status }),
  payload: summary,
});

/** Years that this process has seen listed. */
const knownYears = new WeakMap<Table, Set<string>>();

/** Lists a run as `summary` says, wherever it stood before. The row among all runs guards the others: of two writers at once one looks again. */
export async function listRun(table: Table, summary: RunSummary): Promise<void> {
  const year = yearOf(summary.slot);
  const known = knownYears.get(table) ?? new Set();
  knownYears.set(table, known);
  if (!known.has(year)) await table.insert({ partitionKey: yearsPartition, rowKey: year, columns: columnsOf({}) });
  known.add(year);
  for (let tried = 0; tried < tries; tried++) {
    const standing = await table.get(year, `${allRuns}${positionOf(summary)}`);
    const before = standing === undefined ? undefined : readSummary(standing);
    if (before !== undefined && JSON.stringify(before) === JSON.stringify(summary)) return;
    await writeInParts(
      table,
      summary.symbols.map((symbol) => ({ kind: "put", row: listRow(bySymbol(symbol), summary) })),
    );
    if (await table.writeAll(mainWrites(summary, before, standing?.etag))) return;
  }
  throw new TransientError("STORE_UNAVAILABLE", `the list entries of ${summary.executionId} kept changing`);
}

function mainWrites(summary: RunSummary, before: RunSummary | undefined, etag: string | undefined): readonly Write[] {
  const [all, ...others] = mainIndexes(summary).map((index) => listRow(index, summary));
  if (all === undefined) return [];
  const moved: readonly Write[] =
    before === undefined || before.status === summary.status
      ? []
      : [
          {
            kind: "delete",
            partitionKey: all.partitionKey,
            rowKey: `${byStatus(before.status)}${positionOf(summary)}`,
          },
        ];
  return [
    etag === undefined ? { kind: "insert", row: all } : { kind: "put", row: all, etag },
    ...moved,
    ...others.map((row): Write => ({ kind: "put", row })),
  ];
}

/** Takes a run off every list; what `removeRest` removes goes before the row among all runs, so that a purge that was cut off finds it again. */
export async function unlistRun(
  table: Table,
  run: Pick<RunSummary, "executionId" | "slot">,
  removeRest: () => Promise<void>,
): Promise<void> {
  const year = yearOf(run.slot);
  const standing = await table.get(year, `${allRuns}${positionOf(run)}`);
  await removeRest();
  if (standing === undefined) return;
  const summary = readSummary(standing);
  const indexes = [...summary.symbols.map(bySymbol), ...mainIndexes(summary).toReversed()];
  for (const index of indexes) await table.delete(year, `${index}${positionOf(run)}`);
}

async function writeInParts(table: Table, writes: readonly Write[]): Promise<void> {
  for (let at = 0; at < writes.length; at += transactionLimit) {
    await table.writeAll(writes.slice(at, at + transactionLimit));
  }
}

/** Walks the years newest first and reads no more rows than the page holds, and one to know whether there are more. */
export async function listRuns(
  table: Table,
  filter: ExecutionFilter,
): Promise<{ items: readonly RunSummary[]; cursor?: string }> {
  const after = filter.cursor === undefined ? undefined : readCursor(filter.cursor);
  const range = rangeOf(filter);
  if (range === undefined) return { items: [] };
  const indexes = indexesOf(filter);
  const [index = allRuns] = indexes;
  const items: RunSummary[] = [];
  let left = indexes.length === 1 ? filter.limit + 1 : rowsLookedThrough;
  let last: Position | undefined;
  for (const year of await yearsOf(table, range)) {
    if (after !== undefined && year > yearOfPosition(after)) continue;
    const rows = await table.query({
      partitionKey: year,
      from: `${index}${range.first}`,
      to: `${index}${range.last}`,
      limit: left,
      ...(after === undefined || year !== yearOfPosition(after) ? {} : { after: `${index}${after}` }),
    });
    for (const row of rows) {
      if (items.length === filter.limit) return { items, cursor: writeCursor(last) };
      const summary = readSummary(row);
      last = positionOf(summary);
      left -= 1;
      if (isAskedFor(summary, filter)) items.push(summary);
    }
    if (left <= 0) return { items, cursor: writeCursor(last) };
  }
  return { items };
}

/** Newest first. Two neighbouring years are asked without looking whether they hold anything. */
async function yearsOf(table: Table, range: { newestYear: string; oldestYear: string }): Promise<readonly string[]> {
  const { newestYear, oldestYear } = range;
  if (Number(newestYear) - Number(oldestYear) <= 1) return [...new Set([newestYear, oldestYear])];
  const years = (await table.query({ partitionKey: yearsPartition, keysOnly: true })).map(({ rowKey }) => rowKey);
  return years.filter((year) => oldestYear <= year && year <= newestYear).toReversed();
}

const writeCursor = (last: Position | undefined): string => Buffer.from(last ?? "").toString("base64url");

function readCursor(text: string): Position {
  const position = Buffer.from(text, "base64url").toString("utf8");
  if (positionPattern.test(position)) return position;
  throw new ConfigError("cursor", [{ path: "cursor", message: "is not one that this list gave" }]);
}
