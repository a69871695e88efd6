// How far a value stands from the mean of its window, and the standard deviation there, without the rounding that a running sum gathers.
//
// As in rollingExtreme.ts the series is cut into blocks as long as the window, and a window is a tail of one block and a head of the next:
// nothing is ever subtracted from a sum. All is measured from the last value of the tail's block. As that lies within the window, the mean
// of the squares never dwarfs the variance, and a constant window has a deviation of exactly 0. Source of the shifted form: T. Chan,
// G. Golub and R. LeVeque, The American Statistician 37 (1983).
//
// After a gap the tails of before it are left as they are: they reach into the warm-up alone, which gives NaN.
import { finiteRuns } from "./finiteRuns.ts";
import { assertPeriod } from "./period.ts";

/** Whether the squares are divided by the number of values, as TA-Lib and J. Bollinger do, or by one less, which estimates a sample's. */
export type Spread = "population" | "sample";

/** `share` is one part of the window, `scale` what the squares are multiplied by; `sums` and `squares` are those of the tails of a block. */
type Window = {
  readonly period: number;
  readonly share: number;
  readonly scale: number;
  readonly sums: Float64Array;
  readonly squares: Float64Array;
};

/** Throws RangeError for a period that is not a positive integer, and for a sample of one. */
function windowOf(period: number, spread: Spread): Window {
  assertPeriod(period);
  if (spread === "sample" && period === 1) throw new RangeError("period must be at least 2 for a sample, not 1");
  const scale = 1 / (spread === "sample" ? period - 1 : period);
  const tails = { sums: new Float64Array(period + 1), squares: new Float64Array(period + 1) };
  return { period, share: 1 / period, scale, ...tails };
}

/**
 * Writes each value less the mean of its window to `offsets`, where given, and the standard deviation to `deviations`; NaN until `period`
 * values are there. A value that is not finite gives NaN, and the window begins anew after it. Throws as `stdDev` says.
 */
export function rollingMoments(
  values: Float64Array,
  period: number,
  spread: Spread,
  deviations: Float64Array,
  offsets?: Float64Array,
): void {
  const window = windowOf(period, spread);
  deviations.fill(Number.NaN);
  offsets?.fill(Number.NaN);
  for (const { from, to } of finiteRuns(values)) {
    for (let start = from; start < to; start += period) {
      slide(values, start, Math.min(start + period, to), Math.max(from, start - 1), window, deviations, offsets);
    }
    const warm = Math.min(from + period - 1, to);
    deviations.fill(Number.NaN, from, warm);
    offsets?.fill(Number.NaN, from, warm);
  }
}

/** Moves the window over one block. The tails are those of the block before, measured from `origin`, and then those of this one. */
function slide(
  values: Float64Array,
  start: number,
  end: number,
  origin: number,
  window: Window,
  deviations: Float64Array,
  offsets: Float64Array | undefined,
): void {
  const { period, share, scale, sums, squares } = window;
  const zero = values[origin] ?? Number.NaN;
  let sum = 0;
  let square = 0;
  for (let i = start; i < end; i++) {
    const value = (values[i] ?? Number.NaN) - zero;
    sum += value;
    square += value * value;
    const tail = i - start + 1;
    const total = sum + (sums[tail] ?? Number.NaN);
    deviations[i] = deviation(total, square + (squares[tail] ?? Number.NaN), share, scale);
    if (offsets !== undefined) offsets[i] = value - total * share;
  }
  if (end - start < period) return;
  // The window that is this block itself does not hold the origin so far: it is measured again, from its own last value.
  sumTails(values, start, window);
  const total = sums[0] ?? Number.NaN;
  deviations[end - 1] = deviation(total, squares[0] ?? Number.NaN, share, scale);
  if (offsets !== undefined) offsets[end - 1] = 0 - total * share;
}

type Moments = { readonly offset: number; readonly deviation: number };

/** The streaming form: each value in, its offset from the mean of the newest `period` and their deviation out. */
export function rollingMomentsStream(period: number, spread: Spread): { next(value: number): Moments } {
  const window = windowOf(period, spread);
  const { share, scale, sums, squares } = window;
  const none = { offset: Number.NaN, deviation: Number.NaN };
  const block = new Float64Array(period);
  const head = { zero: 0, sum: 0, square: 0, at: 0, missing: period };
  const begin = (zero: number) => {
    head.zero = zero;
    head.sum = 0;
    head.square = 0;
    head.at = 0;
  };
  return {
    next(input) {
      if (!Number.isFinite(input)) {
        head.missing = period;
        return none;
      }
      if (head.missing === period) begin(input);
      if (head.missing > 0) head.missing--;
      const value = input - head.zero;
      head.sum += value;
      head.square += value * value;
      block[head.at++] = input;
      if (head.at === period) {
        sumTails(block, 0, window);
        begin(input);
      }
      if (head.missing > 0) return none;
      const total = head.sum + (sums[head.at] ?? Number.NaN);
      const square = head.square + (squares[head.at] ?? Number.NaN);
      return { offset: input - head.zero - total * share, deviation: deviation(total, square, share, scale) };
    },
  };
}

/** The sums from each place of the block at `start` to its end, measured from the block's last value. */
function sumTails(values: Float64Array, start: number, { period, sums, squares }: Window): void {
  const zero = values[start + period - 1] ?? Number.NaN;
  let sum = 0;
  let square = 0;
  for (let at = period - 1; at >= 0; at--) {
    const value = (values[start + at] ?? Number.NaN) - zero;
    sum += value;
    square += value * value;
    sums[at] = sum;
    squares[at] = square;
  }
}

const deviation = (sum: number, square: number, share: number, scale: number): number =>
  Math.sqrt((square - sum * sum * share) * scale);
