// Planted bugs, one of each kind that must never come back: the simulation has to find every one of them.
import type { AppPorts } from "../app/app.ts";
import type { RunInputs, RunPlan } from "../core/model/run.ts";
import type { ProcessKind } from "./world.ts";

export type Mutant = {
  readonly name: string;
  readonly bug: string;
  /** The ports of a process of this kind, with the bug in them. */
  readonly change: (ports: AppPorts, kind: ProcessKind) => AppPorts;
};

const inWorkers =
  (change: (ports: AppPorts) => AppPorts): Mutant["change"] =>
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
    name: "noSlotClaim",
    bug: "the tick enqueues a run without claiming its slot",
    change: (ports) => ({
      ...ports,
      slots: { ...ports.slots, insert: async () => true, update: async () => undefined },
    }),
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
    bug: "an order in doubt counts as none",
    change: inWorkers((ports) => ({ ...ports, executions: { ...ports.executions, outstanding: async () => [] } })),
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
