// What the monitor remembers: one row, guarded by its etag.
import { z } from "zod";
import { isDecimal, type Price, type Qty, type Usd } from "../../core/model/money.ts";
import type { MonitorState } from "../../core/model/monitor.ts";
import { instant } from "../../core/model/parse.ts";
import { parseTradingDay, type TradingDay } from "../../core/model/time.ts";
import type { MonitorStore } from "../../ports/stores.ts";
import { type Book, bookName } from "./bookTable.ts";
import { columnsOf } from "./rowShapes.ts";
import { readRow, type StoredRow } from "./table.ts";

export const monitorKey = "now_monitor";

const decimal = z.string().refine(isDecimal, "must be a decimal number");
const qty = decimal.transform((text) => text as Qty);
const price = decimal.transform((text) => text as Price);
const usd = decimal.transform((text) => text as Usd);

const trip = z.object({
  breaker: z.enum(["dailyLoss", "drawdown", "repeatedExecution", "rejections", "drift"]),
  action: z.enum(["reduce", "halt"]),
  reason: z.string(),
  at: instant,
});
const recentOrder = z.object({
  clientOrderId: z.string(),
  taskId: z.string(),
  symbol: z.string(),
  side: z.enum(["buy", "sell"]),
  at: instant,
  result: z.enum(["taken", "executed", "refused"]),
});
const breakerMemory = z.object({
  trips: z.array(trip),
  recent: z.array(recentOrder),
  dailyLossFrom: usd.exactOptional(),
  drawdownFrom: usd.exactOptional(),
  executionsAfter: instant.exactOptional(),
  rejectionsAfter: instant.exactOptional(),
});

const storedState = z.object({
  checkedAt: instant,
  fillsThrough: instant,
  readFillIds: z.array(z.string()),
  believed: z.record(z.string(), qty),
  attributed: z.record(z.string(), z.record(z.string(), qty)).default({}),
  drifts: z.array(
    z.object({
      symbol: z.string(),
      believed: qty,
      atBroker: qty,
      since: instant,
      state: z.enum(["suspected", "adopted", "ignored", "flattening"]),
      clientOrderId: z.string().exactOptional(),
    }),
  ),
  equity: usd,
  peakEquity: usd,
  dayStartEquity: usd,
  tradingDay: z
    .string()
    .refine((text) => parseTradingDay(text) !== undefined, "must be a day")
    .transform((text) => text as TradingDay),
  costs: z.record(z.string(), price).default({}),
  losses: z.record(z.string(), instant).default({}),
  unknownOrders: z.int().min(0).default(0),
  breakers: breakerMemory.default({ trips: [], recent: [] }),
});

export const readMonitor = (row: StoredRow): MonitorState => readRow(bookName, row, storedState);

export const createMonitorStore = (book: Book): MonitorStore => ({
  read: async () => {
    const row = await book.get(monitorKey);
    return row && { state: readMonitor(row), etag: row.etag };
  },
  write: (state, etag) => {
    const row = { rowKey: monitorKey, columns: columnsOf({ checkedAt: state.checkedAt }), payload: state };
    return etag === undefined ? book.insert(row) : book.put(row, etag);
  },
});
