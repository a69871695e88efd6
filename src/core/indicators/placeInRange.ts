// Where the close stands in the range of the last bars: what stochastic and williamsR are made of.
import { finiteRuns } from "./finiteRuns.ts";
import { assertPeriod, assertSameLength } from "./period.ts";
import { rollingExtreme, rollingExtremeStream } from "./rollingExtreme.ts";

/**
 * `100 · (close − lowest low) / (highest high − lowest low)` over `period` bars, and `flat` where that range is empty. NaN until `period` bars
 * are there; a bar with a value that is not finite gives NaN, and the range begins anew after it. `out` receives the result and must not
 * be one of the columns.
 */
export function placeInRange(
  high: Float64Array,
  low: Float64Array,
  close: Float64Array,
  period: number,
  flat: number,
  out: Float64Array,
): Float64Array {
  assertPeriod(period);
  assertSameLength(high, low, close);
  const top = out;
  const bottom = new Float64Array(high.length);
  out.fill(Number.NaN);
  for (const { from, to } of finiteRuns(high, low, close)) {
    rollingExtreme(high, from, to, period, 1, top);
    rollingExtreme(low, from, to, period, -1, bottom);
    for (let i = from + period - 1; i < to; i++) {
      out[i] = placeOf(close[i] ?? Number.NaN, bottom[i] ?? Number.NaN, top[i] ?? Number.NaN, flat);
    }
  }
  return out;
}

/** The streaming form of `placeInRange`. */
export function placeInRangeStream(
  period: number,
  flat: number,
): { next(high: number, low: number, close: number): number } {
  assertPeriod(period);
  const top = rollingExtremeStream(period, 1);
  const bottom = rollingExtremeStream(period, -1);
  return {
    next(high, low, close) {
      const whole = Number.isFinite(high + low + close);
      const highest = top.next(whole ? high : Number.NaN);
      const lowest = bottom.next(whole ? low : Number.NaN);
      return placeOf(close, lowest, highest, flat);
    },
  };
}

function placeOf(value: number, bottom: number, top: number, flat: number): number {
  const range = top - bottom;
  return range === 0 ? flat : 100 * ((value - bottom) / range);
}
