// What was done before the newest trading day's open: one row, guarded by its etag.
import { z } from "zod";
import { instant, tradingDay } from "../../core/model/parse.ts";
import type { MorningStore } from "../../ports/stores.ts";
import { type Book, bookName } from "./bookTable.ts";
import { columnsOf } from "./rowShapes.ts";
import { readRow } from "./table.ts";

const key = "morning";

const storedMorning = z.object({
  day: tradingDay,
  checkedAt: instant,
  findings: z.array(
    z.object({ route: z.string(), kind: z.enum(["breaking", "changed", "unanswered"]), detail: z.string() }),
  ),
  told: z.boolean(),
  go: z.boolean().exactOptional(),
});

export const createMorningStore = (book: Book): MorningStore => ({
  read: async () => {
    const row = await book.get(key);
    return row && { morning: readRow(bookName, row, storedMorning), etag: row.etag };
  },
  write: (morning, etag) => {
    const row = { rowKey: key, columns: columnsOf({ day: morning.day }), payload: morning };
    return etag === undefined ? book.insert(row) : book.put(row, etag);
  },
});
