// What a pre-trade rule is: a small function from an order and all that is known to how much of the order may be sent.

import type { TradingState } from "../model/control.ts";
import type { RiskLimits } from "../model/limits.ts";
import type { AssetFlags, LatestPrice } from "../model/market.ts";
import { compare, type Qty, sharesFor, subtractUsd, type Usd, zeroQty } from "../model/money.ts";
import type { BrokerOrder, OrderIntent } from "../model/order.ts";
import type { AccountSnapshot, Position } from "../model/portfolio.ts";
import type { DenialCode, RuleFigure } from "../model/risk.ts";
import type { LossMarks } from "../model/run.ts";
import type { Instant } from "../model/time.ts";
import type { Book, BookOrder, Meeting } from "./exposure.ts";
import type { PastOrders } from "./pastOrders.ts";

/** What a rule looks at: the book holds every order judged before, and the limits are those that hold for this very order. */
export type RuleContext = {
  readonly book: Book;
  /** What the order meets in the book. */
  readonly meets: Meeting;
  readonly account: AccountSnapshot;
  readonly positions: ReadonlyMap<string, Position>;
  readonly limits: RiskLimits;
  readonly tradingState: TradingState;
  readonly asOf: Instant;
  readonly latest: ReadonlyMap<string, LatestPrice>;
  readonly assets: ReadonlyMap<string, AssetFlags>;
  /** By symbol. */
  readonly openOrders: ReadonlyMap<string, readonly BrokerOrder[]>;
  readonly past: PastOrders;
  readonly lossMarks: LossMarks | undefined;
  readonly losses: Readonly<Record<string, Instant>>;
  readonly taskId: string;
  /** What this batch has approved so far, how many in all and by symbol. */
  readonly approved: Approved;
};

export type Approved = { readonly count: number; readonly bySymbol: ReadonlyMap<string, readonly BookOrder[]> };

/**
 * `maxQty` is how much of the order may be sent. `figure` is what the whole order would lead to; its `headroom` is what the limit leaves for the
 * order, or, where the figure does not grow with it (an age, a distance), how far the figure is from the limit. To tell takes longer than to
 * judge, so figure and message are made where they are asked for: before the book changes.
 */
export type Finding = {
  readonly code: DenialCode;
  readonly figure: () => RuleFigure;
  readonly maxQty: Qty;
  readonly message: () => string;
};

/** Undefined where no such limit is set. The `notional` of the intent is its quantity at its reference price, computed anew. */
export type Rule = (intent: OrderIntent, context: RuleContext) => Finding | undefined;

/** The finest part of a share that the broker takes. Rules cut to it; the fold rounds an order of whole shares down to whole ones. */
export const qtyDecimals = 9;

/** Whether the whole of an order can only lower exposure. */
export const onlyReduces = (intent: OrderIntent, { reducible }: Meeting): boolean =>
  compare(reducible, intent.qty) >= 0;

/** How much of an order so many dollars pay for; the whole of it, without a division, where they pay for that. */
export const payableQty = ({ referencePrice, qty, notional }: OrderIntent, free: Usd): Qty =>
  compare(notional, free) <= 0 ? qty : sharesFor(free, referencePrice, qtyDecimals);

/** A figure in dollars against a limit that is an upper one. */
export const dollars = (rule: string, limit: Usd, figure: Usd, headroom = subtractUsd(limit, figure)): RuleFigure => ({
  rule,
  limit,
  figure,
  headroom,
});

/** A figure that is a number against a limit that is an upper one, six significant digits of each. */
export const numbers = (
  rule: string,
  limit: number,
  figure: number,
  unit = "",
  headroom = limit - figure,
): RuleFigure => ({
  rule,
  limit: shown(limit, unit),
  figure: shown(figure, unit),
  headroom: shown(headroom, unit),
});
const shown = (value: number, unit: string): string => `${sixDigits(value)}${unit && ` ${unit}`}`;
const sixDigits = (value: number): number =>
  Number.isInteger(value) && Math.abs(value) < 1e6 ? value : Number(value.toPrecision(6));

/** The finding of a rule that lets an order through whole or not at all. */
export const allOrNothing = (
  code: DenialCode,
  ok: boolean,
  intent: OrderIntent,
  figure: () => RuleFigure,
  message: () => string,
): Finding => ({ code, figure, maxQty: ok ? intent.qty : zeroQty, message });
