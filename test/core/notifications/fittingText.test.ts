// Text as a channel takes it: printable, and no longer than allowed.
import fc from "fast-check";
import { expect, test } from "vitest";
import { fittingText } from "../../../src/core/notifications/fittingText.ts";

test.each([
  ["what fits is left as it is", "twelve chars", "twelve chars"],
  ["one more is cut with an ellipsis", "thirteen char", "thirteen ch…"],
  ["a cut never leaves half of a pair of surrogates", "eleven, 10😀 more", "eleven, 10…"],
  ["line breaks become one kind", "a\r\nb\rc\nd", "a\nb\nc\nd"],
  ["control characters become spaces", "a\tb\u0000c\u007fd", "a b c d"],
  ["broken surrogates are replaced", "a\ud800b", "a\ufffdb"],
  ["nothing is told as a dash", "", "–"],
  ["blanks are nothing", " \t\n", "–"],
])("%s", (_, text, expected) => {
  expect(fittingText(text, 12)).toBe(expected);
});

test("whatever comes, it is printable, not empty and no longer than allowed", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 1, max: 30 }), (text, most) => {
      const fitting = fittingText(text, most);
      expect(fitting.length > 0 && fitting.length <= most).toBe(true);
      expect(fitting.isWellFormed() && !/[^\P{Cc}\n]/u.test(fitting)).toBe(true);
    }),
  );
});
