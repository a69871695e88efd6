// Exact arithmetic on decimals of at most fifteen digits, as whole numbers of their last place: nearly all money is so short.
//
// Each function gives the very text that big.js gives, in a twentieth of the time, or undefined where an operand, something between or the
// result is too long, or an operand is no plain decimal: then big.js has the word.

/** Whole numbers below it are exact, and so are their sums and differences. */
const tooLong = 1e15;
const powersOfTen: readonly number[] = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);
/** A sign, a point and fifteen digits. */
const longestText = 17;
const [minus, point, zero, nine] = [45, 46, 48, 57] as const;

/** Digits after the point of the decimal that `unitsOf` has read last: a second pass over each text would cost as much as the first. */
let placesRead = 0;

/** How many of its last place a decimal is: −1250 for `-12.50`, with two in `placesRead`. NaN for one that is too long and for what is none. */
function unitsOf(text: string): number {
  const { length } = text;
  if (length > longestText) return Number.NaN;
  const isNegative = text.charCodeAt(0) === minus;
  let units = 0;
  let digits = 0;
  let points = 0;
  placesRead = 0;
  for (let i = isNegative ? 1 : 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code >= zero && code <= nine) {
      units = units * 10 + (code - zero);
      digits++;
    } else if (code === point) {
      points++;
      placesRead = length - 1 - i;
    } else return Number.NaN;
  }
  if (digits === 0 || points > 1 || units >= tooLong) return Number.NaN;
  return isNegative ? -units : units;
}

/** 10 to the power; not a number where that is not below the limit, which makes everything undefined that it is part of. */
const powerOfTen = (exponent: number): number => powersOfTen[exponent] ?? Number.NaN;
/** False for NaN too. */
const isShort = (units: number): boolean => units < tooLong && units > -tooLong;

function textOf(units: number, places: number): string | undefined {
  if (!isShort(units)) return undefined;
  if (places === 0) return `${units}`;
  const each = powerOfTen(places);
  const size = Math.abs(units);
  const whole = Math.floor(size / each);
  let rest = size - whole * each;
  if (Number.isNaN(rest)) return undefined;
  const sign = units < 0 ? "-" : "";
  if (rest === 0) return `${sign}${whole}`;
  let denominator = each;
  for (; rest % 10 === 0; rest /= 10) denominator /= 10;
  // The one before the digits keeps their leading zeros.
  return `${sign}${whole}.${`${denominator + rest}`.slice(1)}`;
}

/** The text itself where it already is what `textOf` would write of its units: to write it again would take longer than to look. */
const plainTextOf = (text: string, units: number, places: number): string | undefined =>
  isPlain(text, units, places) ? text : textOf(units, places);

/** Of a text that was read: whether it has no zeros, signs or points to lose. */
function isPlain(text: string, units: number, places: number): boolean {
  if (!isShort(units) || units === 0) return text === "0";
  const start = units < 0 ? 1 : 0;
  const first = text.charCodeAt(start);
  const last = text.charCodeAt(text.length - 1);
  if (places === 0) return first !== zero && last !== point;
  return last !== zero && first !== point && (first !== zero || text.charCodeAt(start + 1) === point);
}

export const shortSum = (a: string, b: string): string | undefined =>
  b === "0" ? shortPlain(a) : a === "0" ? shortPlain(b) : sumOf(a, b, 1);
export const shortDifference = (from: string, text: string): string | undefined =>
  text === "0" ? shortPlain(from) : sumOf(from, text, -1);

function sumOf(a: string, b: string, sign: 1 | -1): string | undefined {
  let left = unitsOf(a);
  let places = placesRead;
  let right = unitsOf(b);
  if (places < placesRead) {
    left *= powerOfTen(placesRead - places);
    places = placesRead;
  } else if (placesRead < places) right *= powerOfTen(places - placesRead);
  return isShort(left) && isShort(right) ? textOf(left + sign * right, places) : undefined;
}

/** The same number without zeros at its ends. */
export function shortPlain(text: string): string | undefined {
  const units = unitsOf(text);
  return plainTextOf(text, units, placesRead);
}

export function shortProduct(a: string, b: string): string | undefined {
  const left = unitsOf(a);
  const leftPlaces = placesRead;
  const right = unitsOf(b);
  return textOf(left * right, leftPlaces + placesRead);
}

/** −1, 0 or 1, as `a` is less than, equal to or more than `b`. */
export function shortOrder(a: string, b: string): -1 | 0 | 1 | undefined {
  let left = unitsOf(a);
  const leftPlaces = placesRead;
  let right = unitsOf(b);
  if (leftPlaces < placesRead) left *= powerOfTen(placesRead - leftPlaces);
  else if (placesRead < leftPlaces) right *= powerOfTen(leftPlaces - placesRead);
  if (!isShort(left) || !isShort(right)) return undefined;
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Rounded to `places`, towards zero or away from it. */
export function shortRounded(text: string, places: number, rounding: "up" | "down"): string | undefined {
  const units = unitsOf(text);
  if (placesRead <= places) return plainTextOf(text, units, placesRead);
  return roundedText(units, placesRead, places, rounding);
}

/** A product rounded towards zero. */
export function shortRoundedProduct(a: string, b: string, places: number): string | undefined {
  const left = unitsOf(a);
  const leftPlaces = placesRead;
  const right = unitsOf(b);
  const product = left * right;
  return isShort(product) ? roundedText(product, leftPlaces + placesRead, places, "down") : undefined;
}

function roundedText(units: number, own: number, places: number, rounding: "up" | "down"): string | undefined {
  if (own <= places) return textOf(units, own);
  const each = powerOfTen(own - places);
  const rest = units % each;
  const whole = (units - rest) / each;
  return textOf(rest === 0 || rounding === "down" ? whole : whole + Math.sign(rest), places);
}

/**
 * The quotient of two that are not negative, rounded down to `places`. Undefined also where the exact one could be so near below a multiple of
 * the last place that the twenty decimals of big.js would be that multiple.
 */
export function shortQuotient(dividend: string, divisor: string, places: number): string | undefined {
  const dividendUnits = unitsOf(dividend);
  const dividendPlaces = placesRead;
  const divisorUnits = unitsOf(divisor);
  const shift = places + placesRead - dividendPlaces;
  const above = dividendUnits * powerOfTen(Math.max(0, shift));
  const below = divisorUnits * powerOfTen(Math.max(0, -shift));
  if (!isShort(above) || !(below * powerOfTen(places) <= 1e19)) return undefined;
  return textOf((above - (above % below)) / below, places);
}

/** −1, 0 or 1. */
export function shortSign(text: string): number | undefined {
  const units = unitsOf(text);
  return Number.isNaN(units) ? undefined : Math.sign(units);
}
