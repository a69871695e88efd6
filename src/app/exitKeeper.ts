// Exits in the way of a plan: cancelled before its orders go out, and put back on what is held afterwards.
import { isPositive, minimum, roundQtyDown, zeroQty } from "../core/model/money.ts";
import type { OrderOutcome, OrderTicket } from "../core/model/order.ts";
import type { RunInputs, RunPlan } from "../core/model/run.ts";
import type { Broker } from "../ports/broker.ts";
import type { Clock } from "../ports/clock.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import type { OrderSender } from "./orderSender.ts";

export type ExitKeeper = {
  /**
   * Cancels the exits that the plan wants out of its way, and waits until the broker shows none of them. Answers what stands in the way
   * where something does. Nothing is cancelled for orders that the gate would hold back.
   */
  clear(plan: RunPlan, inputs: RunInputs): Promise<string | undefined>;
  /** The ticket of an exit at the size that the broker shows as free by now, whatever became of the orders before it; or why it is held back. */
  protectable(ticket: OrderTicket): Promise<readonly [OrderTicket, OrderOutcome | undefined]>;
};

/** Waits between looks at the broker for exits that are being cancelled, in real milliseconds. */
const cancellingMs = [0, 100, 500, 2000, 5000];

export function createExitKeeper(ports: {
  readonly broker: Broker;
  readonly orderSender: OrderSender;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}): ExitKeeper {
  const { broker, orderSender, clock, telemetry } = ports;

  async function clear(plan: RunPlan, inputs: RunInputs): Promise<string | undefined> {
    const [first] = plan.tickets;
    if (plan.cancels.length === 0 || first === undefined) return undefined;
    const withheld = await orderSender.begin(plan, inputs).gate(first);
    if (withheld?.kind === "withheld") return `nothing was cancelled: ${withheld.message}`;
    const ids = new Set(plan.cancels.map(({ brokerOrderId }) => brokerOrderId));
    for (const brokerOrderId of ids) {
      const { kind } = await broker.cancel(brokerOrderId);
      telemetry.event("info", "exit.cancelAsked", { runId: plan.runId, brokerOrderId, result: kind });
    }
    for (const waitMs of cancellingMs) {
      await clock.sleep(waitMs);
      const open = await broker.openOrders();
      if (!open.some(({ brokerOrderId }) => ids.has(brokerOrderId))) return undefined;
    }
    return "its exits could not be cancelled";
  }

  async function protectable(ticket: OrderTicket): Promise<readonly [OrderTicket, OrderOutcome | undefined]> {
    const position = (await broker.positions()).find(({ symbol }) => symbol === ticket.symbol);
    const free = roundQtyDown(position?.available ?? zeroQty);
    const qty = minimum(free, ticket.qty);
    if (isPositive(qty)) return [{ ...ticket, qty }, undefined];
    return [ticket, { kind: "withheld", ticket, code: "NOTHING_TO_PROTECT", message: "no shares are free" }];
  }

  return { clear, protectable };
}
