// Whose the shares are: fills split over the strategies that asked for the order, and every share of a position somebody's.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addQty,
  compare,
  isPositive,
  negateQty,
  price,
  type Qty,
  qty,
  subtractQty,
  zeroQty,
} from "../../../src/core/model/money.ts";
import type { Attributed } from "../../../src/core/model/monitor.ts";
import type { BrokerFill } from "../../../src/core/model/order.ts";
import { type AskedFill, askedFills, fittedTo, withAskedFills } from "../../../src/core/monitoring/attribution.ts";
import { at, exampleIntent, exampleOrder } from "../examples.ts";

/** `trend 10, pairs -2`. */
const holdings = (text: string): Attributed[string] =>
  Object.fromEntries(text === "" ? [] : text.split(", ").map((each) => each.split(" ") as [string, Qty]));
const told = (shares: Attributed[string] = {}): string =>
  Object.entries(shares)
    .map(([name, own]) => `${name} ${own}`)
    .join(", ");
/** `buy 5 of 10 for trend 0.3, pairs 0.1`; `for nobody` is an exit; `keeping x` names a strategy that failed. */
function fillOf(text: string): AskedFill {
  const [order = "", rest = ""] = text.split(" for ");
  const [wishes = "", keeps] = rest.split(" keeping ");
  const [side, count, , remaining] = order.split(" ");
  const attribution = Object.entries(holdings(wishes)).map(([strategy, weight]) => ({
    strategy,
    weight: Number(weight),
  }));
  const asked = wishes === "nobody" ? undefined : { attribution, ...(keeps === undefined ? {} : { keeps: [keeps] }) };
  return {
    symbol: "AAA",
    side: side as "buy" | "sell",
    qty: qty(count ?? ""),
    remaining: qty(remaining ?? count ?? ""),
    asked,
  };
}
const after = (position: string, before: string, ...fills: readonly string[]): string =>
  told(withAskedFills({ AAA: holdings(before) }, { AAA: qty(position) }, fills.map(fillOf)).AAA);

describe("a fill", () => {
  test.each<[string, string, string, string[], string]>([
    ["is of the strategy that asked for it alone", "0", "", ["buy 10 for trend 0.2"], "trend 10"],
    ["is split by what each asked for", "0", "", ["buy 12 for pairs 0.1, trend 0.3"], "pairs 3, trend 9"],
    ["is told by the strategies' names", "0", "", ["buy 12 for trend 0.3, pairs 0.1"], "pairs 3, trend 9"],
    [
      "leaves what rounding loses to the one with the largest part",
      "0",
      "",
      ["buy 1 for pairs 0.1, trend 0.2"],
      "pairs 0.333333333, trend 0.666666667",
    ],
    [
      "that covers a part of a short position takes from all",
      "-12",
      "pairs -3, trend -9",
      ["buy 4 for nobody"],
      "pairs -2, trend -6",
    ],
    [
      "of a part goes that part of the way",
      "12",
      "pairs 3, trend 9",
      ["buy 6 of 12 for pairs 0.3, trend 0.3"],
      "pairs 7.5, trend 10.5",
    ],
    [
      "and the next one the rest of it",
      "12",
      "pairs 3, trend 9",
      ["buy 6 of 12 for pairs 0.3, trend 0.3", "buy 6 for pairs 0.3, trend 0.3"],
      "pairs 12, trend 12",
    ],
    ["of a closing order leaves nobody anything", "12", "pairs 3, trend 9", ["sell 12 for pairs 0, trend 0"], ""],
    [
      "of a half of one leaves each the half",
      "12",
      "pairs 3, trend 9",
      ["sell 6 of 12 for pairs 0, trend 0"],
      "pairs 1.5, trend 4.5",
    ],
    [
      "takes from those that want less",
      "12",
      "pairs 6, trend 6",
      ["sell 4 for pairs 0.1, trend 0.3"],
      "pairs 2, trend 6",
    ],
    ["nets those that want opposite sides", "0", "", ["buy 10 for pairs -0.1, trend 0.3"], "pairs -5, trend 15"],
    ["of an exit takes from all in proportion", "12", "pairs 3, trend 9", ["sell 4 for nobody"], "pairs 2, trend 6"],
    ["leaves what nobody owned to those that ask for the whole", "5", "", ["buy 5 for trend 0.1"], "trend 10"],
    [
      "leaves a failed strategy what it has",
      "12",
      "pairs 3, trend 9",
      ["sell 6 for trend 0.1 keeping pairs"],
      "pairs 3, trend 3",
    ],
    [
      "and takes from the others alone where nobody asks for any",
      "12",
      "pairs 3, trend 9",
      ["sell 6 for trend 0 keeping pairs"],
      "pairs 3, trend 3",
    ],
    [
      "and from all where more is sold than the others have",
      "12",
      "pairs 3, trend 9",
      ["sell 10 for trend 0 keeping pairs"],
      "pairs 0.5, trend 1.5",
    ],
    ["and all that is nobody's with it", "12", "trend 9", ["sell 6 for trend 0.1 keeping pairs"], "trend 3"],
    ["of a short order counts below nothing", "0", "", ["sell 9 for pairs -0.2, trend -0.1"], "pairs -6, trend -3"],
    [
      "that closes a long position before it may go short leaves nothing",
      "10",
      "trend 10",
      ["sell 10 for trend -0.3"],
      "",
    ],
  ])("%s", (_, position, before, fills, expected) => {
    expect(after(position, before, ...fills)).toBe(expected);
  });
});

