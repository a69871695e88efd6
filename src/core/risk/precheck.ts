// The precheck: reasons for which a run ends before any strategy is asked.
import { switchFor } from "../model/control.ts";
import { compare, fractionOf, isPositive, subtractUsd, type Usd } from "../model/money.ts";
import type { DenialCode } from "../model/risk.ts";
import type { RunInputs, Skip } from "../model/run.ts";
import { minuteMs, msBetween } from "../model/time.ts";
import { decideWindow, describeClosed } from "../schedule/tradingWindow.ts";
import { dollars, numbers } from "./rule.ts";

/** Why nothing may be traded; undefined when this is no reason. */
type PrecheckRule = (inputs: RunInputs) => Skip | undefined;

const accountBlocked: PrecheckRule = ({ portfolio: { account } }) =>
  account.blocked === undefined
    ? undefined
    : { code: "ACCOUNT_BLOCKED", reason: `the broker has blocked the account: ${account.blocked}` };

/** The account must be the one that the app is set to trade on, and the task of the mode that the app trades in. */
const wrongAccount: PrecheckRule = ({ portfolio: { account }, task, trades: { mode, expectedAccountId } }) => {
  if (expectedAccountId !== undefined && account.accountId !== expectedAccountId)
    return { code: "WRONG_ACCOUNT", reason: "the broker's account is another one than ALPACA_ACCOUNT_ID names" };
  if (task.mode === mode) return undefined;
  return { code: "WRONG_ACCOUNT", reason: `it is a ${task.mode} task and this app trades ${mode}` };
};

const halted: PrecheckRule = ({ control, task }) => {
  const { tradingState, tradingStateBy } = switchFor(control, { taskId: task.id });
  return tradingState === "halted" ? { code: "HALTED", reason: `trading was halted by ${tradingStateBy}` } : undefined;
};

const clockSkew: PrecheckRule = ({ clockSkewMs, limits: { maxClockSkewSeconds } }) => {
  const seconds = Math.abs(clockSkewMs) / 1000;
  if (seconds <= maxClockSkewSeconds) return undefined;
  return {
    code: "CLOCK_SKEW",
    reason: `our clock is ${seconds} seconds ${clockSkewMs > 0 ? "ahead of" : "behind"} the broker's`,
    figure: numbers("clockSkew", maxClockSkewSeconds, seconds, "seconds"),
  };
};

const dailyLoss: PrecheckRule = ({ lossMarks, portfolio: { account }, limits: { breakers } }) =>
  breakers?.dailyLoss === undefined || lossMarks === undefined
    ? undefined
    : loss("MAX_DAILY_LOSS", "dailyLoss", account.equity, lossMarks.dailyLossFrom, {
        limit: fractionOf(lossMarks.dayStartEquity, breakers.dailyLoss.fraction),
        what: "on this day",
      });

const drawdown: PrecheckRule = ({ lossMarks, portfolio: { account }, limits: { breakers } }) =>
  breakers?.drawdown === undefined || lossMarks === undefined
    ? undefined
    : loss("MAX_DRAWDOWN", "drawdown", account.equity, lossMarks.drawdownFrom, {
        limit: fractionOf(lossMarks.drawdownFrom, breakers.drawdown.fraction),
        what: "from its highest",
      });

function loss(
  code: DenialCode,
  rule: string,
  equity: Usd,
  from: Usd,
  { limit, what }: { readonly limit: Usd; readonly what: string },
): Skip | undefined {
  const lost = subtractUsd(from, equity);
  if (!isPositive(lost) || compare(lost, limit) < 0) return undefined;
  const reason = `equity has lost ${lost} USD ${what}; the limit is ${limit} USD`;
  return { code, reason, figure: dollars(rule, limit, lost) };
}

const disabled: PrecheckRule = ({ task }) =>
  task.enabled ? undefined : { code: "TASK_DISABLED", reason: `task "${task.id}" is disabled` };

const windowClosed: PrecheckRule = ({ window, asOf }) => {
  const decision = decideWindow(window, asOf);
  return decision.open ? undefined : { code: decision.code, reason: describeClosed(decision, window) };
};

const slotExpired: PrecheckRule = ({ window: { graceMinutes }, slot, asOf }) => {
  const lateMs = msBetween(slot, asOf);
  if (lateMs <= graceMinutes * minuteMs) return undefined;
  const late = Math.floor(lateMs / minuteMs);
  return { code: "SLOT_EXPIRED", reason: `begun ${late} minutes late, past its grace of ${graceMinutes} minutes` };
};

/** None is left, or the task wants all of its symbols or no run. */
const noMarketData: PrecheckRule = ({ market, task }) => {
  const [first] = market.excluded;
  const example = first === undefined ? "" : `, such as ${first.symbol}: ${first.detail}`;
  if (market.latest.length === 0)
    return { code: "NO_MARKET_DATA", reason: `none of ${task.symbols.length} symbols can be traded${example}` };
  if (task.badData === "exclude" || first === undefined) return undefined;
  return {
    code: "NO_MARKET_DATA",
    reason: `${market.excluded.length} of ${task.symbols.length} symbols cannot be traded and the task wants all of them${example}`,
  };
};

/** In the order in which they are told: the most lasting reason first. A control is taken out by taking its name out of here. */
export const precheckRules: readonly PrecheckRule[] = [
  accountBlocked,
  wrongAccount,
  halted,
  clockSkew,
  dailyLoss,
  drawdown,
  disabled,
  windowClosed,
  slotExpired,
  noMarketData,
];

/**
 * The first reason not to trade at all; undefined when the run may go on. Exposure that is over a limit already is none: the risk fold then
 * lets through only what lowers it, and a skipped run could not lower it.
 */
export function precheck(inputs: RunInputs): Skip | undefined {
  for (const rule of precheckRules) {
    const skip = rule(inputs);
    if (skip !== undefined) return skip;
  }
  return undefined;
}
