// The agenda and the open slots as rows of the book: what is due sorts first.
import { z } from "zod";
import { instant } from "../../core/model/parse.ts";
import type { AgendaEntry, SlotEntry } from "../../core/model/slot.ts";
import { type BookRow, bookName } from "./bookTable.ts";
import { columnsOf } from "./rowShapes.ts";
import { readRow, type StoredRow } from "./table.ts";

export const agendaPrefix = "agenda_";
export const openPrefix = "open_";

const storedEntry = z.object({ taskId: z.string(), version: z.int().min(1), dueAt: instant });

export const agendaKey = ({ taskId, version, dueAt }: AgendaEntry): string =>
  `${agendaPrefix}${dueAt}_${taskId}_${version}`;
export const agendaRow = (entry: AgendaEntry): BookRow => ({
  rowKey: agendaKey(entry),
  columns: columnsOf({ ...entry }),
});
export const readAgenda = (row: StoredRow): AgendaEntry => {
  const { taskId, version, dueAt } = readRow(bookName, row, storedEntry);
  return { taskId, version, dueAt };
};

const storedSlot = z.object({
  taskId: z.string(),
  slot: instant,
  runId: z.string(),
  state: z.enum(["enqueued", "ran", "skipped", "missed", "blocked", "failed"]),
  code: z.string(),
  reason: z.string(),
  updatedAt: instant,
});
export const slotColumns = (entry: SlotEntry) => columnsOf({ ...entry, reason: entry.reason.slice(0, 4000) });
export const readSlot = (table: string, row: StoredRow): SlotEntry => {
  const { taskId, slot, runId, state, code, reason, updatedAt } = readRow(table, row, storedSlot);
  return { taskId, slot, runId, state, code, reason, updatedAt };
};

export const openKey = ({ slot, taskId }: Pick<SlotEntry, "slot" | "taskId">): string =>
  `${openPrefix}${slot}_${taskId}`;
export const openRow = (entry: SlotEntry): BookRow => ({ rowKey: openKey(entry), columns: slotColumns(entry) });
