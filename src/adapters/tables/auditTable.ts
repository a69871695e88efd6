// The chain as it lies in the book, and the rows that its links stand for.
import { z } from "zod";
import { type ChainLink, digestOf, type LinkContent } from "../../core/audit/chain.ts";
import { type Instant, parseTradingDay, type TradingDay } from "../../core/model/time.ts";
import type { AuditStore } from "../../ports/stores.ts";
import { type Book, type BookWrite, headKey, linkPrefix } from "./bookTable.ts";
import { columnsOf } from "./rowShapes.ts";
import { readRow, type StoredRow, type Table } from "./table.ts";

export function createAuditStore(book: Book, executions: Table): AuditStore {
  async function accounts(): Promise<readonly string[]> {
    const heads = await book.query(headKey(""));
    const found = new Set(heads.map(({ rowKey }) => rowKey.slice(headKey("").length)));
    let after: string | undefined;
    for (;;) {
      const [row] = await book.query(linkPrefix(), { limit: 1, ...(after === undefined ? {} : { after }) });
      if (row === undefined) return [...found].sort();
      const account = placeOf(row)?.account;
      if (account !== undefined) found.add(account);
      after = account === undefined ? row.rowKey : `${linkPrefix(account)}~`;
    }
  }

  /**
   * The row that names the newest link of a record guards it: of two that link at once, the one that read the record first does it again, or
   * an older state of the record would be linked last.
   */
  async function linkExecution(executionId: string, at: Instant): Promise<void> {
    for (;;) {
      const rowKey = `linked_execution_${executionId}`;
      const newest = await book.get(rowKey);
      const row = await executions.get(executionId, "record");
      if (row === undefined) return;
      const { account, status } = readRow("TradewindExecutions", row, linkedRecord);
      const digest = digestOf(row.payload);
      if (status === "running" || newest?.columns.digest === digest) return;
      const guard = { rowKey, columns: columnsOf({ digest }) };
      const write: BookWrite =
        newest === undefined ? { kind: "insert", row: guard } : { kind: "put", row: guard, etag: newest.etag };
      const contents = [{ kind: "execution", key: executionId, digest } as const];
      if (await book.commit([write], { account, at, contents })) return;
    }
  }

  return {
    linkExecution,
    accounts,
    head: async (account) => contentOf(await book.get(headKey(account))),
    nextDay: async (account, from) => {
      const after = from === undefined ? {} : { after: linkPrefix(account, from) };
      const [row] = await book.query(linkPrefix(account), { limit: 1, ...after });
      return row && placeOf(row)?.day;
    },
    links: async (account, day) => (await book.query(`${linkPrefix(account, day)}_`)).map(contentOf),
    rowsOf,
    digestOf: async (name) => {
      const [table, key = ""] = name.split(" ");
      const row = table === inBook ? await book.get(key) : await executions.get(key, "record");
      if (row === undefined) return undefined;
      const content = contentOf(row);
      return content === undefined ? "damaged" : digestOf(content);
    },
  };
}

const linkedRecord = z.looseObject({ account: z.string(), status: z.string() });

const inBook = "book";
const inExecutions = "executions";

/** A version of a task or section stands in two rows: among all versions, and as what holds now until the next one does. */
function rowsOf({ kind, key }: Pick<LinkContent, "kind" | "key">): readonly string[] {
  if (kind === "execution") return [`${inExecutions} ${key}`];
  if (kind === "control") return [`${inBook} ${key}`];
  const [name = "", version = ""] = key.split(" v");
  const [past, now] = kind === "task" ? ["pasttask_", "task_"] : ["pastset_", "now_set_"];
  return [`${inBook} ${past}${name}_${version.padStart(6, "0")}`, `${inBook} ${now}${name}`];
}

function placeOf({ rowKey }: StoredRow): Pick<ChainLink, "account" | "day"> | undefined {
  const [, account, text = ""] = /^link_(.+)_(\d{4}-\d{2}-\d{2})_\d{7}$/.exec(rowKey) ?? [];
  const day: TradingDay | undefined = parseTradingDay(text);
  return account === undefined || day === undefined ? undefined : { account, day };
}

/** Undefined where its bytes are damaged, or it has none. */
function contentOf(row: StoredRow | undefined): unknown {
  try {
    return row?.payload;
  } catch {
    return undefined;
  }
}
