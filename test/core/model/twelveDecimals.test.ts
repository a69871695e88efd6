// Fractions to twelve decimals, against the text of the same number.
import fc from "fast-check";
import { expect, test } from "vitest";
import { twelveDecimals } from "../../../src/core/model/twelveDecimals.ts";

const byText = (value: number): number => Number(value.toFixed(12)) + 0;

test.each([0, 0.1 + 0.2, 1 / 3, -2 / 3, 0.1234567890125, 2.5e-13, 1e15 + 0.3, 1e21, -1e-300, 4503.5995])(
  "of %d are those of its text",
  (value) => {
    expect(twelveDecimals(value)).toBe(byText(value));
    expect(twelveDecimals(-value)).toBe(byText(-value));
  },
);

test("are those of the text of any number, near halves of the last place too", () => {
  const halves = fc
    .tuple(fc.integer({ min: -4e9, max: 4e9 }), fc.integer({ min: -3, max: 3 }))
    .map(([whole, ulps]) => ((whole + 0.5) / 1e12) * (1 + ulps * Number.EPSILON));
  const values = fc.oneof(fc.double(), fc.double({ min: -2, max: 2 }), halves);
  fc.assert(
    fc.property(values, (value) => {
      expect(twelveDecimals(value)).toBe(byText(value));
    }),
    { numRuns: 3000 },
  );
});
