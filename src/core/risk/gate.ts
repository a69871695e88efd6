// The gate: the last look at an order, immediately before it is sent.
import { type ControlState, switchFor } from "../model/control.ts";
import { limitsFor, type RiskLimits } from "../model/limits.ts";
import type { LatestPrice } from "../model/market.ts";
import { compare, zeroQty } from "../model/money.ts";
import type { OrderTicket } from "../model/order.ts";
import type { PortfolioSnapshot } from "../model/portfolio.ts";
import type { DenialCode } from "../model/risk.ts";
import type { TradingWindow } from "../model/settings.ts";
import { partOf, type Task } from "../model/task.ts";
import { type Instant, msBetween } from "../model/time.ts";
import { decideWindow, describeClosed } from "../schedule/tradingWindow.ts";
import { exposureWith, reducibleQty } from "./exposure.ts";
import { distanceOf } from "./orderRules.ts";

export type GateDecision =
  | { readonly send: true }
  | { readonly send: false; readonly code: DenialCode; readonly message: string };

/** `control`, `quote` and `now` are read for this very order; `portfolio` and `limits` are those that the plan was made on. */
export type GateInputs = {
  readonly control: ControlState;
  readonly task: Pick<Task, "id" | "strategies">;
  readonly window: TradingWindow;
  readonly limits: RiskLimits;
  readonly now: Instant;
  readonly portfolio: PortfolioSnapshot;
  /** The newest trade now; undefined when the feed has none. */
  readonly quote: LatestPrice | undefined;
  /** Ids of the plan's orders, and of those that this delivery has sent. */
  readonly planned: ReadonlySet<string>;
  readonly sent: ReadonlySet<string>;
};

/** Why an order is held back; undefined when this is no reason. */
type GateRule = (ticket: OrderTicket, inputs: GateInputs) => Exclude<GateDecision, { send: true }> | undefined;

const accountBlocked: GateRule = (_, { portfolio: { account } }) =>
  account.blocked === undefined
    ? undefined
    : withhold("ACCOUNT_BLOCKED", `the broker has blocked the account: ${account.blocked}`);

const tradingState: GateRule = (ticket, { control, task, portfolio }) => {
  const { tradingState: state, tradingStateBy } = switchFor(control, partOf(task, ticket));
  if (state === "halted") return withhold("HALTED", `trading was halted by ${tradingStateBy}`);
  return state === "reducing" && !onlyReduces(ticket, portfolio)
    ? withhold("REDUCING", `trading was set to reducing by ${tradingStateBy}`)
    : undefined;
};

/** Protecting what is held does not depend on the market being open. */
const windowClosed: GateRule = (ticket, { window, now }) => {
  if (ticket.type === "exit") return undefined;
  const decision = decideWindow(window, now);
  return decision.open ? undefined : withhold("WINDOW_CLOSED", describeClosed(decision, window));
};

/** What goes out against what was planned: no order that the plan does not hold, none twice, and never more than it holds. */
const inOutMismatch: GateRule = ({ clientOrderId }, { planned, sent }) => {
  if (planned.has(clientOrderId) && !sent.has(clientOrderId) && sent.size < planned.size) return undefined;
  const count = `${sent.size} of ${planned.size} planned orders have been sent`;
  return withhold("IN_OUT_MISMATCH", `${clientOrderId} is not one that the plan has left to send; ${count}`);
};

const staleData: GateRule = ({ type, symbol }, { quote, limits: { maxPriceAgeSeconds }, now }) => {
  if (type === "exit") return undefined;
  if (quote === undefined) return withhold("STALE_DATA", `${symbol} has no price now`);
  const ageSeconds = msBetween(quote.at, now) / 1000;
  return ageSeconds <= maxPriceAgeSeconds
    ? undefined
    : withhold("STALE_DATA", `the last trade in ${symbol} is of ${quote.at}, ${Math.round(ageSeconds)} seconds old`);
};

/** The price that the order was planned at, or its limit, against the last trade now. */
const priceCollar: GateRule = ({ type, symbol, referencePrice, limitPrice }, { quote, limits }) => {
  if (type === "exit" || quote === undefined) return undefined;
  const price = limitPrice ?? referencePrice;
  return distanceOf(price, quote.price) <= limits.priceCollarFraction
    ? undefined
    : withhold(
        "PRICE_COLLAR",
        `it was planned at ${price}, too far from the last trade in ${symbol} at ${quote.price}`,
      );
};

/** A control is taken out by taking its name out of here. */
export const gateRules: readonly GateRule[] = [
  accountBlocked,
  tradingState,
  windowClosed,
  inOutMismatch,
  staleData,
  priceCollar,
];

/** The first reason to hold an order back, by the limits that hold for this very order. */
export function decideGate(ticket: OrderTicket, inputs: GateInputs): GateDecision {
  const { symbol, strategies } = partOf(inputs.task, ticket);
  const limits = limitsFor(inputs.limits, symbol, strategies);
  for (const rule of gateRules) {
    const reason = rule(ticket, { ...inputs, limits });
    if (reason !== undefined) return reason;
  }
  return { send: true };
}

const withhold = (code: DenialCode, message: string) => ({ send: false, code, message }) as const;

function onlyReduces({ symbol, side, qty, referencePrice }: OrderTicket, { positions }: PortfolioSnapshot): boolean {
  const held = positions.find((position) => position.symbol === symbol)?.qty ?? zeroQty;
  const exposure = exposureWith({ held, buys: zeroQty, sells: zeroQty, mark: referencePrice });
  return compare(qty, reducibleQty(exposure, side)) <= 0;
}
