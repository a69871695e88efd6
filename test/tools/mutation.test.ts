// The mutation score: what counts, how sure a sample is, and which mutants are in it.
import { describe, expect, test } from "vitest";
import { type Mutant, sampleOf } from "../../tools/mutation/sample.ts";
import { boundsOf, isHalfTried, type Score, scoresOf, totalOf } from "../../tools/mutation/score.ts";

const outcomes = (folder: string, statuses: readonly string[]) =>
  statuses.map((status) => ({ fileName: `/anywhere/src/core/${folder}/one.ts`, status }));
const score = (there: number, run: number, killed: number): Score => {
  const percent = (100 * killed) / run;
  return { folder: "one", there, run, killed, timeout: 0, survived: run - killed, noCoverage: 0, percent };
};

test("killed and timed out mutants are noticed, by folder; what was not drawn is there, and what cannot be run is not", () => {
  const given = [
    ...outcomes("risk", ["Killed", "Survived", "Ignored", "CompileError", "RuntimeError"]),
    ...outcomes("audit", ["Killed", "Timeout", "Killed", "NoCoverage"]),
    ...outcomes("schedule", ["Ignored"]),
  ];
  expect(scoresOf(given)).toEqual([
    { folder: "audit", there: 4, run: 4, killed: 2, timeout: 1, survived: 0, noCoverage: 1, percent: 75 },
    { folder: "risk", there: 3, run: 2, killed: 1, timeout: 0, survived: 1, noCoverage: 0, percent: 50 },
  ]);
});

describe("of all folders", () => {
  test("each counts by the mutants that are there, not by those that were run", () => {
    const total = totalOf([score(300, 10, 9), score(100, 50, 25)]);
    expect(total).toMatchObject({ folder: "all", there: 400, run: 60, killed: 34, survived: 26 });
    expect(total.percent).toBeCloseTo((90 * 300 + 50 * 100) / 400, 9);
    expect(totalOf([]).percent).toBe(100);
  });

  // Worked by hand: 82 of 104 after two of each kind, and a tenth of a thousand: 80 ± 196 √(0.7885 × 0.2115 ÷ 104 × 0.9).
  test.each([
    [[score(1000, 100, 80)], 72.6, 87.4],
    [[score(1000, 10, 10)], 81.8, 100],
    [[score(100, 100, 80)], 80, 80],
    [[score(500, 50, 40), score(500, 50, 40)], 72.6, 87.4],
  ])("%#: the score lies within bounds, which a full run has none of", (scores, low, high) => {
    const [least, most] = boundsOf(scores);
    expect(least).toBeCloseTo(low, 0);
    expect(most).toBeCloseTo(high, 0);
  });
});

test("a survivor that one of its tests did not try is told, for such a test is not found by its name again", () => {
  const survivor = { status: "Survived", static: false, coveredBy: ["1", "2"] };
  expect(isHalfTried({ ...survivor, testsCompleted: 1 })).toBe(true);
  expect(isHalfTried({ ...survivor, testsCompleted: 2 })).toBe(false);
  expect(isHalfTried({ ...survivor, status: "Killed", testsCompleted: 1 })).toBe(false);
  expect(isHalfTried({ ...survivor, static: true, testsCompleted: 1 })).toBe(false);
  expect(isHalfTried({ status: "NoCoverage" })).toBe(false);
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
