// The JSON of bars, trades and quotes: numbers, short keys, times in UTC.
import { instantFromMs } from "../core/model/time.ts";
import type { TapeBar, TapeQuote, TapeTrade } from "./marketTape.ts";

const seconds = (ms: number): string => instantFromMs(ms).replace(".000", "");
export const nanos = (ms: number): string => instantFromMs(ms).replace("Z", "000137Z");
const places = (value: number): number => Math.round(value * 1e6) / 1e6;

/** Undefined stays undefined, so that a part that is not there is left out. */
export const barJson = (bar: TapeBar | undefined) =>
  bar && {
    c: bar.close,
    h: bar.high,
    l: bar.low,
    n: bar.tradeCount,
    o: bar.open,
    t: seconds(bar.startMs),
    v: bar.volume,
    vw: places(bar.vwap),
  };

export const tradeJson = (trade: TapeTrade | undefined) =>
  trade && {
    c: ["@"],
    i: Math.floor(trade.atMs / 1000) % 1_000_000,
    p: trade.price,
    s: trade.size,
    t: nanos(trade.atMs),
    x: "V",
    z: "A",
  };

export const quoteJson = (quote: TapeQuote | undefined) =>
  quote && {
    ap: quote.ask,
    as: quote.askSize,
    ax: "V",
    bp: quote.bid,
    bs: quote.bidSize,
    bx: "V",
    c: ["R"],
    t: nanos(quote.atMs),
    z: "A",
  };
