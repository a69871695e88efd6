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
  maximum,
  minimum,
  negateQty,
  notional,
  type Price,
  percentOf,
  price,
  priceEach,
  type Qty,
  roundQtyDown,
  scalePrice,
  sharesFor,
  subtractQty,
  subtractUsd,
  type Usd,
  usd,
  zeroQty,
  zeroUsd,
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
    ["what is left of an amount", (a, b) => [subtractUsd(a as Usd, b as Usd), plain(big(a).minus(b))]],
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

test.each<[string, () => string, string]>([
  ["what one is worth, up to the sixth decimal away from zero", () => priceEach("100" as Usd, "3" as Qty), "33.333334"],
  ["the same of a short position", () => priceEach("-100" as Usd, "3" as Qty), "-33.333334"],
  ["a part in percent", () => percentOf("1" as Usd, "3" as Usd), "33.33"],
  ["a part of nothing", () => percentOf("1" as Usd, "0" as Usd), "0.00"],
  ["no dollars and no shares", () => `${zeroUsd} ${zeroQty}`, "0 0"],
  ["the smaller of two", () => minimum("2" as Usd, "10" as Usd), "2"],
  ["the smaller of two, the other way round", () => minimum("10" as Usd, "2" as Usd), "2"],
  ["the larger of two", () => maximum("2" as Usd, "10" as Usd), "10"],
  ["the larger of two, the other way round", () => maximum("10" as Usd, "2" as Usd), "10"],
  [
    "the first of two that are equal",
    () => `${minimum("1.0" as Usd, "1" as Usd)} ${maximum("1.0" as Usd, "1" as Usd)}`,
    "1.0 1.0",
  ],
  ["whole shares where no places are given", () => sharesFor("100" as Usd, "30" as Price), "3"],
  ["whole shares of a quantity", () => roundQtyDown("3.9" as Qty), "3"],
  ["nothing for nothing", () => sharesFor("0" as Usd, "30" as Price), "0"],
  ["nothing for less than nothing", () => sharesFor("-90" as Usd, "-30" as Price), "0"],
  ["cents from a dollar on", () => scalePrice("1" as Price, 1.005, "down"), "1"],
  ["hundredths of a cent below a dollar", () => scalePrice("0.5" as Price, 1.00501, "up"), "0.5026"],
  [
    "the price itself where there are no costs",
    () => costPrice("9.99" as Price, { slippageFraction: 0, feePerShareUsd: 0 }),
    "9.99",
  ],
  [
    "a price worse by the slippage alone",
    () => costPrice("10" as Price, { slippageFraction: 0.01, feePerShareUsd: 0 }),
    "10.1",
  ],
  [
    "a price worse by the fee alone",
    () => costPrice("10" as Price, { slippageFraction: 0, feePerShareUsd: 0.25 }),
    "10.25",
  ],
])("gives %s", (_, given, expected) => {
  expect(given()).toBe(expected);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, "12345678901234567890", "1.123456789012345678901"])(
  "%s is no money, and says so",
  (value) => {
    expect(() => usd(value)).toThrow(`"${value}" is not a decimal number`);
  },
);

test("a number with an exponent is written out", () => {
  expect([usd(1e-7), usd(1e21), usd("-0.50"), usd(5)]).toEqual(["0.0000001", "1000000000000000000000", "-0.5", "5"]);
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
