// The rules about one symbol's data: the window that is whole enough, and the price that can be believed.
import { expect, test } from "vitest";
import type { RiskLimits } from "../../../src/core/model/limits.ts";
import { price } from "../../../src/core/model/money.ts";
import { dataRules, type SymbolData } from "../../../src/core/risk/dataRules.ts";
import { at, exampleBars, exampleLimits } from "../examples.ts";

/** The first finding, such as `DATA_GAP`; `fit` where there is none. */
function judged(data: Partial<SymbolData> & { readonly last?: number }, limits: Partial<RiskLimits> = {}): string {
  const { last = 100, ...rest } = data;
  const asOf = at("2026-06-15T14:00Z");
  const whole: SymbolData = {
    symbol: "AAA",
    series: exampleBars("AAA", Array(40).fill(100)),
    expected: 40,
    latest: { symbol: "AAA", price: price(last), at: asOf },
    asOf,
    ...rest,
  };
  for (const rule of dataRules) {
    const finding = rule(whole, exampleLimits(limits));
    if (finding !== undefined) return `${finding.code}: ${finding.detail}`;
  }
  return "fit";
}
const bars = (count: number) => exampleBars("AAA", Array(count).fill(100));

test("control 5: a window with fewer bars than its least share leaves the symbol out", () => {
  expect(judged({ series: bars(38) })).toBe("fit");
  expect(judged({ series: bars(37) })).toBe("DATA_GAP: 37 bars of the 40 in its window; the least is 38");
  expect(judged({ series: bars(37) }, { minCoverageFraction: 0.9 })).toBe("fit");
  expect(judged({ series: undefined })).toMatch("DATA_GAP: 0 bars of the 40");
});

test("where no bars are asked for, none are missing", () => {
  expect(judged({ series: undefined, expected: 0 })).toBe("fit");
});

test.each([
  [150, "fit"],
  [151, "IMPLAUSIBLE_PRICE: the last trade at 151 and the last close at 100 are 51 % apart; the most is 50 %"],
  [67, "fit"],
  [50, "IMPLAUSIBLE_PRICE: the last trade at 50 and the last close at 100 are 100 % apart; the most is 50 %"],
  [0, expect.stringMatching("IMPLAUSIBLE_PRICE")],
])("control 6: a last trade at %d after a close at 100 is %s", (last, expected) => {
  expect(judged({ last })).toEqual(expected);
});

test("control 6: the newest close is the one that counts, and a price above it as much as one below", () => {
  expect(judged({ series: exampleBars("AAA", [...Array(39).fill(10), 100]) })).toBe("fit");
  expect(judged({ series: exampleBars("AAA", [...Array(39).fill(100), 10]) })).toBe(
    "IMPLAUSIBLE_PRICE: the last trade at 100 and the last close at 10 are 900 % apart; the most is 50 %",
  );
});

test("control 6: a move is held against the limit that is set", () => {
  expect(judged({ last: 151 }, { implausibleMoveFraction: 0.6 })).toBe("fit");
  expect(judged({ last: 103 }, { implausibleMoveFraction: 0.02 })).toMatch("IMPLAUSIBLE_PRICE");
});

test("without a price or a close there is no move to judge", () => {
  expect(judged({ latest: undefined })).toBe("fit");
  expect(judged({ series: undefined, expected: 0, last: 1 })).toBe("fit");
});
