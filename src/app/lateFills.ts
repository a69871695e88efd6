// Executions of runs that ended long after their orders were filled: what the monitor reads of each minute does not reach back so far.
import type { BrokerFill } from "../core/model/order.ts";
import type { ExecutionRecord } from "../core/model/run.ts";
import { addMs, type Instant, minuteMs, msBetween } from "../core/model/time.ts";
import { hasAllFills } from "../core/reporting/amendedRecord.ts";
import type { Broker } from "../ports/broker.ts";

/** How long after its run an execution may still be listed: the fills of a day are complete long before the next one. */
export const fillsWaitMs = 24 * 60 * minuteMs;
/** Executions are read again this far back, because the broker may list one late; and clocks of two machines are never further apart. */
export const overlapMs = 10 * minuteMs;

/**
 * The executions for the records of these runs: `shown`, which was read from `since` on, and where a run that began before lacks one, all from
 * its start on. They are for the records alone: the positions that the monitor believes in counted them while their run was under way.
 */
export async function lateFills(
  broker: Pick<Broker, "fillsSince">,
  ended: readonly ExecutionRecord[],
  shown: { readonly fills: readonly BrokerFill[]; readonly since: Instant },
  now: Instant,
): Promise<readonly BrokerFill[]> {
  const starts = ended
    .filter((record) => msBetween(record.endedAt ?? now, now) <= fillsWaitMs && !hasAllFills(record))
    .map(({ startedAt }) => addMs(startedAt, -overlapMs))
    .filter((from) => from < shown.since)
    .sort();
  const [first] = starts;
  return first === undefined ? shown.fills : broker.fillsSince(first);
}
