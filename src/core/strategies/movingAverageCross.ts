// Follows the trend: in while a fast moving average is above a slow one, out otherwise.
import { z } from "zod";
import { meanOf } from "./newest.ts";
import { define, type SignalDraft } from "./strategy.ts";

export const movingAverageCross = define({
  name: "movingAverageCross",
  title: "Moving-average cross",
  doc: [
    "Holds each symbol whose fast simple moving average of daily closes is above its slow one, in equal parts of all symbols; it is the surer the further they are apart, as a fraction of the slow one.",
    "Source: R. Donchian's 5- and 20-day averages; tested by W. Brock, J. Lakonishok and B. LeBaron, Journal of Finance 47 (1992).",
    "Assumes that trends last longer than the slow average lags. Loses in sideways markets, a little at each false cross.",
  ].join(" "),
  params: z
    .strictObject({ fast: z.int().min(1).max(500).default(10), slow: z.int().min(2).max(500).default(30) })
    .refine(({ fast, slow }) => fast < slow, { path: ["fast"], message: "must be less than slow" }),
  needs: ({ slow }) => ({ timeframe: "1Day", bars: slow }),
  decide: ({ bars }, { fast, slow }) => {
    const signals: SignalDraft[] = [];
    for (const { symbol, close } of bars.values()) {
      const values = { fast: meanOf(close, fast), slow: meanOf(close, slow), close: meanOf(close, 1) };
      if (Number.isNaN(values.slow)) continue;
      signals.push({
        symbol,
        direction: values.fast > values.slow ? "long" : "flat",
        strength: Math.min(1, Math.abs(values.fast / values.slow - 1)),
        reasons: values,
      });
    }
    return signals;
  },
});
