// A past run under other limits: its recorded inputs judged anew, and which of its orders would have been others.
import { clientOrderIdOf } from "../model/ids.ts";
import { compare, isPositive, type Price, type Qty, zeroQty } from "../model/money.ts";
import type { OrderIntent, Side } from "../model/order.ts";
import { type OtherLimits, withOther } from "../model/otherLimits.ts";
import type { DenialCode, RiskVerdict, RuleFigure } from "../model/risk.ts";
import type { RunInputs, RunPlan, Skip } from "../model/run.ts";
import { planRun } from "../planning/planRun.ts";
import { assessRisk } from "../risk/assessRisk.ts";
import { denials } from "../risk/denials.ts";
import { precheck } from "../risk/precheck.ts";

/** What was, or would be, decided of an order. `code`, `message` and `figure` are those of the rule that bit hardest, where one did. */
export type Decided = {
  readonly decision: RiskVerdict["decision"];
  readonly qty: Qty;
  readonly code?: Skip["code"];
  readonly message?: string;
  readonly figure?: RuleFigure;
};

export type OtherOrder = {
  readonly clientOrderId: string;
  readonly strategy: string;
  readonly symbol: string;
  readonly side: Side;
  readonly referencePrice: Price;
  /** What sizing wanted. */
  readonly wanted: Qty;
  readonly change: "nowDenied" | "nowSent" | "otherQty";
  readonly before: Decided;
  readonly now: Decided;
};

/** `comparable` is false where the rules of this version decide otherwise than the run did under its very own limits: nothing follows then. */
export type RunUnderLimits =
  | { readonly comparable: true; readonly orders: readonly OtherOrder[] }
  | { readonly comparable: false; readonly reason: string };

/**
 * The orders of a run whose quantity would be another under these limits. Data, signals, sizes, book, switches and the time of the run stay
 * as they were, and so does what the runs before it did to the book. What its last gate said afterwards is not asked again.
 */
export function underOtherLimits(run: { plan: RunPlan; inputs: RunInputs }, other: OtherLimits): RunUnderLimits {
  const before: Judged = run.plan;
  const today = judge(run, run.inputs.limits);
  if (decisionsOf(today) !== decisionsOf(before))
    return {
      comparable: false,
      reason: "the rules of this version decide otherwise than the run did, under its own limits too",
    };
  const now = judge(run, withOther(run.inputs.limits, other));
  const intents = new Map([...before.verdicts, ...now.verdicts].map(({ intent }) => [idOf(run.plan, intent), intent]));
  const [earlier, later] = [before, now].map((judged) => byId(run.plan, judged));
  const orders = [...intents].flatMap(([clientOrderId, intent]) => {
    const decided = [
      decidedOf(earlier?.get(clientOrderId), before),
      decidedOf(later?.get(clientOrderId), now),
    ] as const;
    return otherOrder(clientOrderId, intent, ...decided) ?? [];
  });
  return { comparable: true, orders };
}

/** A run that is skipped judges no order. */
type Judged = { readonly skip?: Skip | undefined; readonly verdicts: readonly RiskVerdict[] };

function judge({ plan, inputs }: { plan: RunPlan; inputs: RunInputs }, limits: RunInputs["limits"]): Judged {
  const under = { ...inputs, limits };
  const skip = precheck(under);
  if (skip !== undefined) return { skip, verdicts: [] };
  // A run that was skipped asked no strategy what it wanted; the same inputs tell it now.
  if (plan.skip !== undefined) return planRun(under);
  return assessRisk(plan.intents, under);
}

const decisionsOf = ({ skip, verdicts }: Judged): string =>
  [
    skip?.code,
    ...verdicts.map(({ decision, qty, code, intent }) => `${intent.symbol} ${decision} ${qty} ${code}`),
  ].join();

const idOf = ({ runId }: RunPlan, { strategy, symbol, side }: OrderIntent): string =>
  clientOrderIdOf(runId, strategy, symbol, side, 1);

const byId = (plan: RunPlan, { verdicts }: Judged): ReadonlyMap<string, RiskVerdict> =>
  new Map(verdicts.map((verdict) => [idOf(plan, verdict.intent), verdict]));

function decidedOf(verdict: RiskVerdict | undefined, { skip }: Judged): Decided {
  if (verdict !== undefined) {
    const { decision, qty, code, message, figures } = verdict;
    const figure = code && figures.find(({ rule }) => rule === ruleOf(code));
    return { decision, qty, ...(code && { code }), ...(message && { message }), ...(figure && { figure }) };
  }
  const why = skip && { code: skip.code, message: skip.reason, ...(skip.figure && { figure: skip.figure }) };
  return { decision: "denied", qty: zeroQty, ...why };
}

const ruleOf = (code: DenialCode): string | undefined => denials[code].rules.preTrade;

function otherOrder(clientOrderId: string, intent: OrderIntent, before: Decided, now: Decided): OtherOrder | undefined {
  if (compare(before.qty, now.qty) === 0) return undefined;
  const { strategy, symbol, side, referencePrice, qty: wanted } = intent;
  const change = !isPositive(now.qty) ? "nowDenied" : !isPositive(before.qty) ? "nowSent" : "otherQty";
  return { clientOrderId, strategy, symbol, side, referencePrice, wanted, change, before, now };
}
