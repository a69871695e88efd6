// Rotates into what has risen most: the best few of the universe by their past return.
import { z } from "zod";
import { isPositive, zeroQty } from "../model/money.ts";
import { returnOver } from "./newest.ts";
import { define } from "./strategy.ts";

export const crossSectionalMomentum = define({
  name: "crossSectionalMomentum",
  title: "Cross-sectional momentum rotation",
  doc: [
    "Holds the `top` symbols with the highest return from `lookback` bars ago to `skip` bars ago, in equal parts, and leaves the others; with `onlyRising` none that has fallen. A symbol that is held while its data are missing keeps its place among them.",
    "Source: N. Jegadeesh and S. Titman, Returns to Buying Winners and Selling Losers, Journal of Finance 48 (1993), the winners alone; the skipped month: E. Fama and K. French, Dissecting Anomalies, Journal of Finance 63 (2008).",
    "Assumes that winners go on winning for some months. Fails in sharp rebounds, when the losers rise most, and where the universe moves as one.",
  ].join(" "),
  params: z
    .strictObject({
      lookback: z.int().min(2).max(500).default(126),
      skip: z.int().min(0).max(100).default(21),
      top: z.int().min(1).max(500).default(3),
      onlyRising: z.boolean().default(false),
    })
    .refine(({ lookback, skip }) => skip < lookback, { path: ["skip"], message: "must be less than lookback" }),
  needs: ({ lookback }) => ({ timeframe: "1Day", bars: lookback + 1 }),
  together: (_, symbols) => symbols,
  decide: ({ symbols, bars, positions }, { lookback, skip, top, onlyRising }) => {
    const ranked = [...bars.values()]
      .map(({ symbol, close }) => ({ symbol, change: returnOver(close, lookback, skip) }))
      .filter(({ change }) => !Number.isNaN(change))
      .sort((a, b) => b.change - a.change || (a.symbol < b.symbol ? -1 : 1));
    const judged = new Set(ranked.map(({ symbol }) => symbol));
    // What cannot be judged cannot be sold either: without its place the task would hold one more than `top`.
    const kept = symbols.filter((symbol) => !judged.has(symbol) && isPositive(positions.get(symbol)?.qty ?? zeroQty));
    return ranked.map(({ symbol, change }, index) => {
      const held = index < top - kept.length && (!onlyRising || change > 0);
      return {
        symbol,
        targetWeight: held ? 1 / top : 0,
        strength: 1,
        reasons: { return: change, rank: index + 1, of: ranked.length },
      };
    });
  },
});
