// The orders of late that breakers count: what became of each, taken from the records that the monitor follows.

import type { Breakers } from "../model/limits.ts";
import type { RecentOrder } from "../model/monitor.ts";
import type { OrderOutcome } from "../model/order.ts";
import type { ExecutionRecord } from "../model/run.ts";
import { addMs, type Instant, minuteMs } from "../model/time.ts";

/** Kept at most, newest first to stay: a broker takes no more in half an hour. */
const mostKept = 5_000;

/**
 * The recent orders with what these records say of theirs, oldest first: those within the minutes of `repeatedExecution`, and the newest
 * that `rejections` counts. Orders in doubt, and orders that never left, are none. Nothing is kept for breakers that are not watched for.
 */
export function withRecords(
  recent: readonly RecentOrder[],
  records: readonly ExecutionRecord[],
  { repeatedExecution, rejections }: Pick<Breakers, "repeatedExecution" | "rejections">,
  now: Instant,
): readonly RecentOrder[] {
  const byId = new Map(recent.map((order) => [order.clientOrderId, order]));
  for (const record of records) for (const order of ordersOf(record)) byId.set(order.clientOrderId, order);
  const all = [...byId.values()].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  const since = repeatedExecution === undefined ? now : addMs(now, -repeatedExecution.minutes * minuteMs);
  const counted = rejections?.inARow ?? 0;
  return all.filter(({ at }, index) => at > since || index >= all.length - counted).slice(-mostKept);
}

/** In the order in which they were sent. Their time is when the run came to know it: by one clock, whatever the broker's says. */
function ordersOf({ taskId, outcomes, events, endedAt, startedAt }: ExecutionRecord): readonly RecentOrder[] {
  return outcomes.flatMap((outcome) => {
    const result = resultOf(outcome);
    if (result === undefined) return [];
    const { clientOrderId, symbol, side } = outcome.ticket;
    const known = events.find((event) => event.clientOrderId === clientOrderId && event.state !== "planned");
    return [{ clientOrderId, taskId, symbol, side, at: known?.at ?? endedAt ?? startedAt, result }];
  });
}

function resultOf(outcome: OrderOutcome): RecentOrder["result"] | undefined {
  if (outcome.kind === "rejected") return "refused";
  if (outcome.kind !== "accepted") return undefined;
  if (Number(outcome.order.filledQty) > 0) return "executed";
  return outcome.order.status === "rejected" ? "refused" : "taken";
}
