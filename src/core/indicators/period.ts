// What every indicator asks of its parameters and columns.

/** Throws RangeError unless `period` is a positive integer; `name` is what the message calls it. */
export function assertPeriod(period: number, name = "period"): void {
  if (!Number.isInteger(period) || period < 1)
    throw new RangeError(`${name} must be a positive integer, not ${period}`);
}

/** Throws RangeError unless all columns of the bars have the same length. */
export function assertSameLength(first: Float64Array, ...others: readonly Float64Array[]): void {
  const odd = others.find(({ length }) => length !== first.length);
  if (odd !== undefined)
    throw new RangeError(`all columns must be of one length, not ${first.length} and ${odd.length}`);
}
