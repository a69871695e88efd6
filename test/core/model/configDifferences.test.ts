// What differs between two whole configurations, as an import shows it before it is done.
import { expect, test } from "vitest";
import { type AutomationConfig, automationConfigSchema } from "../../../src/core/model/automation.ts";
import { configDifferences } from "../../../src/core/model/configDifferences.ts";
import type { Task } from "../../../src/core/model/task.ts";
import { exampleLimits, exampleTask, exampleWindow } from "../examples.ts";

const configOf = (
  tasks: readonly Partial<Task>[],
  limits: Parameters<typeof exampleLimits>[0] = {},
): AutomationConfig =>
  automationConfigSchema.parse({
    automation: { trading_window: exampleWindow(), risk_limits: exampleLimits(limits) },
    tasks: tasks.map((changes) => exampleTask(changes)),
  });

test("the same configuration differs in nothing, whatever the order of its tasks", () => {
  const tasks = [{ id: "b" }, { id: "a" }];
  expect(configDifferences(configOf(tasks), configOf(tasks.toReversed()))).toEqual([]);
});

test("sections come first, then the tasks by id, each with whether it is added, changed or removed", () => {
  const from = configOf([{ id: "kept" }, { id: "gone" }, { id: "renamed", name: "Before" }]);
  const to = configOf([{ id: "kept" }, { id: "renamed", name: "After" }, { id: "fresh" }], { maxGrossFraction: 3 });
  const found = configDifferences(from, to);
  expect(found.map(({ kind, what }) => `${kind} ${what}`)).toEqual([
    "changed risk_limits",
    "added task fresh",
    "removed task gone",
    "changed task renamed",
  ]);
  expect(found[0]?.differences).toEqual([{ path: "maxGrossFraction", from: 4, to: 3, loosens: false }]);
  expect(found[1]?.differences).toContainEqual({ path: "id", from: undefined, to: "fresh", loosens: false });
  expect(found[2]?.differences).toContainEqual({ path: "id", from: "gone", to: undefined, loosens: false });
  expect(found[3]?.differences).toEqual([{ path: "name", from: "Before", to: "After", loosens: false }]);
});
