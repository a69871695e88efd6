// The book: configuration, switches, agenda and chain in one partition, so that a change, its history and its link are written together or not at all.
import type { ChainLink, LinkContent } from "../../core/audit/chain.ts";
import { chainLinkSchema, linkAfter } from "../../core/audit/chain.ts";
import type { Instant, TradingDay } from "../../core/model/time.ts";
import { tradingDayOf } from "../../core/schedule/tradingCalendar.ts";
import { columnsOf } from "./rowShapes.ts";
import { type Row, readRow, type StoredRow, type Table, type Write } from "./table.ts";

export const bookName = "TradewindBook";
const partitionKey = "book";

/** The part of a row's key before the first underscore says what it is. Rows that begin with `now_` are read together for the status. */
export type Book = {
  get(rowKey: string): Promise<StoredRow | undefined>;
  insert(row: BookRow): Promise<boolean>;
  put(row: BookRow, etag?: string): Promise<boolean>;
  delete(rowKey: string): Promise<void>;
  /** Rows whose key begins with `prefix`, in key order. */
  query(
    prefix: string,
    range?: { readonly limit?: number; readonly after?: string; readonly through?: string },
  ): Promise<readonly StoredRow[]>;
  /** All writes with links for them in the account's chain, or none: false when one of them finds its row not as it must be. */
  commit(writes: readonly BookWrite[], links?: Links): Promise<boolean>;
};
export type BookRow = Omit<Row, "partitionKey">;
export type BookWrite =
  | { readonly kind: "insert"; readonly row: BookRow }
  | { readonly kind: "put"; readonly row: BookRow; readonly etag?: string }
  | { readonly kind: "delete"; readonly rowKey: string };
export type Links = { readonly account: string; readonly at: Instant; readonly contents: readonly LinkContent[] };

/** The chain of what belongs to no single account. */
export const commonAccount = "main";

/** Writes of one transaction at most. */
export const transactionLimit = 100;

export const headKey = (account: string): string => `now_head_${account}`;
/** The keys of all links begin with it, those of an account, or those of its day. No account's name holds an underscore. */
export const linkPrefix = (account?: string, day?: TradingDay): string =>
  `link_${account === undefined ? "" : `${account}_`}${day ?? ""}`;
const linkKey = ({ account, day, seq }: Pick<ChainLink, "account" | "day" | "seq">): string =>
  `${linkPrefix(account, day)}_${String(seq).padStart(7, "0")}`;

export function createBook(table: Table): Book {
  /** The newest link of each account as this process knows it: a commit that finds another one reads it anew. */
  const heads = new Map<string, { readonly link: ChainLink; readonly etag: string } | undefined>();

  async function readHead(account: string): Promise<string | undefined> {
    const row = await table.get(partitionKey, headKey(account));
    heads.set(account, row && { link: readRow(bookName, row, chainLinkSchema), etag: row.etag });
    return row?.etag;
  }

  async function commit(writes: readonly BookWrite[], links?: Links): Promise<boolean> {
    if (links === undefined || links.contents.length === 0) return table.writeAll(writes.map(toWrite));
    const { account } = links;
    for (;;) {
      const etag = await readHead(account);
      if (await table.writeAll([...writes.map(toWrite), ...linkWrites(links)])) return true;
      // The chain grew in between: the same again on top of it. Else it was one of the writes.
      if ((await readHead(account)) === etag) return false;
    }
  }

  function linkWrites({ account, at, contents }: Links): readonly Write[] {
    const head = heads.get(account);
    let newest = head?.link;
    const inserts = contents.map((content): Write => {
      newest = linkAfter(newest, content, { account, day: tradingDayOf(at), at });
      return {
        kind: "insert",
        row: { partitionKey, rowKey: linkKey(newest), columns: columnsOf({}), payload: newest },
      };
    });
    const row = { partitionKey, rowKey: headKey(account), columns: columnsOf({}), payload: newest };
    return [head === undefined ? { kind: "insert", row } : { kind: "put", row, etag: head.etag }, ...inserts];
  }

  return {
    get: (rowKey) => table.get(partitionKey, rowKey),
    insert: (row) => table.insert({ partitionKey, ...row }),
    put: (row, etag) => table.put({ partitionKey, ...row }, etag),
    delete: (rowKey) => table.delete(partitionKey, rowKey),
    query: (prefix, { limit, after, through } = {}) =>
      table.query({
        partitionKey,
        from: prefix,
        to: through ?? `${prefix}~`,
        ...(limit === undefined ? {} : { limit }),
        ...(after === undefined ? {} : { after }),
      }),
    commit,
  };
}

const toWrite = (write: BookWrite): Write =>
  write.kind === "delete"
    ? { kind: "delete", partitionKey, rowKey: write.rowKey }
    : write.kind === "insert"
      ? { kind: "insert", row: { partitionKey, ...write.row } }
      : { kind: "put", row: { partitionKey, ...write.row }, ...(write.etag === undefined ? {} : { etag: write.etag }) };
