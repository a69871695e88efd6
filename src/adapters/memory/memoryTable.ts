// A table in memory, for tests and simulation: what it keeps has been through the same packing as in Azure.
import { packPayload, type Row, type RowQuery, type StoredRow, type Table, unpackPayload } from "../tables/table.ts";

type Kept = Omit<StoredRow, "payload"> & { readonly chunks?: readonly Uint8Array[] };

export function createMemoryTable(): Table {
  const partitions = new Map<string, Map<string, Kept>>();
  let written = 0;

  const partition = (key: string): Map<string, Kept> => {
    const found = partitions.get(key) ?? new Map<string, Kept>();
    partitions.set(key, found);
    return found;
  };

  function write({ partitionKey, rowKey, columns, payload }: Row): void {
    const packed = payload === undefined ? {} : { chunks: packPayload(payload) };
    partition(partitionKey).set(rowKey, {
      partitionKey,
      rowKey,
      columns: { ...columns },
      etag: `"${++written}"`,
      ...packed,
    });
  }

  const read = ({ chunks, ...row }: Kept): StoredRow => ({
    ...row,
    ...(chunks === undefined ? {} : { payload: unpackPayload(chunks) }),
  });

  return {
    insert: async (row) => {
      if (partition(row.partitionKey).has(row.rowKey)) return false;
      write(row);
      return true;
    },
    get: async (partitionKey, rowKey) => {
      const row = partition(partitionKey).get(rowKey);
      return row === undefined ? undefined : read(row);
    },
    put: async (row, etag) => {
      if (etag !== undefined && partition(row.partitionKey).get(row.rowKey)?.etag !== etag) return false;
      write(row);
      return true;
    },
    delete: async (partitionKey, rowKey) => {
      partition(partitionKey).delete(rowKey);
    },
    query: async (query) =>
      [...partition(query.partitionKey).values()]
        .filter((row) => fits(row, query))
        .sort((a, b) => (a.rowKey < b.rowKey ? -1 : 1))
        .slice(0, query.limit)
        .map(read),
  };
}

const fits = ({ rowKey, columns }: Kept, { from, to, after, where = {} }: RowQuery): boolean =>
  (from === undefined || rowKey >= from) &&
  (to === undefined || rowKey <= to) &&
  (after === undefined || rowKey > after) &&
  Object.entries(where).every(([name, value]) => columns[name] === value);
