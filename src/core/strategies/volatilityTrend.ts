// Follows the trend with a steady risk: in above a moving average, the larger the calmer the symbol.
import { z } from "zod";
import { sma } from "../indicators/sma.ts";
import { newestOf, volatilityOf } from "./newest.ts";
import { define } from "./strategy.ts";

export const volatilityTrend = define({
  name: "volatilityTrend",
  title: "Volatility-targeted trend",
  doc: [
    "Holds each symbol whose daily close is above its moving average, with a weight of the wished-for over the realised yearly volatility, at the most `maxWeight`, divided by the number of symbols.",
    "Source: the 200-day rule of M. Faber, A Quantitative Approach to Tactical Asset Allocation (2007); scaling to a constant volatility: P. Barroso and P. Santa-Clara, Momentum Has Its Moments, Journal of Financial Economics 116 (2015).",
    "Assumes that calm rises are safer than wild ones and that volatility persists. Fails when a calm market breaks down overnight: it is largest just then.",
  ].join(" "),
  params: z.strictObject({
    trend: z.int().min(2).max(500).default(200),
    volatilityBars: z.int().min(5).max(250).default(20),
    annualVolatility: z.number().gt(0).max(2).default(0.15),
    maxWeight: z.number().gt(0).max(1).default(1),
  }),
  needs: ({ trend, volatilityBars }) => ({ timeframe: "1Day", bars: Math.max(trend, volatilityBars + 1) }),
  decide: ({ symbols, bars }, { trend, volatilityBars, annualVolatility, maxWeight }) =>
    [...bars.values()].flatMap(({ symbol, close: closes }) => {
      const [close, average] = [newestOf(closes), newestOf(sma(closes, trend))];
      const volatility = volatilityOf(closes, volatilityBars);
      if (Number.isNaN(average + volatility)) return [];
      const scaled = volatility > 0 ? Math.min(maxWeight, annualVolatility / volatility) : maxWeight;
      const up = close > average;
      return {
        symbol,
        targetWeight: up ? scaled / symbols.length : 0,
        strength: 1,
        reasons: { close, average, volatility, scaled },
      };
    }),
});
