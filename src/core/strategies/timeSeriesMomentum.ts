// Trades each symbol by its own past: in while it has risen over the last year, out or short while it has fallen.
import { z } from "zod";
import { newestOf, returnOver } from "./newest.ts";
import { define } from "./strategy.ts";

export const timeSeriesMomentum = define({
  name: "timeSeriesMomentum",
  title: "Time-series momentum",
  doc: [
    "Holds each symbol whose daily close has risen from `lookback` bars ago to `skip` bars ago, in equal parts of all symbols; the others it leaves, or sells short where `short` says so. It is the surer the larger the change, wholly at one of 100 percent.",
    "Source: T. Moskowitz, Y. H. Ooi and L. H. Pedersen, Time Series Momentum, Journal of Financial Economics 104 (2012), who skip nothing; without their scaling by volatility, for which there is the sizing method `volatilityTarget`.",
    "Assumes that returns of the past year go on for some months. Fails at turning points, where it is late both ways.",
  ].join(" "),
  params: z
    .strictObject({
      lookback: z.int().min(2).max(500).default(252),
      skip: z.int().min(0).max(100).default(0),
      short: z.boolean().default(false),
    })
    .refine(({ lookback, skip }) => skip < lookback, { path: ["skip"], message: "must be less than lookback" }),
  needs: ({ lookback }) => ({ timeframe: "1Day", bars: lookback + 1 }),
  decide: ({ bars }, { lookback, skip, short }) =>
    [...bars.values()].flatMap(({ symbol, close }) => {
      const change = returnOver(close, lookback, skip);
      if (Number.isNaN(change)) return [];
      const down = short ? ("short" as const) : ("flat" as const);
      const direction = change > 0 ? ("long" as const) : change < 0 ? down : ("flat" as const);
      return {
        symbol,
        direction,
        strength: Math.min(1, Math.abs(change)),
        reasons: { return: change, close: newestOf(close) },
      };
    }),
});