test.each([
  ["less than was believed takes from all in proportion", "10", "4", "pairs 2, trend 2"],
  ["more is nobody's", "10", "14", "pairs 5, trend 5"],
  ["none is none", "10", "0", undefined],
  ["what turned to the other side is nobody's", "10", "-3", undefined],
])("of an adopted position %s", (_, from, to, expected) => {
  const fitted = fittedTo({ AAA: holdings("pairs 5, trend 5") }, { AAA: qty(from) }, { AAA: qty(to) });
  expect(fitted.AAA && told(fitted.AAA)).toBe(expected);
});

test.each([
  ["less of it takes from all in proportion", "-4", "pairs -2, trend -2"],
  ["more of it is nobody's", "-14", "pairs -5, trend -5"],
  ["none is none", "0", undefined],
  ["what turned to the other side is nobody's", "3", undefined],
])("of an adopted short position %s", (_, to, expected) => {
  const fitted = fittedTo({ AAA: holdings("pairs -5, trend -5") }, { AAA: qty("-10") }, { AAA: qty(to) });
  expect(fitted.AAA && told(fitted.AAA)).toBe(expected);
});

test("of adopted positions the symbols are sorted, so that equal shares are equal text", () => {
  const own = holdings("trend 5");
  const held = { AAA: qty(5), BBB: qty(5), CCC: qty(5) };
  expect(Object.keys(fittedTo({ CCC: own, AAA: own, BBB: own }, held, held))).toEqual(["AAA", "BBB", "CCC"]);
});

test("the order behind a fill is found with what was missing of it, and its legs are nobody's wish", () => {
  const fill = (id: string, brokerOrderId: string, count: number): BrokerFill => ({
    id,
    brokerOrderId,
    symbol: "AAA",
    side: "buy",
    qty: qty(count),
    price: price(10),
    at: at("2026-06-15T14:00Z"),
  });
  const leg = exampleOrder({ symbol: "AAA", side: "sell", brokerOrderId: "leg", clientOrderId: "leg-1" });
  const clientOrderId = "tw.run@1.targetWeights.AAA.buy.1";
  const order = exampleOrder({ symbol: "AAA", side: "buy", clientOrderId, qty: qty(10), legs: [leg] });
  const intent = exampleIntent("buy", "AAA", 10, 10);
  const verdicts = [{ intent, decision: "approved", qty: qty(10), figures: [], stage: 1 } as const];
  const [old, ...fresh] = [fill("1", "b-1", 3), fill("2", "b-1", 4), fill("3", "b-1", 3), fill("4", "leg", 2)];
  const asked = askedFills(fresh, [old ?? fill("", "", 0), ...fresh], [order], [{ runId: "run@1", verdicts }]);
  expect(asked.map(({ qty, remaining, asked }) => [qty, remaining, asked?.attribution.length])).toEqual([
    ["4", "7", 1],
    ["3", "3", 1],
    ["2", "10", undefined],
  ]);
  const stranger = { ...fresh[0], brokerOrderId: "somebody's" } as BrokerFill;
  expect(askedFills([stranger], [], [order], [{ runId: "run@1", verdicts }])).toMatchObject([
    { qty: "4", remaining: "4", asked: undefined },
  ]);
});

/** Orders as runs make them: sized to weights, closing, exits; each with the fills that come of it, of which a rejected order has none. */
const anyOrder = fc.record({
  kind: fc.constantFrom("buy" as const, "buy" as const, "close" as const, "exit" as const),
  weights: fc.tuple(
    fc.integer({ min: 0, max: 100 }),
    fc.integer({ min: 1, max: 100 }),
    fc.integer({ min: -30, max: 0 }),
  ),
  wanted: fc.integer({ min: 1, max: 9_999_999 }),
  parts: fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { maxLength: 3 }),
  keeps: fc.option(fc.constantFrom(["a"], ["c"], ["z"])),
});

test("however orders fill, in part, whole or not at all, the shares of the strategies add up to the position", () => {
  fc.assert(
    fc.property(fc.array(anyOrder, { minLength: 1, maxLength: 12 }), (orders) => {
      let [believed, attributed]: [Qty, Attributed] = [zeroQty, {}];
      for (const { kind, weights, wanted, parts, keeps } of orders) {
        const side = kind === "buy" ? "buy" : "sell";
        let remaining = kind === "buy" ? qty(wanted / 1000) : believed;
        const attribution = ["a", "b", "c"].map((strategy, index) => ({
          strategy,
          weight: kind === "buy" && sum(weights) > 0 ? (weights[index] ?? 0) / 100 : 0,
        }));
        const kept = keeps === null ? {} : { keeps };
        const asked = kind === "exit" ? undefined : { attribution, ...kept };
        if (kind === "buy" && (sum(weights) <= 0 || keeps !== null)) continue;
        for (const part of parts) {
          const filled = qty((Math.floor(Number(remaining) * part * 1e6) / 1e6).toFixed(6));
          if (!isPositive(filled) || compare(filled, remaining) > 0) continue;
          attributed = withAskedFills(attributed, { AAA: believed }, [
            { symbol: "AAA", side, qty: filled, remaining, asked },
          ]);
          believed = addQty(believed, side === "buy" ? filled : negateQty(filled));
          remaining = subtractQty(remaining, filled);
          const own = Object.values(attributed.AAA ?? {});
          expect(addQty(zeroQty, ...own)).toBe(believed);
          for (const each of own) expect(each).toMatch(/^-?\d+(\.\d{1,9})?$/);
        }
      }
    }),
  );
});

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
