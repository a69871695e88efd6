// The slot ledger: a partition a task, newest slot first, and one partition that names the slots still on their way.
import { z } from "zod";
import { isOpenSlot, type SlotEntry } from "../../core/model/slot.ts";
import type { SlotLedger } from "../../ports/stores.ts";
import { columnsOf, newestFirst, storedInstant } from "./rowShapes.ts";
import { type Row, readRow, type StoredRow, type Table } from "./table.ts";

/** No task can have this id. */
const openPartition = "~open";

const storedSlot = z.object({
  taskId: z.string(),
  slot: storedInstant,
  runId: z.string(),
  state: z.enum(["claimed", "enqueued", "ran", "skipped", "missed", "blocked", "failed"]),
  code: z.string(),
  reason: z.string(),
  updatedAt: storedInstant,
});

const columns = (entry: SlotEntry) => columnsOf({ ...entry, reason: entry.reason.slice(0, 4000) });
const slotRow = (entry: SlotEntry): Row => ({
  partitionKey: entry.taskId,
  rowKey: newestFirst(entry.slot),
  columns: columns(entry),
});
const openKey = ({ slot, taskId }: SlotEntry): string => `${slot}_${taskId}`;
const openRow = (entry: SlotEntry): Row => ({
  partitionKey: openPartition,
  rowKey: openKey(entry),
  columns: columns(entry),
});

export function createSlotLedger(table: Table): SlotLedger {
  const read = (row: StoredRow): SlotEntry => readRow("TradewindSlots", row, storedSlot);

  async function insert(entry: SlotEntry): Promise<boolean> {
    if (!isOpenSlot(entry.state)) return table.insert(slotRow(entry));
    // Named first: a slot that is claimed but not named as open would be forgotten after a crash, one that is only named is found again.
    const named = await table.insert(openRow(entry));
    const inserted = await table.insert(slotRow(entry));
    if (!inserted && named) await forgetIfEnded(entry);
    return inserted;
  }

  /** A slot that ended before this claim of it came would be named as open for good. */
  async function forgetIfEnded(entry: SlotEntry): Promise<void> {
    const row = await table.get(entry.taskId, newestFirst(entry.slot));
    if (row !== undefined && !isOpenSlot(read(row).state)) await table.delete(openPartition, openKey(entry));
  }

  /** Writes the slot unless it has ended. */
  async function move(entry: SlotEntry): Promise<void> {
    for (;;) {
      const row = await table.get(entry.taskId, newestFirst(entry.slot));
      if (row !== undefined && !isOpenSlot(read(row).state)) return;
      const written =
        row === undefined ? await table.insert(slotRow(entry)) : await table.put(slotRow(entry), row.etag);
      if (written) return;
    }
  }

  /** A run may have ended its slot in the meantime: then there is nothing open to change. */
  async function renewOpen(entry: SlotEntry): Promise<void> {
    const row = await table.get(openPartition, openKey(entry));
    if (row !== undefined) await table.put(openRow(entry), row.etag);
  }

  return {
    newest: async (taskId) => {
      const [row] = await table.query({ partitionKey: taskId, limit: 1 });
      return row === undefined ? undefined : read(row);
    },
    get: async (taskId, slot) => {
      const row = await table.get(taskId, newestFirst(slot));
      return row === undefined ? undefined : read(row);
    },
    insert,
    update: async (entry) => {
      await Promise.all([move(entry), renewOpen(entry)]);
    },
    end: async (entry) => {
      await move(entry);
      await table.delete(openPartition, openKey(entry));
    },
    open: async () => (await table.query({ partitionKey: openPartition })).map(read),
  };
}
