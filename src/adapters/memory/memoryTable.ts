// A table in memory, for tests and simulation: what it keeps has been through the same packing as in Azure.
import { type PackedRow, packRow, type RowQuery, type Table, unpackRow, type Write } from "../tables/table.ts";

type Kept = { readonly packed: PackedRow; readonly etag: string };

export function createMemoryTable(): Table {
  const partitions = new Map<string, Map<string, Kept>>();
  let written = 0;

  const partition = (key: string): Map<string, Kept> => {
    const found = partitions.get(key) ?? new Map<string, Kept>();
    partitions.set(key, found);
    return found;
  };

  const finds = (write: Write): boolean => {
    const { partitionKey, rowKey } = write.kind === "delete" ? write : write.row;
    const there = partition(partitionKey).get(rowKey);
    if (write.kind === "delete") return there !== undefined;
    if (write.kind === "insert") return there === undefined;
    return write.etag === undefined || there?.etag === write.etag;
  };

  async function writeAll(writes: readonly Write[]): Promise<boolean> {
    const rows = writes.flatMap((write) => (write.kind === "delete" ? [] : [packRow(write.row)]));
    if (!writes.every(finds)) return false;
    for (const write of writes) {
      if (write.kind === "delete") partition(write.partitionKey).delete(write.rowKey);
    }
    for (const row of rows) {
      const packed = { ...row, columns: { ...row.columns } };
      partition(row.partitionKey).set(row.rowKey, { packed, etag: `"${++written}"` });
    }
    return true;
  }

  return {
    insert: (row) => writeAll([{ kind: "insert", row }]),
    get: async (partitionKey, rowKey) => {
      const kept = partition(partitionKey).get(rowKey);
      return kept && unpackRow(kept.packed, kept.etag);
    },
    put: (row, etag) => writeAll([{ kind: "put", row, ...(etag === undefined ? {} : { etag }) }]),
    writeAll,
    delete: async (partitionKey, rowKey) => {
      partition(partitionKey).delete(rowKey);
    },
    query: async (query) =>
      [...partition(query.partitionKey).values()]
        .filter(({ packed }) => fits(packed, query))
        .sort((a, b) => (a.packed.rowKey < b.packed.rowKey ? -1 : 1))
        .slice(0, query.limit)
        .map(({ packed, etag }) => unpackRow(packed, etag)),
  };
}

const fits = ({ rowKey, columns }: PackedRow, { from, to, after, where = {} }: RowQuery): boolean =>
  (from === undefined || rowKey >= from) &&
  (to === undefined || rowKey <= to) &&
  (after === undefined || rowKey > after) &&
  Object.entries(where).every(([name, value]) => columns[name] === value);
