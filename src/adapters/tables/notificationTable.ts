// Notifications in a table of their own, in one partition so that an entry and the desk change together.
import { z } from "zod";
import { ConfigError } from "../../core/model/errors.ts";
import { notificationKeyOf } from "../../core/model/ids.ts";
import { notificationSchema } from "../../core/model/notification.ts";
import type { Instant } from "../../core/model/time.ts";
import { deskSchema, emptyDesk } from "../../core/notifications/desk.ts";
import { entrySchema, type NotificationEntry } from "../../core/notifications/entry.ts";
import type { Etag, NotificationStore } from "../../ports/notificationStore.ts";
import { columnsOf, newestFirst } from "./rowShapes.ts";
import { type Row, readRow, type StoredRow, type Table, type Write } from "./table.ts";

export const notificationTableName = "TradewindNotifications";

const partitionKey = "notifications";
/** The desk and what is parked begin alike, so that one query reads them. */
const nowPrefix = "now_";
const deskKey = `${nowPrefix}desk`;
const parkedPrefix = `${nowPrefix}parked_`;
const listPrefix = "list_";
const afterAll = "~";
const entryKey = (id: string): string => `entry_${id}`;
const listKey = ({ at, id }: NotificationEntry): string => `${listPrefix}${newestFirst(at)}_${id}`;
const idOf = (key: string): string => key.slice(listPrefix.length + 14);
/** Two rows of each fit one transaction. */
const purgedAtOnce = 40;

const parkedSchema = z.strictObject({ parked: notificationSchema });

export function createNotificationStore(table: Table): NotificationStore {
  const read = <T>(row: StoredRow, schema: z.ZodType<T>): T => readRow(notificationTableName, row, schema);
  const rowOf = (rowKey: string, payload?: unknown): Row => ({
    partitionKey,
    rowKey,
    columns: columnsOf({}),
    ...(payload === undefined ? {} : { payload }),
  });
  const write = (row: Row, etag: Etag): Write =>
    etag === undefined ? { kind: "insert", row } : { kind: "put", row, etag };

  async function get(id: string) {
    const row = await table.get(partitionKey, entryKey(id));
    return row && { entry: read(row, entrySchema), etag: row.etag };
  }

  return {
    desk: async () => {
      const rows = await table.query({ partitionKey, from: nowPrefix, to: `${nowPrefix}${afterAll}` });
      const desk = rows.find(({ rowKey }) => rowKey === deskKey);
      const parked = rows.filter(({ rowKey }) => rowKey.startsWith(parkedPrefix));
      return {
        desk: desk === undefined ? emptyDesk : read(desk, deskSchema),
        etag: desk?.etag,
        parked: parked.map((row) => read(row, parkedSchema).parked),
      };
    },
    get,
    save: ({ entry, desk }) =>
      table.writeAll([
        ...(entry === undefined ? [] : [write(rowOf(entryKey(entry.entry.id), entry.entry), entry.etag)]),
        ...(entry === undefined || entry.etag !== undefined ? [] : [write(rowOf(listKey(entry.entry)), undefined)]),
        ...(desk === undefined ? [] : [write(rowOf(deskKey, desk.desk), desk.etag)]),
      ]),
    list: async ({ limit, cursor }) => {
      if (cursor !== undefined && !/^list_\d{13}_[\w.@~-]{1,130}$/.test(cursor))
        throw new ConfigError("Cursor", [{ path: "cursor", message: "is of no list of notifications" }]);
      const to = `${listPrefix}${afterAll}`;
      const after = cursor === undefined ? {} : { after: cursor };
      const query = { partitionKey, from: listPrefix, to, limit: limit + 1, keysOnly: true, ...after };
      const keys = (await table.query(query)).map(({ rowKey }) => rowKey);
      const page = keys.slice(0, limit);
      const found = await Promise.all(page.map((key) => get(idOf(key))));
      const last = keys.length > limit ? page.at(-1) : undefined;
      return {
        items: found.flatMap((each) => (each === undefined ? [] : [each.entry])),
        ...(last === undefined ? {} : { cursor: last }),
      };
    },
    park: async (notification) => {
      await table.put(rowOf(`${parkedPrefix}${notificationKeyOf(notification.id)}`, { parked: notification }));
    },
    unpark: ({ id }) => table.delete(partitionKey, `${parkedPrefix}${notificationKeyOf(id)}`),
    purge: async (before: Instant) => {
      const from = `${listPrefix}${newestFirst(before)}`;
      const to = `${listPrefix}${afterAll}`;
      const rows = await table.query({ partitionKey, from, to, limit: purgedAtOnce, keysOnly: true });
      // The place in the list last: what is removed by half is found again.
      for (const { rowKey } of rows) {
        await table.delete(partitionKey, entryKey(idOf(rowKey)));
        await table.delete(partitionKey, rowKey);
      }
      return rows.length;
    },
  };
}
