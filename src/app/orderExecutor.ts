// Sends the tickets of a stored plan: each passes the gate, goes out at most once, and ends in a named outcome.
import { TransientError } from "../core/model/errors.ts";
import { type BrokerOrder, type OrderOutcome, type OrderTicket, terminalOrderStatuses } from "../core/model/order.ts";
import type { RunInputs, RunPlan } from "../core/model/run.ts";
import { addMs, type Instant, minuteMs, msBetween } from "../core/model/time.ts";
import { decideGate } from "../core/risk/gate.ts";
import type { Broker } from "../ports/broker.ts";
import type { Clock } from "../ports/clock.ts";
import type { ControlStore } from "../ports/stores.ts";
import type { Telemetry } from "../ports/telemetry.ts";

export type Submission = {
  readonly outcomes: readonly OrderOutcome[];
  /** Real milliseconds at which the broker answered the last order sent; undefined when none was. */
  readonly lastOrderMs: number | undefined;
};

export type OrderExecutor = {
  /**
   * Ends every ticket as accepted, rejected, withheld or unknown. A resumed plan looks each id up before anything is sent; the broker
   * refuses an id it knows, so a look-up that misses an order under way can never double it. Throws TransientError when an order provably
   * did not leave (429, no connection): the run is then resumed later.
   */
  submitPlan(plan: RunPlan, inputs: RunInputs, how: { readonly resumed: boolean }): Promise<Submission>;
  /** What became of the orders of a plan whose run has failed: nothing is sent, what the broker does not show is unknown. Never throws. */
  reviewPlan(plan: RunPlan): Promise<readonly OrderOutcome[]>;
};

/** Waits between looks at the broker for orders that are still working, in real milliseconds. */
const settlingMs = [0, 50, 200, 750];
/** Waits between look-ups of an order whose sending ended in doubt. */
const doubtMs = [0, 200, 1000];

export function createOrderExecutor(ports: {
  readonly broker: Broker;
  readonly control: ControlStore;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}): OrderExecutor {
  const { broker, control, clock, telemetry } = ports;

  async function submitPlan(plan: RunPlan, inputs: RunInputs, how: { resumed: boolean }): Promise<Submission> {
    const outcomes: OrderOutcome[] = [];
    let lastOrderMs: number | undefined;
    for (const ticket of plan.tickets) {
      const there = how.resumed ? await broker.findOrder(ticket.clientOrderId) : undefined;
      if (there !== undefined) {
        outcomes.push({ kind: "accepted", ticket, order: there });
        continue;
      }
      const outcome = (await withhold(ticket, plan, inputs)) ?? (await send(ticket));
      if (outcome.kind !== "withheld") lastOrderMs = clock.realMs();
      outcomes.push(outcome);
      tell(plan.runId, outcome);
    }
    return { outcomes: await settle(outcomes, plan.asOf), lastOrderMs };
  }

  /** The last gate: the switches are read again for every order, and if they cannot be read nothing is sent. */
  async function withhold(ticket: OrderTicket, plan: RunPlan, inputs: RunInputs): Promise<OrderOutcome | undefined> {
    const { state } = await control.read();
    const now = clock.now();
    const graceMs = (inputs.task.graceMinutes ?? inputs.window.graceMinutes) * minuteMs;
    if (msBetween(plan.asOf, now) > graceMs) {
      const message = `the plan was made at ${plan.asOf} and is older than its grace of ${graceMs / minuteMs} minutes`;
      return { kind: "withheld", ticket, code: "SLOT_EXPIRED", message };
    }
    const gate = decideGate(ticket, { control: state, window: inputs.window, now, portfolio: inputs.portfolio });
    return gate.send ? undefined : { kind: "withheld", ticket, code: gate.code, message: gate.message };
  }

  async function send(ticket: OrderTicket): Promise<OrderOutcome> {
    const result = await broker.submit(ticket);
    switch (result.kind) {
      case "accepted":
        return { kind: "accepted", ticket, order: result.order };
      case "rejected":
        return { kind: "rejected", ticket, code: result.code, message: result.message };
      case "notSent":
        throw new TransientError("BROKER_UNAVAILABLE", `${ticket.clientOrderId} was not sent: ${result.message}`);
      case "duplicate":
        return resolveDoubt(ticket, "the broker has this order id already");
      case "unknown":
        return resolveDoubt(ticket, result.message);
    }
  }

  /** Asks the broker what became of an order. Finding it is proof; not finding it is none, so it stays unknown. */
  async function resolveDoubt(ticket: OrderTicket, message: string): Promise<OrderOutcome> {
    for (const waitMs of doubtMs) {
      await clock.sleep(waitMs);
      const order = await broker.findOrder(ticket.clientOrderId).catch(() => undefined);
      if (order !== undefined) return { kind: "accepted", ticket, order };
    }
    return { kind: "unknown", ticket, message };
  }

  async function reviewPlan(plan: RunPlan): Promise<readonly OrderOutcome[]> {
    const outcomes: OrderOutcome[] = [];
    for (const ticket of plan.tickets) {
      const order = await broker.findOrder(ticket.clientOrderId).catch(() => undefined);
      const message = "the run failed before this order was known to be sent";
      outcomes.push(order === undefined ? { kind: "unknown", ticket, message } : { kind: "accepted", ticket, order });
    }
    return outcomes;
  }

  /** Looks at the accepted orders until they are terminal, for a bounded time; what is still working then is recorded as it stands. */
  async function settle(outcomes: readonly OrderOutcome[], since: Instant): Promise<readonly OrderOutcome[]> {
    let settled = outcomes;
    for (const waitMs of settlingMs) {
      if (!settled.some(isWorking)) break;
      await clock.sleep(waitMs);
      const orders = await broker.ordersSince(addMs(since, -minuteMs)).catch((): readonly BrokerOrder[] => []);
      const byId = new Map(orders.map((order) => [order.clientOrderId, order]));
      settled = settled.map((outcome) =>
        outcome.kind === "accepted"
          ? { ...outcome, order: byId.get(outcome.ticket.clientOrderId) ?? outcome.order }
          : outcome,
      );
    }
    return settled;
  }

  function tell(runId: string, outcome: OrderOutcome): void {
    const { clientOrderId, symbol, side, qty } = outcome.ticket;
    const problem = outcome.kind === "accepted" ? {} : { message: outcome.message };
    telemetry.event(outcome.kind === "accepted" ? "info" : "warning", `order.${outcome.kind}`, {
      runId,
      clientOrderId,
      symbol,
      side,
      qty,
      ...problem,
    });
  }

  return { submitPlan, reviewPlan };
}

const isWorking = (outcome: OrderOutcome): boolean =>
  outcome.kind === "accepted" && !terminalOrderStatuses.includes(outcome.order.status);
