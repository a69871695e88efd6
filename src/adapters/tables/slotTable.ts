// The slot ledger: what is due and what is open in the book, and a partition a task with its ended slots, newest first.
import { inLanes } from "../../core/model/lanes.ts";
import type { AgendaMove } from "../../core/model/slot.ts";
import type { SlotLedger } from "../../ports/stores.ts";
import {
  agendaKey,
  agendaPrefix,
  agendaRow,
  openKey,
  openPrefix,
  openRow,
  readAgenda,
  readSlot,
  slotColumns,
} from "./agendaRows.ts";
import { type Book, type BookWrite, bookName, transactionLimit } from "./bookTable.ts";
import { newestFirst } from "./rowShapes.ts";
import type { Table } from "./table.ts";

const tableName = "TradewindSlots";
/** Transactions under way at once. */
const lanes = 4;

export function createSlotLedger(book: Book, table: Table): SlotLedger {
  /** A transaction that fails holds a move that another tick has made: the others of it are made one by one. */
  async function make(moves: readonly AgendaMove[]): Promise<void> {
    if ((await book.commit(moves.flatMap(writesOf))) || moves.length === 1) return;
    for (const move of moves) await book.commit(writesOf(move));
  }

  return {
    due: async (now, { after, ...limit } = {}) => {
      const from = after === undefined ? {} : { after: agendaKey(after) };
      const rows = await book.query(agendaPrefix, { through: `${agendaPrefix}${now}~`, ...limit, ...from });
      return rows.map(readAgenda);
    },
    upcoming: async (limit) => (await book.query(agendaPrefix, { limit })).map(readAgenda),
    advance: async (moves) => {
      await inLanes(lanes, inTransactions(moves), make);
    },
    open: (entry) => book.insert(openRow(entry)),
    listOpen: async (slots) => {
      const rows = await (slots === undefined
        ? book.query(openPrefix)
        : book.query(`${openPrefix}${slots.from}`, { through: `${openPrefix}${slots.to}~` }));
      return rows.map((row) => readSlot(bookName, row));
    },
    get: async (taskId, slot) => {
      const ended = await table.get(taskId, newestFirst(slot));
      if (ended !== undefined) return readSlot(tableName, ended);
      const open = await book.get(openKey({ taskId, slot }));
      return open && readSlot(bookName, open);
    },
    // Ended first: a slot that is neither open nor ended would be forgotten after a crash.
    end: async (entry) => {
      await table.insert({ partitionKey: entry.taskId, rowKey: newestFirst(entry.slot), columns: slotColumns(entry) });
      await book.delete(openKey(entry));
    },
    ended: async (taskId, from, to, limit) => {
      const rows = await table.query({ partitionKey: taskId, from: newestFirst(to), to: newestFirst(from), limit });
      return rows.map((row) => readSlot(tableName, row));
    },
    forget: ({ taskId, slot }) => table.delete(taskId, newestFirst(slot)),
  };
}

const writesOf = ({ from, next, enqueued }: AgendaMove): readonly BookWrite[] => [
  { kind: "delete", rowKey: agendaKey(from) },
  ...(next === undefined ? [] : [{ kind: "insert" as const, row: agendaRow({ ...from, dueAt: next }) }]),
  ...enqueued.map((entry) => ({ kind: "put" as const, row: openRow(entry) })),
];

/** As many moves to a transaction as it takes. A move alone always fits: a tick queues no more slots of one task than that. */
function inTransactions(moves: readonly AgendaMove[]): AgendaMove[][] {
  const transactions: AgendaMove[][] = [];
  let room = 0;
  for (const move of moves) {
    const size = writesOf(move).length;
    if (size > room) {
      transactions.push([]);
      room = transactionLimit;
    }
    transactions.at(-1)?.push(move);
    room -= size;
  }
  return transactions;
}
