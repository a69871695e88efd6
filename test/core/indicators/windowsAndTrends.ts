// The moving windows, the volume indicators and the trend lines, each in one shape, for the tests of what they have in common.
import { aroon, aroonStream } from "../../../src/core/indicators/aroon.ts";
import { beta, betaStream } from "../../../src/core/indicators/beta.ts";
import { bollinger, bollingerStream } from "../../../src/core/indicators/bollinger.ts";
import { correlation, correlationStream } from "../../../src/core/indicators/correlation.ts";
import { donchian, donchianStream } from "../../../src/core/indicators/donchian.ts";
import { highest, highestStream } from "../../../src/core/indicators/highest.ts";
import { ichimoku, ichimokuStream } from "../../../src/core/indicators/ichimoku.ts";
import { keltner, keltnerStream } from "../../../src/core/indicators/keltner.ts";
import { linearRegression, linearRegressionStream } from "../../../src/core/indicators/linearRegression.ts";
import { lowest, lowestStream } from "../../../src/core/indicators/lowest.ts";
import { mfi, mfiStream } from "../../../src/core/indicators/mfi.ts";
import { obv, obvStream } from "../../../src/core/indicators/obv.ts";
import { psar, psarStream } from "../../../src/core/indicators/psar.ts";
import { stdDev, stdDevStream } from "../../../src/core/indicators/stdDev.ts";
import { supertrend, supertrendStream } from "../../../src/core/indicators/supertrend.ts";
import { rollingVwap, rollingVwapStream, vwap, vwapStream } from "../../../src/core/indicators/vwap.ts";
import { zScore, zScoreStream } from "../../../src/core/indicators/zScore.ts";

export type Column = "high" | "low" | "close" | "volume" | "market";
export type Bars = { readonly [name in Column]: Float64Array };
export type Bar = { readonly [name in Column]: number };
export type Outputs<T> = Readonly<Record<string, T>>;

/** What becomes of an output when all prices are doubled, and when all are moved up by one amount. */
type Laws = { readonly scaled: "doubles" | "stays"; readonly shifted: "moves" | "stays" | "changes" };

export type Indicator = {
  readonly name: string;
  readonly reads: readonly Column[];
  readonly hasPeriod: boolean;
  readonly leastPeriod: number;
  /** The same outputs into given buffers, where those are given. */
  readonly batch: (bars: Bars, period: number, out?: Outputs<Float64Array>) => Outputs<Float64Array>;
  readonly stream: (period: number) => (bar: Bar) => Outputs<number>;
  /** How many bars each output needs for its first result. */
  readonly needs: (period: number) => Outputs<number>;
  readonly laws: Outputs<Laws>;
  /** The same from the definition alone, for the newest of `bars`, of which there are as many as every output needs. */
  readonly definition?: (bars: readonly Bar[], period: number) => Outputs<number>;
};

const level: Laws = { scaled: "doubles", shifted: "moves" };
const distance: Laws = { scaled: "doubles", shifted: "stays" };
const figure: Laws = { scaled: "stays", shifted: "stays" };
const share: Laws = { scaled: "stays", shifted: "changes" };

const value = "value";
type Buffers = Outputs<Float64Array> | undefined;
/** A single output under one name, and the buffer of it. */
const one = <T>(result: T): Outputs<T> => ({ [value]: result });
const buffer = (out: Buffers): Float64Array | undefined => out?.[value];

const base = { hasPeriod: true, leastPeriod: 1 };
const closes = (bars: readonly Bar[]): number[] => bars.map(({ close }) => close);
const mean = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0) / values.length;
const typical = ({ high, low, close }: Bar): number => (high + low + close) / 3;

/** The sum of the products of two series' distances from their means. */
function comoment(x: readonly number[], y: readonly number[]): number {
  const [meanX, meanY] = [mean(x), mean(y)];
  return x.reduce((sum, each, index) => sum + (each - meanX) * ((y[index] ?? 0) - meanY), 0);
}

const deviationOf = (values: readonly number[], divisor: number): number =>
  Math.sqrt(comoment(values, values) / divisor);

