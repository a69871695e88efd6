// One order on its way to the broker: past the gate, sent at most once, and ended in a named outcome.
import type { ControlState } from "../core/model/control.ts";
import { TransientError } from "../core/model/errors.ts";
import type { LatestPrice } from "../core/model/market.ts";
import type { OrderOutcome, OrderTicket, SubmitResult } from "../core/model/order.ts";
import type { RunInputs, RunPlan } from "../core/model/run.ts";
import { graceMsOf } from "../core/model/task.ts";
import { minuteMs, msBetween } from "../core/model/time.ts";
import { decideGate } from "../core/risk/gate.ts";
import type { Clock } from "../ports/clock.ts";
import type { MarketData } from "../ports/marketData.ts";
import type { ControlStore } from "../ports/stores.ts";
import type { BudgetedBroker } from "./requestBudget.ts";

export type OrderSender = {
  /** For the orders of one plan, of which these ids are at the broker already. */
  begin(plan: RunPlan, inputs: RunInputs, there?: Iterable<string>): PlanSender;
};

export type PlanSender = {
  /**
   * Throws TransientError when the order provably did not leave (429, no connection) and waiting did not help, and when prices or switches
   * cannot be read: nothing is sent then.
   */
  send(ticket: OrderTicket): Promise<OrderOutcome>;
  /** The last gate, without sending: why the order would be held back; undefined when it would not. */
  gate(ticket: OrderTicket): Promise<OrderOutcome | undefined>;
};

/** Waits between look-ups of an order whose sending ended in doubt. */
const doubtMs = [0, 200, 1000];
/** How old the switches may be when an order passes the gate. */
const freshSwitchesMs = 3000;
/** How long the prices that one request answered are good for the plan's other orders. */
const freshPricesMs = 2000;
/** Waits before an order is sent again that the broker had no room for (429). */
const throttledMs = [1000, 4000, 10_000];

export function createOrderSender(ports: {
  readonly broker: BudgetedBroker;
  readonly marketData: MarketData;
  readonly control: ControlStore;
  readonly clock: Clock;
}): OrderSender {
  const { broker, marketData, control, clock } = ports;

  function begin(plan: RunPlan, inputs: RunInputs, there: Iterable<string> = []): PlanSender {
    const planned = new Set(plan.tickets.map(({ clientOrderId }) => clientOrderId));
    const sent = new Set(there);
    const priceOf = pricesFor(plan);

    async function send(ticket: OrderTicket): Promise<OrderOutcome> {
      for (const waitMs of [...throttledMs, undefined]) {
        await broker.room();
        const { withheld, quote } = await judge(ticket);
        if (withheld !== undefined) return withheld;
        const result = await broker.submit(ticket);
        if (result.kind !== "notSent") {
          sent.add(ticket.clientOrderId);
          return withQuote(await outcomeOf(ticket, result), quote);
        }
        if (waitMs === undefined || !result.throttled) {
          throw new TransientError("BROKER_UNAVAILABLE", `${ticket.clientOrderId} was not sent: ${result.message}`);
        }
        await clock.sleep(waitMs);
      }
      throw new TransientError("BROKER_UNAVAILABLE", `${ticket.clientOrderId} was not sent`);
    }

    /** The price first, for the switches must be the last that is read before an order leaves. */
    async function judge(ticket: OrderTicket): Promise<{ withheld?: OrderOutcome; quote?: LatestPrice }> {
      const quote = ticket.type === "exit" ? undefined : await priceOf(ticket.symbol);
      const state = await readSwitches();
      const now = clock.now();
      const graceMs = graceMsOf(inputs.window);
      const hold = (code: string, message: string) => ({
        withheld: withQuote({ kind: "withheld", ticket, code, message }, quote),
      });
      // Protecting what is held does not depend on prices of the past.
      if (ticket.type !== "exit" && msBetween(plan.asOf, now) > graceMs) {
        const minutes = graceMs / minuteMs;
        return hold(
          "SLOT_EXPIRED",
          `the plan was made at ${plan.asOf} and is older than its grace of ${minutes} minutes`,
        );
      }
      const decision = decideGate(ticket, { ...inputs, control: state, now, quote, planned, sent });
      if (!decision.send) return hold(decision.code, decision.message);
      return quote === undefined ? {} : { quote };
    }

    return { send, gate: async (ticket) => (await judge(ticket)).withheld };
  }

  /** The newest trades of all that the plan trades, asked for again when they are no longer fresh. */
  function pricesFor({ tickets }: RunPlan): (symbol: string) => Promise<LatestPrice | undefined> {
    const symbols = [...new Set(tickets.flatMap(({ type, symbol }) => (type === "exit" ? [] : [symbol])))].sort();
    let known: { readonly prices: ReadonlyMap<string, LatestPrice>; readonly askedMs: number } | undefined;
    return async (symbol) => {
      if (known === undefined || clock.realMs() - known.askedMs > freshPricesMs) {
        const askedMs = clock.realMs();
        known = { prices: await marketData.latestPrices(symbols), askedMs };
      }
      return known.prices.get(symbol);
    };
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

  return { begin };
}

const withQuote = (outcome: OrderOutcome, gateQuote: LatestPrice | undefined): OrderOutcome =>
  gateQuote === undefined ? outcome : { ...outcome, gateQuote };
