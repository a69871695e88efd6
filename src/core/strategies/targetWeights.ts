// Keeps a portfolio at fixed shares: buys what has fallen below its share and sells what has grown above it.
import { z } from "zod";
import { symbol } from "../model/parse.ts";
import { define } from "./strategy.ts";

/** What sums of decimal fractions may be off by in binary. */
const tolerance = 1e-9;

export const targetWeights = define({
  name: "targetWeights",
  title: "Rebalance to target weights",
  doc: [
    "Wishes each named symbol at its share of equity, whatever the market does; other symbols it leaves alone.",
    "Source: the constant mix of A. Perold and W. Sharpe, Dynamic Strategies for Asset Allocation, Financial Analysts Journal 44 (1988).",
    "Assumes that prices return to one another; in a lasting trend it sells the winner too early.",
  ].join(" "),
  params: z.strictObject({
    weights: z
      .record(symbol, z.number().min(0).max(1))
      .refine((weights) => Object.keys(weights).length > 0, "must name a symbol")
      .refine((weights) => sumOf(weights) <= 1 + tolerance, "must not sum to more than 1"),
  }),
  example: { weights: { SPY: 0.6, AGG: 0.4 } },
  needs: () => ({ timeframe: "1Day", bars: 0 }),
  decide: ({ bars }, { weights }) =>
    Object.entries(weights)
      .filter(([symbol]) => bars.has(symbol))
      .map(([symbol, weight]) => ({ symbol, targetWeight: weight, strength: 1, reasons: { weight } })),
});

const sumOf = (weights: Readonly<Record<string, number>>): number =>
  Object.values(weights).reduce((sum, weight) => sum + weight, 0);
