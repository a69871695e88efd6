// The small table that all stores are written on: rows in partitions, insert-if-absent, etags; Azure and memory implement it alike.
import { gunzipSync, gzipSync } from "node:zlib";
import type { z } from "zod";
import { InvariantError } from "../../core/model/errors.ts";

export type Column = string | number | boolean;

/** The payload is any JSON value; it is compressed and may be large. */
export type Row = {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly columns: Readonly<Record<string, Column>>;
  readonly payload?: unknown;
};
/** A row as it lies in the table: the payload in compressed chunks, none where it has no payload. */
export type PackedRow = Omit<Row, "payload"> & { readonly chunks: readonly Uint8Array[] };
/** The payload is unpacked when it is looked at, and throws then if its bytes are damaged: a damaged row fails alone. */
export type StoredRow = Row & { readonly etag: string };

/**
 * `put` writes whatever was there, or with an etag only if the row still has it. `delete` wants the row to be there, whatever it says: the
 * SDK's transactions delete without looking at an etag.
 */
export type Write =
  | { readonly kind: "insert"; readonly row: Row }
  | { readonly kind: "put"; readonly row: Row; readonly etag?: string }
  | { readonly kind: "delete"; readonly partitionKey: string; readonly rowKey: string };

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
  /** The rows' keys alone, without columns and payload. */
  readonly keysOnly?: boolean;
};

/** Throws TransientError `STORE_UNAVAILABLE` when out of reach; writes InvariantError `UNSAFE_KEY` or `PAYLOAD_TOO_LARGE` (see `packRow`). */
export type Table = {
  /** False when a row with these keys is there already. */
  insert(row: Row): Promise<boolean>;
  get(partitionKey: string, rowKey: string): Promise<StoredRow | undefined>;
  /** Writes the row whatever was there; with an etag only if the row still has it: false when it has not. */
  put(row: Row, etag?: string): Promise<boolean>;
  /** All writes or none, up to a hundred different rows of one partition: false when one of them finds its row not as it must be. */
  writeAll(writes: readonly Write[]): Promise<boolean>;
  /** Absent rows are fine. */
  delete(partitionKey: string, rowKey: string): Promise<void>;
  /** In row key order. */
  query(query: RowQuery): Promise<readonly StoredRow[]>;
};

/** Every row says which shape it has; a row of a newer shape is not guessed at. */
export const schemaVersion = 1;

/** Characters of JSON that are stored as they are: packing less is slower than carrying it. */
const plainLength = 12_000;
/** The first two bytes of gzip, which no JSON begins with. */
const isPacked = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** An entity is 1 MiB at most and a binary property 64 KiB. */
const chunkBytes = 64 * 1024;
const maxChunks = 15;

/** Whether the service takes this as a key: at most 512 characters, none of `/`, `\`, `#`, `?` and no control characters. */
export const isKey = (key: string): boolean => /^[^/\\#?\p{Cc}]{0,512}$/u.test(key);

/** The row as it is stored. Throws InvariantError `UNSAFE_KEY` for keys that no table takes and `PAYLOAD_TOO_LARGE`. */
export function packRow({ payload, ...row }: Row): PackedRow {
  const unsafe = [row.partitionKey, row.rowKey].find((key) => !isKey(key));
  if (unsafe !== undefined) throw new InvariantError("UNSAFE_KEY", `${JSON.stringify(unsafe)} cannot be a table key`);
  return { ...row, chunks: payload === undefined ? [] : packPayload(payload) };
}

function packPayload(payload: unknown): readonly Uint8Array[] {
  const text = JSON.stringify(payload);
  if (text.length <= plainLength) return [Buffer.from(text)];
  const packed = gzipSync(text, { level: 1 });
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

/** The row as it is read; `packRow` the other way round. */
export function unpackRow({ chunks, ...row }: PackedRow, etag: string): StoredRow {
  if (chunks.length === 0) return { ...row, etag };
  return {
    ...row,
    etag,
    get payload(): unknown {
      const bytes = Buffer.concat(chunks);
      return JSON.parse((isPacked(bytes) ? gunzipSync(bytes) : bytes).toString("utf8"));
    },
  };
}

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
  const result = schema.safeParse(contentOf(row, where));
  if (result.success) return result.data;
  const faults = result.error.issues.slice(0, 5).map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new InvariantError("UNREADABLE_ROW", `${where}: ${faults.join("; ")}`);
}

function contentOf(row: StoredRow, where: string): unknown {
  try {
    return row.payload ?? row.columns;
  } catch (cause) {
    throw new InvariantError("UNREADABLE_ROW", `${where}: its payload is damaged: ${String(cause)}`, { cause });
  }
}
