// The Ichimoku cloud.
import { finiteRuns } from "./finiteRuns.ts";
import { assertPeriod, assertSameLength } from "./period.ts";
import { rollingExtreme, rollingExtremeStream, type Side } from "./rollingExtreme.ts";

/** `conversion` is the tenkan-sen, `base` the kijun-sen; the cloud at a bar lies between `spanA` and `spanB`, the senkou spans. */
type Cloud<T> = { readonly conversion: T; readonly base: T; readonly spanA: T; readonly spanB: T };

/**
 * Each line is half-way between the highest high and the lowest low of its window, in the unit of the prices: `conversion` and `base` over
 * `conversionPeriod` and `basePeriod` bars, `spanA` half-way between those two, `spanB` over `spanPeriod`. The spans at a bar are those made
 * `displacement` bars before, as a chart shows them there; with a displacement of 0 they are those the chart will show so much later. The
 * lagging span is the close, drawn `displacement` bars back; it is no output, because it would give a bar the close of a bar to come. Same
 * length as the columns; NaN until a line's bars are there. A bar with a value that is not finite gives NaN, and all begins anew after it. `out`
 * receives the result; none of its arrays may be one of the columns. Throws RangeError for periods that are not positive integers, a
 * displacement that is neither one nor 0, and columns of different lengths.
 *
 * Source: G. Hosoda, Ichimoku Kinkō Hyō (1969); M. Patel, Trading with Ichimoku Clouds (2010).
 */
export function ichimoku(
  high: Float64Array,
  low: Float64Array,
  conversionPeriod = 9,
  basePeriod = 26,
  spanPeriod = 52,
  displacement = 26,
  out: Cloud<Float64Array> = {
    conversion: new Float64Array(high.length),
    base: new Float64Array(high.length),
    spanA: new Float64Array(high.length),
    spanB: new Float64Array(high.length),
  },
): Cloud<Float64Array> {
  assertPeriods(conversionPeriod, basePeriod, spanPeriod, displacement);
  assertSameLength(high, low);
  const { conversion, base, spanA, spanB } = out;
  const lows = new Float64Array(high.length);
  for (const line of [conversion, base, spanA, spanB]) line.fill(Number.NaN);
  for (const { from, to } of finiteRuns(high, low)) {
    midpoints(high, low, from, to, conversionPeriod, conversion, lows);
    midpoints(high, low, from, to, basePeriod, base, lows);
    midpoints(high, low, from, to, spanPeriod, spanB, lows);
    for (let i = from; i < to; i++) spanA[i] = ((conversion[i] ?? Number.NaN) + (base[i] ?? Number.NaN)) / 2;
    for (const span of [spanA, spanB]) {
      span.copyWithin(from + displacement, from, Math.max(from, to - displacement));
      span.fill(Number.NaN, from, Math.min(from + displacement, to));
    }
  }
  return out;
}

function midpoints(
  high: Float64Array,
  low: Float64Array,
  from: number,
  to: number,
  period: number,
  out: Float64Array,
  lows: Float64Array,
): void {
  rollingExtreme(high, from, to, period, 1, out);
  rollingExtreme(low, from, to, period, -1, lows);
  for (let i = from + period - 1; i < to; i++) out[i] = ((out[i] ?? Number.NaN) + (lows[i] ?? Number.NaN)) / 2;
}

/** The streaming form of `ichimoku`. */
export function ichimokuStream(
  conversionPeriod = 9,
  basePeriod = 26,
  spanPeriod = 52,
  displacement = 26,
): { next(high: number, low: number): Cloud<number> } {
  assertPeriods(conversionPeriod, basePeriod, spanPeriod, displacement);
  const conversions = midpointStream(conversionPeriod);
  const bases = midpointStream(basePeriod);
  const midpointsB = midpointStream(spanPeriod);
  const delayedA = delay(displacement);
  const delayedB = delay(displacement);
  return {
    next(highInput, lowInput) {
      const whole = Number.isFinite(highInput + lowInput);
      const high = whole ? highInput : Number.NaN;
      const low = whole ? lowInput : Number.NaN;
      if (!whole) {
        delayedA.clear();
        delayedB.clear();
      }
      const conversion = conversions(high, low);
      const base = bases(high, low);
      const spanA = delayedA.next((conversion + base) / 2);
      return { conversion, base, spanA, spanB: delayedB.next(midpointsB(high, low)) };
    },
  };
}

function midpointStream(period: number): (high: number, low: number) => number {
  const extreme = (side: Side) => rollingExtremeStream(period, side);
  const [highs, lows] = [extreme(1), extreme(-1)];
  return (high, low) => (highs.next(high) + lows.next(low)) / 2;
}

/** Gives back what it was given `bars` before; NaN where that was before it was cleared. */
function delay(bars: number): { next(value: number): number; clear(): void } {
  const ring = new Float64Array(bars + 1).fill(Number.NaN);
  const state = { at: 0 };
  return {
    next(value) {
      ring[state.at] = value;
      state.at = state.at === bars ? 0 : state.at + 1;
      return ring[state.at] ?? Number.NaN;
    },
    clear: () => {
      ring.fill(Number.NaN);
    },
  };
}

function assertPeriods(conversionPeriod: number, basePeriod: number, spanPeriod: number, displacement: number): void {
  assertPeriod(conversionPeriod, "conversionPeriod");
  assertPeriod(basePeriod, "basePeriod");
  assertPeriod(spanPeriod, "spanPeriod");
  if (displacement !== 0) assertPeriod(displacement, "displacement");
}
