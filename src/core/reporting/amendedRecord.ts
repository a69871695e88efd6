// What becomes of a final record while its orders go on: new states and executions, and whether anything is still to come.
import { addQty, compare } from "../model/money.ts";
import { type BrokerFill, isFinalOutcome, type OrderEvent, type OrderOutcome, withLegs } from "../model/order.ts";
import type { ExecutionRecord } from "../model/run.ts";
import type { Instant } from "../model/time.ts";
import { eventOf } from "../monitoring/orderTruth.ts";
import { conclusionOf, resultsOf } from "./executionRecord.ts";

/** A final record with what has become of its orders since. How a run failed stays as it was. */
export function amendedRecord(
  record: ExecutionRecord,
  since: {
    readonly outcomes: readonly OrderOutcome[];
    readonly events: readonly OrderEvent[];
    readonly fills: readonly BrokerFill[];
  },
): ExecutionRecord {
  const conclusion = record.status === "failed" ? {} : conclusionOf(record, since.outcomes);
  const known = new Set(record.fills.map(({ id }) => id));
  return {
    ...record,
    ...conclusion,
    ...(record.equityBefore === null ? { outcomes: since.outcomes } : resultsOf(record.equityBefore, since.outcomes)),
    events: [...record.events, ...since.events],
    fills: [...record.fills, ...since.fills.filter(({ id }) => !known.has(id))],
  };
}

/** Whether no order of an ended run can change any more. */
export const areOrdersFinal = ({ outcomes }: Pick<ExecutionRecord, "outcomes">): boolean =>
  outcomes.every(isFinalOutcome);

/** Whether, on top of that, every share filled is accounted for by an execution. */
export const isSettled = ({ outcomes, fills }: Pick<ExecutionRecord, "outcomes" | "fills">): boolean =>
  areOrdersFinal({ outcomes }) &&
  outcomes
    .flatMap((outcome) => (outcome.kind === "accepted" ? withLegs(outcome.order) : []))
    .every(({ brokerOrderId, filledQty }) => {
      const own = fills.filter((fill) => fill.brokerOrderId === brokerOrderId);
      return compare(addQty(...own.map(({ qty }) => qty)), filledQty) === 0;
    });

/** Whether the monitor has to look at an ended run once more: it follows what the broker took, and counts what the broker refused. */
export const concernsMonitor = ({ outcomes }: Pick<ExecutionRecord, "outcomes">): boolean =>
  outcomes.some(({ kind }) => kind !== "withheld" && kind !== "notPlaced");

/** The standing record with the orders that the broker took for `other`, a record of the same run that came second; the same where it knows them. */
export function withAccepted(standing: ExecutionRecord, other: ExecutionRecord, at: Instant): ExecutionRecord {
  const accepted = new Map(
    other.outcomes.flatMap((outcome) =>
      outcome.kind === "accepted" ? [[outcome.ticket.clientOrderId, outcome] as const] : [],
    ),
  );
  const outcomes = standing.outcomes.map((outcome) =>
    outcome.kind === "accepted" ? outcome : (accepted.get(outcome.ticket.clientOrderId) ?? outcome),
  );
  const changed = outcomes.filter((outcome, index) => outcome !== standing.outcomes[index]);
  if (changed.length === 0) return standing;
  return amendedRecord(standing, { outcomes, events: changed.map((outcome) => eventOf(outcome, at)), fills: [] });
}
