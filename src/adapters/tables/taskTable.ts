// Tasks: one partition, one row a task.
import { z } from "zod";
import { InvariantError } from "../../core/model/errors.ts";
import { type Task, taskSchema } from "../../core/model/settings.ts";
import type { Instant } from "../../core/model/time.ts";
import type { StoredTask, TaskStore, UnreadableRow } from "../../ports/stores.ts";
import { columnsOf, storedInstant } from "./rowShapes.ts";
import { type Row, readRow, type StoredRow, type Table } from "./table.ts";

const partitionKey = "task";
const storedTask = z.object({ task: taskSchema, createdAt: storedInstant });

export const taskRow = (task: Task, createdAt: Instant): Row => ({
  partitionKey,
  rowKey: task.id,
  columns: columnsOf({ name: task.name, enabled: task.enabled }),
  payload: { task, createdAt },
});

export function createTaskStore(table: Table): TaskStore {
  const read = (row: StoredRow): StoredTask => readRow("TradewindTasks", row, storedTask);
  return {
    list: async () => {
      const tasks: StoredTask[] = [];
      const unreadable: UnreadableRow[] = [];
      for (const row of await table.query({ partitionKey })) {
        try {
          tasks.push(read(row));
        } catch (failure) {
          if (!(failure instanceof InvariantError)) throw failure;
          unreadable.push({ key: row.rowKey, detail: failure.message });
        }
      }
      return { tasks, unreadable };
    },
    get: async (taskId) => {
      const row = await table.get(partitionKey, taskId);
      return row === undefined ? undefined : read(row);
    },
  };
}
