// What a mutant of the core is tried against: the tests of the core alone, with fewer cases a property.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    setupFiles: ["test/support/propertySeed.ts"],
    include: ["test/core/**/*.test.ts"],
    // A minute and a half by itself: every minute of whole weeks. tradingWindow.test.ts has the same rules as examples.
    exclude: ["test/core/schedule/windowMinutes.test.ts"],
    testTimeout: 30_000,
    env: { PROPERTY_RUNS: "20" },
    // The core keeps nothing between two files, and each mutant has a process of its own: half the time for the same answer.
    isolate: false,
  },
});
