// Money, prices and quantities: decimal strings outside, exact decimal arithmetic inside, rounding always explicit.
import Big from "big.js";

/** US dollars as a plain decimal string, `"100000.25"`. */
export type Usd = string & { readonly __usd: unique symbol };
/** US dollars a share as a plain decimal string. */
export type Price = string & { readonly __price: unique symbol };
/** A count of shares as a plain decimal string, up to nine decimals; never negative in orders, negative in a short position. */
export type Qty = string & { readonly __qty: unique symbol };

const decimal = Big();
decimal.DP = 20;
decimal.NE = -30;
decimal.PE = 40;

/** Whether the text is a plain decimal number (no exponent, no blank, no `NaN`). */
export const isDecimal = (text: string): boolean => /^-?\d{1,15}(?:\.\d{1,20})?$/.test(text);

const plain = (value: Big): string => value.toFixed();

/** Reads a decimal of any of the three kinds. Throws RangeError on anything that is not a plain decimal. */
function read(value: string | number): Big {
  const text = String(value);
  if (!isDecimal(text) && !(typeof value === "number" && Number.isFinite(value))) {
    throw new RangeError(`"${text}" is not a decimal number`);
  }
  return decimal(text);
}

export const usd = (value: string | number): Usd => plain(read(value)) as Usd;
export const price = (value: string | number): Price => plain(read(value)) as Price;
export const qty = (value: string | number): Qty => plain(read(value)) as Qty;

export const zeroUsd = "0" as Usd;
export const zeroQty = "0" as Qty;

/** price × quantity, exact. Negative for a short position's quantity. */
export const notional = (each: Price, count: Qty): Usd => plain(decimal(each).times(count)) as Usd;

/** What one share of `count` is worth, rounded up to six decimals; both may be negative. Throws Error for a count of zero. */
export const priceEach = (amount: Usd, count: Qty): Price =>
  plain(decimal(amount).div(count).round(6, Big.roundUp)) as Price;

/** A multiple of a price in whole cents, above one dollar; in hundredths of a cent below it. */
export function scalePrice(each: Price, factor: number, rounding: "up" | "down"): Price {
  const scaled = decimal(each).times(decimal(String(factor)));
  return plain(scaled.round(scaled.gte(1) ? 2 : 4, rounding === "up" ? Big.roundUp : Big.roundDown)) as Price;
}

/** What a share is assumed to cost: its price, worse by the slippage, and the fee; the price itself where both are 0. */
export function costPrice(
  each: Price,
  costs: { readonly slippageFraction: number; readonly feePerShareUsd: number },
): Price {
  const worse = decimal(each).times(decimal(String(costs.slippageFraction)).plus(1));
  return plain(worse.plus(decimal(String(costs.feePerShareUsd))).round(6, Big.roundUp)) as Price;
}

export const addUsd = (...amounts: readonly Usd[]): Usd =>
  plain(amounts.reduce((sum, amount) => sum.plus(amount), decimal(0))) as Usd;
export const subtractUsd = (from: Usd, amount: Usd): Usd => plain(decimal(from).minus(amount)) as Usd;
export const addQty = (...counts: readonly Qty[]): Qty =>
  plain(counts.reduce((sum, count) => sum.plus(count), decimal(0))) as Qty;
export const subtractQty = (from: Qty, count: Qty): Qty => plain(decimal(from).minus(count)) as Qty;
export const absQty = (count: Qty): Qty => plain(decimal(count).abs()) as Qty;
export const negateQty = (count: Qty): Qty => plain(decimal(count).times(-1)) as Qty;

/** A share of an amount, rounded towards zero to the cent. `fraction` is a plain number such as 0.1 for ten percent. */
export const fractionOf = (amount: Usd, fraction: number): Usd =>
  plain(
    decimal(amount)
      .times(decimal(String(fraction)))
      .round(2, Big.roundDown),
  ) as Usd;

/** One amount in percent of another, to two decimals and for people to read; `0.00` of nothing. */
export const percentOf = (part: Usd, whole: Usd): string =>
  decimal(whole).eq(0) ? "0.00" : decimal(part).div(whole).times(100).toFixed(2);

/** How many shares `amount` buys at `each`, rounded down to `decimals` places (0: whole shares). Zero when the amount or the price is not positive. */
export function sharesFor(amount: Usd, each: Price, decimals = 0): Qty {
  if (decimal(each).lte(0) || decimal(amount).lte(0)) return zeroQty;
  return plain(decimal(amount).div(each).round(decimals, Big.roundDown)) as Qty;
}

/** A quantity rounded towards zero to `decimals` places. */
export const roundQtyDown = (count: Qty, decimals = 0): Qty =>
  plain(decimal(count).round(decimals, Big.roundDown)) as Qty;

/** −1, 0 or 1, as `a` is less than, equal to or more than `b`. */
export const compare = <T extends Usd | Price | Qty>(a: T, b: T): -1 | 0 | 1 => decimal(a).cmp(b);
export const minimum = <T extends Usd | Price | Qty>(a: T, b: T): T => (compare(a, b) <= 0 ? a : b);
export const maximum = <T extends Usd | Price | Qty>(a: T, b: T): T => (compare(a, b) >= 0 ? a : b);
export const isPositive = (value: Usd | Price | Qty): boolean => decimal(value).gt(0);
export const isNegative = (value: Usd | Price | Qty): boolean => decimal(value).lt(0);
export const isZero = (value: Usd | Price | Qty): boolean => decimal(value).eq(0);
