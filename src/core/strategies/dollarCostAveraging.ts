// Adds the same share of equity to each symbol at every run, until it has its full weight.
import { z } from "zod";
import { define } from "./strategy.ts";

export const dollarCostAveraging = define({
  name: "dollarCostAveraging",
  title: "Dollar-cost averaging",
  doc: [
    "Wishes each symbol at the weight that it has plus `stepFraction` of equity, at the most `maxWeight`, or an equal part of all symbols where that is not given; one that has it is left alone, and so nothing is sold. The task's schedule says how often. Size it by `targetWeights`, without a cash buffer and with a rebalance band below the step: another method makes another size of the weights, a wider band no order of the step.",
    "Source: B. Graham, The Intelligent Investor (4th edition 1973), chapter 5; its cost against investing at once: G. Constantinides, A Note on the Suboptimality of Dollar-Cost Averaging, Journal of Financial and Quantitative Analysis 14 (1979).",
    "Assumes that money comes in over time and that nobody knows the right moment. In a rising market it does worse than buying all at once.",
  ].join(" "),
  params: z.strictObject({
    // Above the band of a task that names none: a step within it would never be bought.
    stepFraction: z.number().gt(0).max(1).default(0.02),
    maxWeight: z.number().gt(0).max(1).optional(),
  }),
  needs: () => ({ timeframe: "1Day", bars: 0 }),
  decide: ({ symbols, bars, positions, equity }, { stepFraction, maxWeight = 1 / symbols.length }) =>
    [...bars.keys()].flatMap((symbol) => {
      const weight = Number(positions.get(symbol)?.marketValue ?? 0) / Number(equity);
      if (!Number.isFinite(weight) || weight >= maxWeight) return [];
      const targetWeight = Math.min(maxWeight, Math.max(0, weight) + stepFraction);
      return { symbol, targetWeight, strength: 1, reasons: { weight, stepFraction } };
    }),
});
