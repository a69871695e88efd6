// A table in Azure Table Storage (or a stand-in that speaks its protocol), made when it is missing.
import {
  type GetTableEntityResponse,
  odata,
  RestError,
  TableClient,
  type TableEntity,
  type TableEntityResult,
  type TransactionAction,
} from "@azure/data-tables";
import type { TokenCredential } from "@azure/identity";
import { InvariantError, TransientError } from "../../core/model/errors.ts";
import {
  type Column,
  isKey,
  packRow,
  type Row,
  type RowQuery,
  type StoredRow,
  type Table,
  unpackRow,
  type Write,
} from "../tables/table.ts";

export type TableAccess =
  | { readonly connectionString: string }
  | { readonly endpoint: string; readonly credential: TokenCredential };

const clientOptions = { retryOptions: { maxRetries: 2, retryDelayInMs: 200, maxRetryDelayInMs: 1000 } };
const timeoutMs = 10_000;
const chunkName = /^payload\d{1,2}$/;

/** Opens tables by name, each once. */
export function createTableStorage(access: TableAccess): (name: string) => Table {
  const open = new Map<string, Table>();
  return (name) => {
    const table = open.get(name) ?? createTable(connect(access, name));
    open.set(name, table);
    return table;
  };
}

const connect = (access: TableAccess, name: string): TableClient =>
  "connectionString" in access
    ? TableClient.fromConnectionString(access.connectionString, name, {
        ...clientOptions,
        allowInsecureConnection: /TableEndpoint=http:|UseDevelopmentStorage/.test(access.connectionString),
      })
    : new TableClient(access.endpoint, name, access.credential, clientOptions);

function createTable(client: TableClient): Table {
  /** Makes the table the first time it turns out to be missing, then does the operation again. */
  async function attempt<T>(operation: (abortSignal: AbortSignal) => Promise<T>): Promise<T> {
    try {
      return await operation(AbortSignal.timeout(timeoutMs));
    } catch (failure) {
      if (!(failure instanceof RestError) || codeOf(failure) !== "TableNotFound") throw failure;
      await client.createTable({ abortSignal: AbortSignal.timeout(timeoutMs) });
      return operation(AbortSignal.timeout(timeoutMs));
    }
  }

  /** The answer, or what it stands for when the service answered with one of these statuses. */
  async function answered<T>(
    operation: (abortSignal: AbortSignal) => Promise<T>,
    meanings: Readonly<Record<number, T>>,
  ): Promise<T> {
    try {
      return await attempt(operation);
    } catch (failure) {
      const status = failure instanceof RestError ? failure.statusCode : undefined;
      if (status !== undefined && status in meanings) return meanings[status] as T;
      throw failureOf(client.tableName, failure);
    }
  }

  return {
    insert: (row) =>
      answered(
        async (abortSignal) => {
          await client.createEntity(toEntity(row), { abortSignal });
          return true;
        },
        { 409: false },
      ),
    // A key that cannot exist is not asked for: the service would call it a bad request instead of an absent row.
    get: async (partitionKey, rowKey) =>
      isKey(partitionKey) && isKey(rowKey)
        ? answered<StoredRow | undefined>(
            async (abortSignal) => fromEntity(await client.getEntity(partitionKey, rowKey, { abortSignal })),
            { 404: undefined },
          )
        : undefined,
    put: (row, etag) =>
      answered(
        async (abortSignal) => {
          if (etag === undefined) await client.upsertEntity(toEntity(row), "Replace", { abortSignal });
          else await client.updateEntity(toEntity(row), "Replace", { etag, abortSignal });
          return true;
        },
        { 412: false, 404: false },
      ),
    writeAll: (writes) =>
      answered(
        async (abortSignal) => {
          await client.submitTransaction(writes.map(toAction), { abortSignal });
          return true;
        },
        { 404: false, 409: false, 412: false },
      ),
    delete: (partitionKey, rowKey) =>
      answered<void>(
        async (abortSignal) => {
          await client.deleteEntity(partitionKey, rowKey, { abortSignal });
        },
        { 404: undefined },
      ),
    query: (query) =>
      answered(async (abortSignal) => {
        const found: StoredRow[] = [];
        const rows = client.listEntities<Record<string, unknown>>({
          queryOptions: { filter: filterOf(query), ...(query.keysOnly ? { select: ["PartitionKey", "RowKey"] } : {}) },
          abortSignal,
        });
        for await (const page of rows.byPage(
          query.limit === undefined ? {} : { maxPageSize: Math.min(query.limit, 1000) },
        )) {
          for (const entity of page) found.push(fromEntity(entity));
          // An empty page with a token is no end; a full one is.
          if (query.limit !== undefined && found.length >= query.limit) break;
        }
        return found.slice(0, query.limit);
      }, {}),
  };
}

