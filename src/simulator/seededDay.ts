// One seeded day: its outline as a step of a random walk, and its minutes as a path that touches the day's high and low and never leaves them.
import type { TapeBar, TradingInterval } from "./marketTape.ts";
import type { Generator } from "./random.ts";
import type { Session } from "./sessions.ts";

export type SeededSymbol = {
  readonly symbol: string;
  readonly startPrice: number;
  /** Fractions a year, 0.08 and 0.25 unless given. */
  readonly annualDrift?: number;
  readonly annualVolatility?: number;
  readonly fractionable?: boolean;
  readonly shortable?: boolean;
  readonly easyToBorrow?: boolean;
  readonly tradable?: boolean;
};

export type DayOutline = { readonly session: Session; readonly bar: TapeBar };
export type SeededMinute = { readonly bar: TapeBar; readonly interval: TradingInterval };

/** One basis point to each side, at least a cent. */
export const halfSpreadCents = (price: number): number => Math.max(1, Math.round(price * 0.01));

/** One step of the walk: a gap overnight, a move in the session, and how far the session strayed beyond both. */
export function outlineDay(
  symbol: SeededSymbol,
  session: Session,
  previousClose: number,
  generator: Generator,
): DayOutline {
  const { uniform, normal } = generator;
  const daily = (symbol.annualVolatility ?? 0.25) / Math.sqrt(252);
  const drift = (symbol.annualDrift ?? 0.08) / 252 - (daily * daily) / 2;
  const inCents = (price: number): number => Math.max(100, Math.round(price * 100));
  const open = inCents(previousClose * Math.exp(0.35 * daily * normal()));
  const close = inCents((open / 100) * Math.exp(drift + 0.94 * daily * normal()));
  const room = 2 * halfSpreadCents(open / 100) + 2;
  const stray = (): number => room + Math.round(open * daily * 0.5 * Math.abs(normal()));
  const high = Math.max(open, close) + stray();
  const low = Math.max(50, Math.min(open, close) - stray());
  const volume = Math.round(4e8 / (open / 100 + 20)) * Math.exp(0.3 * normal());
  const vwap = (open + close + high + low) / 400;
  const bar: TapeBar = {
    startMs: session.midnightMs,
    open: open / 100,
    high: high / 100,
    low: low / 100,
    close: close / 100,
    volume: Math.max(10_000, Math.round(volume)),
    tradeCount: Math.max(1000, Math.round(volume / (80 + 40 * uniform()))),
    vwap,
  };
  return { session, bar };
}

/** The whole day, minute by minute; minute k trades at one price, `bar.open`, while it lasts. */
export function createSeededDay({ session, bar }: DayOutline, generator: Generator): readonly SeededMinute[] {
  const count = Math.round((session.closeMs - session.openMs) / 60_000);
  const high = Math.round(bar.high * 100);
  const low = Math.round(bar.low * 100);
  const half = halfSpreadCents(bar.open);
  const path = bridge(
    count,
    Math.round(bar.open * 100),
    Math.round(bar.close * 100),
    low + half,
    high - half,
    generator,
  );
  const highAt = extremeMinute(path, 1);
  const lowAt = extremeMinute(path, -1);
  const volumes = split(bar.volume, count, generator);
  return volumes.map((volume, k) => {
    const open = path[k] ?? 0;
    const close = path[k + 1] ?? open;
    const wick = (): number => half + Math.round(half * generator.uniform());
    const top = k === highAt ? high : Math.min(high, Math.max(open, close) + wick());
    const bottom = k === lowAt ? low : Math.max(low, Math.min(open, close) - wick());
    const fromMs = session.openMs + k * 60_000;
    const minute: TapeBar = {
      startMs: fromMs,
      open: open / 100,
      high: top / 100,
      low: bottom / 100,
      close: close / 100,
      volume,
      tradeCount: Math.max(1, Math.round(volume / 100)),
      vwap: (open + close + top + bottom) / 400,
    };
    const bid = (open - half) / 100;
    const ask = (open + half) / 100;
    const { low: traded, high: highest, close: last } = minute;
    const prices = { bid, ask, open: minute.open, low: traded, high: highest, close: last };
    return { bar: minute, interval: { fromMs, toMs: fromMs + 60_000, ...prices, extended: false } };
  });
}

/** A random walk tied down at both ends, in whole cents, reflected into its bounds. */
function bridge(count: number, from: number, to: number, low: number, high: number, { normal }: Generator): number[] {
  const scale = Math.max(1, (high - low) / 2 / Math.sqrt(count));
  const walk = new Float64Array(count + 1);
  for (let k = 1; k <= count; k++) walk[k] = (walk[k - 1] ?? 0) + scale * normal();
  const end = walk[count] ?? 0;
  return Array.from(walk, (value, k) => {
    const share = k / count;
    return within(Math.round(from + (to - from) * share + value - end * share), low, high);
  });
}

function within(value: number, low: number, high: number): number {
  let reflected = value;
  while (reflected > high || reflected < low) {
    if (high <= low) return low;
    reflected = reflected > high ? 2 * high - reflected : 2 * low - reflected;
  }
  return reflected;
}

/** The minute in which the path goes furthest up (1) or down (−1): where the day's high or low is put. */
function extremeMinute(path: readonly number[], direction: 1 | -1): number {
  let best = 0;
  for (let k = 1; k < path.length - 1; k++) if (direction * ((path[k] ?? 0) - (path[best] ?? 0)) > 0) best = k;
  return best;
}

/** Shares over the minutes: heavy at the open and the close, adding up exactly. */
function split(total: number, count: number, { uniform }: Generator): number[] {
  const weights = Array.from({ length: count }, (_, k) => {
    const fromMiddle = Math.abs(2 * (k / Math.max(1, count - 1)) - 1);
    return (0.4 + 1.8 * fromMiddle ** 3) * (0.5 + uniform());
  });
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  const volumes = weights.map((weight) => Math.max(1, Math.floor((total * weight) / whole)));
  const spent = volumes.reduce((sum, volume) => sum + volume, 0);
  volumes[count - 1] = Math.max(1, (volumes[count - 1] ?? 0) + total - spent);
  return volumes;
}
