// What a target is worth in US dollars by each sizing method, or why it cannot be told.
import type { BarSeries } from "../model/market.ts";
import { fractionOf, notional, type Price, type Qty, qty, type Usd, usd } from "../model/money.ts";
import type { Sizing } from "../model/sizing.ts";
import { twelveDecimals } from "../model/twelveDecimals.ts";
import type { Target } from "../strategies/combine.ts";

export type TargetValue =
  /** What the position is to be worth, whichever its side, and the arithmetic in words; `shares` where their number is given. */
  | { readonly kind: "value"; readonly usd: Usd; readonly how: string; readonly shares?: Qty }
  | { readonly kind: "none"; readonly reason: string };

export type ValuedTarget = {
  readonly target: Target;
  readonly price: Price;
  readonly equity: Usd;
  /** How many symbols of the task are to be held: by a target other than 0, or already and without a target. */
  readonly positions: number;
  /** Closed daily bars of the symbol; none where no method or strategy needs them. */
  readonly daily: BarSeries | undefined;
};

/** Closed daily bars that a sizing method needs, 0 for none. */
export const sizingBars = (sizing: Sizing): number => ("lookbackBars" in sizing ? sizing.lookbackBars + 1 : 0);

/**
 * The value of the position behind a target that is not 0. `kelly` takes the fraction mean ÷ variance of daily returns, which is the growth
 * optimum for small returns (E. Thorp, The Kelly Criterion, 2006), and `volatilityTarget` scales a position by the wished-for over the
 * realised yearly volatility, the sample deviation of daily returns times √252.
 */
export function targetValue(sizing: Sizing, given: ValuedTarget): TargetValue {
  const { target, price, equity, positions, daily } = given;
  const investable = fractionOf(equity, 1 - sizing.cashBufferFraction);
  const weight = Math.abs(target.weight);
  const share = (fraction: number, how: string): TargetValue => ({
    kind: "value",
    usd: fractionOf(investable, fraction),
    how: `${how} of ${investable} USD`,
  });
  switch (sizing.method) {
    case "percentOfEquity":
      return share(product(sizing.equityFraction, weight), `weight ${target.weight} of ${sizing.equityFraction}`);
    case "targetWeights":
      return share(weight, `weight ${target.weight}`);
    case "equalWeight":
      return share(
        product(sizing.equityFraction, 1 / positions),
        `one part in ${positions} of ${sizing.equityFraction}`,
      );
    case "fixedNotional":
      return { kind: "value", usd: usd(sizing.notionalUsd), how: `${sizing.notionalUsd} USD` };
    case "fixedQuantity":
      return {
        kind: "value",
        usd: notional(price, qty(sizing.qty)),
        how: `${sizing.qty} shares`,
        shares: qty(sizing.qty),
      };
    case "volatilityTarget": {
      const returns = dailyReturns(daily, sizing.lookbackBars);
      if (returns === undefined) return tooFewBars(sizing.lookbackBars);
      const volatility = deviation(returns) * Math.sqrt(tradingDaysAYear);
      if (!(volatility > 0))
        return { kind: "none", reason: "its price has not moved, so it has no volatility to size by" };
      const scaled = Math.min(sizing.maxWeight, product(sizing.annualVolatilityFraction / volatility, weight));
      return share(scaled, `${shown(scaled)} for a volatility of ${shown(volatility)}`);
    }
    case "riskPerTrade": {
      const stop = target.stopFraction ?? sizing.stopFraction;
      if (stop === undefined) return { kind: "none", reason: "neither its signal nor its task says where the stop is" };
      const scaled = Math.min(sizing.maxWeight, product(sizing.riskFraction / stop, 1));
      return share(scaled, `${shown(scaled)} for a stop ${shown(stop)} away at a risk of ${sizing.riskFraction}`);
    }
    case "kelly": {
      const returns = dailyReturns(daily, sizing.lookbackBars);
      if (returns === undefined) return tooFewBars(sizing.lookbackBars);
      const variance = deviation(returns) ** 2;
      const edge = variance > 0 ? (Math.sign(target.weight) * mean(returns)) / variance : 0;
      const scaled = Math.min(sizing.capFraction, Math.max(0, product(sizing.part, edge)));
      return share(scaled, `${shown(scaled)} for a Kelly fraction of ${shown(edge)}`);
    }
  }
}

const tradingDaysAYear = 252;
const tooFewBars = (needed: number): TargetValue => ({
  kind: "none",
  reason: `it has fewer than the ${needed + 1} daily bars that its size is computed from`,
});

const product = (a: number, b: number): number => twelveDecimals(a * b);
const shown = (value: number): string => String(Number(value.toPrecision(6)));

/** The newest returns, close to close; undefined where there are fewer. */
function dailyReturns(daily: BarSeries | undefined, count: number): readonly number[] | undefined {
  if (daily === undefined || daily.close.length < count + 1) return undefined;
  const closes = daily.close.subarray(-(count + 1));
  return Array.from({ length: count }, (_, index) => (closes[index + 1] ?? 0) / (closes[index] ?? 0) - 1);
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
/** The sample deviation, over n − 1. */
function deviation(values: readonly number[]): number {
  const center = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1));
}
