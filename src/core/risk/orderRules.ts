// Rules about one order by itself: its size, its value, its increments, the price it can be expected to fill at.
import {
  compare,
  isPositive,
  notional,
  type Price,
  qty,
  sharesFor,
  subtractUsd,
  usd,
  zeroQty,
} from "../model/money.ts";
import type { OrderIntent } from "../model/order.ts";
import { msBetween } from "../model/time.ts";
import { allOrNothing, dollars, numbers, onlyReduces, qtyDecimals, type Rule, type RuleContext } from "./rule.ts";

export const maxOrderQty: Rule = (intent, { limits: { maxOrderQty: limit } }) =>
  limit === undefined
    ? undefined
    : {
        code: "MAX_ORDER_QTY",
        figure: numbers("maxOrderQty", limit, Number(intent.qty), "shares"),
        maxQty: qty(limit),
        message: `the order is above ${limit} shares`,
      };

export const maxOrderNotional: Rule = ({ qty: count, referencePrice }, { limits }) => {
  const limit = usd(limits.maxOrderNotionalUsd);
  return {
    code: "MAX_ORDER_NOTIONAL",
    figure: dollars("maxOrderNotional", limit, notional(referencePrice, count), limit),
    maxQty: sharesFor(limit, referencePrice, qtyDecimals),
    message: `the order is above ${limit} USD`,
  };
};

/** An order that closes a position is exempt, or the rest of a position could never be sold. */
export const minOrderNotional: Rule = (intent, { book, limits }) => {
  const limit = usd(limits.minOrderNotionalUsd);
  const value = notional(intent.referencePrice, intent.qty);
  return {
    code: "BELOW_MIN_NOTIONAL",
    figure: dollars("minOrderNotional", limit, value, subtractUsd(value, limit)),
    maxQty: onlyReduces(intent, book) || compare(value, limit) >= 0 ? intent.qty : zeroQty,
    message: `the order is below ${limit} USD`,
  };
};

/** The broker takes nine decimals of a share, and whole shares only where they are sold short. */
export const increments: Rule = (intent, { book }) => {
  const decimals = intent.qty.split(".")[1]?.length ?? 0;
  const short = intent.side === "sell" && !onlyReduces(intent, book);
  const allowed = short ? 0 : qtyDecimals;
  return allOrNothing(
    "BAD_INCREMENT",
    decimals <= allowed && isPositive(intent.referencePrice),
    intent,
    numbers("increments", allowed, decimals, "decimals"),
    `a quantity of ${intent.qty} has more than the ${allowed} decimals that the broker takes`,
  );
};

/** How far from the last trade the order can be expected to fill: at the other side of the quote, where there is one. */
export const priceCollar: Rule = (intent, context) => {
  const { latest, limits } = context;
  const last = latest.get(intent.symbol);
  const distance =
    last === undefined ? Number.POSITIVE_INFINITY : distanceOf(expectedPrice(intent, context), last.price);
  return allOrNothing(
    "PRICE_COLLAR",
    distance <= limits.priceCollarFraction,
    intent,
    last === undefined ? noPrice("priceCollar") : numbers("priceCollar", limits.priceCollarFraction, distance),
    last === undefined
      ? `${intent.symbol} has no last price to judge the order by`
      : `the order can be expected to fill at ${expectedPrice(intent, context)}, too far from the last trade at ${last.price}`,
  );
};

/** The age of the last trade when the run looked. */
export const staleData: Rule = (intent, { latest, limits, asOf }) => {
  const last = latest.get(intent.symbol);
  const ageSeconds = last === undefined ? Number.POSITIVE_INFINITY : Math.max(0, msBetween(last.at, asOf) / 1000);
  return allOrNothing(
    "STALE_DATA",
    ageSeconds <= limits.maxPriceAgeSeconds,
    intent,
    last === undefined ? noPrice("staleData") : numbers("staleData", limits.maxPriceAgeSeconds, ageSeconds, "seconds"),
    last === undefined ? `${intent.symbol} has no last price` : `the last trade in ${intent.symbol} is of ${last.at}`,
  );
};

function expectedPrice({ symbol, side, referencePrice }: OrderIntent, { latest }: RuleContext): Price {
  const quote = latest.get(symbol);
  return (side === "buy" ? quote?.ask : quote?.bid) ?? referencePrice;
}

/** As a fraction of the second. */
export const distanceOf = (price: Price, from: Price): number => Math.abs(Number(price) / Number(from) - 1);

const noPrice = (rule: string) => ({ rule, limit: "a price", figure: "none", headroom: "0 shares" });
