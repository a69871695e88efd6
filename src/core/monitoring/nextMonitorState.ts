// What the monitor remembers after a check: what was believed before, with what the broker shows now and what has become of the runs' orders.

import type { Breakers } from "../model/limits.ts";
import { maximum } from "../model/money.ts";
import type { BreakerMemory, Drift, MonitorState } from "../model/monitor.ts";
import { type BrokerFill, type BrokerOrder, isOfRun, withLegs } from "../model/order.ts";
import type { AccountSnapshot, Position } from "../model/portfolio.ts";
import type { ExecutionRecord } from "../model/run.ts";
import type { MonitorSettings } from "../model/settings.ts";
import type { Instant } from "../model/time.ts";
import { judgeBreakers } from "../risk/breakers.ts";
import { tradingDayOf } from "../schedule/tradingCalendar.ts";
import { askedFills, type Decided, fittedTo, withAskedFills } from "./attribution.ts";
import { nextLosses } from "./losses.ts";
import { believedOf, reconcile, withFills, withOrderId } from "./reconcile.ts";

/** What the broker shows: executions of some minutes, orders of runs that are followed, everything held. */
export type Shown = {
  readonly account: AccountSnapshot;
  readonly positions: readonly Position[];
  readonly orders: readonly BrokerOrder[];
  readonly fills: readonly BrokerFill[];
};

/**
 * `records`: the ended runs that are followed, brought up to what is shown. `underWay`: what runs have decided that have not ended. `memory`:
 * what the breakers go by, with the trips that stand.
 */
export function nextMonitorState(
  earlier: MonitorState | undefined,
  shown: Shown,
  records: readonly ExecutionRecord[],
  rules: { readonly driftPolicy: MonitorSettings["driftPolicy"]; readonly breakers: Breakers },
  {
    now,
    memory,
    underWay = [],
  }: { readonly now: Instant; readonly memory: BreakerMemory; readonly underWay?: readonly Decided[] },
): { readonly next: MonitorState; readonly confirmed: readonly Drift[] } {
  const { positions, orders, fills } = shown;
  const { equity } = shown.account;
  const read = new Set(earlier?.readFillIds);
  const ownOrders = ownOrdersOf(orders, records);
  const own = new Set(ownOrders.map(({ brokerOrderId }) => brokerOrderId));
  const fresh = fills.filter(({ id, brokerOrderId }) => !read.has(id) && own.has(brokerOrderId));
  // What is held at the first check is taken as it is; from then on only our own executions explain a change.
  const believed = earlier === undefined ? believedOf(positions) : withFills(earlier.believed, fresh);
  const drift = reconcile(believed, positions, earlier?.drifts ?? [], { now, policy: rules.driftPolicy });
  const counted = [...fills.filter(({ id }) => read.has(id)), ...records.flatMap((record) => record.fills)];
  const decided = [...underWay, ...records.map(({ executionId: runId, verdicts }) => ({ runId, verdicts }))];
  const asked = askedFills(fresh, counted, ownOrders, decided);
  const before = earlier?.believed ?? withFills(believed, fresh.map(undone));
  const attributed = withAskedFills(earlier?.attributed ?? {}, before, asked);
  const confirmed = drift.confirmed.map((each) => withOrderId(each, now));
  const tradingDay = tradingDayOf(now);
  const isNewDay = earlier?.tradingDay !== tradingDay;
  const dayStartEquity = earlier === undefined || isNewDay ? equity : earlier.dayStartEquity;
  const peakEquity = maximum(equity, earlier?.peakEquity ?? equity);
  const figures = { now, equity, dayStartEquity, peakEquity, isNewDay, records, confirmed };
  const next: MonitorState = {
    checkedAt: now,
    fillsThrough: fills.at(-1)?.at ?? earlier?.fillsThrough ?? now,
    readFillIds: fills.map(({ id }) => id),
    believed: drift.believed,
    attributed: fittedTo(attributed, believed, drift.believed),
    drifts: drift.drifts.map((each) => withOrderId(each, now)),
    equity,
    peakEquity,
    dayStartEquity,
    tradingDay,
    ...nextLosses(
      earlier,
      shown,
      fills.filter(({ id }) => !read.has(id)),
      now,
    ),
    unknownOrders: records.flatMap(({ outcomes }) => outcomes).filter(({ kind }) => kind === "unknown").length,
    breakers: judgeBreakers(rules.breakers, figures, memory),
  };
  return { next, confirmed };
}

/** The state while the broker is not asked: the breakers judged by the equity that was last known. */
export function idleMonitorState(
  earlier: MonitorState,
  breakers: Breakers,
  { now, memory }: { readonly now: Instant; readonly memory: BreakerMemory },
): MonitorState {
  const { equity, peakEquity, tradingDay } = earlier;
  // The loss of a day that is over is no longer judged.
  const isNewDay = tradingDay !== tradingDayOf(now);
  const dayStartEquity = isNewDay ? equity : earlier.dayStartEquity;
  const figures = { now, equity, dayStartEquity, peakEquity, isNewDay, records: [], confirmed: [] };
  return { ...earlier, breakers: judgeBreakers(breakers, figures, memory) };
}

const undone = (fill: BrokerFill): BrokerFill => ({ ...fill, side: fill.side === "buy" ? "sell" : "buy" });

/** The orders that runs sent, and their legs. */
function ownOrdersOf(orders: readonly BrokerOrder[], records: readonly ExecutionRecord[]): readonly BrokerOrder[] {
  const recorded = records.flatMap(({ outcomes }) =>
    outcomes.flatMap((outcome) => (outcome.kind === "accepted" ? [outcome.order] : [])),
  );
  return [...orders.filter(isOfRun), ...recorded].flatMap(withLegs);
}
