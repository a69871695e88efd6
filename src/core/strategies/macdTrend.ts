// Follows the trend: in while the MACD line is above its signal line, out otherwise.
import { z } from "zod";
import { macd } from "../indicators/macd.ts";
import { newestOf } from "./newest.ts";
import { define } from "./strategy.ts";

export const macdTrend = define({
  name: "macdTrend",
  title: "MACD",
  doc: [
    "Holds each symbol whose MACD line of daily closes is above its signal line, in equal parts of all symbols; it is the surer the further they are apart, wholly at one percent of the price.",
    "Source: G. Appel, The Moving Average Convergence-Divergence Trading Method (1979).",
    "Assumes that momentum turns before price does. Loses in sideways markets, where the lines cross often and to no end.",
  ].join(" "),
  params: z
    .strictObject({
      fast: z.int().min(2).max(200).default(12),
      slow: z.int().min(3).max(300).default(26),
      signal: z.int().min(1).max(100).default(9),
    })
    .refine(({ fast, slow }) => fast < slow, { path: ["fast"], message: "must be less than slow" }),
  // Exponential averages have forgotten their beginning after some periods.
  needs: ({ slow, signal }) => ({ timeframe: "1Day", bars: 4 * (slow + signal) - 1, warmUp: 3 * (slow + signal) }),
  decide: ({ bars }, { fast, slow, signal }) =>
    [...bars.values()].flatMap(({ symbol, close }) => {
      const lines = macd(close, fast, slow, signal);
      const reasons = { macd: newestOf(lines.macd), signal: newestOf(lines.signal), close: newestOf(close) };
      if (Number.isNaN(reasons.signal)) return [];
      const up = reasons.macd > reasons.signal;
      const strength = Math.min(1, (100 * Math.abs(newestOf(lines.histogram))) / reasons.close);
      return { symbol, direction: up ? ("long" as const) : ("flat" as const), strength, reasons };
    }),
});
