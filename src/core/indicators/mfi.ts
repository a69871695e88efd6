// The money flow index.
import { finiteRuns } from "./finiteRuns.ts";
import { assertPeriod, assertSameLength } from "./period.ts";
import { rollingRatio, rollingRatioStream } from "./rollingRatio.ts";
import { typicalPrice } from "./typicalPrice.ts";

/**
 * `100 · rising / (rising + falling)`, 0 to 100: the money that flowed on bars whose typical price `(high + low + close) / 3` rose, as part of
 * what flowed on all bars where it changed, over `period` bars. A bar's flow is typical price times volume. Where nothing flowed it is
 * `flat`: 0 as in TA-Lib, which takes all flows below 1 in sum for nothing; 50 is common too. Same length as the columns; NaN until
 * `period + 1` bars are there. A bar with a value that is not finite gives NaN, and the index begins anew after it. `out` receives the
 * result; it must be none of the columns. Throws RangeError for a period that is not a positive integer and for columns of different
 * lengths.
 *
 * Source: G. Quong and A. Soudack, Technical Analysis of Stocks & Commodities 7 (1989); TA-Lib, MFI.
 */
export function mfi(
  high: Float64Array,
  low: Float64Array,
  close: Float64Array,
  volume: Float64Array,
  period = 14,
  out: Float64Array = new Float64Array(high.length),
  flat = 0,
): Float64Array {
  assertPeriod(period);
  assertSameLength(high, low, close, volume);
  const priceAt = (i: number) => typicalPrice(high[i] ?? Number.NaN, low[i] ?? Number.NaN, close[i] ?? Number.NaN);
  const flows = (start: number, end: number, rising: Float64Array, moved: Float64Array) => {
    let before = priceAt(start - 1);
    for (let i = start; i < end; i++) {
      const price = priceAt(i);
      const flow = price * (volume[i] ?? Number.NaN);
      rising[i - start] = price > before ? flow : 0;
      moved[i - start] = price === before ? 0 : flow;
      before = price;
    }
  };
  out.fill(Number.NaN);
  for (const { from, to } of finiteRuns(high, low, close, volume)) {
    // The first bar has none before it, and so no flow.
    rollingRatio(from + 1, to, period, flows, 100, flat, out);
  }
  return out;
}

/** The streaming form of `mfi`. */
export function mfiStream(
  period = 14,
  flat = 0,
): { next(high: number, low: number, close: number, volume: number): number } {
  assertPeriod(period);
  const ratio = rollingRatioStream(period, 100, flat);
  const state = { before: Number.NaN };
  return {
    next(high, low, close, volume) {
      const price = typicalPrice(high, low, close);
      const flow = price * volume;
      const { before } = state;
      state.before = Number.isFinite(flow) ? price : Number.NaN;
      // Neither the bar after a gap has a flow nor the gap itself.
      if (!Number.isFinite(before + flow)) return ratio.next(Number.NaN, Number.NaN);
      return ratio.next(price > before ? flow : 0, price === before ? 0 : flow);
    },
  };
}
