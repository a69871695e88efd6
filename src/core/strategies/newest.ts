// The newest values of columns: what a strategy decides on.

/** The value `back` bars before the newest one; NaN where there is none. */
export const newestOf = (column: Float64Array, back = 0): number => column[column.length - 1 - back] ?? Number.NaN;

/** The change from `from` bars ago to `to` bars ago as a fraction; NaN where there are too few bars, and from a price that is not positive. */
export function returnOver(column: Float64Array, from: number, to = 0): number {
  const before = newestOf(column, from);
  return before > 0 ? newestOf(column, to) / before - 1 : Number.NaN;
}

/** The mean of the newest `count` values, summed from the oldest on as `sma` sums its first; NaN where there are fewer, or one is not finite. */
export function meanOf(column: Float64Array, count: number): number {
  let sum = 0;
  for (let i = column.length - count; i < column.length; i++) sum += column[i] ?? Number.NaN;
  return Number.isFinite(sum) ? sum / count : Number.NaN;
}

/** The greatest of the `count` values before the newest one; NaN where there are fewer, or one is not finite. */
export const highestBefore = (column: Float64Array, count: number): number => extremeBefore(column, count, 1);
/** The least of them, as `highestBefore` finds the greatest. */
export const lowestBefore = (column: Float64Array, count: number): number => extremeBefore(column, count, -1);

function extremeBefore(column: Float64Array, count: number, side: 1 | -1): number {
  let extreme = Number.NEGATIVE_INFINITY;
  for (let back = 1; back <= count; back++) {
    const value = side * newestOf(column, back);
    if (!Number.isFinite(value)) return Number.NaN;
    if (value > extreme) extreme = value;
  }
  return side * extreme;
}

/** Yearly volatility of the newest `count` daily returns: their sample deviation times √252; NaN where there are too few bars. */
export function volatilityOf(close: Float64Array, count: number): number {
  if (close.length < count + 1) return Number.NaN;
  let sum = 0;
  let squares = 0;
  for (let back = 0; back < count; back++) {
    const change = returnOver(close, back + 1, back);
    sum += change;
    squares += change * change;
  }
  return Math.sqrt(Math.max(0, (squares - (sum * sum) / count) / (count - 1)) * 252);
}
