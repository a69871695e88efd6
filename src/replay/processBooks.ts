// Holds the exchange's own books against the app's records of its executions, and names every difference.
import { isFinalOutcome } from "../core/model/order.ts";
import type { ExecutionRecord } from "../core/model/run.ts";
import { dec } from "../simulator/decimal.ts";

/** An order as the simulator's control surface lists it. */
export type BookedOrder = { readonly client_order_id: string; readonly status: string; readonly filled_qty: string };

export type Books = {
  /** Every order that the exchange ever took. */
  readonly orders: readonly BookedOrder[];
  /** The runs of the slots that were due. */
  readonly dueRunIds: readonly string[];
  /** The ids of the app's list of executions, as often as it holds them. */
  readonly listedIds: readonly string[];
  readonly records: ReadonlyMap<string, ExecutionRecord>;
};

export type Difference = {
  readonly runId: string;
  readonly what: string;
  /** Time cannot mend it: there is nothing to wait for. */
  readonly lasting: boolean;
};

export function judgeBooks(books: Books): readonly Difference[] {
  const { dueRunIds, listedIds, records } = books;
  const ordersOf = Map.groupBy(books.orders, ({ client_order_id }) => runIdOfOrder(client_order_id));
  const due = new Set(dueRunIds);
  const strangers = [...new Set([...ordersOf.keys(), ...listedIds])].filter((runId) => !due.has(runId));
  return [
    ...strangers.map((runId) => ({ runId, what: "was due at no slot, and is there", lasting: true })),
    ...repeated(listedIds).map((runId) => ({ runId, what: "is listed more than once", lasting: true })),
    ...dueRunIds.flatMap((runId) => judgeRun(runId, records.get(runId), ordersOf.get(runId) ?? [])),
  ];
}

function judgeRun(runId: string, record: ExecutionRecord | undefined, orders: readonly BookedOrder[]): Difference[] {
  const lasting = (what: string): Difference => ({ runId, what, lasting: true });
  const perhaps = (what: string): Difference => ({ runId, what, lasting: false });
  const twice = repeated(orders.map(({ client_order_id }) => client_order_id)).map((id) =>
    lasting(`${id} is at the exchange more than once`),
  );
  if (record === undefined) return [...twice, perhaps("its slot has no execution")];
  if (record.status === "running") return [...twice, perhaps("its execution is still running")];
  const unexplained = record.status !== "succeeded" && record.reason === "";
  return [
    ...twice,
    ...(unexplained ? [lasting(`ended as ${record.status} without a reason`)] : []),
    ...orders.flatMap((order) => judgeOrder(order, record).map(perhaps)),
    ...record.outcomes.flatMap((outcome) => judgeOutcome(outcome, orders).map(perhaps)),
  ];
}

/** An order at the exchange against the record of its run. */
function judgeOrder(order: BookedOrder, record: ExecutionRecord): readonly string[] {
  const { client_order_id: id, status, filled_qty: filled } = order;
  const outcome = record.outcomes.find(({ ticket }) => ticket.clientOrderId === id);
  if (outcome?.kind !== "accepted")
    return [`${id} is at the exchange, and its record says ${outcome?.kind ?? "nothing"}`];
  const { order: recorded } = outcome;
  if (recorded.status === status && dec(recorded.filledQty).eq(filled)) return [];
  return [
    `${id} is ${status} with ${filled} filled, and its record says ${recorded.status} with ${recorded.filledQty}`,
  ];
}

/** What the record says of an order against the exchange. */
function judgeOutcome(outcome: ExecutionRecord["outcomes"][number], orders: readonly BookedOrder[]): readonly string[] {
  const id = outcome.ticket.clientOrderId;
  if (!isFinalOutcome(outcome)) return [`${id} has not come to an end: its record says ${outcome.kind}`];
  const isThere = orders.some(({ client_order_id }) => client_order_id === id);
  return outcome.kind === "accepted" && !isThere ? [`${id} is recorded as accepted, and is not at the exchange`] : [];
}

/** The run that a client order id names: `tw.<run>.<strategy>…`. */
const runIdOfOrder = (clientOrderId: string): string => clientOrderId.split(".")[1] ?? clientOrderId;

function repeated(ids: readonly string[]): readonly string[] {
  return [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))];
}
