// The whole configuration as it is read: what its parts must agree on.
import { expect, test } from "vitest";
import { automationConfigSchema } from "../../../src/core/model/automation.ts";
import type { Task } from "../../../src/core/model/task.ts";
import { exampleLimits, exampleTask, exampleWindow } from "../examples.ts";

const { symbols: _, ...named } = exampleTask();
function faults(tasks: readonly object[], universes: Readonly<Record<string, readonly string[]>> = {}) {
  const automation = { trading_window: exampleWindow(), risk_limits: exampleLimits(), universes };
  const { error } = automationConfigSchema.safeParse({ automation, tasks });
  return (error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);
}

test("tasks with ids of their own and symbols, or a list that there is, are taken", () => {
  const listed: Partial<Task> = { ...named, id: "listed", universe: "core" };
  expect(faults([exampleTask(), listed], { core: ["SPY"] })).toEqual([]);
});

test("two tasks of one id are refused, and so is each list that there is none of, by its place", () => {
  expect(faults([exampleTask(), exampleTask()])).toEqual(["tasks: two tasks have the same id"]);
  const missing = { ...named, id: "missing", universe: "core" };
  // A name that every object has is no list.
  const inherited = { ...named, id: "inherited", universe: "constructor" };
  expect(faults([exampleTask(), missing, inherited], { other: ["SPY"] })).toEqual([
    'tasks.1.universe: there is no list "core" in automation.universes',
    'tasks.2.universe: there is no list "constructor" in automation.universes',
  ]);
});
