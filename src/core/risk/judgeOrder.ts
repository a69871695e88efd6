// The verdict on one order: what every rule says of it, and how much of it the hardest of them leaves.
import { compare, isPositive, notional, roundQtyDown, zeroQty } from "../model/money.ts";
import type { OrderIntent } from "../model/order.ts";
import type { RiskVerdict, RuleFigure } from "../model/risk.ts";
import { type Finding, qtyDecimals, type RuleContext } from "./rule.ts";
import { rules } from "./rules.ts";

/**
 * What a rule cuts an order to must itself pass every rule: it may be too small, or the same again as an order of late. Figures are left out
 * where nobody records the verdict.
 */
export function judgeOrder(intent: OrderIntent, context: RuleContext, withFigures: boolean): RiskVerdict {
  const figures: RuleFigure[] = [];
  const hardest = hardestOn(intent, context, withFigures ? figures : undefined);
  if (hardest === undefined) return denyWithoutLimits(intent);
  const { code, maxQty } = hardest;
  if (compare(maxQty, intent.qty) >= 0) {
    return { intent, decision: "approved", qty: intent.qty, figures, stage: 1 };
  }
  const qty = roundQtyDown(maxQty, intent.qty.includes(".") ? qtyDecimals : 0);
  const message = hardest.message();
  const denied = { intent, decision: "denied", qty: zeroQty, code, message, figures, stage: 1 } as const;
  if (!isPositive(qty)) return denied;
  const rest = hardestOn({ ...intent, qty }, context);
  return rest === undefined || compare(rest.maxQty, qty) < 0
    ? { ...denied, message: `${message}; of the ${qty} that it leaves: ${rest?.message()}` }
    : { ...denied, decision: "reduced", qty };
}

/**
 * The finding of the rule that leaves the least of the order, the first of several; `figures` is given those of all rules. Most leave the whole
 * order, which is the very same text. The rules' own value of the order is computed once for all of them: what its sizing said it was worth has
 * no say here.
 */
function hardestOn(intent: OrderIntent, context: RuleContext, figures?: RuleFigure[]): Finding | undefined {
  const valued = { ...intent, notional: notional(intent.referencePrice, intent.qty) };
  let hardest: Finding | undefined;
  for (const rule of rules) {
    const finding = rule(valued, context);
    if (finding === undefined) continue;
    figures?.push(finding.figure());
    const { maxQty } = finding;
    if (hardest === undefined || (maxQty !== hardest.maxQty && compare(maxQty, hardest.maxQty) < 0)) hardest = finding;
  }
  return hardest;
}

export const denyWithoutLimits = (intent: OrderIntent): RiskVerdict => ({
  intent,
  decision: "denied",
  qty: zeroQty,
  code: "NO_LIMITS",
  message: "there are no risk limits",
  figures: [],
  stage: 1,
});
