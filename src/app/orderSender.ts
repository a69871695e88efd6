// One order on its way to the broker: past the gate, sent at most once, and ended in a named outcome.
import type { ControlState } from "../core/model/control.ts";
import { TransientError } from "../core/model/errors.ts";
import type { OrderOutcome, OrderTicket, SubmitResult } from "../core/model/order.ts";
import type { RunInputs, RunPlan } from "../core/model/run.ts";
import { graceMsOf } from "../core/model/task.ts";
import { minuteMs, msBetween } from "../core/model/time.ts";
import { decideGate } from "../core/risk/gate.ts";
import type { Clock } from "../ports/clock.ts";
import type { ControlStore } from "../ports/stores.ts";
import type { BudgetedBroker } from "./requestBudget.ts";

export type OrderSender = {
  /** Throws TransientError when the order provably did not leave (429, no connection) and waiting did not help. */
  send(ticket: OrderTicket, plan: RunPlan, inputs: RunInputs): Promise<OrderOutcome>;
  /** The last gate, without sending: why the order would be held back; undefined when it would not. */
  gate(ticket: OrderTicket, plan: RunPlan, inputs: RunInputs): Promise<OrderOutcome | undefined>;
};

/** Waits between look-ups of an order whose sending ended in doubt. */
const doubtMs = [0, 200, 1000];
/** How old the switches may be when an order passes the gate. */
const freshSwitchesMs = 3000;
/** Waits before an order is sent again that the broker had no room for (429). */
const throttledMs = [1000, 4000, 10_000];

export function createOrderSender(ports: {
  readonly broker: BudgetedBroker;
  readonly control: ControlStore;
  readonly clock: Clock;
}): OrderSender {
  const { broker, control, clock } = ports;

  async function send(ticket: OrderTicket, plan: RunPlan, inputs: RunInputs): Promise<OrderOutcome> {
    for (const waitMs of [...throttledMs, undefined]) {
      await broker.room();
      const withheld = await gate(ticket, plan, inputs);
      if (withheld !== undefined) return withheld;
      const result = await broker.submit(ticket);
      if (result.kind !== "notSent") return outcomeOf(ticket, result);
      if (waitMs === undefined || !result.throttled) {
        throw new TransientError("BROKER_UNAVAILABLE", `${ticket.clientOrderId} was not sent: ${result.message}`);
      }
      await clock.sleep(waitMs);
    }
    throw new TransientError("BROKER_UNAVAILABLE", `${ticket.clientOrderId} was not sent`);
  }

  /** The last gate: the switches are read again for every order, and if they cannot be read nothing is sent. */
  async function gate(ticket: OrderTicket, plan: RunPlan, inputs: RunInputs): Promise<OrderOutcome | undefined> {
    const state = await readSwitches();
    const now = clock.now();
    const graceMs = graceMsOf(inputs.window);
    // Protecting what is held does not depend on prices of the past, nor on the market being open.
    const isExit = ticket.type === "exit";
    if (!isExit && msBetween(plan.asOf, now) > graceMs) {
      const message = `the plan was made at ${plan.asOf} and is older than its grace of ${graceMs / minuteMs} minutes`;
      return { kind: "withheld", ticket, code: "SLOT_EXPIRED", message };
    }
    const decision = decideGate(ticket, { ...inputs, control: state, now });
    return decision.send || (isExit && decision.code === "WINDOW_CLOSED")
      ? undefined
      : { kind: "withheld", ticket, code: decision.code, message: decision.message };
  }

  /** An answer that took long may be old by the time it is here, and a halt is not waited for longer than this (see `TradingHalt`). */
  async function readSwitches(): Promise<ControlState> {
    for (;;) {
      const askedMs = clock.realMs();
      const { state } = await control.read();
      if (clock.realMs() - askedMs <= freshSwitchesMs) return state;
    }
  }

  async function outcomeOf(
    ticket: OrderTicket,
    result: Exclude<SubmitResult, { kind: "notSent" }>,
  ): Promise<OrderOutcome> {
    if (result.kind === "accepted") return { kind: "accepted", ticket, order: result.order };
    if (result.kind === "rejected") return { kind: "rejected", ticket, code: result.code, message: result.message };
    return resolveDoubt(ticket, result.kind === "unknown" ? result.message : "the broker has this order id already");
  }

  /** Asks the broker what became of an order. Finding it is proof; not finding it is none, so it stays unknown. */
  async function resolveDoubt(ticket: OrderTicket, message: string): Promise<OrderOutcome> {
    for (const waitMs of doubtMs) {
      await clock.sleep(waitMs);
      const order = await broker.findOrder(ticket.clientOrderId).catch(() => undefined);
      if (order !== undefined) return { kind: "accepted", ticket, order };
    }
    return { kind: "unknown", ticket, message, since: clock.now() };
  }

  return { send, gate };
}

/** How old a plan may be when one of its orders is sent. */
