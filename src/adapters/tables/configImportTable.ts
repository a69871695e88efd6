// The state of the configuration: one row that changes with every save of a task or section, and that holds an import until all of it is made.
import { z } from "zod";
import { principalSchema } from "../../core/model/control.ts";
import { InvariantError } from "../../core/model/errors.ts";
import { instant } from "../../core/model/parse.ts";
import { type SectionName, sectionNames } from "../../core/model/settings.ts";
import { taskSchema } from "../../core/model/task.ts";
import type { ConfigImport, ImportStore } from "../../ports/stores.ts";
import { type Book, type BookRow, type BookWrite, bookName, type Links } from "./bookTable.ts";
import { columnsOf } from "./rowShapes.ts";
import { readValue } from "./sectionRows.ts";
import { readRow, type StoredRow } from "./table.ts";

const stateKey = "config_state";

/** No import is under way. */
export const settledRow: BookRow = { rowKey: stateKey, columns: columnsOf({ importId: "" }) };

const importIdOf = (row: StoredRow): string => String(row.columns.importId ?? "");

const storedImport = z.strictObject({
  id: z.string().min(1),
  by: z.strictObject({ principal: principalSchema, reason: z.string(), source: z.string() }),
  sections: z.array(
    z.strictObject({
      name: z.enum(sectionNames as [SectionName, ...SectionName[]]),
      value: z.unknown(),
      version: z.int().min(1),
    }),
  ),
  tasks: z.array(
    z.strictObject({ task: taskSchema, version: z.int().min(1), createdAt: instant, deleted: z.boolean() }),
  ),
});

/**
 * Commits a change of the configuration. While an import is under way only its own parts are let through, so that nothing comes between them:
 * false for all else, and as the book's commit otherwise.
 */
export async function commitConfig(
  book: Book,
  writes: readonly BookWrite[],
  links: Links,
  importId?: string,
): Promise<boolean> {
  for (;;) {
    const state = await book.get(stateKey);
    const underWay = state === undefined ? "" : importIdOf(state);
    if (underWay !== "" && underWay !== importId) return false;
    // The parts of an import need no guard: nothing else is written meanwhile. Before the first seeding is done there is no row to guard.
    const guard: readonly BookWrite[] =
      state === undefined || importId !== undefined ? [] : [{ kind: "put", row: settledRow, etag: state.etag }];
    if (await book.commit([...guard, ...writes], links)) return true;
    // Somebody else saved something in between: the same again. Else it was one of the writes.
    if ((await book.get(stateKey))?.etag === state?.etag) return false;
  }
}

export function createImportStore(book: Book): ImportStore {
  return {
    mark: async () => {
      const row = await book.get(stateKey);
      if (row === undefined)
        throw new InvariantError("UNREADABLE_ROW", `${bookName} holds no state of the configuration`);
      return row.etag;
    },
    begin: async (next, mark) => {
      const row = await book.get(stateKey);
      if (row === undefined || importIdOf(row) !== "") return false;
      return book.put({ rowKey: stateKey, columns: columnsOf({ importId: next.id }), payload: next }, mark);
    },
    pending: async () => {
      const row = await book.get(stateKey);
      return row === undefined || importIdOf(row) === "" ? undefined : readImport(row);
    },
    end: async (id) => {
      const row = await book.get(stateKey);
      if (row !== undefined && importIdOf(row) === id) await book.put(settledRow, row.etag);
    },
  };
}

function readImport(row: StoredRow): ConfigImport {
  const stored = readRow(bookName, row, storedImport);
  return {
    ...stored,
    sections: stored.sections.map((each) => ({ ...each, value: readValue(row, each.name, each.value) })),
  };
}
