// The four rules by which the wishes of several strategies become one target.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CombinationRule, combine, conflictIn, type Wish } from "../../../src/core/strategies/combine.ts";

const rules: readonly CombinationRule[] = ["netTargetWeights", "weightedVote", "firstThatSpeaks", "allMustAgree"];

/** `a 0.5 x2 !0.8`: strategy a wishes for 0.5, weighs 2 and is sure by 0.8. */
function wish(text: string): Wish {
  const [strategy = "", targetWeight = "", ...more] = text.split(" ");
  const after = (mark: string): number => Number(more.find((part) => part.startsWith(mark))?.slice(1) ?? 1);
  const signal = { strategy, symbol: "AAA", targetWeight: Number(targetWeight), strength: after("!"), reasons: {} };
  return { signal, weight: after("x") };
}
const combined = (rule: CombinationRule, texts: readonly string[], strategies = texts.length) => {
  const wishes = texts.map(wish);
  return combine(rule, wishes, {
    strategies,
    totalWeight: wishes.reduce((sum, { weight }) => sum + weight, 0),
    failed: [],
  });
};

describe.each<[CombinationRule, readonly (readonly [string, readonly string[], number, string])[]]>([
  [
    "netTargetWeights",
    [
      ["adds the weights up by the strategies' shares", ["a 0.4 x3", "b 1 x1"], 0.55, "net"],
      ["lets opposite wishes cancel out", ["a 0.5", "b -0.5"], 0, "net"],
      ["keeps the name of a strategy that speaks alone", ["a 0.4"], 0.4, "a"],
    ],
  ],
  [
    "weightedVote",
    [
      ["follows the direction with the most votes", ["a 0.4 x3", "b -1 x1", "c 0.2 x1"], 0.35, "net"],
      ["counts how sure a strategy is", ["a 0.4 x3 !0.1", "b -0.5 x1"], -0.5, "b"],
      ["is flat at a tie", ["a 0.4", "b -0.5"], 0, "net"],
      ["is flat where the flat ones win", ["a 0 x3", "b 0.5"], 0, "net"],
    ],
  ],
  [
    "firstThatSpeaks",
    [
      ["takes the heaviest strategy alone", ["a 0.4", "b -0.5 x2"], -0.5, "b"],
      ["takes the first by name of two as heavy", ["a 0.4", "b -0.5"], 0.4, "a"],
    ],
  ],
  [
    "allMustAgree",
    [
      ["takes the smallest weight while all agree", ["a 0.4", "b 0.1 x5"], 0.1, "net"],
      ["is flat while they differ", ["a 0.4", "b -0.1"], 0, "net"],
      ["is flat while one is flat", ["a 0.4", "b 0"], 0, "net"],
    ],
  ],
])("%s", (rule, cases) => {
  test.each(cases)("%s", (_, texts, weight, strategy) => {
    expect(combined(rule, texts)).toMatchObject({ weight, strategy });
  });
});

describe("a strategy that failed causes no order", () => {
  /** The target with what is known of those that failed, or `none`: `0.4 f sure part`. */
  const beside = (failed: string, rule: CombinationRule, ...texts: readonly string[]): string => {
    const wishes = texts.map(wish);
    const lost = failed.split(", ").map((text) => ({ name: text.split(" ")[0] ?? "", weight: wish(text).weight }));
    const totalWeight = [...wishes, ...lost].reduce((sum, { weight }) => sum + weight, 0);
    const target = combine(rule, wishes, { strategies: wishes.length + lost.length, totalWeight, failed: lost });
    return target === undefined
      ? "none"
      : [
          target.weight,
          ...(target.failed?.names ?? []),
          target.failed?.sideIsSure ? "sure" : "",
          target.failed?.isPart ? "part" : "",
        ]
          .filter((part) => part !== "")
          .join(" ");
  };

  test.each<[string, string, CombinationRule, string[], string]>([
    ["its part of the net stays", "f 0 x1", "netTargetWeights", ["a 0.4 x3"], "0.3 f sure part"],
    ["its side is not sure where the others weigh no more", "f 0 x1", "netTargetWeights", ["a 1 x1"], "0.5 f part"],
    [
      "so do the parts of two, each named once",
      "g 0 x1, f 0 x2, f 0 x1",
      "netTargetWeights",
      ["a 0.5"],
      "0.1 f g part",
    ],
    ["a vote that it could have turned is none", "f 0 x1", "weightedVote", ["a 0 x2", "b 0.4 x1"], "none"],
    ["nor is one that it could have brought to a tie", "f 0 x1", "weightedVote", ["a 0.4 x1"], "none"],
    ["a vote to be out that it could not have turned stands", "f 0 x1", "weightedVote", ["a 0 x3", "b 0.4 x1"], "0"],
    ["one to be in as well, though not its size", "f 0 x1", "weightedVote", ["a 0.4 x2"], "0.4 f sure"],
    ["a tie that it could have ended is no decision", "f 0 x1", "weightedVote", ["a 0.4", "b -0.4"], "none"],
    ["nobody speaks first in its place", "f 0 x2", "firstThatSpeaks", ["a 0.4 x1"], "none"],
    ["nor one of the same weight that comes after it by name", "f 0 x1", "firstThatSpeaks", ["g 0.4 x1"], "none"],
    ["nor one of its own name and weight", "f 0 x1", "firstThatSpeaks", ["f 0.4 x1"], "none"],
    ["who comes before it speaks as ever", "f 0 x1", "firstThatSpeaks", ["a 0.4 x1"], "0.4"],
    ["not all agree", "f 0 x1", "allMustAgree", ["a 0.4 x1"], "none"],
  ])("%s", (_, failed, rule, wishes, expected) => {
    expect(beside(failed, rule, ...wishes)).toBe(expected);
  });
});

