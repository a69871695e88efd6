// Short decimals by themselves: which they work out, and which they leave to big.js. That both agree is tested where money is.
import { describe, expect, test } from "vitest";
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
} from "../../../src/core/model/shortDecimal.ts";

const longest = "999999999999999";
const tooLong = "1000000000000000";

describe("are worked out", () => {
  test.each([
    [shortSum(longest, "-1"), "999999999999998"],
    [shortSum("1.5", "2.25"), "3.75"],
    [shortSum("-2.25", "1.5"), "-0.75"],
    [shortDifference("0.3", "0.1"), "0.2"],
    [shortDifference("-499999999999999", "500000000000000"), `-${longest}`],
    [shortPlain("007.50"), "7.5"],
    [shortPlain(`-0.${"0".repeat(12)}1`), `-0.${"0".repeat(12)}1`],
    [shortPlain("-5.0"), "-5"],
    [shortProduct("-1.5", "0.04"), "-0.06"],
    [shortProduct("3", "333333333333333"), longest],
    [shortRounded("1.239", 2, "down"), "1.23"],
    [shortRounded("-1.231", 2, "up"), "-1.24"],
    [shortRounded("1.2", 2, "up"), "1.2"],
    [shortRounded("1.2300", 2, "up"), "1.23"],
    [shortRoundedProduct("1.11", "1.11", 2), "1.23"],
    [shortQuotient("10", "3", 4), "3.3333"],
    [shortQuotient("0.001", "4", 2), "0"],
    [shortQuotient("7.5", "0.25", 0), "30"],
    [shortOrder("1.50", "1.5"), 0],
    [shortOrder("-2", "1.5"), -1],
    [shortOrder(longest, "1"), 1],
    [shortSign("-0.5"), -1],
    [shortSign("0.0"), 0],
  ])("case %#: %s", (found, expected) => {
    // −0 is no number of its own.
    expect(typeof found === "number" ? found + 0 : found).toBe(expected);
  });
});

describe("are left to big.js", () => {
  test.each([
    ["a sum that is too long", shortSum(longest, "1")],
    ["a difference that is too long", shortDifference(`-${longest}`, "1")],
    ["an operand that is too long, on the left", shortSum(tooLong, "-1")],
    ["an operand that is too long, on the right", shortSum("-1", tooLong)],
    ["operands whose places are too far apart", shortSum(longest, "0.1")],
    ["the same the other way round", shortSum("0.1", longest)],
    ["an order of such", shortOrder(longest, "0.1")],
    ["an order of such the other way round", shortOrder("0.1", longest)],
    ["a product that is too long", shortProduct("100000000", "10000000")],
    ["a rounded product that is too long between", shortRoundedProduct("100000000", "10000000.0", 0)],
    ["a dividend that is too long between", shortQuotient(longest, "3", 2)],
    ["a quotient with too many digits", shortQuotient("1", "100000000000", 9)],
    ["a quotient by nothing", shortQuotient("1", "0", 2)],
    ["a sign of what is too long", shortSign(tooLong)],
    ["a text that is longer than any short one", shortPlain("0.00000000000000001")],
    ["no digits", shortPlain("-.")],
    ["nothing", shortPlain("")],
    ["two points", shortPlain("1.2.3")],
    ["an exponent", shortSum("1e3", "1")],
    ["a sign in between", shortPlain("1-2")],
    ["a slash, which stands before the digits, and a colon after them", shortPlain("1/2") ?? shortPlain("1:2")],
  ])("%s", (_, found) => {
    expect(found).toBeUndefined();
  });
});
