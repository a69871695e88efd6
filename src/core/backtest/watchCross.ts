// Where a moving-average cross can trade: at crossings of the averages, and where the position has drifted from its target.
import { sma } from "../indicators/sma.ts";
import type { BarSeries } from "../model/market.ts";
import type { RunTask } from "../model/task.ts";
import type { Holding, Watch } from "./backtest.ts";

/** As a fraction: averages nearer to each other may be in the other order when they are summed anew. The strategy itself is asked then. */
const doubtful = 1e-9;
/** US dollars by which rounding to cents can move a target, and far more than that. */
const roundingUsd = 1;

/**
 * The watch for a task whose one strategy is `movingAverageCross` with these periods, over all of its one symbol's bars. The averages are
 * taken in one pass. Throws RangeError for a sizing method under which a target depends on more than price and equity.
 */
export function watchCross(
  { close }: BarSeries,
  { fast, slow }: { readonly fast: number; readonly slow: number },
  { sizing }: Pick<RunTask, "sizing">,
): Watch {
  if (sizing.method !== "percentOfEquity" && sizing.method !== "targetWeights")
    throw new RangeError(`sizing by ${sizing.method} is not watched: let every bar be decided`);
  const fasts = sma(close, fast);
  const slows = sma(close, slow);
  const invested = (sizing.method === "percentOfEquity" ? sizing.equityFraction : 1) * (1 - sizing.cashBufferFraction);
  const worse = 1 + sizing.slippageFraction;
  const { feePerShareUsd: fee, rebalanceBandFraction: band } = sizing;
  /** Whether the shares that are missing, one more for rounding, could be worth the rebalance band. */
  const drifted = (price: number, { qty, cash }: Holding): boolean => {
    const equity = cash + qty * price;
    const wanted = (equity * invested) / (price * worse + fee);
    return (Math.abs(wanted - qty) + 1) * price + roundingUsd >= band * equity;
  };
  return (from, holding) => {
    for (let bar = from; bar < close.length; bar++) {
      const slowest = slows[bar] ?? Number.NaN;
      const ahead = (fasts[bar] ?? Number.NaN) - slowest;
      // Not a number before there are enough bars: the strategy says nothing, which leaves a position as it is.
      if (Number.isNaN(ahead)) continue;
      if (Math.abs(ahead) <= doubtful * slowest) return bar;
      if (ahead < 0 ? holding.qty !== 0 : drifted(close[bar] ?? Number.NaN, holding)) return bar;
    }
    return close.length;
  };
}
