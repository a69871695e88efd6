// How far our clock is from the broker's.
import { msBetween } from "../core/model/time.ts";
import type { Broker } from "../ports/broker.ts";
import type { Clock } from "../ports/clock.ts";

/**
 * Milliseconds by which our clock is ahead of the broker's; negative when it is behind. The answer is as old as half its way took; our clock
 * is read in the middle of it. Throws as Broker reads do.
 */
export async function measureSkewMs(broker: Pick<Broker, "now">, clock: Pick<Clock, "now">): Promise<number> {
  const before = clock.now();
  const theirs = await broker.now();
  return Math.round(msBetween(theirs, before) + msBetween(before, clock.now()) / 2);
}
