// What the broker shows of an order, held against what is recorded of it.
import type { BrokerOrder, OrderEvent, OrderOutcome } from "../model/order.ts";
import type { RunPlan } from "../model/run.ts";
import { type Instant, minuteMs, msBetween } from "../model/time.ts";

/** `missing`: the broker was asked for this very id and does not know it. `unseen`: it could not be asked. */
export type Sighting =
  | { readonly kind: "found"; readonly order: BrokerOrder }
  | { readonly kind: "missing" }
  | { readonly kind: "unseen" };

/**
 * The outcome as it is now known; the same object when nothing is new. An order that the broker shows is there, whatever was recorded. Missing
 * an order in doubt is no proof before `graceMinutes` are over, for the request that carried it may still be on its way. An order that was
 * accepted is never taken back because it is not found.
 */
export function resolveOutcome(
  outcome: OrderOutcome,
  sighting: Sighting,
  { now, graceMinutes }: { readonly now: Instant; readonly graceMinutes: number },
): OrderOutcome {
  const { ticket, gateQuote } = outcome;
  const common = { ticket, ...(gateQuote === undefined ? {} : { gateQuote }) };
  if (sighting.kind === "found") {
    const { order } = sighting;
    return outcome.kind === "accepted" && isSame(outcome.order, order)
      ? outcome
      : { ...common, kind: "accepted", order };
  }
  if (outcome.kind !== "unknown" || sighting.kind === "unseen") return outcome;
  if (msBetween(outcome.since, now) < graceMinutes * minuteMs) return outcome;
  const message = `the broker did not know it ${graceMinutes} minutes after the doubt began (${outcome.message})`;
  return { ...common, kind: "notPlaced", message, actor: "monitor" };
}

const isSame = (a: BrokerOrder, b: BrokerOrder): boolean =>
  a.status === b.status &&
  a.filledQty === b.filledQty &&
  a.filledAvgPrice === b.filledAvgPrice &&
  (a.legs ?? []).length === (b.legs ?? []).length &&
  (a.legs ?? []).every((leg, index) => b.legs?.[index] !== undefined && isSame(leg, b.legs[index]));

/** The state of an order as an event of its history. */
export function eventOf(outcome: OrderOutcome, at: Instant): OrderEvent {
  const { clientOrderId } = outcome.ticket;
  if (outcome.kind !== "accepted") return { at, clientOrderId, state: outcome.kind, detail: outcome.message };
  const { status, filledQty, filledAvgPrice, legs = [] } = outcome.order;
  const filled = filledAvgPrice === null ? [] : [`${filledQty} filled at ${filledAvgPrice}`];
  const exits = legs.map(
    (leg) => `exit ${leg.status}${leg.filledAvgPrice === null ? "" : ` at ${leg.filledAvgPrice}`}`,
  );
  return { at, clientOrderId, state: status, detail: [...filled, ...exits].join(", ") };
}

export const plannedEvents = ({ tickets, asOf }: RunPlan): readonly OrderEvent[] =>
  tickets.map(({ clientOrderId, stage }) => ({ at: asOf, clientOrderId, state: "planned", detail: `stage ${stage}` }));
