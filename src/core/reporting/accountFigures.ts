// The account in figures, as the monitor tells them at each check: what it is worth, and how much of its limits is used.
import type { RiskLimits } from "../model/limits.ts";
import { subtractUsd } from "../model/money.ts";
import type { MonitorState } from "../model/monitor.ts";
import type { Position } from "../model/portfolio.ts";

export type AccountFigures = {
  readonly equity: number;
  readonly peakEquity: number;
  /** Equity against the day's first, in US dollars. */
  readonly dayProfit: number;
  /** The loss that the breaker for daily losses goes by, as a part of its limit: it trips at 1. Absent where it is not watched for. */
  readonly dailyLossUsed?: number;
  /** What is held, long and short, as a part of what `maxGrossFraction` allows. */
  readonly grossUsed: number;
  readonly positions: number;
  readonly drifts: number;
  readonly unknownOrders: number;
};

/** Plain numbers: they are for charts and alerts, and no order depends on them. */
export function accountFigures(
  state: MonitorState,
  positions: readonly Position[],
  { breakers, maxGrossFraction }: Pick<RiskLimits, "breakers" | "maxGrossFraction">,
): AccountFigures {
  const { equity, dayStartEquity, peakEquity, unknownOrders, drifts } = state;
  const lossFrom = state.breakers.dailyLossFrom ?? dayStartEquity;
  const loss = Math.max(0, Number(subtractUsd(lossFrom, equity)));
  const gross = positions.reduce((sum, { marketValue }) => sum + Math.abs(Number(marketValue)), 0);
  const dailyLoss = breakers?.dailyLoss;
  return {
    equity: Number(equity),
    peakEquity: Number(peakEquity),
    dayProfit: Number(subtractUsd(equity, dayStartEquity)),
    ...(dailyLoss === undefined ? {} : { dailyLossUsed: part(loss, Number(dayStartEquity) * dailyLoss.fraction) }),
    grossUsed: part(gross, Number(equity) * maxGrossFraction),
    positions: Object.keys(state.believed).length,
    drifts: drifts.length,
    unknownOrders,
  };
}

/** 0 where there is no whole. */
const part = (amount: number, whole: number): number => (whole === 0 ? 0 : amount / whole);
