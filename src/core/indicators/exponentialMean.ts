// The exponentially weighted mean that ema, atr, rsi, adx and their kin are made of, for any weight.

/**
 * What the mean starts from: `"mean"` is the plain mean of the first `period` values, as in TA-Lib and in Wilder's book; `"first"` is the
 * first value, as in Metastock and in pandas' `ewm(adjust=False)`. Either way the first result stands where `period` values are there.
 */
export type Seed = "mean" | "first";

/**
 * `mean += weight · (value − mean)`. Where a value is not finite the result is NaN, and the mean begins anew after it. `out` receives the
 * result and may be `values` itself.
 */
export function exponentialMean(
  values: Float64Array,
  period: number,
  weight: number,
  out: Float64Array,
  seed: Seed = "mean",
): Float64Array {
  let i = 0;
  while (i < values.length) {
    let mean = 0;
    let count = 0;
    for (; i < values.length && count < period; i++) {
      const value = values[i] ?? Number.NaN;
      count = Number.isFinite(value) ? count + 1 : 0;
      mean += seedWeight(count, weight, seed) * (value - mean);
      if (count === 0) mean = 0;
      out[i] = count === period ? mean : Number.NaN;
    }
    // A loop of its own, because nothing but the mean itself should stand between one value and the next.
    for (; i < values.length; i++) {
      const value = values[i] ?? Number.NaN;
      if (!Number.isFinite(value)) break;
      mean += weight * (value - mean);
      out[i] = mean;
    }
  }
  return out;
}

/** The streaming form of `exponentialMean`. */
export function exponentialMeanStream(
  period: number,
  weight: number,
  seed: Seed = "mean",
): { next(value: number): number } {
  let mean = 0;
  let count = 0;
  return {
    next(value) {
      if (!Number.isFinite(value)) {
        mean = 0;
        count = 0;
        return Number.NaN;
      }
      if (count < period) {
        count++;
        mean += seedWeight(count, weight, seed) * (value - mean);
      } else mean += weight * (value - mean);
      return count === period ? mean : Number.NaN;
    },
  };
}

/** The weight of the value that is the `count`th since the start; 1/1, 1/2, 1/3 … make the plain mean. */
const seedWeight = (count: number, weight: number, seed: Seed): number =>
  seed === "mean" || count === 1 ? 1 / count : weight;
