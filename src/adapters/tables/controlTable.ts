// The operator's switches, the events that changed them, and the heartbeat.
import { z } from "zod";
import type { ControlState } from "../../core/model/control.ts";
import { InvariantError } from "../../core/model/errors.ts";
import type { ControlStore } from "../../ports/stores.ts";
import { columnsOf, newestFirst, storedInstant } from "./rowShapes.ts";
import { type Row, readRow, type Table } from "./table.ts";

const partitionKey = "control";
const storedState = z.object({
  automation: z.enum(["started", "stopped"]),
  tradingState: z.enum(["running", "reducing", "halted"]),
  reason: z.string(),
  actor: z.string(),
  changedAt: storedInstant,
});

export const controlRow = (state: ControlState): Row => ({
  partitionKey,
  rowKey: "state",
  columns: columnsOf({ ...state }),
});

export function createControlStore(table: Table): ControlStore {
  return {
    read: async () => {
      const row = await table.get(partitionKey, "state");
      if (row === undefined) throw new InvariantError("UNREADABLE_ROW", "TradewindControl holds no control state");
      return { state: readRow("TradewindControl", row, storedState), etag: row.etag };
    },
    // Together or not at all: a change that happened is never missing from its history.
    write: (next, etag) => {
      const rowKey = `event_${newestFirst(next.changedAt)}_${next.automation}_${next.tradingState}`;
      return table.writeAll([
        { kind: "put", row: controlRow(next), etag },
        { kind: "put", row: { ...controlRow(next), rowKey } },
      ]);
    },
    beat: async (now) => {
      await table.put({ partitionKey, rowKey: "heartbeat", columns: columnsOf({ at: now }) });
    },
    lastBeat: async () => {
      const row = await table.get(partitionKey, "heartbeat");
      return row === undefined ? undefined : readRow("TradewindControl", row, z.object({ at: storedInstant })).at;
    },
  };
}
