// What a mutant of the core is tried against: the tests of the core or of one folder of it, with fewer cases a property.
import { readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const hasProperties = ({ moduleId }: TestSpecification): boolean =>
  readFileSync(moduleId, "utf8").includes('from "fast-check"');

/** Examples before properties: the first failure ends the run of a mutant. */
class ExamplesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => Number(hasProperties(a)) - Number(hasProperties(b)));
  }
}

export default defineConfig({
  test: {
    setupFiles: ["test/support/propertySeed.ts"],
    include: [`${process.env.MUTATION_TESTS || "test/core"}/**/*.test.ts`],
    // A minute and a half by itself: every minute of whole weeks. tradingWindow.test.ts has the same rules as examples.
    exclude: ["test/core/schedule/windowMinutes.test.ts"],
    // Stryker has its own limit and counts what it ends: a test that is slow on a busy machine must not pass for one that failed.
    testTimeout: 600_000,
    env: { PROPERTY_RUNS: "20", INSTRUMENTED: "yes" },
    // The core keeps nothing between two files, and each mutant has a process of its own: half the time for the same answer.
    isolate: false,
    sequence: { sequencer: ExamplesFirst },
  },
});
