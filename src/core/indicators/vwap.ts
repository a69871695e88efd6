// The volume-weighted average price: of a session so far, or of a moving window.
import { finiteRuns } from "./finiteRuns.ts";
import { assertPeriod, assertSameLength } from "./period.ts";
import { rollingRatio, rollingRatioStream } from "./rollingRatio.ts";
import { typicalPrice } from "./typicalPrice.ts";

/**
 * `Σ(typical price · volume) / Σ volume` from the beginning of a session on, with the typical price `(high + low + close) / 3`, in the unit of
 * the prices. `session` holds a number for each bar that names its session, for instance 20260615: where it is another one than on the bar
 * before, a session begins. Without it all bars are one session. Same length as the columns; NaN until something has traded in the
 * session. A bar with a value that is not finite, its session included, gives NaN, and the average begins anew after it. `out` receives the
 * result; it may be one of the columns. Throws RangeError for columns of different lengths.
 *
 * Source: S. Berkowitz, D. Logue and E. Noser, Journal of Finance 43 (1988), who weight single trades; bars stand for them here.
 */
export function vwap(
  high: Float64Array,
  low: Float64Array,
  close: Float64Array,
  volume: Float64Array,
  session: Float64Array | undefined = undefined,
  out: Float64Array = new Float64Array(high.length),
): Float64Array {
  assertSameLength(high, low, close, volume, session ?? high);
  let i = 0;
  while (i < high.length) {
    const name = session === undefined ? 0 : (session[i] ?? Number.NaN);
    if (!Number.isFinite(name)) {
      out[i++] = Number.NaN;
      continue;
    }
    let money = 0;
    let traded = 0;
    // A loop of its own for each session, because nothing but the sums should stand between one bar and the next.
    while (i < high.length && (session === undefined || session[i] === name)) {
      const shares = volume[i] ?? Number.NaN;
      const value = typicalPrice(high[i] ?? Number.NaN, low[i] ?? Number.NaN, close[i] ?? Number.NaN) * shares;
      if (value - value !== 0) {
        out[i++] = Number.NaN;
        break;
      }
      money += value;
      traded += shares;
      // 0 / 0 is NaN: nothing has traded yet.
      out[i++] = money / traded;
    }
  }
  return out;
}

/** The streaming form of `vwap`. */
export function vwapStream(): {
  next(high: number, low: number, close: number, volume: number, session?: number): number;
} {
  const so = { session: Number.NaN, money: 0, traded: 0 };
  return {
    next(high, low, close, volume, session = 0) {
      const value = typicalPrice(high, low, close) * volume;
      const whole = Number.isFinite(value) && Number.isFinite(session);
      if (!whole || session !== so.session) {
        so.session = whole ? session : Number.NaN;
        so.money = 0;
        so.traded = 0;
      }
      if (!whole) return Number.NaN;
      so.money += value;
      so.traded += volume;
      return so.money / so.traded;
    },
  };
}

/**
 * The same average over each bar and the `period − 1` before it, whatever their sessions; NaN until they are there, and where nothing traded
 * in them. A bar with a value that is not finite gives NaN, and the window begins anew after it. `out` must be none of the columns. Throws
 * RangeError for a period that is not a positive integer and for columns of different lengths.
 */
export function rollingVwap(
  high: Float64Array,
  low: Float64Array,
  close: Float64Array,
  volume: Float64Array,
  period: number,
  out: Float64Array = new Float64Array(high.length),
): Float64Array {
  assertPeriod(period);
  assertSameLength(high, low, close, volume);
  const terms = (start: number, end: number, money: Float64Array, traded: Float64Array) => {
    for (let i = start; i < end; i++) {
      const shares = volume[i] ?? Number.NaN;
      money[i - start] = typicalPrice(high[i] ?? Number.NaN, low[i] ?? Number.NaN, close[i] ?? Number.NaN) * shares;
      traded[i - start] = shares;
    }
  };
  out.fill(Number.NaN);
  for (const { from, to } of finiteRuns(high, low, close, volume)) {
    rollingRatio(from, to, period, terms, 1, Number.NaN, out);
  }
  return out;
}

/** The streaming form of `rollingVwap`. */
export function rollingVwapStream(period: number): {
  next(high: number, low: number, close: number, volume: number): number;
} {
  assertPeriod(period);
  const ratio = rollingRatioStream(period, 1, Number.NaN);
  return { next: (high, low, close, volume) => ratio.next(typicalPrice(high, low, close) * volume, volume) };
}
