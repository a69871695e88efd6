// Rules about what state trading is in: the switches, and orders of which nobody knows whether they are at the broker.
import { compare, zeroQty } from "../model/money.ts";
import type { BrokerOrder } from "../model/order.ts";
import type { BookOrder } from "./exposure.ts";
import { onlyReduces, type Rule } from "./rule.ts";

/** Halted: nothing leaves. Reducing: only what lowers exposure. */
export const tradingState: Rule = (intent, { meets, tradingState: state }) => {
  const maxQty = { running: intent.qty, reducing: meets.reducible, halted: zeroQty }[state];
  return {
    code: state === "halted" ? "HALTED" : "REDUCING",
    figure: () => ({ rule: "tradingState", limit: "running", figure: state, headroom: `${maxQty} shares` }),
    maxQty,
    message: () =>
      state === "halted" ? "trading is halted" : `trading is reducing: ${maxQty} of ${intent.qty} lower exposure`,
  };
};

/**
 * An order that may or may not be at the broker blocks its symbol, for a second one could double it. While the size or price of an open
 * order is not known, no sum of exposure is, and nothing may add to it.
 */
export const unknownOutstanding: Rule = (intent, { book, meets }) => {
  const blocked = book.uncertain.has(intent.symbol);
  const unknown = book.unvalued.length + book.uncertain.size;
  const reduces = book.unvalued.length === 0 ? intent.qty : meets.reducible;
  const maxQty = blocked ? zeroQty : reduces;
  return {
    code: "UNKNOWN_OUTSTANDING",
    figure: () => ({
      rule: "unknownOutstanding",
      limit: "0 orders",
      figure: `${unknown} orders`,
      headroom: `${maxQty} shares`,
    }),
    maxQty,
    message: () =>
      blocked
        ? `it is not known whether an earlier order in ${intent.symbol} is at the broker`
        : `the value of open orders is not known: ${book.unvalued.join(", ")}`,
  };
};

/**
 * An order of the other side, open or of the same batch, would trade against this one. Exits are no such order: a plan takes them out of its
 * way first.
 */
export const selfTrade: Rule = (intent, { openOrders, approved }) => {
  const isOpposite = ({ side }: BookOrder | BrokerOrder): boolean => side !== intent.side;
  const open = openOrders.get(intent.symbol)?.filter(isOpposite) ?? [];
  const count = open.length + (approved.bySymbol.get(intent.symbol)?.filter(isOpposite).length ?? 0);
  return {
    code: "SELF_TRADE",
    figure: () => ({
      rule: "selfTrade",
      limit: "0 orders",
      figure: `${count} orders`,
      headroom: `${0 - count} orders`,
    }),
    maxQty: count === 0 ? intent.qty : zeroQty,
    message: () =>
      `${open[0] === undefined ? "an order of the same batch" : `the open order ${open[0].clientOrderId}`} in ${intent.symbol} is of the other side`,
  };
};

/** What the broker lets be done with the symbol. What is not known of it is not allowed. */
export const assetFlag: Rule = (intent, { assets, meets, positions }) => {
  const flags = assets.get(intent.symbol);
  const whole = !intent.qty.includes(".");
  const held = positions.get(intent.symbol)?.qty ?? zeroQty;
  const sellsShort = intent.side === "sell" && !onlyReduces(intent, meets);
  const fault =
    flags === undefined
      ? "the broker was not asked for it"
      : !flags.tradable
        ? "the broker does not trade it"
        : !whole && !flags.fractionable && compare(held, intent.qty) !== 0
          ? "the broker takes whole shares only"
          : sellsShort && !flags.shortable
            ? "the broker does not lend it to be sold short"
            : undefined;
  const may = fault === undefined;
  return {
    code: "ASSET_FLAG",
    figure: () => ({
      rule: "assetFlag",
      limit: "allowed",
      figure: fault ?? "allowed",
      headroom: may ? `${intent.qty} shares` : "0 shares",
    }),
    maxQty: may ? intent.qty : flags?.tradable && sellsShort ? meets.reducible : zeroQty,
    message: () => `${intent.symbol}: ${fault}`,
  };
};

/** The symbols that are never traded, and those that alone are. */
export const restrictedSymbol: Rule = (intent, { limits }) => {
  const { restrictedSymbols, allowedSymbols } = limits;
  if (restrictedSymbols === undefined && allowedSymbols === undefined) return undefined;
  const listed = restrictedSymbols?.includes(intent.symbol) ?? false;
  const missing = allowedSymbols !== undefined && !allowedSymbols.includes(intent.symbol);
  const figure = listed ? "restricted" : missing ? "not allowed" : "allowed";
  return {
    code: "RESTRICTED_SYMBOL",
    figure: () => ({
      rule: "restrictedSymbol",
      limit: "allowed",
      figure,
      headroom: listed || missing ? "0 shares" : `${intent.qty} shares`,
    }),
    maxQty: listed || missing ? zeroQty : intent.qty,
    message: () => `${intent.symbol} is ${listed ? "on the restricted list" : "not on the list of allowed symbols"}`,
  };
};
