// A market whose prices are multiplied from given instants on: how a test makes an account gain and lose.
import type { MarketTape, TapeTrade, TradingInterval } from "../../src/simulator/marketTape.ts";

/** From each instant on until the next, all prices, or those of one symbol, are this multiple of the tape's; daily bars stay. */
export type PriceScript = readonly (readonly [from: string, factor: number, symbol?: string])[];

export const scriptedPrices =
  (script: PriceScript) =>
  (tape: MarketTape): MarketTape => {
    const factorAt = (symbol: string, ms: number): number =>
      script.findLast(([from, , only]) => Date.parse(from) <= ms && (only ?? symbol) === symbol)?.[1] ?? 1;
    const times = (factor: number, price: number): number => Math.round(price * factor * 100) / 100;
    const interval = (symbol: string, given: TradingInterval): TradingInterval => {
      const factor = factorAt(symbol, given.fromMs);
      const [bid, ask, open, low, high, close] = [
        times(factor, given.bid),
        times(factor, given.ask),
        times(factor, given.open),
        times(factor, given.low),
        times(factor, given.high),
        times(factor, given.close),
      ];
      return { ...given, bid, ask, open, low, high, close };
    };
    const trade = (symbol: string, ms: number, given: TapeTrade | undefined): TapeTrade | undefined =>
      given && { ...given, price: times(factorAt(symbol, ms), given.price) };
    return {
      ...tape,
      intervals: (symbol, day) => tape.intervals(symbol, day).map((each) => interval(symbol, each)),
      lastTrade: (symbol, ms) => trade(symbol, ms, tape.lastTrade(symbol, ms)),
      quote: (symbol, ms) => {
        const quote = tape.quote(symbol, ms);
        const factor = factorAt(symbol, ms);
        return quote && { ...quote, bid: times(factor, quote.bid), ask: times(factor, quote.ask) };
      },
    };
  };
