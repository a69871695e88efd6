// Trades two symbols against one another: long the cheap one and short the dear one until their ratio is back.
import { z } from "zod";
import { zScore } from "../indicators/zScore.ts";
import { symbol } from "../model/parse.ts";
import { newestOf } from "./newest.ts";
import { define } from "./strategy.ts";

export const pairs = define({
  name: "pairs",
  title: "Pairs (z-score)",
  doc: [
    "When the logarithm of the ratio of two daily closes is more than `enter` deviations from its mean, sells the dear one short and buys the cheap one, each at `weight`; leaves both when it is within `exit` of the mean; in between it says nothing.",
    "Source: E. Gatev, W. Goetzmann and K. Rouwenhorst, Pairs Trading, Review of Financial Studies 19 (2006).",
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
    .refine(({ enter, exit }) => exit < enter, { path: ["exit"], message: "must be less than enter" }),
  needs: ({ period }) => ({ timeframe: "1Day", bars: period }),
  decide: ({ bars }, { first, second, period, enter, exit, weight }) => {
    const [a, b] = [bars.get(first)?.close, bars.get(second)?.close];
    // One leg alone is a bet on the market, so both must take part, day by day.
    if (a === undefined || b === undefined || a.length !== b.length) return [];
    const z = newestOf(
      zScore(
        Float64Array.from(a, (close, index) => Math.log(close / (b[index] ?? Number.NaN))),
        period,
      ),
    );
    if (!(Math.abs(z) > enter || Math.abs(z) < exit)) return [];
    const side = Math.abs(z) > enter ? -Math.sign(z) : 0;
    const reasons = { zScore: z, enter, exit };
    return [
      { symbol: first, targetWeight: side * weight, strength: 1, reasons },
      { symbol: second, targetWeight: -side * weight, strength: 1, reasons },
    ];
  },
});
