// Slots in words: what became of each, and what is to become of it as things stand.
import { expect, test } from "vitest";
import type { SlotEntry, SlotState } from "../../../src/core/model/slot.ts";
import { dueView, endedView, expectedView, mergeViews, openView } from "../../../src/core/schedule/slotViews.ts";
import { at, exampleControl, exampleTask, exampleWindow } from "../examples.ts";

const slot = at("2026-06-15T14:00Z");
const entry = (state: SlotState, reason = ""): SlotEntry => {
  return { taskId: "trend", slot, runId: "trend@20260615T140000Z", state, code: "X", reason, updatedAt: slot };
};

test.each<[SlotState, string]>([
  ["enqueued", "its run is queued or under way"],
  ["ran", "its run ended"],
  ["skipped", "there was nothing to do"],
  ["missed", "it was looked at too late"],
  ["blocked", "it was not allowed to run"],
  ["failed", "its run failed"],
])("one that is %s says so where it says nothing of its own", (state, words) => {
  const view = { taskId: "trend", slot, executionId: "trend@20260615T140000Z", state, code: "X" };
  expect(endedView(entry(state))).toEqual({ ...view, reason: words });
  expect(endedView(entry(state, "its own"))).toEqual({ ...view, reason: "its own" });
});

test("one that is open says that its run is queued, and why it was asked for", () => {
  expect(openView(entry("enqueued")).reason).toBe("its run is queued or under way");
  expect(openView(entry("enqueued", "by hand"))).toMatchObject({
    state: "enqueued",
    reason: "its run is queued or under way; by hand",
  });
});

test("one whose time has come waits for the next tick", () => {
  expect(dueView("trend", slot)).toEqual({
    taskId: "trend",
    slot,
    executionId: "trend@20260615T140000Z",
    state: "due",
    code: "",
    reason: "its time has come; the next tick decides it",
  });
});

const expected = (when: string, changes: object = {}) =>
  expectedView(at(when), {
    task: exampleTask(),
    mode: "paper",
    control: exampleControl(),
    window: exampleWindow(),
    ...changes,
  });

test("one that is to come is told by what would become of it now", () => {
  expect(expected("2026-06-15T14:00Z")).toEqual({
    taskId: "trend",
    slot,
    executionId: "trend@20260615T140000Z",
    state: "expected",
    code: "",
    reason: "runs when its time comes",
  });
  expect(expected("2026-06-15T14:00Z", { control: exampleControl({ automation: "stopped" }) })).toMatchObject({
    state: "expected",
    code: "STOPPED",
    reason: "as things stand it will be blocked: the automation was stopped by operator: first start",
  });
});

test("one after which the window never opens again is closed, and says so", () => {
  const blackouts = [{ from: at("2026-01-01T00:00Z"), to: at("2099-01-01T00:00Z"), reason: "for good" }];
  const view = expected("2026-06-15T14:00Z", { window: exampleWindow({ blackouts }) });
  expect(view.code).toBe("WINDOW_CLOSED");
  expect(view.reason).not.toBe("");
  const broken = { task: exampleTask(), control: undefined };
  expect(() => expected("2026-06-15T14:00Z", broken)).toThrow(TypeError);
});

test("of several lists the first has a slot, and they are told oldest first", () => {
  const view = (when: string, reason: string) => ({ ...dueView("trend", at(when)), reason });
  const lists = [
    [view("2026-06-15T14:05Z", "a")],
    [view("2026-06-15T14:00Z", "b"), view("2026-06-15T14:05Z", "c"), view("2026-06-15T14:10Z", "d")],
    [],
  ];
  expect(mergeViews(lists).map(({ reason }) => reason)).toEqual(["b", "a", "d"]);
});
