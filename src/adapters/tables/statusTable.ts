// What the status is told from, in one read: the rows of the book that begin with `now_`, and those of the open slots that follow them.
import { InvariantError } from "../../core/model/errors.ts";
import type { StatusStore } from "../../ports/stores.ts";
import { openPrefix } from "./agendaRows.ts";
import { type Book, bookName } from "./bookTable.ts";
import { controlKey, heartbeatKey, readBeat, readControl } from "./controlTable.ts";
import { monitorKey, readMonitor } from "./monitorTable.ts";
import { readSettingsRows } from "./sectionRows.ts";
import { schemaVersion } from "./table.ts";

/** As many rows as the service answers at once. */
const pageRows = 1000;

export const createStatusStore = (book: Book): StatusStore => ({
  read: async () => {
    const rows = await book.query("now_", { through: `${openPrefix}~`, limit: pageRows });
    const byKey = new Map(rows.map((row) => [row.rowKey, row]));
    const settings = readSettingsRows(rows);
    if (settings === undefined) throw new InvariantError("UNREADABLE_ROW", `${bookName} holds no settings`);
    const [beat, monitor] = [byKey.get(heartbeatKey), byKey.get(monitorKey)];
    return {
      control: readControl(byKey.get(controlKey)),
      settings,
      lastBeat: beat && readBeat(beat),
      monitor: monitor && readMonitor(monitor),
      schema: schemaVersion,
      openSlots: {
        count: rows.filter(({ rowKey }) => rowKey.startsWith(openPrefix)).length,
        more: rows.length === pageRows,
      },
    };
  },
});
