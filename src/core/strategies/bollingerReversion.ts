// Buys weakness: in when the close falls below the lower Bollinger band, out when it is back at the middle.
import { bollinger } from "../indicators/bollinger.ts";
import { bollingerParams } from "./bollingerParams.ts";
import { newestOf } from "./newest.ts";
import { define } from "./strategy.ts";

export const bollingerReversion = define({
  name: "bollingerReversion",
  title: "Bollinger reversion",
  doc: [
    "Holds a symbol, in equal parts of all symbols, from a daily close below its lower Bollinger band until one at or above the middle band, which is its target; in between it says nothing.",
    "Source: after J. Bollinger, Bollinger on Bollinger Bands (2001), method III, reversals; without the indicator of volume that he has confirm them.",
    "Assumes that prices swing around their mean. Fails when the mean itself moves: in a decline the bands follow the price down.",
  ].join(" "),
  params: bollingerParams,
  needs: ({ period }) => ({ timeframe: "1Day", bars: period }),
  decide: ({ bars }, { period, deviations }) =>
    [...bars.values()].flatMap(({ symbol, close: closes }) => {
      const bands = bollinger(closes, period, deviations);
      const [close, lower, middle] = [newestOf(closes), newestOf(bands.lower), newestOf(bands.middle)];
      const reasons = { close, lower, middle };
      if (close < lower) {
        return { symbol, direction: "long" as const, strength: 1, targetFraction: middle / close - 1, reasons };
      }
      return close >= middle ? { symbol, direction: "flat" as const, strength: 1, reasons } : [];
    }),
});
