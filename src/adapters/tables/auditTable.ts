// The chain as it lies in the book, and the rows that its links stand for.
import { chainLinkSchema, digestOf } from "../../core/audit/chain.ts";
import type { AuditStore } from "../../ports/stores.ts";
import { type Book, bookName, pointerKey } from "./bookTable.ts";
import { readRow, type Table } from "./table.ts";

export function createAuditStore(book: Book, executions: Table): AuditStore {
  return {
    linkExecution: async (record, at) => {
      const content = { kind: "execution", key: record.executionId, digest: digestOf(record) } as const;
      const pointer = await book.get(pointerKey(content));
      if (pointer?.columns.digest === content.digest) return;
      await book.commit([], { account: record.account, at, contents: [content] });
    },
    heads: async () => (await book.query("now_head_")).map((row) => readRow(bookName, row, chainLinkSchema)),
    links: async (account, day) => (await book.query(`link_${account}_${day}_`)).map(({ payload }) => payload),
    linked: async ({ kind, key }) => {
      if (kind === "execution") return (await executions.get(key, "record"))?.payload;
      if (kind === "control") return (await book.get(key))?.payload;
      const [name = "", version = ""] = key.split(" v");
      const prefix = kind === "task" ? "pasttask_" : "pastset_";
      return (await book.get(`${prefix}${name}_${version.padStart(6, "0")}`))?.payload;
    },
  };
}
