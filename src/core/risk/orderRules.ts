// Rules about one order by itself: its size, its value, its increments, the price it can be expected to fill at.
import { compare, isPositive, type Price, qty, subtractUsd, usd, zeroQty } from "../model/money.ts";
import { msBetween } from "../model/time.ts";
import { allOrNothing, dollars, numbers, onlyReduces, payableQty, qtyDecimals, type Rule } from "./rule.ts";

export const maxOrderQty: Rule = (intent, { limits: { maxOrderQty: limit } }) =>
  limit === undefined
    ? undefined
    : {
        code: "MAX_ORDER_QTY",
        figure: () => numbers("maxOrderQty", limit, Number(intent.qty), "shares", limit),
        maxQty: qty(limit),
        message: () => `the order is above ${limit} shares`,
      };

export const maxOrderNotional: Rule = (intent, { limits }) => {
  const limit = usd(limits.maxOrderNotionalUsd);
  return {
    code: "MAX_ORDER_NOTIONAL",
    figure: () => dollars("maxOrderNotional", limit, intent.notional, limit),
    maxQty: payableQty(intent, limit),
    message: () => `the order is above ${limit} USD`,
  };
};

/** An order that takes all there is to close is exempt, or the rest of a position could never be sold. */
export const minOrderNotional: Rule = (intent, { meets, limits }) => {
  const limit = usd(limits.minOrderNotionalUsd);
  const { notional: value } = intent;
  const toClose = meets.reducible;
  const closes = isPositive(toClose) && compare(intent.qty, toClose) >= 0;
  return {
    code: "BELOW_MIN_NOTIONAL",
    figure: () => dollars("minOrderNotional", limit, value, subtractUsd(value, limit)),
    maxQty: closes || compare(value, limit) >= 0 ? intent.qty : zeroQty,
    message: () => `the order is below ${limit} USD`,
  };
};

/** The broker takes nine decimals of a share, and whole shares only where they are sold short: what closes the position may still go. */
export const increments: Rule = (intent, { meets }) => {
  const point = intent.qty.indexOf(".");
  const decimals = point < 0 ? 0 : intent.qty.length - point - 1;
  const short = intent.side === "sell" && !onlyReduces(intent, meets);
  const allowed = short ? 0 : qtyDecimals;
  const rest = short && decimals <= qtyDecimals ? meets.reducible : zeroQty;
  return {
    code: "BAD_INCREMENT",
    figure: () => numbers("increments", allowed, decimals, "decimals"),
    maxQty: decimals <= allowed ? intent.qty : rest,
    message: () => `a quantity of ${intent.qty} has more than the ${allowed} decimals that the broker takes`,
  };
};

/**
 * How far from the last trade the order is, by the farther of two prices: the one that its size was computed at, and the one that it can be
 * expected to fill at, which is the other side of the quote where there is one.
 */
export const priceCollar: Rule = ({ symbol, side, qty: count, referencePrice }, { latest, limits }) => {
  const last = latest.get(symbol);
  const rule = { code: "PRICE_COLLAR", maxQty: zeroQty } as const;
  if (last === undefined)
    return {
      ...rule,
      figure: () => noPrice("priceCollar"),
      message: () => `${symbol} has no last price to judge the order by`,
    };
  const expected = (side === "buy" ? last.ask : last.bid) ?? referencePrice;
  const planned = distanceOf(referencePrice, last.price);
  const distance = expected === referencePrice ? planned : Math.max(planned, distanceOf(expected, last.price));
  return {
    code: rule.code,
    figure: () => numbers("priceCollar", limits.priceCollarFraction, distance),
    maxQty: distance <= limits.priceCollarFraction ? count : zeroQty,
    message: () =>
      `it was sized at ${referencePrice} and can be expected to fill at ${expected}, too far from the last trade at ${last.price}`,
  };
};

/** The age of the last trade when the run looked. */
export const staleData: Rule = (intent, { latest, limits, asOf }) => {
  const last = latest.get(intent.symbol);
  const ageSeconds = last === undefined ? Number.POSITIVE_INFINITY : Math.max(0, msBetween(last.at, asOf) / 1000);
  return allOrNothing(
    "STALE_DATA",
    ageSeconds <= limits.maxPriceAgeSeconds,
    intent,
    () =>
      last === undefined
        ? noPrice("staleData")
        : numbers("staleData", limits.maxPriceAgeSeconds, ageSeconds, "seconds"),
    () =>
      last === undefined ? `${intent.symbol} has no last price` : `the last trade in ${intent.symbol} is of ${last.at}`,
  );
};

/** As a fraction of the second; not a number, and so within no limit, where both are 0. */
export function distanceOf(price: Price, from: Price): number {
  const base = Number(from);
  return Math.abs((price === from ? base : Number(price)) - base) / base;
}

const noPrice = (rule: string) => ({ rule, limit: "a price", figure: "none", headroom: "0 shares" });
