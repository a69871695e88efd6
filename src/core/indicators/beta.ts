// How strongly a price moves with its market.
import { assertPeriod, assertSameLength } from "./period.ts";
import { rollingComoments, rollingComomentsStream } from "./rollingComoments.ts";

/** Whether the series are prices, whose returns are made here (`price / price before − 1`), or returns of any kind already. */
export type BetaInput = "prices" | "returns";

/**
 * `cov(returns, market returns) / var(market returns)` over the last `period` returns: 1 moves as the market does, −1 against it; 0 where the
 * market does not vary. Same length as the series; NaN until there are `period` returns, that is `period + 1` prices. A pair with a value
 * that is not finite gives NaN, as does one whose return has no finite value because the price before is 0, and the window begins anew
 * after it. `out` receives the result instead of a new array; it must be neither series. Throws RangeError for a period that is not a
 * positive integer and for series of different lengths.
 *
 * Source: W. Sharpe, Journal of Finance 19 (1964). TA-Lib's BETA takes the market first.
 */
export function beta(
  values: Float64Array,
  market: Float64Array,
  period = 5,
  out: Float64Array = new Float64Array(values.length),
  input: BetaInput = "prices",
): Float64Array {
  assertPeriod(period);
  assertSameLength(values, market);
  const given = input === "returns";
  rollingComoments(given ? market : returnsOf(market), given ? values : returnsOf(values), period, "slope", out);
  return out;
}

/** The streaming form of `beta`: each pair in, beta so far out. */
export function betaStream(period = 5, input: BetaInput = "prices"): { next(value: number, market: number): number } {
  assertPeriod(period);
  const slope = rollingComomentsStream(period, "slope");
  if (input === "returns") return { next: (value, market) => slope.next(market, value) };
  const before = { value: Number.NaN, market: Number.NaN };
  return {
    next(value, market) {
      const result = slope.next(market / before.market - 1, value / before.value - 1);
      before.value = finiteOrNaN(value);
      before.market = finiteOrNaN(market);
      return result;
    },
  };
}

function returnsOf(prices: Float64Array): Float64Array {
  const returns = new Float64Array(prices.length);
  let before = Number.NaN;
  for (let i = 0; i < prices.length; i++) {
    const price = prices[i] ?? Number.NaN;
    returns[i] = price / before - 1;
    before = finiteOrNaN(price);
  }
  return returns;
}

/** Without it the return after an infinite price would be a finite −1. */
const finiteOrNaN = (price: number): number => (Number.isFinite(price) ? price : Number.NaN);
