// What a pre-trade rule is: a small function from an order and all that is known to how much of the order may be sent.

import type { TradingState } from "../model/control.ts";
import type { RiskLimits } from "../model/limits.ts";
import type { AssetFlags, LatestPrice } from "../model/market.ts";
import { compare, type Qty, subtractUsd, type Usd, zeroQty } from "../model/money.ts";
import type { BrokerOrder, OrderIntent } from "../model/order.ts";
import type { AccountSnapshot, Position } from "../model/portfolio.ts";
import type { DenialCode, RuleFigure } from "../model/risk.ts";
import type { LossMarks } from "../model/run.ts";
import type { Instant } from "../model/time.ts";
import { type Book, exposureOf, reducibleQty } from "./exposure.ts";

/** What a rule looks at: the book holds every order judged before, and the limits are those that hold for this very order. */
export type RuleContext = {
  readonly book: Book;
  readonly account: AccountSnapshot;
  readonly positions: readonly Position[];
  readonly limits: RiskLimits;
  readonly tradingState: TradingState;
  readonly asOf: Instant;
  readonly latest: ReadonlyMap<string, LatestPrice>;
  readonly assets: ReadonlyMap<string, AssetFlags>;
  readonly openOrders: readonly BrokerOrder[];
  /** Of the last day at least, by client order id. */
  readonly recentOrders: readonly BrokerOrder[];
  readonly lossMarks: LossMarks | undefined;
  readonly losses: Readonly<Record<string, Instant>>;
  readonly taskId: string;
  /** Orders that this batch has approved so far. */
  readonly approved: number;
};

/** `figure` is what the whole intent would lead to, `headroom` what the limit leaves to it; `maxQty` is how much of it may be sent. */
export type Finding = {
  readonly code: DenialCode;
  readonly figure: RuleFigure;
  readonly maxQty: Qty;
  readonly message: string;
};

/** Undefined where no such limit is set. */
export type Rule = (intent: OrderIntent, context: RuleContext) => Finding | undefined;

/** Finer than any share can be split; the fold rounds down to what can be sent where a rule cuts an order. */
export const qtyDecimals = 9;

/** How much of an order can only lower exposure. */
export const reducible = ({ symbol, side, referencePrice }: OrderIntent, book: Book): Qty =>
  reducibleQty(exposureOf(book, symbol, referencePrice), side);

/** Whether the whole of an order can only lower exposure. */
export const onlyReduces = (intent: OrderIntent, book: Book): boolean =>
  compare(reducible(intent, book), intent.qty) >= 0;

/** A figure in dollars against a limit that is an upper one. */
export const dollars = (rule: string, limit: Usd, figure: Usd, headroom = subtractUsd(limit, figure)): RuleFigure => ({
  rule,
  limit,
  figure,
  headroom,
});

/** A figure that is a number against a limit that is an upper one, six significant digits of both. */
export const numbers = (rule: string, limit: number, figure: number, unit = ""): RuleFigure => ({
  rule,
  limit: shown(limit, unit),
  figure: shown(figure, unit),
  headroom: shown(limit - figure, unit),
});
const shown = (value: number, unit: string): string => `${Number(value.toPrecision(6))}${unit && ` ${unit}`}`;

/** The finding of a rule that lets an order through whole or not at all. */
export const allOrNothing = (
  code: DenialCode,
  ok: boolean,
  intent: OrderIntent,
  figure: RuleFigure,
  message: string,
): Finding => ({ code, figure, maxQty: ok ? intent.qty : zeroQty, message });
