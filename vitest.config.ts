// Two projects: `unit` runs files side by side; `stack` runs one file at a time: what starts real processes, or keeps a core busy for long.
import { defineConfig } from "vitest/config";

const stack = ["test/e2e/**/*.test.ts", "test/replay/simulation.test.ts"];

export default defineConfig({
  test: {
    // As many files side by side as there are cores; by itself it keeps one of them free.
    maxWorkers: "100%",
    reporters: process.env.CI ? ["default"] : ["dot"],
    projects: [
      {
        test: {
          name: "unit",
          setupFiles: ["test/support/propertySeed.ts"],
          include: ["test/**/*.test.ts"],
          exclude: stack,
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: "stack",
          include: stack,
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
