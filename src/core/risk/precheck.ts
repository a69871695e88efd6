// The precheck: reasons for which a run ends before any strategy is asked.
import { switchFor } from "../model/control.ts";
import type { RunInputs, Skip } from "../model/run.ts";
import { minuteMs, msBetween } from "../model/time.ts";
import { decideWindow, describeClosed } from "../schedule/tradingWindow.ts";

/** The first reason not to trade at all, the most lasting one first; undefined when the run may go on. */
export function precheck({ task, slot, asOf, market, portfolio, control, window }: RunInputs): Skip | undefined {
  const { blocked } = portfolio.account;
  if (blocked !== undefined)
    return { code: "ACCOUNT_BLOCKED", reason: `the broker has blocked the account: ${blocked}` };
  const switches = switchFor(control, { taskId: task.id });
  if (switches.tradingState === "halted") {
    return { code: "HALTED", reason: `trading was halted by ${switches.actor}: ${switches.reason}` };
  }
  if (!task.enabled) return { code: "TASK_DISABLED", reason: `task "${task.id}" is disabled` };
  const decision = decideWindow(window, asOf);
  if (!decision.open) return { code: decision.code, reason: describeClosed(decision, window) };
  const { graceMinutes } = window;
  const lateMs = msBetween(slot, asOf);
  if (lateMs > graceMinutes * minuteMs) {
    const late = Math.floor(lateMs / minuteMs);
    return { code: "SLOT_EXPIRED", reason: `begun ${late} minutes late, past its grace of ${graceMinutes} minutes` };
  }
  if (market.latest.length === 0) {
    const [first] = market.excluded;
    const example = first === undefined ? "" : `, such as ${first.symbol}: ${first.detail}`;
    return { code: "NO_MARKET_DATA", reason: `none of ${task.symbols.length} symbols can be traded${example}` };
  }
  return undefined;
}
