// Pairs: one symbol against the other while their ratio is far from its mean.
import { expect, test } from "vitest";
import { pairs } from "../../../src/core/strategies/pairs.ts";
import { exampleBars } from "../examples.ts";
import { closesOf, held, says, viewOf } from "./exampleView.ts";

const params = { first: "A", second: "B", period: 6, enter: 2, exit: 0.5 };
const even = [10, 10, 10, 10, 10, 10];
/** The last one is √5 = 2.236 deviations above the mean. */
const dear = [10, 10, 10, 10, 10, 20];
const cheap = [10, 10, 10, 10, 10, 5];
/** The last one is one deviation above the mean. */
const above = [10, 20, 10, 20, 10, 20];

test.each([
  ["sells the first where it is dear", dear, even, {}, "A -0.5, B 0.5"],
  ["buys the first where it is cheap", cheap, even, {}, "A 0.5, B -0.5"],
  ["looks at the ratio only", dear.map((close) => 7 * close), dear, {}, "A 0, B 0"],
  [
    "leaves both where the ratio is at its mean",
    even,
    even,
    { A: [-5, -50] as const, B: [5, 50] as const },
    "A 0, B 0",
  ],
  ["says nothing between the two thresholds", above, even, {}, "nothing"],
  ["says nothing on the way back to the mean", above, even, { A: [-5, -50] as const, B: [5, 50] as const }, "nothing"],
  [
    "leaves both once the ratio is beyond its mean",
    above,
    even,
    { A: [5, 50] as const, B: [-5, -50] as const },
    "A 0, B 0",
  ],
  ["knows the side by the second alone", above, even, { B: [-5, -50] as const }, "A 0, B 0"],
  ["looks at the newest bars only", [1, 99, ...dear], [3, 3, ...even], {}, "A -0.5, B 0.5"],
  ["says nothing where one of them has too few bars", dear, even.slice(1), {}, "nothing"],
  ["says nothing where a close is missing", [10, 10, Number.NaN, 10, 10, 20], even, {}, "nothing"],
])("%s", (_, first, second, positions, expected) => {
  expect(says(pairs, params, closesOf({ A: first, B: second }, { positions: held(positions) }))).toBe(expected);
});

test("at a threshold itself enters not yet, and leaves already", () => {
  // One deviation from the mean.
  const view = closesOf({ A: above, B: even });
  expect(says(pairs, { ...params, enter: 1 }, view)).toBe("nothing");
  expect(says(pairs, { ...params, exit: 1 }, view)).toBe("A 0, B 0");
});

test("takes a ratio that is the same but for the tails of binary fractions for the same", () => {
  const prices = [1, 1.01, 1.02, 1.03, 1.04, 1.35];
  expect(says(pairs, params, closesOf({ A: prices.map((close) => close * 3), B: prices }))).toBe("A 0, B 0");
});

test("says nothing where the bars are not of the same days", () => {
  const a = exampleBars("A", dear);
  const b = exampleBars("B", even);
  const shifted = { ...b, timeMs: b.timeMs.map((ms, index) => (index === 2 ? ms - 1 : ms)) };
  expect(says(pairs, params, viewOf([a, shifted]))).toBe("nothing");
});

test("says nothing while one of the two takes no part", () => {
  expect(says(pairs, params, closesOf({ A: dear, C: even }))).toBe("nothing");
});

test("with an exit of 0 leaves when the ratio crosses its mean", () => {
  const view = closesOf({ A: above, B: even }, { positions: held({ A: [5, 50] }) });
  expect(says(pairs, { ...params, exit: 0 }, view)).toBe("A 0, B 0");
});

test.each([
  [{ ...params, second: "A" }, "second"],
  [{ ...params, exit: 2 }, "exit"],
  [{ ...params, period: 5 }, "enter"],
  [{ ...params, weight: 0.6 }, "weight"],
  [{ ...params, first: "a" }, "first"],
  [{ second: "B" }, "first"],
])("the parameters %j are refused", (given, path) => {
  expect(pairs.paramsFault(given)).toMatchObject([{ path }]);
});
