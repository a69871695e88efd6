// How two series vary together within a moving window; correlation and beta are made of it. The sums are made as rollingMoments.ts says.
import { finiteRuns } from "./finiteRuns.ts";

/** What is made of the two variances and the covariance: Pearson's r, or the slope of the line that gives `y` from `x`. */
export type Measure = "correlation" | "slope";

/** Writes the measure of each window of `period` pairs to `out`; 0 where it is not defined, as a series that it divides by does not vary. */
export function rollingComoments(
  x: Float64Array,
  y: Float64Array,
  period: number,
  measure: Measure,
  out: Float64Array,
): void {
  const window = windowOf(period, measure);
  out.fill(Number.NaN);
  for (const { from, to } of finiteRuns(x, y)) {
    for (let start = from; start < to; start += period) {
      slide(x, y, start, Math.min(start + period, to), Math.max(from, start - 1), window, out);
    }
    out.fill(Number.NaN, from, Math.min(from + period - 1, to));
  }
}

/** Moves the window over one block. The tails are those of the block before, measured from `origin`, and then those of this one. */
function slide(
  x: Float64Array,
  y: Float64Array,
  start: number,
  end: number,
  origin: number,
  window: Window,
  out: Float64Array,
): void {
  const zeroX = x[origin] ?? Number.NaN;
  const zeroY = y[origin] ?? Number.NaN;
  let sumX = 0;
  let sumY = 0;
  let squareX = 0;
  let squareY = 0;
  let product = 0;
  for (let i = start; i < end; i++) {
    const valueX = (x[i] ?? Number.NaN) - zeroX;
    const valueY = (y[i] ?? Number.NaN) - zeroY;
    sumX += valueX;
    sumY += valueY;
    squareX += valueX * valueX;
    squareY += valueY * valueY;
    product += valueX * valueY;
    out[i] = measureOf(window, i - start + 1, sumX, sumY, squareX, squareY, product);
  }
  if (end - start < window.period) return;
  // The window that is this block itself does not hold the origin so far: it is measured again, from its own last pair.
  sumTails(x, y, start, window);
  out[end - 1] = measureOf(window, 0, 0, 0, 0, 0, 0);
}

/** The streaming form: each pair in, the measure of the newest `period` out. */
export function rollingComomentsStream(period: number, measure: Measure): { next(x: number, y: number): number } {
  const window = windowOf(period, measure);
  const blockX = new Float64Array(period);
  const blockY = new Float64Array(period);
  const head = { zeroX: 0, zeroY: 0, sumX: 0, sumY: 0, squareX: 0, squareY: 0, product: 0, at: 0, missing: period };
  const begin = (zeroX: number, zeroY: number) => {
    head.zeroX = zeroX;
    head.zeroY = zeroY;
    head.sumX = 0;
    head.sumY = 0;
    head.squareX = 0;
    head.squareY = 0;
    head.product = 0;
    head.at = 0;
  };
  return {
    next(x, y) {
      if (!Number.isFinite(x + y)) {
        head.missing = period;
        return Number.NaN;
      }
      if (head.missing === period) begin(x, y);
      if (head.missing > 0) head.missing--;
      const valueX = x - head.zeroX;
      const valueY = y - head.zeroY;
      head.sumX += valueX;
      head.sumY += valueY;
      head.squareX += valueX * valueX;
      head.squareY += valueY * valueY;
      head.product += valueX * valueY;
      blockX[head.at] = x;
      blockY[head.at++] = y;
      if (head.at === period) {
        sumTails(blockX, blockY, 0, window);
        begin(x, y);
      }
      if (head.missing > 0) return Number.NaN;
      return measureOf(window, head.at, head.sumX, head.sumY, head.squareX, head.squareY, head.product);
    },
  };
}

type Sums = "sumsX" | "sumsY" | "squaresX" | "squaresY" | "products";
type Window = {
  readonly period: number;
  readonly share: number;
  readonly measure: Measure;
  readonly tails: { readonly [name in Sums]: Float64Array };
};

function windowOf(period: number, measure: Measure): Window {
  const tails = () => new Float64Array(period + 1);
  return {
    period,
    share: 1 / period,
    measure,
    tails: { sumsX: tails(), sumsY: tails(), squaresX: tails(), squaresY: tails(), products: tails() },
  };
}

/** The sums from each place of the block at `start` to its end, measured from the block's last pair. */
function sumTails(x: Float64Array, y: Float64Array, start: number, { period, tails }: Window): void {
  const { sumsX, sumsY, squaresX, squaresY, products } = tails;
  const zeroX = x[start + period - 1] ?? Number.NaN;
  const zeroY = y[start + period - 1] ?? Number.NaN;
  let sumX = 0;
  let sumY = 0;
  let squareX = 0;
  let squareY = 0;
  let product = 0;
  for (let at = period - 1; at >= 0; at--) {
    const valueX = (x[start + at] ?? Number.NaN) - zeroX;
    const valueY = (y[start + at] ?? Number.NaN) - zeroY;
    sumX += valueX;
    sumY += valueY;
    squareX += valueX * valueX;
    squareY += valueY * valueY;
    product += valueX * valueY;
    sumsX[at] = sumX;
    sumsY[at] = sumY;
    squaresX[at] = squareX;
    squaresY[at] = squareY;
    products[at] = product;
  }
}

/** The measure of the window that is the tail from `at` on of one block and the head of the next, whose sums are given. */
function measureOf(
  { share, measure, tails }: Window,
  at: number,
  headX: number,
  headY: number,
  headSquareX: number,
  headSquareY: number,
  headProduct: number,
): number {
  const sumX = headX + (tails.sumsX[at] ?? Number.NaN);
  const sumY = headY + (tails.sumsY[at] ?? Number.NaN);
  const varianceX = headSquareX + (tails.squaresX[at] ?? Number.NaN) - sumX * sumX * share;
  const covariance = headProduct + (tails.products[at] ?? Number.NaN) - sumX * sumY * share;
  if (measure === "slope") return varianceX === 0 ? 0 : covariance / varianceX;
  const varianceY = headSquareY + (tails.squaresY[at] ?? Number.NaN) - sumY * sumY * share;
  if (varianceX === 0 || varianceY === 0) return 0;
  return Math.max(-1, Math.min(1, covariance / Math.sqrt(varianceX * varianceY)));
}
