// The deviations, the regression and the co-movement of moving windows, each in one shape.
import { beta, betaStream } from "../../../src/core/indicators/beta.ts";
import { bollinger, bollingerStream } from "../../../src/core/indicators/bollinger.ts";
import { correlation, correlationStream } from "../../../src/core/indicators/correlation.ts";
import { linearRegression, linearRegressionStream } from "../../../src/core/indicators/linearRegression.ts";
import { stdDev, stdDevStream } from "../../../src/core/indicators/stdDev.ts";
import { zScore, zScoreStream } from "../../../src/core/indicators/zScore.ts";
import {
  base,
  buffer,
  closes,
  comoment,
  deviationOf,
  distance,
  figure,
  type Indicator,
  level,
  mean,
  one,
  share,
} from "./indicatorShape.ts";

export const statistics: readonly Indicator[] = [
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
];
