// The value that a stream had some time ago.
import { assertPeriod } from "./period.ts";

/** Each value in, the one `period` before it out; NaN where there is none since the last value that is not finite, and at that value. */
export function earlierStream(period: number): { next(value: number): number } {
  assertPeriod(period);
  const ring = new Float64Array(period).fill(Number.NaN);
  let at = 0;
  return {
    next(value) {
      if (!Number.isFinite(value)) {
        ring.fill(Number.NaN);
        return Number.NaN;
      }
      const earlier = ring[at] ?? Number.NaN;
      ring[at++] = value;
      if (at === period) at = 0;
      return earlier;
    },
  };
}
