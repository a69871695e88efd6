// Rules about what the account may come to hold: by symbol, in sum, in number, and with what it can be paid. What lowers exposure is never denied by one.
import {
  addQty,
  addUsd,
  compare,
  fractionOf,
  maximum,
  minimum,
  notional,
  type Qty,
  qty,
  subtractQty,
  subtractUsd,
  type Usd,
  usd,
  zeroUsd,
} from "../model/money.ts";
import type { OrderIntent } from "../model/order.ts";
import type { RuleFigure } from "../model/risk.ts";
import { isOpen, type Meeting, worstQty } from "./exposure.ts";
import { dollars, type Finding, numbers, payableQty, type Rule } from "./rule.ts";

/** The tightest of the limits in shares, in dollars and in a share of equity; told is the one that leaves the order less. */
export const maxPosition: Rule = (intent, { meets, account, limits }) => {
  const { symbol, qty: count } = intent;
  const share = fractionOf(account.equity, limits.maxPositionFraction);
  const limit = limits.maxPositionUsd === undefined ? share : minimum(share, usd(limits.maxPositionUsd));
  const inDollars: Finding = {
    code: "MAX_POSITION",
    ...withinExposure("maxPosition", intent, meets, { limit, others: zeroUsd }),
    message: () => `the position in ${symbol} may come to ${limit} USD at the most`,
  };
  if (limits.maxPositionQty === undefined) return inDollars;
  const { exposure, towards, reducible } = meets;
  const room = subtractQty(qty(limits.maxPositionQty), towards);
  const inShares: Finding = {
    code: "MAX_POSITION",
    figure: () => ({
      rule: "maxPosition",
      limit: `${limits.maxPositionQty} shares`,
      figure: `${maximum(worstQty(exposure), addQty(towards, count))} shares`,
      headroom: `${room} shares`,
    }),
    maxQty: maximum(reducible, room),
    message: () => `the position in ${symbol} may come to ${limits.maxPositionQty} shares at the most`,
  };
  return compare(inShares.maxQty, inDollars.maxQty) < 0 ? inShares : inDollars;
};

export const maxGross: Rule = (intent, { book, meets, account, limits }) => {
  const limit = fractionOf(account.equity, limits.maxGrossFraction);
  return {
    code: "MAX_GROSS",
    ...withinExposure("maxGross", intent, meets, {
      limit,
      others: subtractUsd(book.grossUsd, meets.exposure.worstUsd),
    }),
    message: () => `all positions together may come to ${limit} USD at the most`,
  };
};

/** Long less short, whichever orders fill: all that buys and nothing that sells, and the other way round. */
export const maxNet: Rule = (intent, { book, meets, account, limits: { maxNetFraction } }) => {
  if (maxNetFraction === undefined) return undefined;
  const limit = fractionOf(account.equity, maxNetFraction);
  const before = intent.side === "buy" ? book.netLongUsd : book.netShortUsd;
  const free = subtractUsd(limit, before);
  return {
    code: "MAX_NET",
    figure: () => dollars("maxNet", limit, addUsd(before, intent.notional), free),
    maxQty: maximum(meets.reducible, payableQty(intent, free)),
    message: () => `long less short may come to ${limit} USD at the most`,
  };
};

/** An order in a symbol in which nothing is held or under way opens one more position. */
export const maxOpenPositions: Rule = (intent, { book, meets, limits: { maxOpenPositions: limit } }) => {
  if (limit === undefined) return undefined;
  const open = book.openPositions;
  const opens = !isOpen(meets.exposure);
  return {
    code: "MAX_OPEN_POSITIONS",
    figure: () => numbers("maxOpenPositions", limit, open + (opens ? 1 : 0), "positions", limit - open),
    maxQty: opens && open >= limit ? meets.reducible : intent.qty,
    message: () => `${open} positions are open or being opened; the limit is ${limit}`,
  };
};

export const maxOpenOrders: Rule = (intent, { book, meets, limits: { maxOpenOrders: limit } }) =>
  limit === undefined
    ? undefined
    : {
        code: "MAX_OPEN_ORDERS",
        figure: () => numbers("maxOpenOrders", limit, book.orders + 1, "orders", limit - book.orders),
        maxQty: book.orders >= limit ? meets.reducible : intent.qty,
        message: () => `${book.orders} orders are open, in doubt or approved; the limit is ${limit}`,
      };

/** Counted over the batch: what open and approved orders take is gone, and what sells will bring is not there yet. */
export const buyingPower: Rule = (intent, { book, meets, account }) => {
  const free = subtractUsd(account.buyingPower, book.reservedUsd);
  return {
    code: "BUYING_POWER",
    figure: () => dollars("buyingPower", account.buyingPower, addUsd(book.reservedUsd, intent.notional), free),
    maxQty: addQty(meets.reducible, payableQty(intent, free)),
    message: () => `the buying power left is ${free} USD`,
  };
};

/** How much of an order fits under a limit on exposure of which `others` is taken. What lowers exposure always fits. */
function withinExposure(
  rule: string,
  intent: OrderIntent,
  { exposure, towards, reducible }: Meeting,
  { limit, others }: { readonly limit: Usd; readonly others: Usd },
): { readonly figure: () => RuleFigure; readonly maxQty: Qty } {
  const { qty: count, referencePrice } = intent;
  const headroom = subtractUsd(limit, addUsd(others, notional(referencePrice, towards)));
  return {
    figure: () => {
      const after = maximum(exposure.worstUsd, notional(referencePrice, addQty(towards, count)));
      return dollars(rule, limit, addUsd(others, after), headroom);
    },
    maxQty: maximum(reducible, payableQty(intent, headroom)),
  };
}
