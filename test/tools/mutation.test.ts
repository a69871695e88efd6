// The mutation score: what counts, how sure a sample is, and which mutants are in it.
import { expect, test } from "vitest";
import { type Mutant, sampleOf } from "../../tools/mutation/sample.ts";
import { interval, type Score, scores } from "../../tools/mutation/score.ts";

const outcomes = (folder: string, statuses: readonly string[]) =>
  statuses.map((status) => ({ fileName: `/anywhere/src/core/${folder}/one.ts`, status }));
const scoreOf = (mutants: number, percent: number): Score => {
  return { folder: "all", mutants, percent, killed: 0, timeout: 0, survived: 0, noCoverage: 0 };
};

test("killed and timed out mutants are noticed ones, in each folder and in all; what was not run does not count", () => {
  const given = [
    ...outcomes("risk", ["Killed", "Survived", "Ignored", "CompileError"]),
    ...outcomes("audit", ["Killed", "Timeout", "Killed", "NoCoverage"]),
    ...outcomes("schedule", ["CompileError"]),
  ];
  expect(scores(given)).toEqual([
    { folder: "audit", mutants: 4, killed: 2, timeout: 1, survived: 0, noCoverage: 1, percent: 75 },
    { folder: "risk", mutants: 2, killed: 1, timeout: 0, survived: 1, noCoverage: 0, percent: 50 },
    { folder: "all", mutants: 6, killed: 3, timeout: 1, survived: 1, noCoverage: 1, percent: (100 * 4) / 6 },
  ]);
});

// Worked by hand: 80 of 100 gives (0.8 + 0.0192 ± 1.96 √(0.0016 + 0.000096)) ÷ 1.0384.
test.each([
  [scoreOf(100, 80), "71.1", "86.7"],
  [scoreOf(10, 100), "72.2", "100.0"],
  [scoreOf(0, 100), "0.0", "100.0"],
])("a sample says between what bounds the score of all mutants lies: %j", (score, low, high) => {
  expect(interval(score).map((bound) => bound.toFixed(1))).toEqual([low, high]);
});

const mutants = Array.from({ length: 50 }, (_, index): Mutant => {
  const start = { line: index + 1, column: 1 };
  return { id: String(index), fileName: "src/core/risk/one.ts", mutatorName: "Any", location: { start, end: start } };
});

test("a seed chooses the same mutants in whatever order they come, and a larger sample has those of a smaller one", () => {
  const ten = sampleOf(mutants, 10, "1");
  expect(ten.size).toBe(10);
  expect(sampleOf(mutants.toReversed(), 10, "1")).toEqual(ten);
  expect([...ten].filter((id) => !sampleOf(mutants, 20, "1").has(id))).toEqual([]);
  expect(sampleOf(mutants, 10, "2")).not.toEqual(ten);
  expect(sampleOf(mutants, 99, "1").size).toBe(50);
});