test("allMustAgree has no target while a strategy does not speak, or failed", () => {
  expect(combined("allMustAgree", ["a 0.4"], 2)).toBeUndefined();
});

test("the nearest stop and target of the signals that point the target's way go with it", () => {
  const wishes = [
    { ...wish("a 0.5"), signal: { ...wish("a 0.5").signal, stopFraction: 0.1, targetFraction: 0.3 } },
    { ...wish("b 0.4"), signal: { ...wish("b 0.4").signal, stopFraction: 0.05 } },
    { ...wish("c -0.1"), signal: { ...wish("c -0.1").signal, stopFraction: 0.01 } },
  ];
  expect(combine("netTargetWeights", wishes, { strategies: 3, totalWeight: 3, failed: [] })).toMatchObject({
    stopFraction: 0.05,
    targetFraction: 0.3,
  });
});

test("exits go with a short target as well, and none with a flat one", () => {
  const exits = { stopFraction: 0.1, targetFraction: 0.3 };
  const withExits = (text: string): Wish => ({ ...wish(text), signal: { ...wish(text).signal, ...exits } });
  const panel = { strategies: 1, totalWeight: 1, failed: [] };
  expect(combine("netTargetWeights", [withExits("a -0.5")], panel)).toMatchObject(exits);
  const flat = combine("netTargetWeights", [withExits("a 0")], panel);
  for (const key of Object.keys(exits)) expect(flat).not.toHaveProperty(key);
});

test.each<[CombinationRule, string[], string[]]>([
  ["netTargetWeights", ["a 0.4 x3", "b 1 x1"], ["a 0.3", "b 0.25"]],
  ["netTargetWeights", ["a 0.5", "b -0.5"], ["a 0.25", "b -0.25"]],
  ["weightedVote", ["a 0.4 x3", "b -1 x1", "c 0.2 x1"], ["a 0.3", "c 0.05"]],
  ["weightedVote", ["a 0.4", "b -0.5"], ["a 0", "b 0"]],
  ["firstThatSpeaks", ["a 0.4", "b -0.5 x2"], ["b -0.5"]],
  ["allMustAgree", ["a 0.4", "b 0.12 x5"], ["a 0.02", "b 0.1"]],
  ["allMustAgree", ["a -0.4", "b -0.12 x5"], ["a -0.02", "b -0.1"]],
  ["allMustAgree", ["a 0.4", "b -0.1"], ["a 0", "b 0"]],
])("%s of %j is whose it is: %j", (rule, texts, expected) => {
  const told = combined(rule, texts)?.attribution.map(({ strategy, weight }) => `${strategy} ${weight}`);
  expect(told).toEqual(expected);
});

test("a conflict is recorded where directions differ, with every wish and what was made of it", () => {
  const wishes = ["a 0.4", "b 0"].map(wish);
  expect(conflictIn("AAA", "firstThatSpeaks", wishes, combined("firstThatSpeaks", ["a 0.4", "b 0"]))).toEqual({
    symbol: "AAA",
    rule: "firstThatSpeaks",
    wishes: [
      { strategy: "a", weight: 0.4 },
      { strategy: "b", weight: 0 },
    ],
    target: 0.4,
  });
  expect(conflictIn("AAA", "weightedVote", ["a 0.4", "b 0.1"].map(wish), undefined)).toBeUndefined();
});

const anyWish = fc
  .record({
    strategy: fc.constantFrom("a", "b", "c", "d"),
    targetWeight: fc.double({ min: -1, max: 1, noNaN: true }),
    strength: fc.double({ min: 0.01, max: 1, noNaN: true }),
    weight: fc.double({ min: 0.01, max: 100, noNaN: true }),
  })
  .map(({ weight, ...signal }): Wish => ({ weight, signal: { ...signal, symbol: "AAA", reasons: {} } }));

test("a target is never beyond the largest wish, and its attribution adds up to it", () => {
  fc.assert(
    fc.property(fc.constantFrom(...rules), fc.array(anyWish, { minLength: 1, maxLength: 6 }), (rule, wishes) => {
      const totalWeight = wishes.reduce((sum, { weight }) => sum + weight, 0);
      const target = combine(rule, wishes, { strategies: wishes.length, totalWeight, failed: [] });
      const largest = Math.max(...wishes.map(({ signal }) => Math.abs(signal.targetWeight)));
      expect(Math.abs(target?.weight ?? 0)).toBeLessThanOrEqual(largest + 1e-9);
      expect(target?.attribution.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(target?.weight ?? 0, 9);
    }),
  );
});
