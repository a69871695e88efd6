// A table in memory, for tests and simulation: what it keeps has been through the same packing as in Azure.
import { type PackedRow, packRow, type RowQuery, type Table, unpackRow, type Write } from "../tables/table.ts";

type Kept = { readonly packed: PackedRow; readonly etag: string };
/** `keys` in order, undefined where they have to be sorted anew: a page then costs what it holds, as in Azure. */
type Partition = { readonly rows: Map<string, Kept>; keys: string[] | undefined };

export type MemoryTable = Table & {
  /** Every row as it lies there, in no order. */
  readonly contents: () => readonly (PackedRow & { readonly etag: string })[];
};

export function createMemoryTable(): MemoryTable {
  const partitions = new Map<string, Partition>();
  let written = 0;

  const finds = (write: Write): boolean => {
    const { partitionKey, rowKey } = write.kind === "delete" ? write : write.row;
    const there = partitions.get(partitionKey)?.rows.get(rowKey);
    if (write.kind === "delete") return there !== undefined;
    if (write.kind === "insert") return there === undefined;
    return write.etag === undefined || there?.etag === write.etag;
  };

  function keep(row: PackedRow): void {
    const partition = partitions.get(row.partitionKey) ?? { rows: new Map<string, Kept>(), keys: undefined };
    partitions.set(row.partitionKey, partition);
    if (!partition.rows.has(row.rowKey)) partition.keys = undefined;
    const packed = { ...row, columns: { ...row.columns } };
    partition.rows.set(row.rowKey, { packed, etag: `"${++written}"` });
  }

  function remove(partitionKey: string, rowKey: string): void {
    const partition = partitions.get(partitionKey);
    if (partition?.rows.delete(rowKey)) partition.keys = undefined;
    if (partition?.rows.size === 0) partitions.delete(partitionKey);
  }

  async function writeAll(writes: readonly Write[]): Promise<boolean> {
    const rows = writes.flatMap((write) => (write.kind === "delete" ? [] : [packRow(write.row)]));
    if (!writes.every(finds)) return false;
    for (const write of writes) if (write.kind === "delete") remove(write.partitionKey, write.rowKey);
    rows.forEach(keep);
    return true;
  }

  return {
    insert: (row) => writeAll([{ kind: "insert", row }]),
    get: async (partitionKey, rowKey) => {
      const kept = partitions.get(partitionKey)?.rows.get(rowKey);
      return kept && unpackRow(kept.packed, kept.etag);
    },
    put: (row, etag) => writeAll([{ kind: "put", row, ...(etag === undefined ? {} : { etag }) }]),
    writeAll,
    delete: async (partitionKey, rowKey) => remove(partitionKey, rowKey),
    query: async (query) =>
      select(partitions.get(query.partitionKey), query).map(({ packed, etag }) =>
        unpackRow(query.keysOnly ? { ...packed, columns: {}, chunks: [] } : packed, etag),
      ),
    contents: () =>
      [...partitions.values()].flatMap(({ rows }) =>
        [...rows.values()].map(({ packed, etag }) => ({ ...packed, etag })),
      ),
  };
}

function select(partition: Partition | undefined, query: RowQuery): readonly Kept[] {
  if (partition === undefined) return [];
  const { from = "", to, after, where = {}, limit = Number.POSITIVE_INFINITY } = query;
  partition.keys ??= [...partition.rows.keys()].sort();
  const { keys, rows } = partition;
  const found: Kept[] = [];
  const isBefore = (key: string): boolean => key < from || (after !== undefined && key <= after);
  for (let at = firstNot(keys, isBefore); at < keys.length && found.length < limit; at++) {
    const key = keys[at] ?? "";
    if (to !== undefined && key > to) break;
    const kept = rows.get(key);
    if (kept !== undefined && Object.entries(where).every(([name, value]) => kept.packed.columns[name] === value))
      found.push(kept);
  }
  return found;
}

/** The index of the first key that is not before, by halving. */
function firstNot(keys: readonly string[], isBefore: (key: string) => boolean): number {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(keys[middle] ?? "")) low = middle + 1;
    else high = middle;
  }
  return low;
}
