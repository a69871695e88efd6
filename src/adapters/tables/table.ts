// The small table that all stores are written on: rows in partitions, insert-if-absent, etags; Azure and memory implement it alike.
import { gunzipSync, gzipSync } from "node:zlib";
import type { z } from "zod";
import { InvariantError } from "../../core/model/errors.ts";

export type Column = string | number | boolean;

/** Keys hold no `/`, `\`, `#` or `?`. The payload is any JSON value; it is compressed and may be large. */
export type Row = {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly columns: Readonly<Record<string, Column>>;
  readonly payload?: unknown;
};
export type StoredRow = Row & { readonly etag: string };

export type RowQuery = {
  readonly partitionKey: string;
  /** Row keys, both included. */
  readonly from?: string;
  readonly to?: string;
  /** Columns that must have these values. */
  readonly where?: Readonly<Record<string, Column>>;
  /** Rows of one page at most; all rows where absent. */
  readonly limit?: number;
  /** Row key after which to go on. */
  readonly after?: string;
};

/** Throws TransientError `STORE_UNAVAILABLE` when out of reach. */
export type Table = {
  /** False when a row with these keys is there already. */
  insert(row: Row): Promise<boolean>;
  get(partitionKey: string, rowKey: string): Promise<StoredRow | undefined>;
  /** Writes the row whatever was there; with an etag only if the row still has it: false when it has not. */
  put(row: Row, etag?: string): Promise<boolean>;
  /** Absent rows are fine. */
  delete(partitionKey: string, rowKey: string): Promise<void>;
  /** In row key order. */
  query(query: RowQuery): Promise<readonly StoredRow[]>;
};

/** Every row says which shape it has; a row of a newer shape is not guessed at. */
export const schemaVersion = 1;

/** An entity is 1 MiB at most and a binary property 64 KiB. */
const chunkBytes = 64 * 1024;
const maxChunks = 15;

/** Throws InvariantError `PAYLOAD_TOO_LARGE`. */
export function packPayload(payload: unknown): readonly Uint8Array[] {
  const packed = gzipSync(JSON.stringify(payload), { level: 1 });
  if (packed.length > chunkBytes * maxChunks) {
    throw new InvariantError(
      "PAYLOAD_TOO_LARGE",
      `a payload of ${packed.length} compressed bytes does not fit a table row`,
    );
  }
  return Array.from({ length: Math.ceil(packed.length / chunkBytes) }, (_, index) =>
    packed.subarray(index * chunkBytes, (index + 1) * chunkBytes),
  );
}

export const unpackPayload = (chunks: readonly Uint8Array[]): unknown =>
  JSON.parse(gunzipSync(Buffer.concat(chunks)).toString("utf8"));

/** Reads a row as `schema` says. Throws InvariantError `UNREADABLE_ROW` that names table, keys and faults. */
export function readRow<T>(table: string, row: StoredRow, schema: z.ZodType<T>): T {
  const where = `${table} ${row.partitionKey} ${row.rowKey}`;
  const version = row.columns.schemaVersion;
  if (version !== schemaVersion) {
    throw new InvariantError(
      "UNREADABLE_ROW",
      `${where}: schema version ${String(version)}, this app reads ${schemaVersion}`,
    );
  }
  const result = schema.safeParse(row.payload ?? row.columns);
  if (result.success) return result.data;
  const faults = result.error.issues.slice(0, 5).map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new InvariantError("UNREADABLE_ROW", `${where}: ${faults.join("; ")}`);
}
