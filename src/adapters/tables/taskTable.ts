// Tasks: the newest version of each, every version before it, and an entry in the agenda that says when it is due next.
import { z } from "zod";
import { digestOf } from "../../core/audit/chain.ts";
import { principalSchema } from "../../core/model/control.ts";
import { InvariantError } from "../../core/model/errors.ts";
import { instant } from "../../core/model/parse.ts";
import { taskSchema, tasksAtOnce } from "../../core/model/task.ts";
import { addMs } from "../../core/model/time.ts";
import { nextDue } from "../../core/schedule/dueSlots.ts";
import type { StoredTask, TaskStore, UnreadableRow } from "../../ports/stores.ts";
import { agendaKey, agendaRow } from "./agendaRows.ts";
import { type Book, type BookRow, type BookWrite, bookName, commonAccount } from "./bookTable.ts";
import { commitConfig } from "./configImportTable.ts";
import { columnsOf } from "./rowShapes.ts";
import { readRow, type StoredRow } from "./table.ts";

const storedTask = z.strictObject({
  task: taskSchema,
  version: z.int().min(1),
  createdAt: instant,
  changedAt: instant,
  changedBy: principalSchema,
  reason: z.string(),
  source: z.string(),
  deleted: z.boolean(),
});

const taskPrefix = "task_";
const taskKey = (id: string): string => `${taskPrefix}${id}`;
const versionKey = (id: string, version: number): string => `pasttask_${id}_${String(version).padStart(6, "0")}`;
const rowOf = (rowKey: string, stored: StoredTask): BookRow => ({
  rowKey,
  columns: columnsOf({ version: stored.version, deleted: stored.deleted }),
  payload: stored,
});
const read = (row: StoredRow): StoredTask => readRow(bookName, row, storedTask);

export function createTaskStore(book: Book): TaskStore {
  function readAll(rows: readonly StoredRow[]) {
    const tasks: StoredTask[] = [];
    const unreadable: UnreadableRow[] = [];
    for (const row of rows) {
      if (row.columns.deleted === true) continue;
      try {
        tasks.push(read(row));
      } catch (failure) {
        if (!(failure instanceof InvariantError)) throw failure;
        unreadable.push({ key: row.rowKey.slice(taskPrefix.length), detail: failure.message });
      }
    }
    return { tasks, unreadable };
  }

  async function get(taskId: string): Promise<StoredTask | undefined> {
    const row = await book.get(taskKey(taskId));
    return row && read(row);
  }

  return {
    list: async (ids) =>
      readAll(
        await (ids === undefined
          ? book.query(taskPrefix)
          : book.query(taskKey(ids.from), { through: taskKey(ids.to), limit: ids.limit })),
      ),
    page: async (limit, after) => {
      const found: StoredTask[] = [];
      let from = after === undefined ? undefined : taskKey(after);
      for (;;) {
        const rows = await book.query(taskPrefix, {
          limit: limit + 1,
          ...(from === undefined ? {} : { after: from }),
        });
        found.push(...readAll(rows).tasks);
        from = rows.at(-1)?.rowKey;
        if (found.length > limit || rows.length <= limit)
          return { tasks: found.slice(0, limit), more: found.length > limit };
      }
    },
    get,
    version: async (taskId, version) => {
      const row = await book.get(versionKey(taskId, version));
      return row && read(row);
    },
    save: (next, importId) => save(book, next, importId),
  };
}

/** Up to five writes a task: three rows, the entry it had in the agenda, and its link in the chain. */
async function save(book: Book, next: readonly StoredTask[], importId: string | undefined): Promise<boolean> {
  if (next.length > tasksAtOnce) throw new RangeError(`at most ${tasksAtOnce} tasks are saved together`);
  const [first] = next;
  if (first === undefined) return true;
  const writes: BookWrite[] = [];
  const rows = await Promise.all(next.map(({ task }) => book.get(taskKey(task.id))));
  for (const [index, version] of next.entries()) {
    const row = rows[index];
    const before = row && read(row);
    if ((before?.version ?? 0) !== version.version - 1) return false;
    writes.push(...versionWrites(version, row), ...(await agendaDeletes(book, before, version)));
  }
  const contents = next.map((version) => ({
    kind: "task" as const,
    key: `${version.task.id} v${version.version}`,
    digest: digestOf(version),
  }));
  // A task may move to another account, and tasks of several are saved together: like all configuration, they are links of the common chain.
  const links = { account: commonAccount, at: first.changedAt, contents };
  return commitConfig(book, writes, links, importId);
}

/**
 * What has come due already is still the version's before: the tick decides it. What it would be due next is the new version's. An entry that
 * is not found where its schedule says it is does no harm: the tick knows until when a version's slots are its own.
 */
async function agendaDeletes(
  book: Book,
  before: StoredTask | undefined,
  { changedAt }: StoredTask,
): Promise<readonly BookWrite[]> {
  const dueAt = before === undefined || before.deleted ? undefined : nextDue(before.task, changedAt);
  if (before === undefined || dueAt === undefined) return [];
  const rowKey = agendaKey({ taskId: before.task.id, version: before.version, dueAt });
  return (await book.get(rowKey)) === undefined ? [] : [{ kind: "delete", rowKey }];
}

function versionWrites(version: StoredTask, before: StoredRow | undefined): readonly BookWrite[] {
  const { task, changedAt, deleted } = version;
  const row = rowOf(taskKey(task.id), version);
  const dueAt = deleted ? undefined : nextDue(task, addMs(changedAt, -1));
  return [
    before === undefined ? { kind: "insert", row } : { kind: "put", row, etag: before.etag },
    { kind: "insert", row: rowOf(versionKey(task.id, version.version), version) },
    ...(dueAt === undefined
      ? []
      : [{ kind: "insert" as const, row: agendaRow({ taskId: task.id, version: version.version, dueAt }) }]),
  ];
}
