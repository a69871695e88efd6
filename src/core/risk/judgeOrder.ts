// The verdict on one order: what every rule says of it, and how much of it the hardest of them leaves.
import { compare, isPositive, notional, roundQtyDown, zeroQty } from "../model/money.ts";
import type { OrderIntent } from "../model/order.ts";
import type { RiskVerdict } from "../model/risk.ts";
import { type Finding, qtyDecimals, type RuleContext } from "./rule.ts";
import { rules } from "./rules.ts";

/**
 * What a rule cuts an order to must itself pass every rule: it may be too small, or the same again as an order of late. Figures are left out
 * where nobody records the verdict.
 */
export function judgeOrder(intent: OrderIntent, context: RuleContext, withFigures: boolean): RiskVerdict {
  const findings = findingsOn(intent, context);
  const figures = withFigures ? findings.map(({ figure }) => figure()) : [];
  const hardest = hardestOf(findings);
  if (hardest === undefined) return denyWithoutLimits(intent);
  const { code, maxQty } = hardest;
  if (compare(maxQty, intent.qty) >= 0) {
    return { intent, decision: "approved", qty: intent.qty, figures, stage: 1 };
  }
  const qty = roundQtyDown(maxQty, intent.qty.includes(".") ? qtyDecimals : 0);
  const message = hardest.message();
  const denied = { intent, decision: "denied", qty: zeroQty, code, message, figures, stage: 1 } as const;
  if (!isPositive(qty)) return denied;
  const rest = hardestOf(findingsOn({ ...intent, qty }, context));
  return rest === undefined || compare(rest.maxQty, qty) < 0
    ? { ...denied, message: `${message}; of the ${qty} that it leaves: ${rest?.message()}` }
    : { ...denied, decision: "reduced", qty };
}

/** The rules' own value of the order, once for all of them: what its sizing said it was worth has no say here. */
function findingsOn(intent: OrderIntent, context: RuleContext): readonly Finding[] {
  const valued = { ...intent, notional: notional(intent.referencePrice, intent.qty) };
  const findings: Finding[] = [];
  for (const rule of rules) {
    const finding = rule(valued, context);
    if (finding !== undefined) findings.push(finding);
  }
  return findings;
}

/** Of several that leave the same, the first. Most leave the whole order, which is the very same text. */
function hardestOf(findings: readonly Finding[]): Finding | undefined {
  let hardest = findings[0];
  for (const finding of findings) {
    if (hardest && finding.maxQty !== hardest.maxQty && compare(finding.maxQty, hardest.maxQty) < 0) hardest = finding;
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
