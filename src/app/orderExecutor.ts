// Sends the tickets of a stored plan: each passes the gate, goes out at most once, and ends in a named outcome.
import { compare, minimum, notional, subtractUsd, zeroUsd } from "../core/model/money.ts";
import {
  type BrokerOrder,
  doubtWithheld,
  isTerminal,
  type OrderEvent,
  type OrderOutcome,
  type OrderTicket,
} from "../core/model/order.ts";
import type { RunInputs, RunPlan } from "../core/model/run.ts";
import { graceMsOf } from "../core/model/task.ts";
import { addMs, type Instant, minuteMs } from "../core/model/time.ts";
import { eventOf, plannedEvents } from "../core/monitoring/orderTruth.ts";
import { changeSince } from "../core/planning/planStaleness.ts";
import type { Broker } from "../ports/broker.ts";
import type { Clock } from "../ports/clock.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import type { ExitKeeper } from "./exitKeeper.ts";
import type { OrderSender } from "./orderSender.ts";

export type Submission = {
  readonly outcomes: readonly OrderOutcome[];
  readonly events: readonly OrderEvent[];
  /** Real milliseconds at which the broker answered the last order sent; undefined when none was. */
  readonly lastOrderMs: number | undefined;
};

export type OrderExecutor = {
  /**
   * Ends every ticket as accepted, rejected, withheld or unknown. A resumed plan looks each id up before anything is sent; the broker
   * refuses an id it knows, so a look-up that misses an order under way can never double it. Throws TransientError when an order provably
   * did not leave (429, no connection) and waiting did not help: the run is then resumed later.
   */
  submitPlan(plan: RunPlan, inputs: RunInputs, how: { readonly resumed: boolean }): Promise<Submission>;
  /** What became of the orders of a plan whose run has failed: nothing is sent, what the broker does not show is unknown. Never throws. */
  reviewPlan(plan: RunPlan): Promise<Omit<Submission, "lastOrderMs">>;
};

/** Waits between looks at the broker for orders that are still working, in real milliseconds. */
const settlingMs = [0, 50, 200, 750];
/** Waits before the next stage for the orders that it depends on. */
const stageMs = [0, 100, 500, 2000, 5000];

