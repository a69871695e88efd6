// All stores, opened on one kind of table.
import type { Stores } from "../../ports/stores.ts";
import { createControlStore } from "./controlTable.ts";
import { createExecutionRepository } from "./executionTable.ts";
import { createMonitorStore } from "./monitorTable.ts";
import { createSettingsStore } from "./settingsTable.ts";
import { createSlotLedger } from "./slotTable.ts";
import type { Table } from "./table.ts";
import { createTaskStore } from "./taskTable.ts";

export const tableNames = {
  tasks: "TradewindTasks",
  settings: "TradewindSettings",
  control: "TradewindControl",
  slots: "TradewindSlots",
  executions: "TradewindExecutions",
} as const;

export function createStores(open: (name: string) => Table): Stores {
  const [tasks, control] = [open(tableNames.tasks), open(tableNames.control)];
  return {
    tasks: createTaskStore(tasks),
    settings: createSettingsStore({ settings: open(tableNames.settings), tasks, control }),
    control: createControlStore(control),
    slots: createSlotLedger(open(tableNames.slots)),
    executions: createExecutionRepository(open(tableNames.executions)),
    monitor: createMonitorStore(control),
  };
}