const midpoint = (bars: readonly Bar[], period: number): number => {
  const window = bars.slice(-period);
  return (Math.max(...window.map(({ high }) => high)) + Math.min(...window.map(({ low }) => low))) / 2;
};

export const indicators: readonly Indicator[] = [
  {
    ...base,
    name: "highest",
    reads: ["close"],
    batch: ({ close }, period, out) => one(highest(close, period, buffer(out))),
    stream: (period) => {
      const { next } = highestStream(period);
      return ({ close }) => one(next(close));
    },
    needs: (n) => one(n),
    laws: one(level),
    definition: (bars) => one(Math.max(...closes(bars))),
  },
  {
    ...base,
    name: "lowest",
    reads: ["close"],
    batch: ({ close }, period, out) => one(lowest(close, period, buffer(out))),
    stream: (period) => {
      const { next } = lowestStream(period);
      return ({ close }) => one(next(close));
    },
    needs: (n) => one(n),
    laws: one(level),
    definition: (bars) => one(Math.min(...closes(bars))),
  },
  {
    ...base,
    name: "donchian",
    reads: ["high", "low"],
    batch: ({ high, low }, period, out) => donchian(high, low, period, out as ReturnType<typeof donchian>),
    stream: (period) => {
      const { next } = donchianStream(period);
      return ({ high, low }) => next(high, low);
    },
    needs: (n) => ({ upper: n, middle: n, lower: n }),
    laws: { upper: level, middle: level, lower: level },
    definition: (bars, period) => ({
      upper: Math.max(...bars.map(({ high }) => high)),
      middle: midpoint(bars, period),
      lower: Math.min(...bars.map(({ low }) => low)),
    }),
  },
  {
    ...base,
    name: "aroon",
    reads: ["high", "low"],
    batch: ({ high, low }, period, out) => aroon(high, low, period, out as ReturnType<typeof aroon>),
    stream: (period) => {
      const { next } = aroonStream(period);
      return ({ high, low }) => next(high, low);
    },
    needs: (n) => ({ up: n + 1, down: n + 1 }),
    laws: { up: figure, down: figure },
    definition: (bars, period) => {
      const highs = bars.map(({ high }) => high);
      const lows = bars.map(({ low }) => low);
      return {
        up: (100 * highs.lastIndexOf(Math.max(...highs))) / period,
        down: (100 * lows.lastIndexOf(Math.min(...lows))) / period,
      };
    },
  },
  {
    ...base,
    name: "ichimoku",
    reads: ["high", "low"],
    batch: ({ high, low }, n, out) =>
      ichimoku(high, low, n, n + 2, n + 4, n + 1, out as ReturnType<typeof ichimoku> | undefined),
    stream: (n) => {
      const { next } = ichimokuStream(n, n + 2, n + 4, n + 1);
      return ({ high, low }) => next(high, low);
    },
    needs: (n) => ({ conversion: n, base: n + 2, spanA: 2 * n + 3, spanB: 2 * n + 5 }),
    laws: { conversion: level, base: level, spanA: level, spanB: level },
    definition: (bars, n) => {
      const before = bars.slice(0, bars.length - n - 1);
      return {
        conversion: midpoint(bars, n),
        base: midpoint(bars, n + 2),
        spanA: (midpoint(before, n) + midpoint(before, n + 2)) / 2,
        spanB: midpoint(before, n + 4),
      };
    },
  },
  {
    ...base,
    name: "stdDev",
    reads: ["close"],
    batch: ({ close }, period, out) => one(stdDev(close, period, buffer(out))),
    stream: (period) => {
      const { next } = stdDevStream(period);
      return ({ close }) => one(next(close));
    },
    needs: (n) => one(n),
    laws: one(distance),
    definition: (bars, period) => one(deviationOf(closes(bars), period)),
  },
  {
    ...base,
    name: "stdDev of a sample",
    leastPeriod: 2,
    reads: ["close"],
    batch: ({ close }, period, out) => one(stdDev(close, period, buffer(out), "sample")),
    stream: (period) => {
      const { next } = stdDevStream(period, "sample");
      return ({ close }) => one(next(close));
    },
    needs: (n) => one(n),
    laws: one(distance),
    definition: (bars, period) => one(deviationOf(closes(bars), period - 1)),
  },
  {
    ...base,
    name: "zScore",
    reads: ["close"],
    batch: ({ close }, period, out) => one(zScore(close, period, buffer(out))),
    stream: (period) => {
      const { next } = zScoreStream(period);
      return ({ close }) => one(next(close));
    },
    needs: (n) => one(n),
    laws: one(figure),
    definition: (bars, period) => {
      const deviation = deviationOf(closes(bars), period);
      return one(deviation < 1e-9 ? 0 : ((bars.at(-1)?.close ?? 0) - mean(closes(bars))) / deviation);
    },
  },
  {
    ...base,
    name: "bollinger",
    reads: ["close"],
    batch: ({ close }, period, out) => bollinger(close, period, 2.5, out as ReturnType<typeof bollinger> | undefined),
    stream: (period) => {
      const { next } = bollingerStream(period, 2.5);
      return ({ close }) => next(close);
    },
    needs: (n) => ({ upper: n, middle: n, lower: n }),
    laws: { upper: level, middle: level, lower: level },
    definition: (bars, period) => {
      const middle = mean(closes(bars));
      const reach = 2.5 * deviationOf(closes(bars), period);
      return { upper: middle + reach, middle, lower: middle - reach };
    },
  },
  {
    ...base,
    name: "linearRegression",
    leastPeriod: 2,
    reads: ["close"],
    batch: ({ close }, period, out) => linearRegression(close, period, out as ReturnType<typeof linearRegression>),
    stream: (period) => {
      const { next } = linearRegressionStream(period);
      return ({ close }) => next(close);
    },
    needs: (n) => ({ slope: n, intercept: n, end: n, r2: n }),
    laws: { slope: distance, intercept: level, end: level, r2: figure },
    definition: (bars, period) => {
      const x = bars.map((_, index) => index);
      const joint = comoment(x, closes(bars));
      const slope = joint / comoment(x, x);
      const intercept = mean(closes(bars)) - slope * mean(x);
      const variance = comoment(closes(bars), closes(bars));
      return {
        slope,
        intercept,
        end: intercept + slope * (period - 1),
        r2: variance < 1e-12 ? 0 : (slope * joint) / variance,
      };
    },
  },
  {
    ...base,
    name: "correlation",
    reads: ["close", "market"],
    batch: ({ close, market }, period, out) => one(correlation(close, market, period, buffer(out))),
    stream: (period) => {
      const { next } = correlationStream(period);
      return ({ close, market }) => one(next(close, market));
    },
    needs: (n) => one(n),
    laws: one(figure),
    definition: (bars) => {
      const x = closes(bars);
      const y = bars.map(({ market }) => market);
      const product = comoment(x, x) * comoment(y, y);
      return one(product < 1e-12 ? 0 : comoment(x, y) / Math.sqrt(product));
    },
  },
  {
    ...base,
    name: "beta",
    reads: ["close", "market"],
    batch: ({ close, market }, period, out) => one(beta(close, market, period, buffer(out))),
    stream: (period) => {
      const { next } = betaStream(period);
      return ({ close, market }) => one(next(close, market));
    },
    needs: (n) => one(n + 1),
    laws: one(share),
    definition: (bars) => {
      const returns = (column: "close" | "market") =>
        bars.slice(1).map((bar, index) => bar[column] / (bars[index]?.[column] ?? 0) - 1);
      const variance = comoment(returns("market"), returns("market"));
      return one(variance < 1e-18 ? 0 : comoment(returns("close"), returns("market")) / variance);
    },
  },
  {
    ...base,
    name: "beta of returns",
    reads: ["close", "market"],
    batch: ({ close, market }, period, out) => one(beta(close, market, period, buffer(out), "returns")),
    stream: (period) => {
      const { next } = betaStream(period, "returns");
      return ({ close, market }) => one(next(close, market));
    },
    needs: (n) => one(n),
    laws: one(figure),
    definition: (bars) => {
      const market = bars.map((bar) => bar.market);
      const variance = comoment(market, market);
      return one(variance < 1e-12 ? 0 : comoment(closes(bars), market) / variance);
    },
  },
  {
    ...base,
    name: "mfi",
    reads: ["high", "low", "close", "volume"],
    batch: ({ high, low, close, volume }, period, out) => one(mfi(high, low, close, volume, period, buffer(out))),
    stream: (period) => {
      const { next } = mfiStream(period);
      return ({ high, low, close, volume }) => one(next(high, low, close, volume));
    },
    needs: (n) => one(n + 1),
    laws: one(share),
    definition: (bars) => {
      const flows = bars.slice(1).map((bar, index) => {
        const before = bars[index];
        const direction = before === undefined ? 0 : Math.sign(typical(bar) - typical(before));
        return direction * typical(bar) * bar.volume;
      });
      const [rising, all] = [flows.map((flow) => Math.max(0, flow)), flows.map(Math.abs)];
      return one(mean(all) === 0 ? 0 : (100 * mean(rising)) / mean(all));
    },
  },
  {
    ...base,
    name: "rollingVwap",
    reads: ["high", "low", "close", "volume"],
    batch: ({ high, low, close, volume }, period, out) =>
      one(rollingVwap(high, low, close, volume, period, buffer(out))),
    stream: (period) => {
      const { next } = rollingVwapStream(period);
      return ({ high, low, close, volume }) => one(next(high, low, close, volume));
    },
    needs: (n) => one(n),
    laws: one(level),
    definition: (bars) =>
      one(mean(bars.map((bar) => typical(bar) * bar.volume)) / mean(bars.map(({ volume }) => volume))),
  },
  {
    ...base,
    name: "vwap",
    hasPeriod: false,
    reads: ["high", "low", "close", "volume"],
    batch: ({ high, low, close, volume }, _, out) => one(vwap(high, low, close, volume, undefined, buffer(out))),
    stream: () => {
      const { next } = vwapStream();
      return ({ high, low, close, volume }) => one(next(high, low, close, volume));
    },
    needs: () => one(1),
    laws: one(level),
  },
  {
    ...base,
    name: "vwap of sessions, which are named by the volume here",
    hasPeriod: false,
    reads: ["high", "low", "close", "volume"],
    batch: ({ high, low, close, volume }, _, out) => {
      const session = volume.map((shares) => shares % 3);
      return one(vwap(high, low, close, volume, session, buffer(out)));
    },
    stream: () => {
      const { next } = vwapStream();
      return ({ high, low, close, volume }) => one(next(high, low, close, volume, volume % 3));
    },
    needs: () => one(1),
    laws: one(level),
  },
  {
    ...base,
    name: "obv",
    hasPeriod: false,
    reads: ["close", "volume"],
    batch: ({ close, volume }, _, out) => one(obv(close, volume, buffer(out))),
    stream: () => {
      const { next } = obvStream();
      return ({ close, volume }) => one(next(close, volume));
    },
    needs: () => one(1),
    laws: one(figure),
  },
  {
    ...base,
    name: "psar",
    hasPeriod: false,
    reads: ["high", "low"],
    batch: ({ high, low }, _, out) => one(psar(high, low, 0.02, 0.2, buffer(out))),
    stream: () => {
      const { next } = psarStream();
      return ({ high, low }) => one(next(high, low));
    },
    needs: () => one(2),
    laws: one(level),
  },
  {
    ...base,
    name: "supertrend",
    reads: ["high", "low", "close"],
    batch: ({ high, low, close }, period, out) =>
      supertrend(high, low, close, period, 1.5, out as ReturnType<typeof supertrend> | undefined),
    stream: (period) => {
      const { next } = supertrendStream(period, 1.5);
      return ({ high, low, close }) => next(high, low, close);
    },
    needs: (n) => ({ supertrend: n + 1, direction: n + 1 }),
    laws: { supertrend: level, direction: figure },
  },
  {
    ...base,
    name: "keltner",
    reads: ["high", "low", "close"],
    batch: ({ high, low, close }, period, out) =>
      keltner(high, low, close, period, period + 1, 2, out as ReturnType<typeof keltner> | undefined),
    stream: (period) => {
      const { next } = keltnerStream(period, period + 1, 2);
      return ({ high, low, close }) => next(high, low, close);
    },
    needs: (n) => ({ upper: n + 2, middle: n, lower: n + 2 }),
    laws: { upper: level, middle: level, lower: level },
  },
];
