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
    positions: portfolio.positions,
    openOrders: portfolio.openOrders.filter((order) => !isTerminal(order)),
    latest: new Map(market.latest.map((price) => [price.symbol, price])),
    assets: new Map(market.assets.map((flags) => [flags.symbol, flags])),
    past: pastOrders(context.recentOrders, asOf),
    taskId: task.id,
  };
  const approved: BookOrder[] = [];
  const judgeAgainst = (intent: OrderIntent, book: Book, of = account): RiskVerdict => {
    if (limits === undefined) return denyWithoutLimits(intent);
    const { tradingState } = switchFor(control, partOf(task, intent));
    const strategies = intent.attribution.map(({ strategy }) => strategy);
    const own = limitsFor(limits, intent.symbol, strategies);
    return judge(intent, { ...common, account: of, book, limits: own, tradingState, approved });
  };
  const [sells, buys] = bySide(intents);
  const opened = openBook(portfolio, market);

  let book = opened;
  const closing: BookOrder[] = [];
  const sellVerdicts = sells.map((intent) => {
    const verdict = judgeAgainst(intent, book);
    const order = orderOf(verdict);
    if (order === undefined) return verdict;
    if (compare(reducible(book, order), order.qty) >= 0) closing.push(order);
    approved.push(order);
    book = withOrder(book, order);
    return verdict;
  });

  // What the buys find once the sells that close a position have filled. Where there are none, it is the same book.
  let later = closing.length === 0 ? undefined : withFilledSells(book, closing);
  const laterAccount = withProceeds(account, closing);
  const buyVerdicts = buys.map((intent) => {
    const now = judgeAgainst(intent, book);
    const waiting = later && judgeAgainst(intent, later, laterAccount);
    const waits = waiting !== undefined && compare(waiting.qty, now.qty) > 0;
    // What does not wait must fit beside what does as well.
    const crowded = waiting !== undefined && compare(waiting.qty, now.qty) < 0;
    const verdict: RiskVerdict = waits ? { ...waiting, stage: 2 } : crowded ? waiting : now;
    const order = orderOf(verdict);
    if (order === undefined) return verdict;
    approved.push(order);
    // Stage 2 goes out only once the sells have filled, so the worst case without them is one without it.
    if (!waits) book = withOrder(book, order);
    later = later && withOrder(later, order);
    return verdict;
  });
  return {
    verdicts: [...sellVerdicts, ...buyVerdicts],
    before: riskSnapshotOf(opened, account.equity),
    after: riskSnapshotOf(later ?? book, account.equity),
  };
}

function bySide(
  intents: readonly OrderIntent[],
): readonly [sells: readonly OrderIntent[], buys: readonly OrderIntent[]] {
  const sorted = [...intents].sort(bySendingOrder);
  const firstBuy = sorted.findIndex(({ side }) => side === "buy");
  return firstBuy < 0 ? [sorted, []] : [sorted.slice(0, firstBuy), sorted.slice(firstBuy)];
}

/** What of an intent may be sent; undefined for nothing. */
const orderOf = ({ intent, qty }: RiskVerdict): BookOrder | undefined =>
  isPositive(qty) ? { symbol: intent.symbol, side: intent.side, qty, price: intent.referencePrice } : undefined;

function withProceeds(account: AccountSnapshot, sells: readonly BookOrder[]): AccountSnapshot {
  const proceeds = addUsd(...sells.map(({ price, qty }) => notional(price, qty)));
  return { ...account, buyingPower: addUsd(account.buyingPower, fractionOf(proceeds, proceedsFraction)) };
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
