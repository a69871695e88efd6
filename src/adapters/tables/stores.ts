// All stores, opened on one kind of table.
import type { Stores } from "../../ports/stores.ts";
import { createAuditStore } from "./auditTable.ts";
import { barTableName, createBarCache } from "./barTable.ts";
import { bookName, createBook } from "./bookTable.ts";
import { createImportStore } from "./configImportTable.ts";
import { createControlStore } from "./controlTable.ts";
import { createExecutionRepository } from "./executionTable.ts";
import { createMonitorStore } from "./monitorTable.ts";
import { createMorningStore } from "./morningTable.ts";
import { createNotificationStore, notificationTableName } from "./notificationTable.ts";
import { createSettingsStore } from "./settingsTable.ts";
import { createSlotLedger } from "./slotTable.ts";
import { createStatusStore } from "./statusTable.ts";
import type { Table } from "./table.ts";
import { createTaskStore } from "./taskTable.ts";

export const tableNames = {
  book: bookName,
  slots: "TradewindSlots",
  executions: "TradewindExecutions",
  bars: barTableName,
  notifications: notificationTableName,
} as const;

export function createStores(open: (name: string) => Table): Stores {
  const book = createBook(open(tableNames.book));
  const tasks = createTaskStore(book);
  const executions = open(tableNames.executions);
  return {
    tasks,
    settings: createSettingsStore(book, tasks),
    control: createControlStore(book),
    slots: createSlotLedger(book, open(tableNames.slots)),
    executions: createExecutionRepository(executions),
    monitor: createMonitorStore(book),
    morning: createMorningStore(book),
    audit: createAuditStore(book, executions),
    status: createStatusStore(book),
    imports: createImportStore(book),
    barCache: createBarCache(open(tableNames.bars)),
    notificationBook: createNotificationStore(open(tableNames.notifications)),
  };
}
