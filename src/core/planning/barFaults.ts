// What can be wrong with bars as they came: what cannot be, and single trades at a wrong price.
import type { RiskLimits } from "../model/limits.ts";
import type { BarSeries, ExclusionCode } from "../model/market.ts";
import { instantFromMs } from "../model/time.ts";

export type SymbolFault = { readonly code: ExclusionCode; readonly detail: string };

/** The first bar that cannot be; undefined when all can. */
export function barFault({ timeMs, open, high, low, close, volume }: BarSeries): SymbolFault | undefined {
  for (let i = 0; i < timeMs.length; i++) {
    const at = timeMs[i] ?? Number.NaN;
    if (Number.isNaN(at))
      return { code: "BAD_DATA", detail: `the feed's bar ${i + 1} of ${timeMs.length} cannot be read` };
    if (!(at > (timeMs[i - 1] ?? Number.NEGATIVE_INFINITY) && at < Number.POSITIVE_INFINITY))
      return { code: "BAD_DATA", detail: "bars are not in time order" };
    const o = open[i] ?? 0;
    const h = high[i] ?? 0;
    const l = low[i] ?? 0;
    const c = close[i] ?? 0;
    if (!(l > 0 && l <= o && l <= c && h >= o && h >= c && h < Number.POSITIVE_INFINITY)) {
      return { code: "BAD_DATA", detail: `the bar of ${minuteOf(at)} has impossible prices` };
    }
    const v = volume[i] ?? Number.NaN;
    if (!(v >= 0 && v < Number.POSITIVE_INFINITY)) {
      return { code: "BAD_DATA", detail: `the bar of ${minuteOf(at)} has the volume ${v}` };
    }
  }
  return undefined;
}

/**
 * The first bar whose high, low or close is further from both bars beside it than `implausibleMoveFraction` of the smaller price, above both or
 * below both; undefined where there is none. A split or news moves one side only: what comes after stays there. Of the newest bar, which has
 * none after it, nothing is told: its close is held against the last trade.
 */
export function spikeFault(
  { timeMs, high, low, close }: BarSeries,
  { implausibleMoveFraction }: Pick<RiskLimits, "implausibleMoveFraction">,
): SymbolFault | undefined {
  const most = 1 + implausibleMoveFraction;
  for (const [name, column] of Object.entries({ high, low, close })) {
    for (let i = 1; i < timeMs.length - 1; i++) {
      const [before, at, after] = [column[i - 1] ?? 0, column[i] ?? 0, column[i + 1] ?? 0];
      if (at <= most * Math.max(before, after) && at * most >= Math.min(before, after)) continue;
      const neighbours = `${before} and ${after} on the bars beside it: a trade at a wrong price`;
      return {
        code: "BAD_DATA",
        detail: `the ${name} of the bar of ${minuteOf(timeMs[i])} is ${at}, with ${neighbours}`,
      };
    }
  }
  return undefined;
}

const minuteOf = (ms = Number.NaN): string => `${instantFromMs(ms).slice(0, 16)}Z`;
