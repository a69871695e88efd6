// The risk fold: judges each intent of a batch against the book that the approvals before it have left.
import { bySymbol } from "../model/bySymbol.ts";
import { switchFor } from "../model/control.ts";
import { limitsFor, type RiskLimits } from "../model/limits.ts";
import { addUsd, compare, fractionOf, isPositive, notional } from "../model/money.ts";
import { bySendingOrder, isTerminal, type OrderIntent } from "../model/order.ts";
import type { AccountSnapshot } from "../model/portfolio.ts";
import type { RiskVerdict } from "../model/risk.ts";
import type { RiskSnapshot, RunInputs } from "../model/run.ts";
import { partOf, type Task } from "../model/task.ts";
import {
  type Book,
  type BookOrder,
  enterOrder,
  exposureOf,
  meetingOf,
  type OpenBook,
  openBook,
  reducibleQty,
  riskSnapshotOf,
  withFilledSells,
} from "./exposure.ts";
import { denyWithoutLimits, judgeOrder } from "./judgeOrder.ts";
import { pastOrders } from "./pastOrders.ts";
import type { Approved } from "./rule.ts";

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
  const { portfolio, market } = context;
  const { equity } = portfolio.account;
  const opened = openBook(portfolio, market);
  const before = riskSnapshotOf(opened, equity);
  const { verdicts, bookAfter } = judgeBatch(intents, opened, context, true);
  return { verdicts, before, after: riskSnapshotOf(bookAfter(), equity) };
}

/** The verdicts of `assessRisk` without any figure, for a backtest, which records none. What an order leaves matters only to one after it. */
export function decideRisk(intents: readonly OrderIntent[], context: RiskContext): readonly RiskVerdict[] {
  const book = openBook(context.portfolio, context.market);
  const [first, second] = intents;
  if (first === undefined || second !== undefined) return judgeBatch(intents, book, context, false).verdicts;
  const { account } = context.portfolio;
  return [judgeBy(context, false)(first, { book, account, approved: approvedSoFar() })];
}

function judgeBatch(
  intents: readonly OrderIntent[],
  opened: OpenBook,
  context: RiskContext,
  withFigures: boolean,
): { readonly verdicts: readonly RiskVerdict[]; readonly bookAfter: () => Book } {
  const [sells, buys] = bySide(intents);
  const judge = judgeBy(context, withFigures);
  const sold = judgeSells(sells, opened, context.portfolio.account, judge);
  const bought = judgeBuys(buys, sold, judge);
  return { verdicts: [...sold.verdicts, ...bought.verdicts], bookAfter: bought.bookAfter };
}

/** What an order is judged beside: what the orders before it have left, and those orders. */
type Standing = { readonly book: Book; readonly account: AccountSnapshot; readonly approved: Approved };
type Judge = (intent: OrderIntent, standing: Standing) => RiskVerdict;

/** What is the same for every order of the batch is looked up once. */
function judgeBy(context: RiskContext, withFigures: boolean): Judge {
  const { portfolio, market, limits, control, task, asOf, lossMarks, losses } = context;
  const common = {
    asOf,
    lossMarks,
    losses,
    positions: bySymbol(portfolio.positions),
    openOrders: Map.groupBy(
      portfolio.openOrders.filter((order) => !isTerminal(order)),
      ({ symbol }) => symbol,
    ),
    latest: bySymbol(market.latest),
    assets: bySymbol(market.assets),
    past: pastOrders(context.recentOrders, asOf),
    taskId: task.id,
  };
  return (intent, standing) => {
    if (limits === undefined) return denyWithoutLimits(intent);
    const { tradingState } = switchFor(control, partOf(task, intent));
    const strategies = intent.attribution.map(({ strategy }) => strategy);
    const { symbol, side, referencePrice: price } = intent;
    const own = limitsFor(limits, symbol, strategies);
    const meets = meetingOf(standing.book, { symbol, side, price });
    const { book, account, approved } = standing;
    const known = { ...common, book, account, approved, meets, limits: own, tradingState };
    return judgeOrder(intent, known, withFigures);
  };
}

type GrowingList = Approved & { readonly push: (order: BookOrder) => void };

function approvedSoFar(): GrowingList {
  const bySymbol = new Map<string, BookOrder[]>();
  const list = {
    count: 0,
    bySymbol,
    push: (order: BookOrder): void => {
      list.count += 1;
      const same = bySymbol.get(order.symbol);
      if (same === undefined) bySymbol.set(order.symbol, [order]);
      else same.push(order);
    },
  };
  return list;
}

/** The book is the fold's own: each approved order is entered in it, and verdicts keep nothing of it. */
type Sold = Standing & {
  readonly book: OpenBook;
  readonly approved: GrowingList;
  readonly verdicts: readonly RiskVerdict[];
  readonly closing: readonly BookOrder[];
};

function judgeSells(sells: readonly OrderIntent[], book: OpenBook, account: AccountSnapshot, judge: Judge): Sold {
  const approved = approvedSoFar();
  const closing: BookOrder[] = [];
  const verdicts = sells.map((intent) => {
    const verdict = judge(intent, { book, account, approved });
    const order = orderOf(verdict);
    if (order === undefined) return verdict;
    if (compare(reducible(book, order), order.qty) >= 0) closing.push(order);
    approved.push(order);
    enterOrder(book, order);
    return verdict;
  });
  return { verdicts, book, account, approved, closing };
}

/**
 * Where sells close positions, a buy that does not fit beside them as they are is judged again as it will be once they have filled. So is
 * each one after it, which can leave less of them only because a buy waits: filled sells by themselves take no room.
 */
function judgeBuys(buys: readonly OrderIntent[], sold: Sold, judge: Judge) {
  const { account, closing, approved, book: now } = sold;
  // The book and the account once the sells have filled, made for the first buy that has to be judged there.
  let later: { readonly book: OpenBook; readonly account: AccountSnapshot } | undefined;
  let someWait = false;
  const verdicts = buys.map((intent) => {
    const atOnce = judge(intent, { book: now, account, approved });
    if (atOnce.decision !== "approved" && closing.length > 0) {
      later ??= { book: withFilledSells(now, closing), account: withProceeds(account, closing) };
    }
    const fits = atOnce.decision === "approved" && !someWait;
    const waiting = fits || later === undefined ? undefined : judge(intent, { ...later, approved });
    const gain = waiting === undefined ? 0 : compare(waiting.qty, atOnce.qty);
    // What does not wait must fit beside what does as well.
    const verdict: RiskVerdict = waiting === undefined || gain === 0 ? atOnce : { ...waiting, stage: gain > 0 ? 2 : 1 };
    const order = orderOf(verdict);
    if (order === undefined) return verdict;
    approved.push(order);
    // Stage 2 goes out only once the sells have filled, so the worst case without them is one without it.
    if (verdict.stage === 1) enterOrder(now, order);
    else someWait = true;
    if (later !== undefined) enterOrder(later.book, order);
    return verdict;
  });
  return { verdicts, bookAfter: () => later?.book ?? withFilledSells(now, closing) };
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

const reducible = (book: Book, { symbol, side, price }: BookOrder) =>
  reducibleQty(exposureOf(book, symbol, price), side);
