// The trading window and the risk limits: one row, written last when empty tables are seeded.
import { createHash } from "node:crypto";
import { z } from "zod";
import { orderHandlingSchema, riskLimitsSchema, tradingWindowSchema } from "../../core/model/settings.ts";
import type { SettingsStore } from "../../ports/stores.ts";
import { controlRow } from "./controlTable.ts";
import { columnsOf } from "./rowShapes.ts";
import { readRow, type Table } from "./table.ts";
import { taskRow } from "./taskTable.ts";

const [partitionKey, rowKey] = ["settings", "automation"];
const writesAtOnce = 20;
const storedSettings = z.object({
  window: tradingWindowSchema,
  limits: riskLimitsSchema,
  orderHandling: orderHandlingSchema.prefault({}),
});

export function createSettingsStore(tables: {
  readonly settings: Table;
  readonly tasks: Table;
  readonly control: Table;
}): SettingsStore {
  return {
    read: async () => {
      const row = await tables.settings.get(partitionKey, rowKey);
      if (row === undefined) return undefined;
      const { window, limits, orderHandling } = readRow("TradewindSettings", row, storedSettings);
      return {
        window,
        limits,
        orderHandling,
        hash: createHash("sha256")
          .update(JSON.stringify([window, limits, orderHandling]))
          .digest("hex")
          .slice(0, 16),
      };
    },
    // The settings row is what says "seeded": a seeding that was cut off before it is done again, and inserts only what is missing.
    seed: async ({ automation, tasks }, now) => {
      if ((await tables.settings.get(partitionKey, rowKey)) !== undefined) return false;
      for (let at = 0; at < tasks.length; at += writesAtOnce) {
        await Promise.all(tasks.slice(at, at + writesAtOnce).map((task) => tables.tasks.insert(taskRow(task, now))));
      }
      await tables.control.insert(
        controlRow({
          automation: "started",
          tradingState: "running",
          reason: "first start",
          actor: "seed",
          changedAt: now,
        }),
      );
      const payload = {
        window: automation.trading_window,
        limits: automation.risk_limits,
        orderHandling: automation.order_handling,
      };
      return tables.settings.insert({ partitionKey, rowKey, columns: columnsOf({}), payload });
    },
  };
}
