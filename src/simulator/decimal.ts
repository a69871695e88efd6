// The broker's own decimal arithmetic, apart from the app's, so that a mistake in one is not hidden by the same mistake in the other.
import Big from "big.js";

/** The simulator's decimals: twenty places in a division, never an exponent when written. */
export const dec = Big();
dec.DP = 20;
dec.NE = -30;
dec.PE = 40;

export type Decimal = Big;

export const zero = dec(0);
export const text = (value: Decimal): string => value.toFixed();
/** Whole cents, halves away from zero. */
export const cents = (value: Decimal): Decimal => value.round(2, Big.roundHalfUp);
/** The six places Alpaca keeps of an average cost. */
export const sixPlaces = (value: Decimal): Decimal => value.round(6, Big.roundHalfUp);
/** The nine places of a share quantity, never more than was paid for. */
export const sharesDown = (value: Decimal): Decimal => value.round(9, Big.roundDown);
export const larger = (a: Decimal, b: Decimal): Decimal => (a.gt(b) ? a : b);
export const smaller = (a: Decimal, b: Decimal): Decimal => (a.lt(b) ? a : b);
export const sum = (values: readonly Decimal[]): Decimal => values.reduce((total, value) => total.plus(value), zero);
