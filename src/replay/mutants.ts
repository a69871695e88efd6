// Planted bugs, one of each kind that must never come back: the simulation has to find every one of them.
import { tableNames } from "../adapters/tables/stores.ts";
import type { Table } from "../adapters/tables/table.ts";
import type { AppPorts } from "../app/app.ts";
import type { RunInputs, RunPlan } from "../core/model/run.ts";
import { addMs } from "../core/model/time.ts";
import type { ProcessKind } from "./portCalls.ts";

export type Mutant = {
  readonly name: string;
  readonly bug: string;
  /** The ports of a process of this kind, with the bug in them. */
  readonly change?: (ports: AppPorts, kind: ProcessKind) => AppPorts;
  readonly changeTable?: (name: string, table: Table) => Table;
};

const inWorkers =
  (change: (ports: AppPorts) => AppPorts): NonNullable<Mutant["change"]> =>
  (ports, kind) =>
    kind === "worker" ? change(ports) : ports;

export const mutants: readonly Mutant[] = [
  {
    name: "noLookup",
    bug: "a resumed run sends its orders again without looking them up",
    change: inWorkers((ports) => {
      let sent = false;
      const { broker } = ports;
      return {
        ...ports,
        broker: {
          ...broker,
          ordersSince: async (since) => (sent ? broker.ordersSince(since) : []),
          findOrder: async (id) => (sent ? broker.findOrder(id) : undefined),
          submit: async (ticket) => {
            sent = true;
            return broker.submit(ticket);
          },
        },
      };
    }),
  },
  {
    name: "planAfterSubmit",
    bug: "the plan is stored when the run ends, after its orders have left",
    change: inWorkers((ports) => {
      let kept: { plan: RunPlan; inputs: RunInputs } | undefined;
      const { executions } = ports;
      return {
        ...ports,
        executions: {
          ...executions,
          savePlan: async (plan, inputs) => {
            kept = { plan, inputs };
            return true;
          },
          finish: async (record) => {
            if (kept !== undefined) await executions.savePlan(kept.plan, kept.inputs);
            return executions.finish(record);
          },
        },
      };
    }),
  },
  {
    name: "agendaFirst",
    bug: "the agenda moves on before what was due is queued or ended",
    change: (ports) => {
      const { slots } = ports;
      const due: typeof slots.due = async (now) => {
        const entries = await slots.due(now);
        await slots.advance(entries.map((from) => ({ from, next: addMs(now, 1), enqueued: [] })));
        return entries;
      };
      return { ...ports, slots: { ...slots, due } };
    },
  },
  {
    name: "endsTwice",
    bug: "the end of a slot is written over by whoever ends it again",
    changeTable: (name, table) => (name === tableNames.slots ? { ...table, insert: (row) => table.put(row) } : table),
  },
  {
    name: "staleKillSwitch",
    bug: "the kill switch is read once a process and not before each order",
    change: inWorkers((ports) => {
      let first: ReturnType<AppPorts["control"]["read"]> | undefined;
      return {
        ...ports,
        control: {
          ...ports.control,
          read: () => {
            first ??= ports.control.read();
            return first;
          },
        },
      };
    }),
  },
  {
    name: "unknownIsNothing",
    bug: "a run plans as if orders in doubt were none",
    change: inWorkers((ports) => {
      let planned = false;
      const { executions } = ports;
      return {
        ...ports,
        executions: {
          ...executions,
          outstanding: async () => (planned ? executions.outstanding() : []),
          finish: async (record) => {
            planned = true;
            return executions.finish(record);
          },
        },
      };
    }),
  },
  {
    name: "randomId",
    bug: "each sending of an order has an id of its own",
    change: inWorkers((ports) => ({
      ...ports,
      broker: {
        ...ports.broker,
        submit: (ticket) => {
          const clientOrderId = `${ticket.clientOrderId}.${ports.clock.realMs()}`;
          return ports.broker.submit({ ...ticket, clientOrderId });
        },
      },
    })),
  },
];
