// Follows the orders of ended runs until each is final, and writes what became of them into the record of their run.
import { compare } from "../core/model/money.ts";
import {
  type BrokerFill,
  type BrokerOrder,
  isFinalOutcome,
  type OrderEvent,
  type OrderOutcome,
  withLegs,
} from "../core/model/order.ts";
import type { ExecutionRecord } from "../core/model/run.ts";
import type { MonitorSettings } from "../core/model/settings.ts";
import { hourOf, minuteMs, msBetween } from "../core/model/time.ts";
import { eventOf, resolveOutcome, type Sighting } from "../core/monitoring/orderTruth.ts";
import { orderFingerprint } from "../core/notifications/states.ts";
import { amendedRecord, areOrdersFinal, isSettled } from "../core/reporting/amendedRecord.ts";
import type { Broker } from "../ports/broker.ts";
import type { Clock } from "../ports/clock.ts";
import type { ExecutionRepository } from "../ports/stores.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import { fillsWaitMs } from "./lateFills.ts";
import type { Outbox } from "./outbox.ts";

export type OrderResolver = {
  /**
   * Brings the record of an ended run up to what the broker shows: `orders` by client order id is the list it gave; what is not in it is
   * looked up. Answers the record.
   */
  follow(
    record: ExecutionRecord,
    shown: { readonly orders: ReadonlyMap<string, BrokerOrder>; readonly fills: readonly BrokerFill[] },
    handling: MonitorSettings,
  ): Promise<ExecutionRecord>;
  /** Takes a run off the outstanding ones once all its orders are final. */
  settle(record: ExecutionRecord): Promise<void>;
  /**
   * A person's decision on an order in doubt. The broker is asked first and its word stands; only an order that it does not show, or that
   * it cannot be asked about, is held to have never reached it. Undefined: the run has no such order in doubt.
   */
  resolve(executionId: string, clientOrderId: string, why: Resolution): Promise<OrderOutcome | undefined>;
};

export type Resolution = { readonly reason: string; readonly actor: string };

