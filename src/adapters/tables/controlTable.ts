// The operator's switches, the events that changed them, and the heartbeat.
import { z } from "zod";
import { digestOf, type LinkContent } from "../../core/audit/chain.ts";
import {
  type ControlEvent,
  type ControlState,
  controlEventSchema,
  controlStateSchema,
} from "../../core/model/control.ts";
import { ConfigError, InvariantError } from "../../core/model/errors.ts";
import { instant } from "../../core/model/parse.ts";
import type { Instant } from "../../core/model/time.ts";
import type { ControlStore } from "../../ports/stores.ts";
import { type Book, type BookRow, bookName, commonAccount } from "./bookTable.ts";
import { columnsOf, newestFirst } from "./rowShapes.ts";
import { readRow, type StoredRow } from "./table.ts";

export const controlKey = "now_control";
export const heartbeatKey = "now_heartbeat";

/** The switches have links too: the events alone would not show that somebody set the switches by hand. */
export const controlLink = (state: ControlState): LinkContent => ({
  kind: "control",
  key: controlKey,
  digest: digestOf(state),
});
export const controlRow = (state: ControlState): BookRow => ({
  rowKey: controlKey,
  columns: columnsOf({ automation: state.automation, tradingState: state.tradingState }),
  payload: state,
});

/** Throws InvariantError where there is none: a state is never guessed. */
export function readControl(row: StoredRow | undefined): ControlState {
  if (row === undefined) throw new InvariantError("UNREADABLE_ROW", `${bookName} holds no control state`);
  return readRow(bookName, row, controlStateSchema);
}

export const readBeat = (row: StoredRow): Instant => readRow(bookName, row, z.object({ at: instant })).at;

export function createControlStore(book: Book): ControlStore {
  return {
    read: async () => {
      const row = await book.get(controlKey);
      return { state: readControl(row), etag: row?.etag ?? "" };
    },
    write: async (next, event, etag) => {
      const row = eventRow(event, etag);
      return book.commit(
        [
          { kind: "put", row: controlRow(next), etag },
          { kind: "insert", row },
        ],
        {
          account: commonAccount,
          at: event.at,
          contents: [{ kind: "control", key: row.rowKey, digest: digestOf(event) }, controlLink(next)],
        },
      );
    },
    events: async ({ limit, cursor }) => {
      const after = cursor === undefined ? undefined : readCursor(cursor);
      const rows = await book.query("event_", { limit: limit + 1, ...(after === undefined ? {} : { after }) });
      const items = rows.slice(0, limit).map((row) => readRow(bookName, row, controlEventSchema));
      const last = rows[limit - 1];
      return rows.length > limit && last !== undefined ? { items, cursor: last.rowKey } : { items };
    },
    beat: async (now) => {
      await book.put({ rowKey: heartbeatKey, columns: columnsOf({ at: now }) });
    },
    lastBeat: async () => {
      const row = await book.get(heartbeatKey);
      return row && readBeat(row);
    },
  };
}

/** The digest keeps two events of one millisecond apart. */
/** The same change may come twice in one instant, with its opposite in between: the state that it was made on tells them apart. */
const eventRow = (event: ControlEvent, etag: string): BookRow => ({
  rowKey: `event_${newestFirst(event.at)}_${digestOf({ event, etag }).slice(0, 8)}`,
  columns: columnsOf({ action: event.action }),
  payload: event,
});

function readCursor(text: string): string {
  if (/^event_\d{13}_[0-9a-f]{8}$/.test(text)) return text;
  throw new ConfigError("cursor", [{ path: "cursor", message: "is not one that this list gave" }]);
}
