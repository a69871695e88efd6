// Trades two symbols against one another: long the cheap one and short the dear one until their ratio is back.
import { z } from "zod";
import { zScore } from "../indicators/zScore.ts";
import type { BarSeries } from "../model/market.ts";
import { symbol } from "../model/parse.ts";
import { twelveDecimals } from "../model/twelveDecimals.ts";
import { newestOf } from "./newest.ts";
import { define, type StrategyView } from "./strategy.ts";

export const pairs = define({
  name: "pairs",
  title: "Pairs (z-score)",
  doc: [
    "When the logarithm of the ratio of two daily closes is more than `enter` deviations from its mean, sells the dear one short and buys the cheap one, each at `weight`; leaves both once it is back within `exit` of the mean, or beyond it; in between it says nothing, and so it does where one of the two takes no part in the run.",
    "Source: after E. Gatev, W. Goetzmann and K. Rouwenhorst, Pairs Trading, Review of Financial Studies 19 (2006), who choose the pairs too, measure them over a fixed year and leave when the prices cross, as `exit` 0 does.",
    "Assumes that the two are held together by something lasting. Fails when that breaks, as by a takeover or a change of business: the loss then has no bound but the limits. Needs an account that may sell short.",
  ].join(" "),
  params: z
    .strictObject({
      first: symbol,
      second: symbol,
      period: z.int().min(5).max(500).default(60),
      enter: z.number().gt(0).max(10).default(2),
      exit: z.number().min(0).max(10).default(0.5),
      weight: z.number().gt(0).max(0.5).default(0.5),
    })
    .refine(({ first, second }) => first !== second, { path: ["second"], message: "must be another symbol than first" })
    .refine(({ enter, exit }) => exit < enter, { path: ["exit"], message: "must be less than enter" })
    // No value is further from the mean of n values, itself among them, than √(n − 1) of their deviations (P. Samuelson, 1968).
    .refine(({ enter, period }) => enter ** 2 < period - 1, {
      path: ["enter"],
      message: "must be less than the square root of period − 1: no ratio can be further from the mean",
    }),
  example: { first: "KO", second: "PEP" },
  needs: ({ period }) => ({ timeframe: "1Day", bars: period }),
  together: ({ first, second }) => [first, second],
  decide: ({ bars, positions }, { first, second, period, enter, exit, weight }) => {
    const ratios = logRatios(bars.get(first), bars.get(second), period);
    if (ratios === undefined) return [];
    const score = newestOf(zScore(ratios, period));
    const isFar = Math.abs(score) > enter;
    // The first was bought below the mean: its score times its side rises to −`exit` on the way back, and above 0 beyond the mean.
    const isBack = Math.abs(score) <= exit || score * sideHeld(positions, first, second) > 0;
    if (!isFar && !isBack) return [];
    const side = isFar ? -Math.sign(score) : 0;
    const reasons = { zScore: score, enter, exit };
    return [
      { symbol: first, targetWeight: weight * side, strength: 1, reasons },
      { symbol: second, targetWeight: side === 0 ? 0 : -weight * side, strength: 1, reasons },
    ];
  },
});

/** One leg alone is a bet on the market, so both must have the newest `period` bars, of the same days; undefined otherwise. */
function logRatios(a: BarSeries | undefined, b: BarSeries | undefined, period: number): Float64Array | undefined {
  if (a === undefined || b === undefined || Math.min(a.close.length, b.close.length) < period) return undefined;
  const [days, others] = [a.timeMs.subarray(-period), b.timeMs.subarray(-period)];
  if (days.some((day, index) => day !== others[index])) return undefined;
  const divisors = b.close.subarray(-period);
  // Twelve decimals: a ratio that stays the same must not vary by the tails of binary fractions, or its score is made of nothing else.
  return a.close.subarray(-period).map((close, i) => twelveDecimals(Math.log(close / (divisors[i] ?? 0))));
}

/** 1 while the first is held long against the second, −1 the other way round, 0 while neither is held. */
const sideHeld = (positions: StrategyView["positions"], first: string, second: string): number =>
  Math.sign(Number(positions.get(first)?.qty ?? 0)) || -Math.sign(Number(positions.get(second)?.qty ?? 0));
