// The risk fold: judges each intent of a batch against the book that the approvals before it have left.
import { switchFor } from "../model/control.ts";
import { limitsFor, type RiskLimits } from "../model/limits.ts";
import { addUsd, compare, fractionOf, isPositive, notional, roundQtyDown, zeroQty } from "../model/money.ts";
import { bySendingOrder, isTerminal, type OrderIntent } from "../model/order.ts";
import type { AccountSnapshot } from "../model/portfolio.ts";
import type { RiskVerdict } from "../model/risk.ts";
import type { RiskSnapshot, RunInputs } from "../model/run.ts";
import { partOf, type Task } from "../model/task.ts";
import {
  type Book,
  type BookOrder,
  exposureOf,
  openBook,
  reducibleQty,
  riskSnapshotOf,
  withFilledSells,
  withOrder,
} from "./exposure.ts";
import { pastOrders } from "./pastOrders.ts";
import { type Finding, qtyDecimals, type RuleContext } from "./rule.ts";
import { rules } from "./rules.ts";

export type RiskContext = Pick<
  RunInputs,
  "portfolio" | "market" | "asOf" | "recentOrders" | "lossMarks" | "losses" | "control"
> & {
  /** As they hold for the task. Undefined denies everything: no limits are not infinite ones. */
  readonly limits: RiskLimits | undefined;
  readonly task: Pick<Task, "id" | "strategies">;
};

export type RiskAssessment = {
  readonly verdicts: readonly RiskVerdict[];
  readonly before: RiskSnapshot;
  readonly after: RiskSnapshot;
};

/** What sells are counted to bring to the buys they fund, because they may fill below the price they were planned at. */
const proceedsFraction = 0.98;

/**
 * One verdict an intent, sells before buys and then by symbol, whatever order they come in. Whichever of the approved and open orders fill,
 * in whatever order, no limit is broken by them. A buy that fits only once the sells of the batch have filled is of stage 2, which is not
 * sent before they have. An intent that does not fit is reduced to the shares that do (whole ones, where it is of whole ones), or denied
 * where those are none or too small an order. What lowers exposure is never denied by a limit on exposure.
 */
export function assessRisk(intents: readonly OrderIntent[], context: RiskContext): RiskAssessment {
  const { portfolio, market, limits, control, task, asOf, lossMarks, losses } = context;
  const { account } = portfolio;
  const common = {
    asOf,
    lossMarks,
    losses,
    account,
    positions: portfolio.positions,
    openOrders: portfolio.openOrders.filter((order) => !isTerminal(order)),
    latest: new Map(market.latest.map((price) => [price.symbol, price])),
    assets: new Map(market.assets.map((flags) => [flags.symbol, flags])),
    past: pastOrders(context.recentOrders, asOf),
    taskId: task.id,
  };
  const sorted = [...intents].sort(bySendingOrder);
  let book = openBook(portfolio, market);
  let stages = { book, account, sells: [] as readonly BookOrder[] };
  const before = riskSnapshotOf(book, account.equity);
  const approved: BookOrder[] = [];
  const verdicts = sorted.map((intent): RiskVerdict => {
    if (limits === undefined) return denyWithoutLimits(intent);
    const { tradingState } = switchFor(control, partOf(task, intent));
    const strategies = intent.attribution.map(({ strategy }) => strategy);
    const own = limitsFor(limits, intent.symbol, strategies);
    const verdict = judgeInStages(intent, { ...common, book, limits: own, tradingState, approved }, stages);
    const order = { ...intent, qty: verdict.qty, price: intent.referencePrice };
    if (!isPositive(verdict.qty)) return verdict;
    approved.push(order);
    const closes = intent.side === "sell" && compare(reducible(book, order), order.qty) >= 0;
    // Stage 2 goes out only once the sells have filled, so the worst case without them is one without it.
    if (verdict.stage === 1) book = withOrder(book, order);
    stages = {
      ...stages,
      book: withOrder(stages.book, order),
      sells: closes ? [...stages.sells, order] : stages.sells,
    };
    if (closes) stages = { ...stages, ...sellsFilled(book, account, stages.sells) };
    return verdict;
  });
  return { verdicts, before, after: riskSnapshotOf(stages.book, account.equity) };
}

type Stages = { readonly book: Book; readonly account: AccountSnapshot; readonly sells: readonly BookOrder[] };

/** All sells come before all buys, so at the last of them this is the book that every buy of stage 2 finds. */
function sellsFilled(book: Book, account: AccountSnapshot, sells: readonly BookOrder[]): Omit<Stages, "sells"> {
  const proceeds = addUsd(...sells.map(({ price, qty }) => notional(price, qty)));
  const buyingPower = addUsd(account.buyingPower, fractionOf(proceeds, proceedsFraction));
  return { book: withFilledSells(book, sells), account: { ...account, buyingPower } };
}

/** Stage 1 where the intent fits whether or not the sells fill; stage 2 where waiting for them lets more of it through. */
function judgeInStages(intent: OrderIntent, context: RuleContext, { book, account, sells }: Stages): RiskVerdict {
  const first = judge(intent, context);
  if (sells.length === 0 || intent.side === "sell") return first;
  const second = judge(intent, { ...context, book, account });
  if (compare(second.qty, first.qty) > 0) return { ...second, stage: 2 };
  return compare(second.qty, first.qty) < 0 ? second : first;
}

/** What a rule cuts an order to must itself pass every rule: it may be too small, or the same again as an order of late. */
function judge(intent: OrderIntent, context: RuleContext): RiskVerdict {
  const findings = findingsOn(intent, context);
  const figures = findings.map(({ figure }) => figure);
  const hardest = hardestOf(findings);
  if (hardest === undefined) return denyWithoutLimits(intent);
  const { code, message, maxQty } = hardest;
  if (compare(maxQty, intent.qty) >= 0) {
    return { intent, decision: "approved", qty: intent.qty, figures, stage: 1 };
  }
  const qty = roundQtyDown(maxQty, intent.qty.includes(".") ? qtyDecimals : 0);
  const denied = { intent, decision: "denied", qty: zeroQty, code, message, figures, stage: 1 } as const;
  if (!isPositive(qty)) return denied;
  const rest = hardestOf(findingsOn({ ...intent, qty }, context));
  return rest === undefined || compare(rest.maxQty, qty) < 0
    ? { ...denied, message: `${message}; of the ${qty} that it leaves: ${rest?.message}` }
    : { ...denied, decision: "reduced", qty };
}

const findingsOn = (intent: OrderIntent, context: RuleContext): readonly Finding[] =>
  rules.flatMap((rule) => rule(intent, context) ?? []);

/** Of several that leave the same, the first. */
const hardestOf = ([first, ...others]: readonly Finding[]): Finding | undefined =>
  first === undefined ? undefined : others.reduce(tighter, first);
const tighter = (a: Finding, b: Finding): Finding => (compare(b.maxQty, a.maxQty) < 0 ? b : a);

const reducible = (book: Book, { symbol, side, price }: BookOrder) =>
  reducibleQty(exposureOf(book, symbol, price), side);

const denyWithoutLimits = (intent: OrderIntent): RiskVerdict => ({
  intent,
  decision: "denied",
  qty: zeroQty,
  code: "NO_LIMITS",
  message: "there are no risk limits",
  figures: [],
  stage: 1,
});
