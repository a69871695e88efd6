// What a run must have fetched: the needs of all strategies of its task and of its sizing, merged into the fewest requests.
import type { RiskLimits } from "../model/limits.ts";
import { type BaseTimeframe, type Timeframe, timeframeSchema } from "../model/market.ts";
import type { Task } from "../model/task.ts";
import { type Instant, instantFromMs } from "../model/time.ts";
import { sizingBars } from "../sizing/targetValue.ts";
import { findStrategy } from "../strategies/registry.ts";
import type { Needs } from "../strategies/strategy.ts";
import { windowOf } from "./barWindows.ts";

/** Closed bars a symbol, at least one. */
export type BarNeed = { readonly timeframe: Timeframe; readonly bars: number };

export type DataNeeds = {
  /** The most that anybody asks for of each timeframe, shortest timeframe first. */
  readonly bars: readonly BarNeed[];
  /** Whether a symbol must have both sides of a quote. */
  readonly quotes: boolean;
};

/** The bars of the base timeframe that start at or after `from` and before `to`. */
export type BarRequest = { readonly timeframe: BaseTimeframe; readonly from: Instant; readonly to: Instant };

/** A strategy that cannot run needs nothing: the run will say why it failed. */
export function dataNeeds(
  { strategies, sizing, orders }: Pick<Task, "strategies" | "sizing" | "orders">,
  find = findStrategy,
): DataNeeds {
  const needs = strategies.flatMap(({ name, params }): readonly Needs[] => {
    try {
      const strategy = find(name);
      return strategy === undefined ? [] : [strategy.needs(params)];
    } catch {
      return [];
    }
  });
  const all: readonly Needs[] = [...needs, { timeframe: "1Day", bars: sizingBars(sizing) }];
  return {
    bars: timeframeSchema.options.flatMap((timeframe) => {
      const bars = Math.max(0, ...all.flatMap((need) => (need.timeframe === timeframe ? need.bars : [])));
      return bars === 0 ? [] : [{ timeframe, bars }];
    }),
    quotes: orders.type === "marketableLimit" || needs.some(({ quotes }) => quotes === true),
  };
}

/** What the bars of a timeframe are made of. */
export const baseOf = (timeframe: Timeframe): BaseTimeframe =>
  timeframe === "1Day" || timeframe === "1Week" || timeframe === "1Month" ? "1Day" : "1Min";

/**
 * How many bars by the calendar are looked through for those that are needed: so many that they are among them as long as no more are missing
 * than the limits allow.
 */
export const reachOf = ({ bars }: BarNeed, { minCoverageFraction }: Pick<RiskLimits, "minCoverageFraction">): number =>
  Math.ceil(bars / minCoverageFraction);

/** At most one request for minutes and one for days, each just as far back as the longest need reaches. */
export function barRequests(
  { bars }: Pick<DataNeeds, "bars">,
  asOf: Instant,
  limits: Pick<RiskLimits, "minCoverageFraction">,
): readonly BarRequest[] {
  return (["1Min", "1Day"] as const).flatMap((timeframe): readonly BarRequest[] => {
    const starts = bars
      .filter((need) => baseOf(need.timeframe) === timeframe)
      .map((need) => windowOf(need.timeframe, reachOf(need, limits), asOf).fromMs);
    if (starts.length === 0) return [];
    const toMs = windowOf(timeframe, 1, asOf).toMs;
    return [{ timeframe, from: instantFromMs(Math.min(...starts)), to: instantFromMs(toMs) }];
  });
}
