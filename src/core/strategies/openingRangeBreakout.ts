// Trades the day's first move: in when the price leaves the range of the first minutes upwards, out before the close.
import { z } from "zod";
import type { BarSeries } from "../model/market.ts";
import { minuteMs, msFromInstant } from "../model/time.ts";
import { define } from "./strategy.ts";

export const openingRangeBreakout = define({
  name: "openingRangeBreakout",
  title: "Opening-range breakout",
  doc: [
    "Holds a symbol, in equal parts of all symbols, once a five-minute bar closes above the highest price of the session's first `rangeMinutes`, with its stop at the lowest; leaves it when one closes below that, and always from `exitMinutes` before the close. Before the range is complete and within it, it says nothing.",
    "Source: after T. Crabel, Day Trading with Short Term Price Patterns and Opening Range Breakout (1990); with a range of minutes in place of his distance from the open, long only.",
    "Assumes that the first minutes show the day's direction. Fails on days that turn back, and pays the spread twice a day.",
  ].join(" "),
  params: z.strictObject({
    rangeMinutes: z.int().min(5).max(120).multipleOf(5).default(30),
    exitMinutes: z.int().min(5).max(120).default(15),
  }),
  // As many as a whole session has; early in it the first of them are of the day before and not looked at.
  needs: ({ rangeMinutes }) => ({ timeframe: "5Min", bars: 78, warmUp: 77 - rangeMinutes / 5 }),
  decide: ({ asOf, session, bars }, { rangeMinutes, exitMinutes }) => {
    if (session === undefined) return [];
    const [openMs, closeMs] = [msFromInstant(session.openAt), msFromInstant(session.closeAt)];
    const lastMinutes = msFromInstant(asOf) >= closeMs - exitMinutes * minuteMs;
    return [...bars.values()].flatMap((series) => {
      const { symbol } = series;
      if (lastMinutes) return { symbol, direction: "flat" as const, strength: 1, reasons: { exitMinutes } };
      const day = sessionOf(series, openMs, openMs + rangeMinutes * minuteMs);
      if (day === undefined) return [];
      const { high, low, close } = day;
      const reasons = { high, low, close };
      if (close > high)
        return { symbol, direction: "long" as const, strength: 1, stopFraction: (close - low) / close, reasons };
      return close < low ? { symbol, direction: "flat" as const, strength: 1, reasons } : [];
    });
  },
});

/** The range of the bars from the open to the end of the range, and the newest close after it; undefined before there is one. */
function sessionOf({ timeMs, high, low, close }: BarSeries, openMs: number, endMs: number) {
  let [top, bottom] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  let newest: number | undefined;
  for (let i = timeMs.length - 1; i >= 0 && (timeMs[i] ?? 0) >= openMs; i--) {
    if ((timeMs[i] ?? 0) >= endMs) newest ??= close[i];
    else [top, bottom] = [Math.max(top, high[i] ?? 0), Math.min(bottom, low[i] ?? 0)];
  }
  return newest === undefined || top < bottom ? undefined : { high: top, low: bottom, close: newest };
}
