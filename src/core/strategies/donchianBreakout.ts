// The turtles' rule: in at a new high, out at a new low of fewer days, with a stop two average ranges away.
import { z } from "zod";
import { atr } from "../indicators/atr.ts";
import { highestBefore, lowestBefore, newestOf } from "./newest.ts";
import { define } from "./strategy.ts";

export const donchianBreakout = define({
  name: "donchianBreakout",
  title: "Donchian breakout (turtle)",
  doc: [
    "Holds a symbol, in equal parts of all symbols, from a daily close above the highest high of the `entry` days before until a close below the lowest low of the `exit` days before; in between it says nothing. The stop is `stopRanges` average true ranges below the close.",
    "Source: R. Donchian's four-week rule; C. Faith, The Original Turtle Trading Rules (2003), system 1, on closes instead of within the day, long only, without its filter of winners and without adding to a position.",
    "Assumes that a few long trends pay for many false breakouts. Fails in quiet and in choppy markets; expects to lose more trades than it wins.",
  ].join(" "),
  params: z
    .strictObject({
      entry: z.int().min(2).max(400).default(20),
      exit: z.int().min(1).max(400).default(10),
      atrPeriod: z.int().min(1).max(100).default(20),
      stopRanges: z.number().gt(0).max(20).default(2),
    })
    .refine(({ entry, exit }) => exit <= entry, { path: ["exit"], message: "must not be more than entry" }),
  // Wilder's smoothing has forgotten its beginning after some periods.
  needs: ({ entry, atrPeriod }) => {
    const bars = Math.max(entry, 4 * atrPeriod) + 1;
    return { timeframe: "1Day", bars, warmUp: bars - Math.max(entry, atrPeriod) - 1 };
  },
  decide: ({ bars }, { entry, exit, atrPeriod, stopRanges }) =>
    [...bars.values()].flatMap(({ symbol, high, low, close: closes }) => {
      const close = newestOf(closes);
      // The channel of the days before: a day cannot break out of its own range.
      const upper = highestBefore(high, entry);
      const lower = lowestBefore(low, exit);
      const isAbove = close > upper;
      // Most days stay within it, and the range takes longer than all else.
      const range = isAbove || close < lower ? newestOf(atr(high, low, closes, atrPeriod)) : Number.NaN;
      if (Number.isNaN(upper + lower + range)) return [];
      const reasons = { close, upper, lower, atr: range };
      if (!isAbove) return { symbol, direction: "flat" as const, strength: 1, reasons };
      const stop = (stopRanges * range) / close;
      return {
        symbol,
        direction: "long" as const,
        strength: 1,
        ...(stop > 0 && stop < 1 ? { stopFraction: stop } : {}),
        reasons,
      };
    }),
});
