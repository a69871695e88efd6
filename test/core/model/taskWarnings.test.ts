// What is told of a task that is sound and yet will not trade as its author may expect.
import { expect, test } from "vitest";
import type { Task } from "../../../src/core/model/task.ts";
import { taskWarnings } from "../../../src/core/model/taskWarnings.ts";
import { at, exampleTask } from "../examples.ts";

const now = at("2026-06-15T14:00Z");
const told = (changes: Partial<Task> = {}) => taskWarnings(exampleTask(changes), { mode: "paper", at: now });

test("of a usual task nothing is told", () => {
  expect(told()).toEqual([]);
  expect(told({ mode: "paper", account: "main", expiresAt: at("2026-06-15T14:00:00.001Z") })).toEqual([]);
});

test.each<[Partial<Task>, string]>([
  [{ expiresAt: now }, `it expired at ${now}: it is never due again`],
  [{ mode: "live" }, "it is a live task and this app trades paper: each of its slots ends as blocked"],
  [{ account: "second" }, 'its account is "second": the app trades on one account at the broker'],
])("of one with %j it is told by itself", (changes, sentence) => {
  expect(told(changes)).toEqual([expect.stringContaining(sentence)]);
});

test("all that holds is told, a sentence each", () => {
  expect(told({ expiresAt: now, mode: "live", account: "second" })).toHaveLength(3);
});
