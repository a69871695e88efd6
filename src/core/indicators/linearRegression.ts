// The straight line through a moving window by least squares.
import { finiteRuns } from "./finiteRuns.ts";
import { assertPeriod } from "./period.ts";

/** `slope` is per bar; `intercept` and `end` are the line's values at the oldest and the newest bar of the window; `r2` is 0 to 1. */
type Line<T> = { readonly slope: T; readonly intercept: T; readonly end: T; readonly r2: T };

/**
 * The line through each value and the `period − 1` before it, that leaves the least squares, with the bars at 0, 1, 2 …; `r2` is the
 * part of the values' variance that the line explains, and 0 where they do not vary. Same length as `values`; NaN until `period` values are
 * there. A value that is not finite gives NaN, and the window begins anew after it. `out` receives the result; none of its arrays may be
 * `values` itself. Throws RangeError for a period that is not an integer of at least 2.
 *
 * Source: TA-Lib, LINEARREG_SLOPE, LINEARREG_INTERCEPT and LINEARREG; for r², N. Draper and H. Smith, Applied Regression Analysis (1998).
 * The sums are made as rollingMoments.ts says, so that they do not drift.
 */
export function linearRegression(
  values: Float64Array,
  period = 14,
  out: Line<Float64Array> = {
    slope: new Float64Array(values.length),
    intercept: new Float64Array(values.length),
    end: new Float64Array(values.length),
    r2: new Float64Array(values.length),
  },
): Line<Float64Array> {
  const window = windowOf(period);
  const columns = [out.slope, out.intercept, out.end, out.r2];
  for (const column of columns) column.fill(Number.NaN);
  for (const { from, to } of finiteRuns(values)) {
    for (let start = from; start < to; start += period) {
      slide(values, start, Math.min(start + period, to), Math.max(from, start - 1), window, out);
    }
    for (const column of columns) column.fill(Number.NaN, from, Math.min(from + period - 1, to));
  }
  return out;
}

/** Moves the window over one block. The tails are those of the block before, measured from `origin`, and then those of this one. */
function slide(
  values: Float64Array,
  start: number,
  end: number,
  origin: number,
  window: Window,
  { slope, intercept, end: ends, r2 }: Line<Float64Array>,
): void {
  const { period } = window;
  const zero = values[origin] ?? Number.NaN;
  let sum = 0;
  let square = 0;
  let moment = 0;
  const write = (i: number, line: Line<number>) => {
    slope[i] = line.slope;
    intercept[i] = line.intercept;
    ends[i] = line.end;
    r2[i] = line.r2;
  };
  for (let i = start; i < end; i++) {
    const at = i - start;
    const value = (values[i] ?? Number.NaN) - zero;
    sum += value;
    square += value * value;
    moment += at * value;
    write(i, lineOf(window, at, zero, sum, square, moment));
  }
  if (end - start < period) return;
  // The window that is this block itself does not hold the origin so far: it is measured again, from its own last value.
  sumTails(values, start, window);
  write(end - 1, lineOf(window, -1, values[end - 1] ?? Number.NaN, 0, 0, 0));
}

/** The streaming form of `linearRegression`: each value in, the line so far out. */
export function linearRegressionStream(period = 14): { next(value: number): Line<number> } {
  const window = windowOf(period);
  const none = { slope: Number.NaN, intercept: Number.NaN, end: Number.NaN, r2: Number.NaN };
  const block = new Float64Array(period);
  const head = { zero: 0, sum: 0, square: 0, moment: 0, at: -1, missing: period };
  const begin = (zero: number) => {
    head.zero = zero;
    head.sum = 0;
    head.square = 0;
    head.moment = 0;
    head.at = -1;
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
      block[++head.at] = input;
      head.sum += value;
      head.square += value * value;
      head.moment += head.at * value;
      if (head.at === period - 1) {
        sumTails(block, 0, window);
        begin(input);
      }
      if (head.missing > 0) return none;
      return lineOf(window, head.at, head.zero, head.sum, head.square, head.moment);
    },
  };
}

/** `share` is one part of the window, `half` the distance from its middle to its ends, `spread` one over the squares of its bars' distances. */
type Window = {
  readonly period: number;
  readonly share: number;
  readonly half: number;
  readonly spread: number;
  readonly sums: Float64Array;
  readonly squares: Float64Array;
  readonly moments: Float64Array;
};

function windowOf(period: number): Window {
  assertPeriod(period);
  if (period === 1) throw new RangeError("period must be at least 2 for a line, not 1");
  const tails = () => new Float64Array(period + 1);
  return {
    period,
    share: 1 / period,
    half: (period - 1) / 2,
    spread: 12 / (period * (period * period - 1)),
    sums: tails(),
    squares: tails(),
    moments: tails(),
  };
}

/** The sums from each place of the block at `start` to its end, measured from its last value; that bar counts as −1, so that the next is 0. */
function sumTails(values: Float64Array, start: number, { period, sums, squares, moments }: Window): void {
  const zero = values[start + period - 1] ?? Number.NaN;
  let sum = 0;
  let square = 0;
  let moment = 0;
  for (let at = period - 1; at >= 0; at--) {
    const value = (values[start + at] ?? Number.NaN) - zero;
    sum += value;
    square += value * value;
    moment += (at - period) * value;
    sums[at] = sum;
    squares[at] = square;
    moments[at] = moment;
  }
}

/** The line of the window that ends at `at` of a block, from the sums of the block's head, which are measured from `zero`. */
function lineOf(window: Window, at: number, zero: number, sum: number, square: number, moment: number): Line<number> {
  const { share, half, spread, sums, squares, moments } = window;
  const total = sum + (sums[at + 1] ?? Number.NaN);
  // How value and time vary together, and the value alone; the middle of the window is at `at − half`.
  const joint = moment + (moments[at + 1] ?? Number.NaN) - (at - half) * total;
  const variance = square + (squares[at + 1] ?? Number.NaN) - total * total * share;
  const slope = joint * spread;
  const mean = zero + total * share;
  const r2 = variance === 0 ? 0 : Math.min(1, (slope * joint) / variance);
  return { slope, intercept: mean - slope * half, end: mean + slope * half, r2 };
}