/** What an answer that stands for no value means: only a bad request cannot be mended by trying again. */
function failureOf(table: string, failure: unknown): Error {
  if (failure instanceof InvariantError || failure instanceof TypeError || failure instanceof RangeError)
    return failure;
  const status = failure instanceof RestError ? (failure.statusCode ?? 0) : 0;
  const answer = failure instanceof RestError && status > 0 ? `${status} ${codeOf(failure) ?? ""}` : String(failure);
  // A role for the app's identity takes minutes to reach every server, so a refusal may pass too.
  return status >= 400 && status < 500 && ![401, 403, 408, 429].includes(status)
    ? new InvariantError("INTERNAL", `table ${table} refused the request: ${answer}`, { cause: failure })
    : new TransientError("STORE_UNAVAILABLE", `table ${table} is out of reach: ${answer}`, { cause: failure });
}

function toAction(write: Write): TransactionAction {
  switch (write.kind) {
    case "insert":
      return ["create", toEntity(write.row)];
    case "delete":
      return ["delete", { partitionKey: write.partitionKey, rowKey: write.rowKey }];
    case "put":
      return write.etag === undefined
        ? ["upsert", toEntity(write.row), "Replace"]
        : ["update", toEntity(write.row), "Replace", { etag: write.etag }];
  }
}

function filterOf({ partitionKey, from, to, after, where = {} }: RowQuery): string {
  return [
    odata`PartitionKey eq ${partitionKey}`,
    ...(from === undefined ? [] : [odata`RowKey ge ${from}`]),
    ...(to === undefined ? [] : [odata`RowKey le ${to}`]),
    ...(after === undefined ? [] : [odata`RowKey gt ${after}`]),
    ...Object.entries(where).map(([name, value]) => `${name}${odata` eq ${value}`}`),
  ].join(" and ");
}

function toEntity(row: Row): TableEntity<Record<string, unknown>> {
  const { partitionKey, rowKey, columns, chunks } = packRow(row);
  return {
    ...columns,
    ...Object.fromEntries(chunks.map((chunk, index) => [`payload${index}`, chunk])),
    partitionKey,
    rowKey,
  };
}

function fromEntity(
  entity: GetTableEntityResponse<Record<string, unknown>> | TableEntityResult<Record<string, unknown>>,
): StoredRow {
  const { partitionKey = "", rowKey = "", etag, timestamp: _, ...rest } = entity;
  const columns: Record<string, Column> = {};
  const chunks: Uint8Array[] = [];
  for (const [name, value] of Object.entries(rest)) {
    if (value instanceof Uint8Array) {
      if (chunkName.test(name)) chunks[Number(name.slice(7))] = value;
    } else if (isColumn(value) && !name.includes("odata")) columns[name] = value;
  }
  return unpackRow({ partitionKey: String(partitionKey), rowKey: String(rowKey), columns, chunks }, etag);
}

const isColumn = (value: unknown): value is Column =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean";

const codeOf = (failure: RestError): string | undefined => {
  const details: unknown = failure.details;
  const error =
    typeof details === "object" && details !== null && "odataError" in details ? details.odataError : undefined;
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : failure.code;
  return typeof code === "string" ? code : undefined;
};
