// The stretches of a series between its gaps. An indicator begins anew with each of them.

type Run = { readonly from: number; readonly to: number };

/** The runs of bars in which every column is finite, oldest first, as index ranges `[from, to)`. The columns are of one length. */
export function finiteRuns(...columns: readonly Float64Array[]): readonly Run[] {
  const length = columns[0]?.length ?? 0;
  const gaps = new Int32Array(columns.length).fill(-1);
  const runs: Run[] = [];
  for (let from = 0; from < length; ) {
    let to = length;
    for (const [index, column] of columns.entries()) {
      let gap = gaps[index] ?? -1;
      // Only a column whose gap is behind looks for its next one, so that each column is read once, however many gaps there are. A finite
      // number less itself is 0 and no other is: Number.isFinite, in words that are faster before the loop is fully compiled.
      if (gap < from) for (gap = from; gap < length && (column[gap] ?? 0) - (column[gap] ?? 0) === 0; ) gap++;
      gaps[index] = gap;
      if (gap < to) to = gap;
    }
    if (to > from) runs.push({ from, to });
    from = to + 1;
  }
  return runs;
}