export function createOrderExecutor(ports: {
  readonly broker: Broker;
  readonly orderSender: OrderSender;
  readonly exitKeeper: ExitKeeper;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}): OrderExecutor {
  const { broker, orderSender, exitKeeper, clock, telemetry } = ports;

  async function submitPlan(plan: RunPlan, inputs: RunInputs, how: { resumed: boolean }): Promise<Submission> {
    const there = how.resumed ? await findOrders(plan) : new Map<string, BrokerOrder>();
    const sent = [...there.values()];
    const sender = orderSender.begin(plan, inputs, there.keys());
    const standing = await exitKeeper.clear(plan, inputs);
    const change =
      standing ?? (how.resumed || plan.cancels.length > 0 ? await changeOfAccount(inputs, sent) : undefined);
    let outcomes: readonly OrderOutcome[] = [];
    let lastOrderMs: number | undefined;
    const send = async (ticket: OrderTicket, withheld: OrderOutcome | undefined): Promise<void> => {
      const askedMs = clock.realMs();
      const outcome = await sendOnce(ticket, withheld);
      outcomes = [...outcomes, outcome];
      tell(plan.runId, outcome, clock.realMs() - askedMs);
    };
    const sendOnce = async (ticket: OrderTicket, withheld: OrderOutcome | undefined): Promise<OrderOutcome> => {
      const order = there.get(ticket.clientOrderId);
      if (order !== undefined) return { kind: "accepted", ticket, order };
      const outcome = withheld ?? (await sender.send(ticket));
      if (outcome.kind !== "withheld") lastOrderMs = clock.realMs();
      return how.resumed ? unlessSentBefore(outcome, plan, inputs) : outcome;
    };
    const barred = (ticket: OrderTicket): OrderOutcome | undefined =>
      stale(ticket, change) ?? blocked(ticket, outcomes);
    for (const ticket of plan.tickets.filter(({ stage }) => stage === 1)) await send(ticket, barred(ticket));
    const second: readonly OrderTicket[] = plan.tickets.filter(({ stage }) => stage === 2);
    if (second.length > 0) {
      outcomes = await settle(outcomes, plan.asOf, stageMs);
      const fund = await fundingOf(outcomes);
      for (const ticket of second) await send(ticket, barred(ticket) ?? fund(ticket));
    }
    const renewals = plan.tickets.filter(({ stage }) => stage === 3);
    if (renewals.length > 0) outcomes = await settle(outcomes, plan.asOf, stageMs);
    for (const ticket of renewals) await send(...(await exitKeeper.protectable(ticket)));
    const settled = await settle(outcomes, plan.asOf, settlingMs);
    return { outcomes: settled, events: eventsOf(plan, outcomes, settled), lastOrderMs };
  }

  /** One list for all; what it does not show is looked up by its id, because the list may lag behind. */
  async function findOrders(plan: RunPlan): Promise<Map<string, BrokerOrder>> {
    if (plan.tickets.length === 0) return new Map();
    const planned = new Set(plan.tickets.map(({ clientOrderId }) => clientOrderId));
    const listed = await broker.ordersSince(addMs(plan.asOf, -minuteMs));
    const own = listed.filter(({ clientOrderId }) => planned.has(clientOrderId));
    const found = new Map(own.map((order) => [order.clientOrderId, order]));
    for (const { clientOrderId } of plan.tickets) {
      const order = found.get(clientOrderId) ?? (await broker.findOrder(clientOrderId));
      if (order !== undefined) found.set(clientOrderId, order);
    }
    return found;
  }

  /** What this delivery holds back, an earlier one may have sent, and that the broker does not show it yet is no proof. */
  function unlessSentBefore(outcome: OrderOutcome, plan: RunPlan, inputs: RunInputs): OrderOutcome {
    const now = clock.now();
    const lastSend = addMs(plan.asOf, graceMsOf(inputs.window));
    return doubtWithheld(outcome, lastSend < now ? lastSend : now);
  }

  /** Between a plan and its resumption other runs, or people, may have traded. */
  async function changeOfAccount({ portfolio }: RunInputs, own: readonly BrokerOrder[]): Promise<string | undefined> {
    const [positions, openOrders] = await Promise.all([broker.positions(), broker.openOrders()]);
    return changeSince(portfolio, own, { positions, openOrders });
  }

  /** Decides for each order of stage 2, in turn, whether the sells that fund it have filled and the broker's buying power covers it. */
  async function fundingOf(
    outcomes: readonly OrderOutcome[],
  ): Promise<(ticket: OrderTicket) => OrderOutcome | undefined> {
    const unfilled = outcomes.find(({ ticket: { side }, ...outcome }) => side === "sell" && !isFilled(outcome));
    let { buyingPower } = await broker.account();
    return (ticket) => {
      const cost = notional(ticket.referencePrice, ticket.qty);
      const covered = compare(cost, buyingPower) <= 0;
      if (unfilled === undefined && covered) {
        buyingPower = subtractUsd(buyingPower, minimum(cost, buyingPower));
        return undefined;
      }
      const message =
        unfilled === undefined
          ? `it costs ${cost} USD and the buying power left is ${compare(buyingPower, zeroUsd) > 0 ? buyingPower : "0"} USD`
          : `it waited for ${unfilled.ticket.clientOrderId}, which has not filled`;
      return { kind: "withheld", ticket, code: "NOT_FUNDED", message };
    };
  }

  async function reviewPlan(plan: RunPlan): Promise<Omit<Submission, "lastOrderMs">> {
    const outcomes: OrderOutcome[] = [];
    for (const ticket of plan.tickets) {
      const order = await broker.findOrder(ticket.clientOrderId).catch(() => undefined);
      const message = "the run failed before this order was known to be sent";
      outcomes.push(
        order === undefined
          ? { kind: "unknown", ticket, message, since: clock.now() }
          : { kind: "accepted", ticket, order },
      );
    }
    return { outcomes, events: eventsOf(plan, outcomes, outcomes) };
  }

  /** Looks at the accepted orders until they are terminal, for a bounded time; what is still working then is recorded as it stands. */
  async function settle(
    outcomes: readonly OrderOutcome[],
    since: Instant,
    waitsMs: readonly number[],
  ): Promise<readonly OrderOutcome[]> {
    let settled = outcomes;
    for (const waitMs of waitsMs) {
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

  const eventsOf = (
    plan: RunPlan,
    sent: readonly OrderOutcome[],
    settled: readonly OrderOutcome[],
  ): readonly OrderEvent[] => {
    const now = clock.now();
    const changed = settled.filter((outcome, index) => outcome !== sent[index]);
    return [...plannedEvents(plan), ...[...sent, ...changed].map((outcome) => eventOf(outcome, now))];
  };

  function tell(runId: string, outcome: OrderOutcome, latencyMs: number): void {
    const { clientOrderId, symbol, side, qty } = outcome.ticket;
    const code = "code" in outcome ? { code: outcome.code } : {};
    const problem = outcome.kind === "accepted" ? {} : { ...code, message: outcome.message };
    telemetry.event(outcome.kind === "accepted" ? "info" : "warning", `order.${outcome.kind}`, {
      runId,
      clientOrderId,
      outcome: outcome.kind,
      symbol,
      side,
      qty,
      latencyMs,
      ...problem,
    });
  }

  return { submitPlan, reviewPlan };
}

const stale = (ticket: OrderTicket, change: string | undefined): OrderOutcome | undefined =>
  change === undefined
    ? undefined
    : {
        kind: "withheld",
        ticket,
        code: "PLAN_STALE",
        message: `the account has changed since the plan was made: ${change}`,
      };

/** An order in doubt blocks its symbol within the run too. */
function blocked(ticket: OrderTicket, outcomes: readonly OrderOutcome[]): OrderOutcome | undefined {
  const doubtful = outcomes.find(({ kind, ticket: { symbol } }) => kind === "unknown" && symbol === ticket.symbol);
  if (doubtful === undefined) return undefined;
  const message = `it is not known whether ${doubtful.ticket.clientOrderId} is at the broker`;
  return { kind: "withheld", ticket, code: "UNKNOWN_OUTSTANDING", message };
}

/** Of the order itself: its exits may work for days. */
const isWorking = (outcome: OrderOutcome): boolean => outcome.kind === "accepted" && !isTerminal(outcome.order);
const isFilled = (outcome: { kind: string; order?: BrokerOrder }): boolean =>
  outcome.kind === "accepted" && outcome.order?.status === "filled";