export function createOrderResolver(ports: {
  readonly broker: Broker;
  readonly executions: ExecutionRepository;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}): OrderResolver {
  const { broker, executions, outbox, clock, telemetry } = ports;

  const follow: OrderResolver["follow"] = async (record, { orders, fills }, handling) => {
    const grace = { now: clock.now(), graceMinutes: handling.unknownGraceMinutes };
    // An id that comes twice in a plan is at the broker once: what the gate held back of it stays held back.
    const taken = new Set(
      record.outcomes.flatMap(({ kind, ticket }) => (kind === "accepted" ? [ticket.clientOrderId] : [])),
    );
    const outcomes: OrderOutcome[] = [];
    for (const outcome of record.outcomes) {
      const isTwin = outcome.kind === "withheld" && taken.has(outcome.ticket.clientOrderId);
      const resolved = isTwin ? outcome : resolveOutcome(outcome, await sight(outcome, orders), grace);
      outcomes.push(resolved);
      await alertIfLong(record, resolved, handling);
    }
    return amend(record, outcomes, fills);
  };

  async function sight(outcome: OrderOutcome, orders: ReadonlyMap<string, BrokerOrder>): Promise<Sighting> {
    const { clientOrderId } = outcome.ticket;
    const listed = orders.get(clientOrderId);
    if (listed !== undefined) return { kind: "found", order: listed };
    return isFinalOutcome(outcome) ? { kind: "unseen" } : lookUp(clientOrderId);
  }

  async function lookUp(clientOrderId: string): Promise<Sighting> {
    try {
      const order = await broker.findOrder(clientOrderId);
      return order === undefined ? { kind: "missing" } : { kind: "found", order };
    } catch {
      return { kind: "unseen" };
    }
  }

  /** Writes only what is new, on top of whatever another check wrote in the meantime. */
  async function amend(
    record: ExecutionRecord,
    outcomes: readonly OrderOutcome[],
    fills: readonly BrokerFill[],
  ): Promise<ExecutionRecord> {
    const now = clock.now();
    let result = record;
    let changed: readonly OrderOutcome[] = [];
    const change = (stored: ExecutionRecord): ExecutionRecord => {
      const merged = stored.outcomes.map((standing, index) => {
        const seen = outcomes[index];
        return seen === undefined || seen === record.outcomes[index] ? standing : newer(standing, seen);
      });
      changed = merged.filter((outcome, index) => outcome !== stored.outcomes[index]);
      const events: readonly OrderEvent[] = changed.map((outcome) => eventOf(outcome, now));
      const fresh = fillsOf(merged, fills).filter(({ id }) => !stored.fills.some((fill) => fill.id === id));
      result =
        changed.length + fresh.length === 0
          ? stored
          : amendedRecord(stored, { outcomes: merged, events, fills: fresh });
      return result;
    };
    if (change(record) === record) return record;
    await executions.amend(record.executionId, change);
    for (const outcome of changed) tell(record, outcome);
    return result;
  }

  const resolve: OrderResolver["resolve"] = async (executionId, clientOrderId, { reason, actor }) => {
    const record = await executions.get(executionId);
    const index = record?.outcomes.findIndex(({ ticket }) => ticket.clientOrderId === clientOrderId) ?? -1;
    const outcome = record?.outcomes[index];
    if (record === undefined || outcome?.kind !== "unknown") return undefined;
    const sighting = await lookUp(clientOrderId);
    const { ticket, gateQuote } = outcome;
    const common = { ticket, ...(gateQuote === undefined ? {} : { gateQuote }) };
    const resolved: OrderOutcome =
      sighting.kind === "found"
        ? { ...common, kind: "accepted", order: sighting.order }
        : { ...common, kind: "notPlaced", actor, message: reason };
    const amended = await amend(record, record.outcomes.with(index, resolved), []);
    if (resolved.kind === "notPlaced")
      telemetry.event("warning", "order.notPlaced", { runId: executionId, clientOrderId, actor });
    await settle(amended);
    return amended.outcomes[index];
  };

  /** An execution that the broker does not list is not waited for without end. */
  async function settle(record: ExecutionRecord): Promise<void> {
    const endedMs = msBetween(record.endedAt ?? clock.now(), clock.now());
    const given = areOrdersFinal(record) && endedMs > fillsWaitMs;
    if (given) telemetry.event("warning", "fills.missing", { runId: record.executionId });
    if (given || isSettled(record)) await executions.settle(record);
  }

  async function alertIfLong(record: ExecutionRecord, outcome: OrderOutcome, handling: MonitorSettings): Promise<void> {
    if (outcome.kind !== "unknown") return;
    const minutes = Math.floor(msBetween(outcome.since, clock.now()) / minuteMs);
    if (minutes < handling.unknownAlertMinutes) return;
    const { clientOrderId, symbol, side, qty } = outcome.ticket;
    const { executionId: runId, taskId } = record;
    telemetry.event("error", "order.inDoubt", { runId, taskId, clientOrderId, symbol, minutes });
    await outbox.post({
      schemaVersion: 1,
      // Once an hour: how often it is told again, the settings say.
      id: `order-unknown.${hourOf(clock.now())}.${clientOrderId}`.slice(0, 120),
      kind: "order",
      fingerprint: orderFingerprint(clientOrderId),
      severity: "error",
      title: `Not known whether an order is at the broker: ${side} ${qty} ${symbol}`,
      text:
        `${clientOrderId} has been in doubt for ${minutes} minutes (${outcome.message}). Its symbol is not traded meanwhile. Look at the broker; if the ` +
        `order is not there, POST /api/scheduler/executions/${record.executionId}/orders/${clientOrderId}/resolve with a reason.`,
      at: clock.now(),
      taskId: record.taskId,
      executionId: record.executionId,
      attempt: 1,
    });
  }

  function tell(record: ExecutionRecord, outcome: OrderOutcome): void {
    const { state, detail, clientOrderId } = eventOf(outcome, clock.now());
    telemetry.event("info", "order.changed", { runId: record.executionId, clientOrderId, state, detail });
  }

  return { follow, settle, resolve };
}

const fillsOf = (outcomes: readonly OrderOutcome[], fills: readonly BrokerFill[]): readonly BrokerFill[] => {
  const ids = new Set(
    outcomes.flatMap((outcome) =>
      outcome.kind === "accepted" ? withLegs(outcome.order).map((order) => order.brokerOrderId) : [],
    ),
  );
  return fills.filter(({ brokerOrderId }) => ids.has(brokerOrderId));
};

/**
 * Another check, or a person, may have written in the meantime: what is final stays unless the order is at the broker after all, what the
 * broker said stays, and no fill is taken back.
 */
function newer(standing: OrderOutcome, seen: OrderOutcome): OrderOutcome {
  if (standing.kind !== "accepted" && seen.kind === "accepted") return seen;
  if (isFinalOutcome(standing) || JSON.stringify(standing) === JSON.stringify(seen)) return standing;
  if (standing.kind !== "accepted") return seen;
  return seen.kind === "accepted" && compare(seen.order.filledQty, standing.order.filledQty) >= 0 ? seen : standing;
}
