// Money against big.js: the same text for the same operation, whether the short way is taken or the long one.
import Big from "big.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  absQty,
  addUsd,
  compare,
  costPrice,
  fractionOf,
  isNegative,
  isPositive,
  isZero,
  negateQty,
  notional,
  type Price,
  price,
  type Qty,
  roundQtyDown,
  scalePrice,
  sharesFor,
  subtractQty,
  type Usd,
  usd,
} from "../../../src/core/model/money.ts";
import { shortOrder, shortQuotient, shortSum } from "../../../src/core/model/shortDecimal.ts";

const decimal = Big();
decimal.DP = 20;
decimal.NE = -30;
decimal.PE = 40;

/** Plain decimals of every length that is accepted, most of them short; with signs, leading zeros and zeros at the end. */
const texts = fc
  .tuple(
    fc.constantFrom("", "-"),
    fc.oneof(fc.nat({ max: 99_999 }).map(String), fc.stringMatching(/^\d{1,15}$/)),
    fc.oneof(fc.constant(""), fc.stringMatching(/^\.\d{1,4}$/), fc.stringMatching(/^\.\d{1,20}$/)),
  )
  .map((parts) => parts.join(""));
const fractions = fc.oneof(
  fc.constantFrom(0, 1, 0.1, 0.995, 1.005, 1e-7, 0.30000000000000004),
  fc.double({ min: 0, max: 2, noNaN: true }),
);
const big = (text: string | number): Big => decimal(String(text));
const plain = (value: Big): string => value.toFixed();

describe("is what big.js makes of it", () => {
  test.each<[string, (a: string, b: string, fraction: number, places: number) => readonly [unknown, unknown]]>([
    ["a sum", (a, b) => [addUsd(a as Usd, b as Usd, "-1.5" as Usd), plain(big(a).plus(b).minus("1.5"))]],
    ["a difference", (a, b) => [subtractQty(a as Qty, b as Qty), plain(big(a).minus(b))]],
    ["a product", (a, b) => [notional(a as Price, b as Qty), plain(big(a).times(b))]],
    ["a negation", (a) => [negateQty(a as Qty), plain(big(a).times(-1))]],
    ["a size", (a) => [absQty(a as Qty), plain(big(a).abs())]],
    ["an order", (a, b) => [compare(a as Usd, b as Usd), big(a).cmp(b)]],
    ["an order of equals", (a) => [compare(a as Usd, plain(big(a)) as Usd), 0]],
    [
      "a sign",
      (a) => [[isPositive, isZero, isNegative].map((is) => is(a as Usd)), [1, 0, -1].map((s) => big(a).cmp(0) === s)],
    ],
    ["a rounding", (a, _, __, places) => [roundQtyDown(a as Qty, places), plain(big(a).round(places, Big.roundDown))]],
    ["a text that was read", (a) => [usd(a), plain(big(a))]],
    ["a number that was read", (_, __, fraction) => [price(fraction), plain(big(fraction))]],
    [
      "a share of an amount",
      (a, _, fraction) => [fractionOf(a as Usd, fraction), plain(big(a).times(big(fraction)).round(2, Big.roundDown))],
    ],
    [
      "a multiple of a price, both ways",
      (a, _, fraction) => {
        const scaled = big(a).times(big(fraction));
        const rounded = (how: 0 | 3): string => plain(scaled.round(scaled.gte(1) ? 2 : 4, how));
        return [
          [scalePrice(a as Price, fraction, "up"), scalePrice(a as Price, fraction, "down")],
          [rounded(Big.roundUp), rounded(Big.roundDown)],
        ];
      },
    ],
    [
      "a price with costs",
      (a, _, fraction) => [
        costPrice(a as Price, { slippageFraction: fraction, feePerShareUsd: fraction }),
        plain(big(a).times(big(fraction).plus(1)).plus(big(fraction)).round(6, Big.roundUp)),
      ],
    ],
    [
      "a number of shares",
      (a, b, _, places) => {
        const nothing = big(a).lte(0) || big(b).lte(0);
        const shares = nothing ? "0" : plain(big(a).div(b).round(places, Big.roundDown));
        return [sharesFor(a as Usd, b as Price, places), shares];
      },
    ],
  ])("%s", (_, both) => {
    fc.assert(
      fc.property(texts, texts, fractions, fc.nat({ max: 9 }), (a, b, fraction, places) => {
        const [ours, theirs] = both(a, b, fraction, places);
        expect(ours).toEqual(theirs);
      }),
      { numRuns: 1000 },
    );
  });
});

test.each([
  ["999999999999999", "1"],
  ["-999999999999999", "-1"],
  ["0.000000000000001", "1"],
  ["123456789.1234567", "0.00000001"],
])("is exact at the edge of what is short: %s and %s", (a, b) => {
  expect(addUsd(a as Usd, b as Usd)).toBe(plain(big(a).plus(b)));
  expect(notional(a as Price, b as Qty)).toBe(plain(big(a).times(b)));
  expect(compare(a as Usd, b as Usd)).toBe(big(a).cmp(b));
});

test("rounds a quotient up where big.js does, so near below a cent that twenty decimals do not tell", () => {
  const [amount, each] = ["999999.999999998", "999999999999999"] as const;
  expect(shortQuotient(amount, each, 9)).toBeUndefined();
  expect(sharesFor(amount as Usd, each as Price, 9)).toBe(plain(big(amount).div(each).round(9, Big.roundDown)));
});

test.each(["", "-", ".", "1e5", "1.2.3", "--1", "1-", "+1", " 1", "NaN", "1_000", "٣"])(
  "%j is no short decimal, and no money",
  (text) => {
    expect(shortSum(text, "1")).toBeUndefined();
    expect(shortOrder(text, "1")).toBeUndefined();
    expect(() => usd(text)).toThrow(RangeError);
  },
);

test.each(["abc", "", "1.2.3"])("arithmetic with %j throws", (text) => {
  expect(() => addUsd("1" as Usd, text as Usd)).toThrow();
  expect(() => compare(text as Usd, "0" as Usd)).toThrow();
  expect(() => isPositive(text as Usd)).toThrow();
});
