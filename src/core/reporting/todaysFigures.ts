// The figures of a day for an operator: its runs, its orders, and what the account gained or lost against its limits.

import type { RiskLimits } from "../model/limits.ts";
import { subtractUsd, type Usd } from "../model/money.ts";
import type { MonitorState } from "../model/monitor.ts";
import type { RunSummary } from "../model/run.ts";
import type { TradingDay } from "../model/time.ts";

export type TodaysFigures = {
  readonly day: TradingDay;
  /** Those that did work: slots that were skipped, missed or blocked are none. */
  readonly runs: number;
  readonly ordersPlanned: number;
  readonly ordersAccepted: number;
  readonly ordersFilled: number;
  readonly denials: number;
  /** There were more runs than are counted here. */
  readonly truncated: boolean;
  /** Equity against the day's first; null before the monitor has looked today. */
  readonly profitLoss: {
    readonly usd: Usd;
    readonly fractionOfDayStart: number;
    /** The fraction at which the breaker for daily losses trips; absent where it is not watched for. */
    readonly dailyLossLimit?: number;
  } | null;
  /** Equity below its highest; null before the monitor has looked. */
  readonly drawdown: { readonly fraction: number; readonly limit?: number } | null;
};

/** `items` are the day's executions as far as they were read; the monitor's equity is left out where it is of another day. */
export function todaysFigures(
  {
    day,
    items,
    truncated,
  }: { readonly day: TradingDay; readonly items: readonly RunSummary[]; readonly truncated: boolean },
  monitor: MonitorState | undefined,
  { breakers }: Pick<RiskLimits, "breakers">,
): TodaysFigures {
  const sum = (of: (run: RunSummary) => number): number => items.reduce((total, run) => total + of(run), 0);
  return {
    day,
    runs: items.filter(({ status }) => status !== "skipped" && status !== "missed" && status !== "blocked").length,
    ordersPlanned: sum((run) => run.ordersPlanned),
    ordersAccepted: sum((run) => run.ordersAccepted),
    ordersFilled: sum((run) => run.ordersFilled),
    denials: sum((run) => run.denials),
    truncated,
    profitLoss:
      monitor?.tradingDay === day
        ? {
            usd: subtractUsd(monitor.equity, monitor.dayStartEquity),
            fractionOfDayStart: share(subtractUsd(monitor.equity, monitor.dayStartEquity), monitor.dayStartEquity),
            ...(breakers?.dailyLoss === undefined ? {} : { dailyLossLimit: breakers.dailyLoss.fraction }),
          }
        : null,
    drawdown:
      monitor === undefined
        ? null
        : {
            fraction: share(subtractUsd(monitor.peakEquity, monitor.equity), monitor.peakEquity),
            ...(breakers?.drawdown === undefined ? {} : { limit: breakers.drawdown.fraction }),
          },
  };
}

/** 0 where there is no whole. */
const share = (part: Usd, whole: Usd): number => (Number(whole) === 0 ? 0 : Number(part) / Number(whole));
