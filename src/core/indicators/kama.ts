// Kaufman's adaptive moving average.
import { earlierStream } from "./earlier.ts";
import { assertPeriod } from "./period.ts";
import { warmUp } from "./warmUp.ts";

/**
 * `kama += c² · (value − kama)`, where c goes from `2 / (slow + 1)` in a market without direction to `2 / (fast + 1)` in one that goes straight:
 * by the efficiency ratio, the net change over `period` values as a part of the path walked. Begun with the value before the first result.
 * Same length as `values`; NaN until `period + 1` values are there. A value that is not finite gives NaN, and the average begins anew after
 * it. `out` receives the result and must not be `values` itself. Throws RangeError for periods that are not positive integers.
 *
 * Source: P. Kaufman, Smarter Trading (1995), whose periods are the defaults; TA-Lib, KAMA, which defaults to a period of 30.
 */
export function kama(
  values: Float64Array,
  period = 10,
  fast = 2,
  slow = 30,
  out: Float64Array = new Float64Array(values.length),
): Float64Array {
  const pace = paceOf(period, fast, slow);
  let i = warmUp(values, 0, period + 1, out);
  while (i < values.length) {
    let path = 0;
    for (let j = i - period + 1; j <= i; j++) path += stepTo(values, j);
    let average = values[i - 1] ?? Number.NaN;
    let fresh = 0;
    let age = 0;
    for (const first = i; i < values.length; i++) {
      const value = values[i] ?? Number.NaN;
      if (!Number.isFinite(value)) break;
      if (i > first) {
        const step = stepTo(values, i);
        path += step - stepTo(values, i - period);
        fresh += step;
        // Once in a period a path that nothing was ever taken from takes over, so that rounding errors do not pile up.
        if (++age === period) {
          path = fresh;
          fresh = 0;
          age = 0;
        }
      }
      average += pace(value - (values[i - period] ?? Number.NaN), path) * (value - average);
      out[i] = average;
    }
    i = warmUp(values, i, period + 1, out);
  }
  return out;
}

/** The streaming form of `kama`. */
export function kamaStream(period = 10, fast = 2, slow = 30): { next(value: number): number } {
  const pace = paceOf(period, fast, slow);
  const earlier = earlierStream(period);
  const steps = new Float64Array(period);
  let before = Number.NaN;
  let average = Number.NaN;
  let at = 0;
  let full = false;
  let path = 0;
  let fresh = 0;
  return {
    next(value) {
      const step = Math.abs(value - before);
      const net = value - earlier.next(value);
      const previous = before;
      before = value;
      if (!Number.isFinite(step)) {
        at = 0;
        full = false;
        fresh = 0;
        return Number.NaN;
      }
      path += step - (steps[at] ?? Number.NaN);
      fresh += step;
      steps[at++] = step;
      if (at === period) {
        if (!full) average = previous;
        full = true;
        path = fresh;
        fresh = 0;
        at = 0;
      }
      if (!full) return Number.NaN;
      average += pace(net, path) * (value - average);
      return average;
    },
  };
}

/** How much of the way to a value the average goes, from the net change and the path. A market that did not move at all goes straight. */
function paceOf(period: number, fast: number, slow: number): (net: number, path: number) => number {
  assertPeriod(period);
  assertPeriod(fast, "fast");
  assertPeriod(slow, "slow");
  const least = 2 / (slow + 1);
  const span = 2 / (fast + 1) - least;
  return (net, path) => {
    const distance = Math.abs(net);
    const c = least + span * (path > distance ? distance / path : 1);
    return c * c;
  };
}

const stepTo = (values: Float64Array, i: number): number =>
  Math.abs((values[i] ?? Number.NaN) - (values[i - 1] ?? Number.NaN));
