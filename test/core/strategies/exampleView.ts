// What a strategy looks at in a test: series of closes, and how its signals are told in a line each.
import type { BarSeries } from "../../../src/core/model/market.ts";
import { price, qty, usd } from "../../../src/core/model/money.ts";
import type { Signal } from "../../../src/core/model/signal.ts";
import { sessionOn } from "../../../src/core/schedule/tradingCalendar.ts";
import type { Strategy, StrategyView } from "../../../src/core/strategies/strategy.ts";
import { at, day, exampleBars } from "../examples.ts";

/** Monday 2026-06-15, 10:00 in New York, with these series and nothing held. */
export const viewOf = (bars: readonly BarSeries[], changes: Partial<StrategyView> = {}): StrategyView => ({
  asOf: at("2026-06-15T14:00Z"),
  session: sessionOn(day("2026-06-15")),
  symbols: bars.map(({ symbol }) => symbol),
  bars: new Map(bars.map((series) => [series.symbol, series])),
  latest: new Map(),
  positions: new Map(),
  equity: usd(100_000),
  ...changes,
});

/** Daily bars with these closes, each bar from one below its close to one above it. */
export const closesOf = (
  closes: Readonly<Record<string, readonly number[]>>,
  changes: Partial<StrategyView> = {},
): StrategyView =>
  viewOf(
    Object.entries(closes).map(([symbol, values]) => exampleBars(symbol, values)),
    changes,
  );

/** Positions as `{AAA: [shares, value]}`. */
export const held = (
  positions: Readonly<Record<string, readonly [shares: number, value: number]>>,
): StrategyView["positions"] =>
  new Map(
    Object.entries(positions).map(([symbol, [shares, value]]) => [
      symbol,
      { symbol, qty: qty(shares), available: qty(shares), averagePrice: price(1), marketValue: usd(value) },
    ]),
  );

/** What a strategy says of one symbol: its weight and how sure it is, or that it says nothing. */
export function says(strategy: Strategy, params: object, view: StrategyView): string {
  const signals = strategy.decide(view, params);
  return signals.length === 0 ? "nothing" : signals.map(toldOf).join(", ");
}

const toldOf = ({ symbol, targetWeight, strength, stopFraction, targetFraction }: Signal): string =>
  [
    `${symbol} ${shown(targetWeight)}`,
    strength === 1 ? "" : ` !${shown(strength)}`,
    stopFraction === undefined ? "" : ` stop ${shown(stopFraction)}`,
    targetFraction === undefined ? "" : ` target ${shown(targetFraction)}`,
  ].join("");

const shown = (value: number): string => String(Number(value.toFixed(4)));
