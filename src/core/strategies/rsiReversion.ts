// Buys what has fallen too fast: in below a low relative strength index, out above a middling one.
import { z } from "zod";
import { rsi } from "../indicators/rsi.ts";
import { newestOf } from "./newest.ts";
import { define } from "./strategy.ts";

/** The index of a price that neither rose nor fell: neither low nor high. */
const unmoved = 50;

export const rsiReversion = define({
  name: "rsiReversion",
  title: "RSI mean reversion",
  doc: [
    "Holds a symbol, in equal parts of all symbols, from when the RSI of its daily closes falls below `enterBelow` until it rises above `exitAbove`; in between it says nothing, so that a position stays as it is. It is the surer of an entry the lower the RSI. A price that does not move counts as 50.",
    "Source: J. W. Wilder, New Concepts in Technical Trading Systems (1978); short periods with low thresholds: L. Connors and C. Alvarez, Short Term Trading Strategies That Work (2008).",
    "Assumes that falls overshoot and are made good within days. Fails in a lasting decline: it buys early and holds all the way; give it a stop or a trend filter.",
  ].join(" "),
  params: z
    .strictObject({
      period: z.int().min(2).max(100).default(14),
      enterBelow: z.number().gt(0).lt(100).default(30),
      exitAbove: z.number().gt(0).lt(100).default(55),
    })
    .refine(({ enterBelow, exitAbove }) => enterBelow < exitAbove, {
      path: ["enterBelow"],
      message: "must be less than exitAbove",
    }),
  // Wilder's smoothing has forgotten its beginning after some periods.
  needs: ({ period }) => ({ timeframe: "1Day", bars: 8 * period + 1, warmUp: 7 * period }),
  decide: ({ bars }, { period, enterBelow, exitAbove }) =>
    [...bars.values()].flatMap(({ symbol, close }) => {
      const value = newestOf(rsi(close, period, undefined, unmoved));
      const reasons = { rsi: value, enterBelow, exitAbove };
      if (value < enterBelow)
        return { symbol, direction: "long" as const, strength: (enterBelow - value) / enterBelow, reasons };
      return value > exitAbove ? { symbol, direction: "flat" as const, strength: 1, reasons } : [];
    }),
});
