// The Aroon lines: how lately the extremes of a window were reached.
import { finiteRuns } from "./finiteRuns.ts";
import { assertPeriod, assertSameLength } from "./period.ts";
import type { Side } from "./rollingExtreme.ts";

/** 100 where the extreme is on the newest bar, 0 where it is `period` bars back. */
type Lines<T> = { readonly up: T; readonly down: T };

/**
 * `100 · (period − bars since the highest high) / period`, and the same for the lowest low, over each bar and the `period` before it; of equal
 * extremes the latest counts. Same length as the columns; NaN until `period + 1` bars are there. A bar with a value that is not finite gives
 * NaN, and the lines begin anew after it. `out` receives the result; none of its arrays may be one of the columns. Throws RangeError for a
 * period that is not a positive integer and for columns of different lengths.
 *
 * Source: T. Chande, Technical Analysis of Stocks & Commodities 13 (1995); TA-Lib, AROON.
 */
export function aroon(
  high: Float64Array,
  low: Float64Array,
  period = 14,
  out: Lines<Float64Array> = { up: new Float64Array(high.length), down: new Float64Array(high.length) },
): Lines<Float64Array> {
  assertPeriod(period);
  assertSameLength(high, low);
  out.up.fill(Number.NaN);
  out.down.fill(Number.NaN);
  for (const { from, to } of finiteRuns(high, low)) {
    if (to - from <= period) continue;
    recency(high, from, to, period, 1, out.up);
    recency(low, from, to, period, -1, out.down);
  }
  return out;
}

/** Windows of `period + 1` bars, cut into tails and heads as in rollingExtreme.ts, where the place of each extreme is kept too. */
function recency(values: Float64Array, from: number, to: number, period: number, side: Side, out: Float64Array): void {
  const tails = tailsOf(period + 1);
  const { bests, places } = tails;
  for (let start = from; start < to; start += period + 1) {
    const end = Math.min(start + period + 1, to);
    let head = Number.NEGATIVE_INFINITY;
    let place = 0;
    for (let i = start; i < end; i++) {
      const at = i - start;
      const value = side * (values[i] ?? Number.NaN);
      if (value >= head) {
        head = value;
        place = at;
      }
      // A place in the block before lies as far from its end as `at` lies from the beginning of this one.
      const since = (bests[at + 1] ?? Number.NaN) > head ? at + period + 1 - (places[at + 1] ?? 0) : at - place;
      out[i] = (100 * (period - since)) / period;
    }
    if (end - start > period) findTails(values, start, side, tails);
  }
  out.fill(Number.NaN, from, from + period);
}

/** The streaming form of `aroon`. */
export function aroonStream(period = 14): { next(high: number, low: number): Lines<number> } {
  assertPeriod(period);
  const up = recencyStream(period, 1);
  const down = recencyStream(period, -1);
  return {
    next(high, low) {
      const whole = Number.isFinite(high + low);
      return { up: up.next(whole ? high : Number.NaN), down: down.next(whole ? low : Number.NaN) };
    },
  };
}

function recencyStream(period: number, side: Side): { next(value: number): number } {
  const block = new Float64Array(period + 1);
  const tails = tailsOf(period + 1);
  const head = { best: Number.NEGATIVE_INFINITY, place: 0, at: 0, missing: period + 1 };
  const begin = () => {
    head.best = Number.NEGATIVE_INFINITY;
    head.place = 0;
    head.at = 0;
  };
  return {
    next(input) {
      if (!Number.isFinite(input)) {
        head.missing = period + 1;
        begin();
        return Number.NaN;
      }
      if (head.missing > 0) head.missing--;
      const { at } = head;
      const value = side * input;
      if (value >= head.best) {
        head.best = value;
        head.place = at;
      }
      const older = (tails.bests[at + 1] ?? Number.NaN) > head.best;
      const since = older ? at + period + 1 - (tails.places[at + 1] ?? 0) : at - head.place;
      block[head.at++] = input;
      if (head.at > period) {
        findTails(block, 0, side, tails);
        begin();
      }
      return head.missing > 0 ? Number.NaN : (100 * (period - since)) / period;
    },
  };
}

/** The extreme from each place of a block to its end, and where it is in the block; of equal ones the latest. */
type Tails = { readonly bests: Float64Array; readonly places: Int32Array };

const tailsOf = (length: number): Tails => ({
  bests: new Float64Array(length + 1).fill(Number.NEGATIVE_INFINITY),
  places: new Int32Array(length + 1),
});

function findTails(values: Float64Array, start: number, side: Side, { bests, places }: Tails): void {
  let best = Number.NEGATIVE_INFINITY;
  let place = 0;
  for (let at = bests.length - 2; at >= 0; at--) {
    const value = side * (values[start + at] ?? Number.NaN);
    if (value > best) {
      best = value;
      place = at;
    }
    bests[at] = best;
    places[at] = place;
  }
}
