// The ratio of two sums over a moving window; mfi and rollingVwap are made of it.
//
// As in rollingExtreme.ts a window is a tail of one block and a head of the next: nothing is ever subtracted from a sum, so that rounding
// errors do not pile up, and a sum of nothing but zeros is 0.

/** Writes the numerators and the denominators of the bars `[start, end)` to the beginning of two buffers. */
type Terms = (start: number, end: number, numerators: Float64Array, denominators: Float64Array) => void;

/** Writes `scale` times the ratio of each window of `period` bars within `[from, to)` to `out`; `empty` where the denominators add up to 0. */
export function rollingRatio(
  from: number,
  to: number,
  period: number,
  terms: Terms,
  scale: number,
  empty: number,
  out: Float64Array,
): void {
  const [numerators, denominators] = [new Float64Array(period), new Float64Array(period)];
  const tails = { numerators: new Float64Array(period + 1), denominators: new Float64Array(period + 1) };
  for (let start = from; start < to; start += period) {
    const end = Math.min(start + period, to);
    terms(start, end, numerators, denominators);
    slide(numerators, denominators, tails, start, end, scale, empty, out);
    if (end - start === period) sumTails(numerators, denominators, tails);
  }
  out.fill(Number.NaN, from, Math.min(from + period - 1, to));
}

type Tails = { readonly numerators: Float64Array; readonly denominators: Float64Array };

function slide(
  numerators: Float64Array,
  denominators: Float64Array,
  tails: Tails,
  start: number,
  end: number,
  scale: number,
  empty: number,
  out: Float64Array,
): void {
  const { numerators: tailNumerators, denominators: tailDenominators } = tails;
  let numerator = 0;
  let denominator = 0;
  for (let i = start; i < end; i++) {
    const at = i - start;
    numerator += numerators[at] ?? Number.NaN;
    denominator += denominators[at] ?? Number.NaN;
    const whole = denominator + (tailDenominators[at + 1] ?? Number.NaN);
    out[i] = whole === 0 ? empty : scale * ((numerator + (tailNumerators[at + 1] ?? Number.NaN)) / whole);
  }
}

/** The sums from each place of a block to its end. */
function sumTails(numerators: Float64Array, denominators: Float64Array, tails: Tails): void {
  const { numerators: tailNumerators, denominators: tailDenominators } = tails;
  let numerator = 0;
  let denominator = 0;
  for (let at = numerators.length - 1; at >= 0; at--) {
    numerator += numerators[at] ?? Number.NaN;
    denominator += denominators[at] ?? Number.NaN;
    tailNumerators[at] = numerator;
    tailDenominators[at] = denominator;
  }
}

/** The streaming form: each pair of terms in, the ratio so far out; NaN until `period` are there, and anew after a term that is not finite. */
export function rollingRatioStream(
  period: number,
  scale: number,
  empty: number,
): { next(numerator: number, denominator: number): number } {
  const [numerators, denominators] = [new Float64Array(period), new Float64Array(period)];
  const tails = { numerators: new Float64Array(period + 1), denominators: new Float64Array(period + 1) };
  const head = { numerator: 0, denominator: 0, at: 0, missing: period };
  const begin = () => {
    head.numerator = 0;
    head.denominator = 0;
    head.at = 0;
  };
  return {
    next(numerator, denominator) {
      if (!Number.isFinite(numerator + denominator)) {
        head.missing = period;
        begin();
        return Number.NaN;
      }
      if (head.missing > 0) head.missing--;
      head.numerator += numerator;
      head.denominator += denominator;
      numerators[head.at] = numerator;
      denominators[head.at++] = denominator;
      const whole = head.denominator + (tails.denominators[head.at] ?? Number.NaN);
      const ratio =
        whole === 0 ? empty : scale * ((head.numerator + (tails.numerators[head.at] ?? Number.NaN)) / whole);
      if (head.at === period) {
        sumTails(numerators, denominators, tails);
        begin();
      }
      return head.missing > 0 ? Number.NaN : ratio;
    },
  };
}
