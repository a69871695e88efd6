// Buy and hold: each symbol once, and never again a word.
import { expect, test } from "vitest";
import { buyAndHold } from "../../../src/core/strategies/buyAndHold.ts";
import { closesOf, held, says } from "./exampleView.ts";

test.each([
  ["buys what is not held, in equal parts of all symbols", {}, "A 0.5, B 0.5"],
  ["says nothing on what is held", { A: [1, 10] as const }, "B 0.5"],
  ["says nothing on what is held short", { A: [-1, -10] as const }, "B 0.5"],
  ["buys again what was left whole", { A: [0, 0] as const, B: [1, 10] as const }, "A 0.5"],
  ["says nothing once all are held", { A: [1, 10] as const, B: [1, 10] as const }, "nothing"],
])("%s", (_, positions, expected) => {
  expect(says(buyAndHold, {}, closesOf({ A: [], B: [] }, { positions: held(positions) }))).toBe(expected);
});

test("keeps the part of a symbol that is left out of the run", () => {
  expect(says(buyAndHold, {}, closesOf({ A: [] }, { symbols: ["A", "B", "C", "D"] }))).toBe("A 0.25");
});

test("takes no parameters", () => {
  expect(buyAndHold.paramsFault({ symbols: ["A"] })).toEqual([{ path: "symbols", message: "is not known here" }]);
});
