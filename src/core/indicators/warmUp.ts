// Where an indicator that needs several values begins, at the start of a series and after each gap.

/**
 * The index of the first value from `from` on that ends a row of `length` finite values, all of them at or after `from`; the length of
 * `values` where there is none. Writes NaN to `out`, which must not be `values`, from `from` up to that index.
 */
export function warmUp(values: Float64Array, from: number, length: number, out: Float64Array): number {
  let count = 0;
  for (let i = from; i < values.length; i++) {
    count = Number.isFinite(values[i]) ? count + 1 : 0;
    if (count === length) return i;
    out[i] = Number.NaN;
  }
  return values.length;
}
