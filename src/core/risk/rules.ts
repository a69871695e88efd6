// The pre-trade risk rules: each small, named, with its code, figure, limit and the quantity it leaves to an order.
import type { TradingState } from "../model/control.ts";
import type { RiskLimits } from "../model/limits.ts";
import {
  addQty,
  addUsd,
  compare,
  fractionOf,
  maximum,
  notional,
  type Qty,
  sharesFor,
  subtractUsd,
  type Usd,
  usd,
  zeroQty,
} from "../model/money.ts";
import type { OrderIntent } from "../model/order.ts";
import type { AccountSnapshot } from "../model/portfolio.ts";
import type { DenialCode, RuleFigure } from "../model/risk.ts";
import { type Book, exposureOf, reducibleQty, signedQty, worstUsd } from "./exposure.ts";

/** What a rule looks at: the book holds every order judged before. */
export type RuleContext = {
  readonly book: Book;
  readonly account: AccountSnapshot;
  readonly limits: RiskLimits;
  readonly tradingState: TradingState;
};

/** `figure` is what the whole intent would lead to, `headroom` what the limit leaves to it; `maxQty` is how much of it may be sent. */
export type Finding = {
  readonly code: DenialCode;
  readonly figure: RuleFigure;
  readonly maxQty: Qty;
  readonly message: string;
};
export type Rule = (intent: OrderIntent, context: RuleContext) => Finding;

/** Halted: nothing leaves. Reducing: only what lowers exposure. */
const tradingState: Rule = (intent, { book, tradingState: state }) => {
  const maxQty = { running: intent.qty, reducing: reducible(intent, book), halted: zeroQty }[state];
  return {
    code: state === "halted" ? "HALTED" : "REDUCING",
    figure: { rule: "tradingState", limit: "running", figure: state, headroom: `${maxQty} shares` },
    maxQty,
    message:
      state === "halted" ? "trading is halted" : `trading is reducing: ${maxQty} of ${intent.qty} lower exposure`,
  };
};

/**
 * An order that may or may not be at the broker blocks its symbol, for a second one could double it. While the size or price of an open
 * order is not known, no sum of exposure is, and nothing may add to it.
 */
const unknownOutstanding: Rule = (intent, { book }) => {
  const blocked = book.uncertain.has(intent.symbol);
  const unknown = book.unvalued.length + book.uncertain.size;
  const reduces = book.unvalued.length === 0 ? intent.qty : reducible(intent, book);
  const maxQty = blocked ? zeroQty : reduces;
  return {
    code: "UNKNOWN_OUTSTANDING",
    figure: {
      rule: "unknownOutstanding",
      limit: "0 orders",
      figure: `${unknown} orders`,
      headroom: `${maxQty} shares`,
    },
    maxQty,
    message: blocked
      ? `it is not known whether an earlier order in ${intent.symbol} is at the broker`
      : `the value of open orders is not known: ${book.unvalued.join(", ")}`,
  };
};

const maxOrderNotional: Rule = ({ qty, referencePrice }, { limits }) => {
  const limit = usd(limits.maxOrderNotionalUsd);
  return {
    code: "MAX_ORDER_NOTIONAL",
    figure: dollars("maxOrderNotional", limit, notional(referencePrice, qty), limit),
    maxQty: sharesFor(limit, referencePrice, qtyDecimals),
    message: `the order is above ${limit} USD`,
  };
};

/** An order that closes a position is exempt, or the rest of a position could never be sold. */
const minOrderNotional: Rule = (intent, { book, limits }) => {
  const limit = usd(limits.minOrderNotionalUsd);
  const value = notional(intent.referencePrice, intent.qty);
  const closes = compare(reducible(intent, book), intent.qty) === 0;
  return {
    code: "BELOW_MIN_NOTIONAL",
    figure: dollars("minOrderNotional", limit, value, subtractUsd(value, limit)),
    maxQty: closes || compare(value, limit) >= 0 ? intent.qty : zeroQty,
    message: `the order is below ${limit} USD`,
  };
};

const maxPosition: Rule = (intent, { book, account, limits }) => {
  const limit = fractionOf(account.equity, limits.maxPositionFraction);
  return {
    code: "MAX_POSITION",
    ...withinExposure("maxPosition", intent, book, { limit, others: usd(0) }),
    message: `the position in ${intent.symbol} may come to ${limit} USD at the most`,
  };
};

const maxGross: Rule = (intent, { book, account, limits }) => {
  const limit = fractionOf(account.equity, limits.maxGrossFraction);
  const own = worstUsd(exposureOf(book, intent.symbol, intent.referencePrice));
  return {
    code: "MAX_GROSS",
    ...withinExposure("maxGross", intent, book, { limit, others: subtractUsd(book.grossUsd, own) }),
    message: `all positions together may come to ${limit} USD at the most`,
  };
};

/** Counted over the batch: what open and approved orders take is gone, and what sells will bring is not there yet. */
const buyingPower: Rule = (intent, { book, account }) => {
  const free = subtractUsd(account.buyingPower, book.reservedUsd);
  const needed = addUsd(book.reservedUsd, notional(intent.referencePrice, intent.qty));
  return {
    code: "BUYING_POWER",
    figure: dollars("buyingPower", account.buyingPower, needed, free),
    maxQty: addQty(reducible(intent, book), sharesFor(free, intent.referencePrice, qtyDecimals)),
    message: `the buying power left is ${free} USD`,
  };
};

/** Every rule, in the order in which a tie between codes is decided. */
export const rules: readonly Rule[] = [
  tradingState,
  unknownOutstanding,
  maxOrderNotional,
  minOrderNotional,
  maxPosition,
  maxGross,
  buyingPower,
];

/** Finer than any share can be split; the fold rounds down to whole shares where a rule cuts an order. */
const qtyDecimals = 9;

const reducible = ({ symbol, side, referencePrice }: OrderIntent, book: Book): Qty =>
  reducibleQty(exposureOf(book, symbol, referencePrice), side);

const dollars = (rule: string, limit: Usd, figure: Usd, headroom: Usd): RuleFigure => ({
  rule,
  limit,
  figure,
  headroom,
});

/** How much of an order fits under a limit on exposure of which `others` is taken. What lowers exposure always fits. */
function withinExposure(
  rule: string,
  { symbol, side, qty, referencePrice }: OrderIntent,
  book: Book,
  { limit, others }: { readonly limit: Usd; readonly others: Usd },
): Pick<Finding, "figure" | "maxQty"> {
  const exposure = exposureOf(book, symbol, referencePrice);
  const towards = signedQty(exposure, side);
  const after = maximum(worstUsd(exposure), notional(referencePrice, addQty(towards, qty)));
  const headroom = subtractUsd(limit, addUsd(others, notional(referencePrice, towards)));
  return {
    figure: dollars(rule, limit, addUsd(others, after), headroom),
    maxQty: maximum(reducibleQty(exposure, side), sharesFor(headroom, referencePrice, qtyDecimals)),
  };
}
