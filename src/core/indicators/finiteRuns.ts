// The stretches of a series between its gaps. An indicator begins anew with each of them.

type Run = { readonly from: number; readonly to: number };

/** The runs of bars in which every column is finite, oldest first, as index ranges `[from, to)`. The columns are of one length. */
export function finiteRuns(...columns: readonly Float64Array[]): readonly Run[] {
  const length = columns[0]?.length ?? 0;
  const gaps = columns.map((column) => gapAtOrAfter(column, 0));
  const runs: Run[] = [];
  for (let from = 0; from < length; ) {
    const to = Math.min(...gaps);
    if (to > from) runs.push({ from, to });
    from = to + 1;
    // Only a column whose gap is behind looks for its next one, so that each column is read once, however many gaps there are.
    for (const [index, column] of columns.entries()) {
      if ((gaps[index] ?? length) < from) gaps[index] = gapAtOrAfter(column, from);
    }
  }
  return runs;
}

function gapAtOrAfter(column: Float64Array, from: number): number {
  let index = from;
  while (index < column.length && Number.isFinite(column[index])) index++;
  return index;
}
