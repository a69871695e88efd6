// What becomes of a slot that has come: a run, or an end without one, with a reason that an operator understands.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addMs, minuteMs, msFromInstant } from "../../../src/core/model/time.ts";
import { judgeSlot } from "../../../src/core/schedule/judgeSlot.ts";
import { at, day, exampleControl, exampleTask, exampleWindow } from "../examples.ts";

describe("a slot that is due", () => {
  const judge = (changes: Partial<Parameters<typeof judgeSlot>[0]> = {}) =>
    judgeSlot({
      slot: at("2026-06-15T14:00Z"),
      now: at("2026-06-15T14:00:01Z"),
      newestDue: true,
      underWay: undefined,
      task: exampleTask(),
      mode: "paper",
      control: exampleControl(),
      window: exampleWindow(),
      ...changes,
    });

  test("runs", () => expect(judge()).toEqual({ kind: "run" }));

  test("runs at the end of its grace and is missed a moment later", () => {
    expect(judge({ now: at("2026-06-15T14:05Z") })).toEqual({ kind: "run" });
    expect(judge({ now: at("2026-06-15T14:05:00.001Z") })).toMatchObject({ state: "missed", code: "MISSED" });
  });

  test.each([
    [
      "is missed when a newer one is due as well: nothing is made up for",
      { newestDue: false },
      { state: "missed", code: "MISSED", reason: "superseded: a newer slot of the task was due as well" },
    ],
    [
      "is blocked while the automation is stopped, by whom and why",
      { control: exampleControl({ automation: "stopped", actor: "operator", reason: "maintenance" }) },
      { state: "blocked", code: "STOPPED", reason: "the automation was stopped by operator: maintenance" },
    ],
    [
      "is blocked while its task is disabled",
      { task: exampleTask({ enabled: false }) },
      { state: "blocked", code: "TASK_DISABLED", reason: 'task "trend" is disabled' },
    ],
    [
      "is skipped outside the window, naming the next open",
      { slot: at("2026-06-15T13:25Z"), now: at("2026-06-15T13:25Z") },
      {
        state: "skipped",
        code: "WINDOW_CLOSED",
        reason: "before the window opens at 09:30 New York; next open Mon 2026-06-15 09:30 New York",
      },
    ],
    [
      "is skipped on a half day after 13:00 New York, naming the next open",
      { slot: at("2026-11-27T18:00Z"), now: at("2026-11-27T18:00Z") },
      {
        state: "skipped",
        code: "WINDOW_CLOSED",
        reason: "half day: closed at 13:00 New York; next open Mon 2026-11-30 09:30 New York",
      },
    ],
    [
      "is skipped on an extra holiday",
      { window: exampleWindow({ holidays: [day("2026-06-15")] }) },
      { state: "skipped", code: "HOLIDAY" },
    ],
    [
      "is skipped, not missed, when the window was closed at its time, however late it is looked at",
      { slot: at("2026-06-13T14:00Z"), now: at("2026-06-15T14:00Z") },
      { state: "skipped", code: "WINDOW_CLOSED" },
    ],
    [
      "is skipped when the window has closed since",
      { slot: at("2026-06-15T19:58Z"), now: at("2026-06-15T20:01Z") },
      { state: "skipped", code: "WINDOW_CLOSED" },
    ],
  ])("%s", (_, changes, expected) => {
    expect(judge(changes)).toMatchObject({ kind: "end", ...expected });
  });

  test("has exactly one end whatever the circumstances, and runs only when each allows it", () => {
    const around = fc.integer({ min: -3 * 1440, max: 3 * 1440 });
    const circumstances = fc.record({
      offset: around,
      late: fc.integer({ min: 0, max: 30 }),
      newestDue: fc.boolean(),
      enabled: fc.boolean(),
      started: fc.boolean(),
    });
    fc.assert(
      fc.property(circumstances, ({ offset, late, newestDue, enabled, started }) => {
        const slot = addMs(at("2026-06-15T14:00Z"), offset * minuteMs);
        const now = addMs(slot, late * minuteMs);
        const control = exampleControl({ automation: started ? "started" : "stopped" });
        const judgement = judge({ slot, now, newestDue, control, task: exampleTask({ enabled }) });
        if (judgement.kind === "end") expect(judgement.reason).not.toBe("");
        else {
          expect({ newestDue, enabled, started }).toEqual({ newestDue: true, enabled: true, started: true });
          expect(msFromInstant(now) - msFromInstant(slot)).toBeLessThanOrEqual(5 * minuteMs);
        }
      }),
    );
  });
});
