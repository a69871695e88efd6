// The simple moving average.

/**
 * The arithmetic mean of each value and the `period − 1` before it. Same length as `values`; NaN until `period` values are there, and
 * wherever one of them is not finite. `out` receives the result instead of a new array; it must not be `values` itself. Throws RangeError
 * for a period that is not a positive integer.
 */
export function sma(
  values: Float64Array,
  period: number,
  out: Float64Array = new Float64Array(values.length),
): Float64Array {
  if (!Number.isInteger(period) || period < 1) throw new RangeError(`period must be a positive integer, not ${period}`);
  out.fill(Number.NaN);
  let sum = 0;
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN;
    if (!Number.isFinite(value)) {
      sum = 0;
      count = 0;
      continue;
    }
    if (count === period) sum += value - (values[i - period] ?? 0);
    else {
      sum += value;
      count++;
    }
    // Adding the window up anew once in a period keeps the rounding errors of the running sum from piling up.
    if (count === period && i % period === 0) sum = sumOf(values, i - period + 1, i);
    if (count === period) out[i] = sum / period;
  }
  return out;
}

function sumOf(values: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i <= to; i++) sum += values[i] ?? 0;
  return sum;
}
