// The risk fold: judges each intent of a batch against the book that the approvals before it have left.
import type { ControlState } from "../model/control.ts";
import type { MarketSnapshot } from "../model/market.ts";
import { compare, isPositive, minimum, notional, roundQtyDown, usd, zeroQty } from "../model/money.ts";
import { bySendingOrder, type OrderIntent } from "../model/order.ts";
import type { PortfolioSnapshot } from "../model/portfolio.ts";
import type { RiskVerdict } from "../model/risk.ts";
import type { RiskLimits } from "../model/settings.ts";
import { openBook, withOrder } from "./exposure.ts";
import { type Finding, type RuleContext, rules } from "./rules.ts";

export type RiskContext = {
  readonly portfolio: PortfolioSnapshot;
  readonly market: MarketSnapshot;
  /** Undefined denies everything: no limits are not infinite ones. */
  readonly limits: RiskLimits | undefined;
  readonly control: ControlState;
};

/**
 * One verdict an intent, sells before buys and then by symbol, whatever order they come in. Whichever of the approved and open orders fill,
 * in whatever order, no limit is broken by them. An intent that does not fit is reduced to the whole shares that do, or denied where those
 * are none or too small an order. What lowers exposure is never denied by a limit on exposure.
 */
export function assessRisk(
  intents: readonly OrderIntent[],
  { portfolio, market, limits, control }: RiskContext,
): readonly RiskVerdict[] {
  const sorted = [...intents].sort(bySendingOrder);
  if (limits === undefined) return sorted.map(denyWithoutLimits);
  const { account } = portfolio;
  const { tradingState } = control;
  let book = openBook(portfolio, market);
  return sorted.map((intent) => {
    const verdict = judge(intent, { book, account, limits, tradingState });
    if (isPositive(verdict.qty)) book = withOrder(book, { ...intent, qty: verdict.qty, price: intent.referencePrice });
    return verdict;
  });
}

function judge(intent: OrderIntent, context: RuleContext): RiskVerdict {
  const findings = rules.map((rule) => rule(intent, context));
  const figures = findings.map(({ figure }) => figure);
  const hardest = findings.reduce(tighter);
  if (compare(hardest.maxQty, intent.qty) >= 0) return { intent, decision: "approved", qty: intent.qty, figures };

  const { code, message, maxQty } = hardest;
  const qty = roundQtyDown(minimum(maxQty, intent.qty));
  const smallest = usd(context.limits.minOrderNotionalUsd);
  const isOrder = isPositive(qty) && compare(notional(intent.referencePrice, qty), smallest) >= 0;
  return isOrder
    ? { intent, decision: "reduced", qty, code, message, figures }
    : { intent, decision: "denied", qty: zeroQty, code, message, figures };
}

const tighter = (a: Finding, b: Finding): Finding => (compare(b.maxQty, a.maxQty) < 0 ? b : a);

const denyWithoutLimits = (intent: OrderIntent): RiskVerdict => ({
  intent,
  decision: "denied",
  qty: zeroQty,
  code: "NO_LIMITS",
  message: "there are no risk limits",
  figures: [],
});
