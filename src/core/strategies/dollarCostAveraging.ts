// Adds the same share of equity to each symbol at every run, until it has its full weight.
import { z } from "zod";
import { define } from "./strategy.ts";

export const dollarCostAveraging = define({
  name: "dollarCostAveraging",
  title: "Dollar-cost averaging",
  doc: [
    "Wishes each symbol at the weight that it has plus `stepFraction` of equity, at the most `maxWeight`; it never sells. The task's schedule says how often. Size it by `targetWeights` with a rebalance band below the step.",
    "Source: B. Graham, The Intelligent Investor (1949), chapter 5; its cost against investing at once: G. Constantinides, Journal of Financial and Quantitative Analysis 14 (1979).",
    "Assumes that money comes in over time and that nobody knows the right moment. In a rising market it does worse than buying all at once.",
  ].join(" "),
  params: z.strictObject({
    stepFraction: z.number().gt(0).max(1).default(0.01),
    maxWeight: z.number().gt(0).max(1).default(1),
  }),
  needs: () => ({ timeframe: "1Day", bars: 0 }),
  decide: ({ bars, positions, equity }, { stepFraction, maxWeight }) =>
    [...bars.keys()].flatMap((symbol) => {
      const weight = Number(positions.get(symbol)?.marketValue ?? 0) / Number(equity);
      if (!Number.isFinite(weight) || weight >= maxWeight) return [];
      const targetWeight = Math.min(maxWeight, Math.max(0, weight) + stepFraction);
      return { symbol, targetWeight, strength: 1, reasons: { weight, stepFraction } };
    }),
});
