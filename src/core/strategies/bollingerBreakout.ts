// Buys strength: in when the close breaks out above the upper Bollinger band, out when it falls below the middle.
import { bollinger } from "../indicators/bollinger.ts";
import { bollingerParams } from "./bollingerParams.ts";
import { newestOf } from "./newest.ts";
import { define } from "./strategy.ts";

export const bollingerBreakout = define({
  name: "bollingerBreakout",
  title: "Bollinger breakout",
  doc: [
    "Holds a symbol, in equal parts of all symbols, from a daily close above its upper Bollinger band until one below the middle band; in between it says nothing. The stop is at the middle band.",
    "Source: after J. Bollinger, Bollinger on Bollinger Bands (2001), method I, volatility breakout; without his wait for narrow bands, and with the middle band as the way out.",
    "Assumes that a move out of the usual range goes on. Fails where breakouts are taken back, as in a market that swings within a range.",
  ].join(" "),
  params: bollingerParams,
  needs: ({ period }) => ({ timeframe: "1Day", bars: period }),
  decide: ({ bars }, { period, deviations }) =>
    [...bars.values()].flatMap(({ symbol, close: closes }) => {
      const bands = bollinger(closes, period, deviations);
      const [close, upper, middle] = [newestOf(closes), newestOf(bands.upper), newestOf(bands.middle)];
      const reasons = { close, upper, middle };
      if (close > upper && close > middle) {
        return { symbol, direction: "long" as const, strength: 1, stopFraction: (close - middle) / close, reasons };
      }
      return close < middle ? { symbol, direction: "flat" as const, strength: 1, reasons } : [];
    }),
});
