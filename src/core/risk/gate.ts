// The gate: the last look at an order, immediately before it is sent.
import { type ControlState, switchFor } from "../model/control.ts";
import { compare, zeroQty } from "../model/money.ts";
import type { OrderTicket } from "../model/order.ts";
import type { PortfolioSnapshot } from "../model/portfolio.ts";
import type { DenialCode } from "../model/risk.ts";
import type { TradingWindow } from "../model/settings.ts";
import { partOf, type Task } from "../model/task.ts";
import type { Instant } from "../model/time.ts";
import { decideWindow, describeClosed } from "../schedule/tradingWindow.ts";
import { reducibleQty } from "./exposure.ts";

export type GateDecision =
  | { readonly send: true }
  | { readonly send: false; readonly code: DenialCode; readonly message: string };

/** `control` and `now` are read for this very order; `portfolio` is the one the plan was made on. */
export function decideGate(
  ticket: OrderTicket,
  gate: {
    readonly control: ControlState;
    readonly task: Pick<Task, "id" | "strategies">;
    readonly window: TradingWindow;
    readonly now: Instant;
    readonly portfolio: PortfolioSnapshot;
  },
): GateDecision {
  const { control, task, window, now, portfolio } = gate;
  const { tradingState, actor, reason } = switchFor(control, partOf(task, ticket));
  if (portfolio.account.blocked !== undefined) {
    return withhold("ACCOUNT_BLOCKED", `the broker has blocked the account: ${portfolio.account.blocked}`);
  }
  if (tradingState === "halted") return withhold("HALTED", `trading was halted by ${actor}: ${reason}`);
  if (tradingState === "reducing" && !onlyReduces(ticket, portfolio)) {
    return withhold("REDUCING", `trading was set to reducing by ${actor}: ${reason}`);
  }
  const decision = decideWindow(window, now);
  return decision.open ? { send: true } : withhold("WINDOW_CLOSED", describeClosed(decision, window));
}

const withhold = (code: DenialCode, message: string): GateDecision => ({ send: false, code, message });

function onlyReduces({ symbol, side, qty, referencePrice }: OrderTicket, { positions }: PortfolioSnapshot): boolean {
  const held = positions.find((position) => position.symbol === symbol)?.qty ?? zeroQty;
  const exposure = { held, buys: zeroQty, sells: zeroQty, mark: referencePrice };
  return compare(qty, reducibleQty(exposure, side)) <= 0;
}
