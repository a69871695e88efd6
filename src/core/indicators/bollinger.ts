// Bollinger bands.
import { rollingMoments, rollingMomentsStream, type Spread } from "./rollingMoments.ts";

/** `middle` is the mean of the window, `upper` and `lower` lie `k` standard deviations from it. */
type Bands<T> = { readonly upper: T; readonly middle: T; readonly lower: T };

/**
 * The bands of each value and the `period − 1` before it, in the unit of the values. The deviation is that of the population, or of a
 * sample where `spread` says so. Same length as `values`; NaN until `period` values are there. A value that is not finite gives NaN, and the
 * bands begin anew after it. `out` receives the result instead of new arrays; none of them may be `values` itself. Throws RangeError for a
 * period that is not a positive integer, and for a sample of one.
 *
 * Source: J. Bollinger, Bollinger on Bollinger Bands (2001); TA-Lib, BBANDS with a simple average.
 */
export function bollinger(
  values: Float64Array,
  period = 20,
  k = 2,
  out: Bands<Float64Array> = {
    upper: new Float64Array(values.length),
    middle: new Float64Array(values.length),
    lower: new Float64Array(values.length),
  },
  spread: Spread = "population",
): Bands<Float64Array> {
  const { upper, middle, lower } = out;
  rollingMoments(values, period, spread, upper, middle);
  for (let i = 0; i < values.length; i++) {
    const mean = (values[i] ?? Number.NaN) - (middle[i] ?? Number.NaN);
    const reach = k * (upper[i] ?? Number.NaN);
    upper[i] = mean + reach;
    middle[i] = mean;
    lower[i] = mean - reach;
  }
  return out;
}

/** The streaming form of `bollinger`: each value in, the bands so far out. */
export function bollingerStream(
  period = 20,
  k = 2,
  spread: Spread = "population",
): { next(value: number): Bands<number> } {
  const moments = rollingMomentsStream(period, spread);
  return {
    next(value) {
      const { offset, deviation } = moments.next(value);
      const middle = value - offset;
      return { upper: middle + k * deviation, middle, lower: middle - k * deviation };
    },
  };
}
