// The averages, oscillators and directional indicators, each in one shape, for the tests of what they have in common.
import { adx, adxStream } from "../../../src/core/indicators/adx.ts";
import { atr, atrStream } from "../../../src/core/indicators/atr.ts";
import { cci, cciStream } from "../../../src/core/indicators/cci.ts";
import { dema, demaStream } from "../../../src/core/indicators/dema.ts";
import { ema, emaStream } from "../../../src/core/indicators/ema.ts";
import { kama, kamaStream } from "../../../src/core/indicators/kama.ts";
import { macd, macdStream } from "../../../src/core/indicators/macd.ts";
import { momentum, momentumStream } from "../../../src/core/indicators/momentum.ts";
import { roc, rocStream } from "../../../src/core/indicators/roc.ts";
import { rsi, rsiStream } from "../../../src/core/indicators/rsi.ts";
import { sma, smaStream } from "../../../src/core/indicators/sma.ts";
import { stochastic, stochasticStream } from "../../../src/core/indicators/stochastic.ts";
import { stochRsi, stochRsiStream } from "../../../src/core/indicators/stochRsi.ts";
import { tema, temaStream } from "../../../src/core/indicators/tema.ts";
import { trueRange, trueRangeStream } from "../../../src/core/indicators/trueRange.ts";
import { williamsR, williamsRStream } from "../../../src/core/indicators/williamsR.ts";
import { wma, wmaStream } from "../../../src/core/indicators/wma.ts";

export type Bars = { readonly high: Float64Array; readonly low: Float64Array; readonly close: Float64Array };
type Outputs<Of> = Readonly<Record<string, Of>>;
type Next = (high: number, low: number, close: number) => Outputs<number>;

export type Indicator = {
  readonly name: string;
  readonly batch: (bars: Bars, period: number) => Outputs<Float64Array>;
  readonly stream: (period: number) => Next;
  /** How many bars each output needs for its first result. */
  readonly needs: (period: number) => Outputs<number>;
  /** What becomes of the result when all prices are doubled, or moved up by one amount. */
  readonly scaled: "doubles" | "stays";
  readonly shifted: "moves" | "stays" | "changes";
  /** What a market that does not move gives; `"price"` is the price itself. */
  readonly flat: number | "price";
  /** Whether it reads the closes alone. */
  readonly ofCloses: boolean;
};

type Laws = Pick<Indicator, "scaled" | "shifted" | "flat">;
const average: Laws = { scaled: "doubles", shifted: "moves", flat: "price" };
const difference: Laws = { scaled: "doubles", shifted: "stays", flat: 0 };
const oscillator: Laws = { scaled: "stays", shifted: "stays", flat: 0 };

type OfCloses = (values: Float64Array, period: number) => Float64Array;
type StreamOfCloses = (period: number) => { next(value: number): number };

const ofCloses = (
  name: string,
  batch: OfCloses,
  stream: StreamOfCloses,
  needs: (period: number) => number,
  laws: Laws,
): Indicator => ({
  name,
  batch: ({ close }, period) => ({ value: batch(close, period) }),
  stream: (period) => {
    const { next } = stream(period);
    return (_high, _low, close) => ({ value: next(close) });
  },
  needs: (period) => ({ value: needs(period) }),
  ...laws,
  ofCloses: true,
});

type OfBars = (high: Float64Array, low: Float64Array, close: Float64Array, period: number) => Float64Array;
type StreamOfBars = (period: number) => { next(high: number, low: number, close: number): number };

const ofBars = (
  name: string,
  batch: OfBars,
  stream: StreamOfBars,
  needs: (period: number) => number,
  laws: Laws,
): Indicator => ({
  name,
  batch: ({ high, low, close }, period) => ({ value: batch(high, low, close, period) }),
  stream: (period) => {
    const { next } = stream(period);
    return (high, low, close) => ({ value: next(high, low, close) });
  },
  needs: (period) => ({ value: needs(period) }),
  ...laws,
  ofCloses: false,
});

export const indicators: readonly Indicator[] = [
  ofCloses("sma", sma, smaStream, (n) => n, average),
  ofCloses("ema", ema, emaStream, (n) => n, average),
  ofCloses("wma", wma, wmaStream, (n) => n, average),
  ofCloses("dema", dema, demaStream, (n) => 2 * n - 1, average),
  ofCloses("tema", tema, temaStream, (n) => 3 * n - 2, average),
  ofCloses("kama", kama, kamaStream, (n) => n + 1, average),
  ofCloses("rsi", rsi, rsiStream, (n) => n + 1, oscillator),
  ofCloses("roc", roc, rocStream, (n) => n + 1, { ...oscillator, shifted: "changes" }),
  ofCloses("momentum", momentum, momentumStream, (n) => n + 1, difference),
  ofBars(
    "trueRange",
    trueRangeOf,
    () => trueRangeStream(),
    () => 2,
    difference,
  ),
  ofBars("atr", atr, atrStream, (n) => n + 1, difference),
  ofBars("cci", cci, cciStream, (n) => n, oscillator),
  ofBars("williamsR", williamsR, williamsRStream, (n) => n, oscillator),
  {
    name: "macd",
    batch: ({ close }, period) => macd(close, period, period + 3, 3),
    stream: (period) => {
      const { next } = macdStream(period, period + 3, 3);
      return (_high, _low, close) => next(close);
    },
    needs: (n) => ({ macd: n + 3, signal: n + 5, histogram: n + 5 }),
    ...difference,
    ofCloses: true,
  },
  {
    name: "stochastic",
    batch: ({ high, low, close }, period) => stochastic(high, low, close, period, 3, 2),
    stream: (period) => stochasticStream(period, 3, 2).next,
    needs: (n) => ({ k: n + 2, d: n + 3 }),
    ...oscillator,
    ofCloses: false,
  },
  {
    name: "stochRsi",
    batch: ({ close }, period) => stochRsi(close, period, 4, 3, 2),
    stream: (period) => {
      const { next } = stochRsiStream(period, 4, 3, 2);
      return (_high, _low, close) => next(close);
    },
    needs: (n) => ({ k: n + 6, d: n + 7 }),
    ...oscillator,
    ofCloses: true,
  },
  {
    name: "adx",
    batch: ({ high, low, close }, period) => adx(high, low, close, period),
    stream: (period) => adxStream(period).next,
    needs: (n) => ({ plusDi: n + 1, minusDi: n + 1, adx: 2 * n }),
    ...oscillator,
    ofCloses: false,
  },
];

/** The true range has no period. */
function trueRangeOf(high: Float64Array, low: Float64Array, close: Float64Array): Float64Array {
  return trueRange(high, low, close);
}
