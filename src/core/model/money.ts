// Money, prices and quantities: decimal strings outside, exact decimal arithmetic inside, rounding always explicit.
import Big from "big.js";
import {
  shortDifference,
  shortOrder,
  shortPlain,
  shortProduct,
  shortQuotient,
  shortRounded,
  shortRoundedProduct,
  shortSign,
  shortSum,
} from "./shortDecimal.ts";

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

// The exact operations on text. Nearly all operands are short; big.js has the others, and says what is wrong with what is no number.
const plainOf = (text: string): string => shortPlain(text) ?? plain(decimal(text));
const sumOf = (a: string, b: string): string => shortSum(a, b) ?? plain(decimal(a).plus(b));
/** "0" of nothing. Exact, so in any order and by pairs. */
function totalOf(texts: readonly string[]): string {
  const [first = "0", second] = texts;
  if (second === undefined) return plainOf(first);
  let total = sumOf(first, second);
  for (let i = 2; i < texts.length; i++) total = sumOf(total, texts[i] ?? "0");
  return total;
}
const differenceOf = (from: string, text: string): string =>
  shortDifference(from, text) ?? plain(decimal(from).minus(text));
const productOf = (a: string, b: string): string => shortProduct(a, b) ?? plain(decimal(a).times(b));
const orderOf = (a: string, b: string): -1 | 0 | 1 => shortOrder(a, b) ?? decimal(a).cmp(b);
const signOf = (text: string): number => shortSign(text) ?? decimal(text).cmp(0);
const roundedTo = (text: string, places: number, rounding: "up" | "down"): string =>
  shortRounded(text, places, rounding) ??
  plain(decimal(text).round(places, rounding === "up" ? Big.roundUp : Big.roundDown));

/** Reads a decimal of any of the three kinds. Throws RangeError on anything that is not a plain decimal. */
function read(value: string | number): string {
  const text = `${value}`;
  if (!(typeof value === "number" && Number.isFinite(value)) && !isDecimal(text)) {
    throw new RangeError(`"${text}" is not a decimal number`);
  }
  // A number's own text has no zeros to lose; only one with an exponent must be written out.
  return typeof value === "number" && !text.includes("e") ? text : plainOf(text);
}

export const usd = (value: string | number): Usd => read(value) as Usd;
export const price = (value: string | number): Price => read(value) as Price;
export const qty = (value: string | number): Qty => read(value) as Qty;

export const zeroUsd = "0" as Usd;
export const zeroQty = "0" as Qty;

/** price × quantity, exact. Negative for a short position's quantity. */
export const notional = (each: Price, count: Qty): Usd => productOf(each, count) as Usd;

/** What one share of `count` is worth, rounded up to six decimals; both may be negative. Throws Error for a count of zero. */
export const priceEach = (amount: Usd, count: Qty): Price =>
  plain(decimal(amount).div(count).round(6, Big.roundUp)) as Price;

/** A multiple of a price in whole cents, above one dollar; in hundredths of a cent below it. */
export function scalePrice(each: Price, factor: number, rounding: "up" | "down"): Price {
  const scaled = productOf(each, String(factor));
  return roundedTo(scaled, orderOf(scaled, "1") >= 0 ? 2 : 4, rounding) as Price;
}

/** What a share is assumed to cost: its price, worse by the slippage, and the fee; the price itself where both are 0. */
export function costPrice(
  each: Price,
  costs: { readonly slippageFraction: number; readonly feePerShareUsd: number },
): Price {
  if (costs.slippageFraction === 0 && costs.feePerShareUsd === 0) return roundedTo(each, 6, "up") as Price;
  const worse = productOf(each, sumOf(String(costs.slippageFraction), "1"));
  return roundedTo(sumOf(worse, String(costs.feePerShareUsd)), 6, "up") as Price;
}

/** `part` ÷ `whole` of a quantity, rounded towards zero to nine decimals, the finest that the broker takes. Throws Error for a whole of zero. */
export const proportionOf = (count: Qty, part: string, whole: string): Qty =>
  plain(decimal(count).times(part).div(whole).round(9, Big.roundDown)) as Qty;

export const addUsd = (...amounts: readonly Usd[]): Usd => totalOf(amounts) as Usd;
export const subtractUsd = (from: Usd, amount: Usd): Usd => differenceOf(from, amount) as Usd;
export const addQty = (...counts: readonly Qty[]): Qty => totalOf(counts) as Qty;
export const subtractQty = (from: Qty, count: Qty): Qty => differenceOf(from, count) as Qty;
export const absQty = (count: Qty): Qty => plainOf(count.startsWith("-") ? count.slice(1) : count) as Qty;
export const negateQty = (count: Qty): Qty => productOf(count, "-1") as Qty;

/** A share of an amount, rounded towards zero to the cent. `fraction` is a plain number such as 0.1 for ten percent. */
export const fractionOf = (amount: Usd, fraction: number): Usd =>
  (shortRoundedProduct(amount, `${fraction}`, 2) ?? roundedTo(productOf(amount, `${fraction}`), 2, "down")) as Usd;

/** One amount in percent of another, to two decimals and for people to read; `0.00` of nothing. */
export const percentOf = (part: Usd, whole: Usd): string =>
  decimal(whole).eq(0) ? "0.00" : decimal(part).div(whole).times(100).toFixed(2);

/** How many shares `amount` buys at `each`, rounded down to `decimals` places (0: whole shares). Zero when the amount or the price is not positive. */
export function sharesFor(amount: Usd, each: Price, decimals = 0): Qty {
  if (!isPositive(each) || !isPositive(amount)) return zeroQty;
  const short = shortQuotient(amount, each, decimals);
  return (short ?? plain(decimal(amount).div(each).round(decimals, Big.roundDown))) as Qty;
}

/** A quantity rounded towards zero to `decimals` places. */
export const roundQtyDown = (count: Qty, decimals = 0): Qty => roundedTo(count, decimals, "down") as Qty;

/** −1, 0 or 1, as `a` is less than, equal to or more than `b`. */
export const compare = <T extends Usd | Price | Qty>(a: T, b: T): -1 | 0 | 1 => orderOf(a, b);
export const minimum = <T extends Usd | Price | Qty>(a: T, b: T): T => (compare(a, b) <= 0 ? a : b);
export const maximum = <T extends Usd | Price | Qty>(a: T, b: T): T => (compare(a, b) >= 0 ? a : b);
export const isPositive = (value: Usd | Price | Qty): boolean => signOf(value) > 0;
export const isNegative = (value: Usd | Price | Qty): boolean => signOf(value) < 0;
export const isZero = (value: Usd | Price | Qty): boolean => signOf(value) === 0;
