// The breakers: which of them trip by the figures of a check, and what each goes by after a person has resumed.

import type { Breakers } from "../model/limits.ts";
import { compare, fractionOf, isPositive, maximum, percentOf, subtractUsd, type Usd } from "../model/money.ts";
import type { BreakerMemory, Drift, RecentOrder, Trip } from "../model/monitor.ts";
import type { ExecutionRecord } from "../model/run.ts";
import { addMs, type Instant, minuteMs } from "../model/time.ts";
import { withRecords } from "./recentOrders.ts";

/** What a check knows. `dayStartEquity` is the day's first, `peakEquity` the highest ever, this one's included. */
export type BreakerFigures = {
  readonly now: Instant;
  readonly equity: Usd;
  readonly dayStartEquity: Usd;
  readonly peakEquity: Usd;
  readonly isNewDay: boolean;
  readonly records: readonly ExecutionRecord[];
  /** Drifts that this check confirmed. */
  readonly confirmed: readonly Drift[];
};

/**
 * The memory after this check; trips of `figures.now` are new. `earlier` holds the trips that stand: those that no person has answered by
 * resuming. A breaker that has tripped does not trip again before that, and then goes by what is new since the last check before it: losses
 * count from the equity of that check (the day's loss from the next day's first equity, if that comes sooner), orders from its time.
 */
export function judgeBreakers(breakers: Breakers, figures: BreakerFigures, earlier: BreakerMemory): BreakerMemory {
  const { now, equity, isNewDay } = figures;
  const { dailyLossFrom: lossFrom, drawdownFrom: peak, ...carried } = earlier;
  const before: BreakerMemory = {
    ...carried,
    recent: withRecords(earlier.recent, figures.records, breakers, now),
    ...(lossFrom === undefined || isNewDay ? {} : { dailyLossFrom: lossFrom }),
    ...(peak === undefined ? {} : { drawdownFrom: maximum(peak, equity) }),
  };
  const fresh = names.flatMap((breaker): Trip[] => {
    const setting = breakers[breaker];
    if (setting === undefined || earlier.trips.some((trip) => trip.breaker === breaker)) return [];
    const reason = rules[breaker](breakers, figures, before);
    return reason === undefined ? [] : [{ breaker, action: setting.action, reason, at: now }];
  });
  const trips = [...earlier.trips, ...fresh];
  const anew: Readonly<Record<keyof Breakers, Partial<BreakerMemory>>> = {
    dailyLoss: { dailyLossFrom: equity },
    drawdown: { drawdownFrom: equity },
    repeatedExecution: { executionsAfter: now },
    rejections: { rejectionsAfter: now },
    drift: {},
  };
  return Object.assign({ ...before, trips }, ...trips.map(({ breaker }) => anew[breaker]));
}

/** Why it trips; undefined when it does not, or is not watched for. */
type Rule = (breakers: Breakers, figures: BreakerFigures, memory: BreakerMemory) => string | undefined;

const rules: Readonly<Record<keyof Breakers, Rule>> = {
  dailyLoss: ({ dailyLoss }, { equity, dayStartEquity }, { dailyLossFrom = dayStartEquity }) => {
    if (dailyLoss === undefined) return undefined;
    const loss = subtractUsd(dailyLossFrom, equity);
    const limit = fractionOf(dayStartEquity, dailyLoss.fraction);
    if (!isPositive(loss) || compare(loss, limit) < 0) return undefined;
    const since = dailyLossFrom === dayStartEquity ? "the day's first" : "where trading was resumed";
    return `equity ${equity} is ${loss} USD (${percentOf(loss, dayStartEquity)} % of the day's first) below ${dailyLossFrom}, ${since}; the limit is ${limit} USD`;
  },
  drawdown: ({ drawdown }, { equity, peakEquity }, { drawdownFrom = peakEquity }) => {
    if (drawdown === undefined) return undefined;
    const loss = subtractUsd(drawdownFrom, equity);
    const limit = fractionOf(drawdownFrom, drawdown.fraction);
    if (!isPositive(loss) || compare(loss, limit) < 0) return undefined;
    const since = drawdownFrom === peakEquity ? "its highest" : "its highest since trading was resumed";
    return `equity ${equity} is ${loss} USD (${percentOf(loss, drawdownFrom)} %) below ${drawdownFrom}, ${since}; the limit is ${limit} USD`;
  },
  repeatedExecution: ({ repeatedExecution }, { now }, { recent, executionsAfter }) => {
    if (repeatedExecution === undefined) return undefined;
    const { orders, minutes } = repeatedExecution;
    const since = addMs(now, -minutes * minuteMs);
    const from = executionsAfter !== undefined && executionsAfter > since ? executionsAfter : since;
    const executed = recent.filter(({ at, result }) => result === "executed" && at > from);
    const groups = Map.groupBy(executed, ({ taskId, side, symbol }) => `${taskId} ${side} ${symbol}`);
    const [most] = [...groups].sort(([, a], [, b]) => b.length - a.length);
    if (most === undefined || most[1].length < orders) return undefined;
    return `${most[1].length} orders of "${most[0]}" were executed within ${minutes} minutes; the limit is ${orders}`;
  },
  rejections: ({ rejections }, _, { recent, rejectionsAfter }) => {
    if (rejections === undefined) return undefined;
    const refused = refusedInARow(recent, rejectionsAfter);
    if (refused.length < rejections.inARow) return undefined;
    const last = refused.at(-1)?.clientOrderId;
    return `the broker refused ${refused.length} orders in a row; the limit is ${rejections.inARow}, the last one was ${last}`;
  },
  drift: ({ drift }, { confirmed }) => {
    if (drift === undefined || confirmed.length === 0) return undefined;
    const told = confirmed.map(
      ({ symbol, believed, atBroker }) => `${atBroker} shares of ${symbol}, of which our orders explain ${believed}`,
    );
    return `the broker shows ${told.join(", ")}`;
  },
};

const names = Object.keys(rules) as readonly (keyof Breakers)[];

function refusedInARow(recent: readonly RecentOrder[], after: Instant | undefined): readonly RecentOrder[] {
  const counted = recent.filter(({ at }) => after === undefined || at > after);
  return counted.slice(counted.findLastIndex(({ result }) => result !== "refused") + 1);
}
