// What becomes of a slot that has come: a run, or an end without one, with a reason that an operator understands.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ControlState } from "../../../src/core/model/control.ts";
import { addMs, minuteMs } from "../../../src/core/model/time.ts";
import { judgeSlot } from "../../../src/core/schedule/judgeSlot.ts";
import { decideWindow } from "../../../src/core/schedule/tradingWindow.ts";
import { at, day, exampleControl, exampleTask, exampleWindow } from "../examples.ts";

/** The switch of one task, as ann set it. */
const restriction = (id: string, switches: Partial<ControlState>): ControlState["restrictions"][number] => ({
  automation: "started",
  tradingState: "running",
  ...switches,
  scope: { kind: "task", id },
  actor: "ann",
  reason: "a look at it",
  changedAt: at("2026-06-15T12:00Z"),
});

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

  const late = { slot: at("2026-06-15T14:00Z"), now: at("2026-06-15T14:03Z") };
  test.each([
    [
      "is blocked in an app that trades in the other mode",
      { mode: "live" },
      {
        state: "blocked",
        code: "WRONG_MODE",
        reason: "it is a paper task and this app trades live: set its mode to run it here",
      },
    ],
    [
      "is blocked while trading is halted",
      { control: exampleControl({ tradingState: "halted", actor: "breaker drawdown", reason: "12 % down" }) },
      { state: "blocked", code: "HALTED", reason: "trading was halted by breaker drawdown: 12 % down" },
    ],
    [
      "is blocked while its own task is stopped, by whom and why",
      { control: exampleControl({ restrictions: [restriction("trend", { automation: "stopped" })] }) },
      { state: "blocked", code: "STOPPED", reason: "the automation was stopped by ann: a look at it" },
    ],
    [
      "is blocked while its own task is halted",
      { control: exampleControl({ restrictions: [restriction("trend", { tradingState: "halted" })] }) },
      { state: "blocked", code: "HALTED", reason: "trading was halted by ann: a look at it" },
    ],
    [
      "is blocked while the run before it is under way",
      { underWay: "trend@20260615T135500Z" },
      { state: "blocked", code: "OVERLAP", reason: "the run trend@20260615T135500Z before it is still under way" },
    ],
    [
      "is missed when it is late and its task does not catch up",
      { ...late, task: exampleTask({ catchUp: "none" }) },
      { state: "missed", code: "MISSED", reason: "looked at 3 minutes late, and the task does not catch up" },
    ],
    [
      "is missed past the grace of its own task",
      { ...late, task: exampleTask({ graceMinutes: 2 }) },
      { state: "missed", code: "MISSED", reason: "looked at 3 minutes late, past its grace of 2 minutes" },
    ],
    [
      "is missed past its grace though the task catches up on all",
      { now: at("2026-06-15T14:06Z"), task: exampleTask({ catchUp: "all" }) },
      { state: "missed", code: "MISSED", reason: "looked at 6 minutes late, past its grace of 5 minutes" },
    ],
    [
      "is skipped outside the window of its own task",
      { task: exampleTask({ window: { ranges: [{ start: "11:00", end: "12:00" }] } }) },
      { state: "skipped", code: "WINDOW_CLOSED" },
    ],
    [
      "is skipped in a blackout, by its reason",
      { window: exampleWindow({ blackouts: [{ from: day("2026-06-15"), to: day("2026-06-15"), reason: "audit" }] }) },
      { state: "skipped", code: "BLACKOUT", reason: "blackout: audit; next open Tue 2026-06-16 09:30 New York" },
    ],
  ] as const)("%s", (_, changes, expected) => {
    expect(judge(changes)).toMatchObject({ kind: "end", ...expected });
  });

  test.each([
    [
      "while trading is reducing: the gate looks at each order",
      { control: exampleControl({ tradingState: "reducing" }) },
    ],
    [
      "while another task is stopped",
      { control: exampleControl({ restrictions: [restriction("other", { automation: "stopped" })] }) },
    ],
    ["late within its grace", late],
    [
      "late within the grace of its own task",
      { now: at("2026-06-15T14:20Z"), task: exampleTask({ graceMinutes: 20 }) },
    ],
    [
      "beside a newer one where the task catches up on all",
      { ...late, newestDue: false, task: exampleTask({ catchUp: "all" }) },
    ],
    [
      "when it comes to the minute where the task does not catch up",
      { now: at("2026-06-15T14:01:30Z"), task: exampleTask({ catchUp: "none" }) },
    ],
    [
      "beside a run under way where the task queues",
      { underWay: "trend@20260615T135500Z", task: exampleTask({ overlap: "queue" }) },
    ],
    [
      "in a window that is open for its task only",
      {
        slot: at("2026-06-15T12:00Z"),
        now: at("2026-06-15T12:00Z"),
        task: exampleTask({ window: { extendedHours: true, ranges: [{ start: "04:00", end: "20:00" }] } }),
      },
    ],
  ])("runs %s", (_, changes) => {
    expect(judge(changes)).toEqual({ kind: "run" });
  });

  test("has exactly one end whatever the circumstances, and runs only when each allows it", () => {
    const circumstances = fc.record({
      offset: fc.integer({ min: -3 * 1440, max: 3 * 1440 }),
      late: fc.integer({ min: 0, max: 12 }),
      newestDue: fc.boolean(),
      underWay: fc.constantFrom(undefined, "trend@20260615T135500Z"),
      mode: fc.constantFrom("paper" as const, "live" as const),
      automation: fc.constantFrom("started" as const, "started" as const, "stopped" as const),
      tradingState: fc.constantFrom("running" as const, "reducing" as const, "halted" as const),
      task: fc.record({
        enabled: fc.boolean(),
        overlap: fc.constantFrom("skip" as const, "queue" as const),
        catchUp: fc.constantFrom("latest" as const, "none" as const, "all" as const),
        graceMinutes: fc.constantFrom(1, 5, 10),
      }),
    });
    let runs = 0;
    fc.assert(
      fc.property(circumstances, ({ offset, late, automation, tradingState, task, ...of }) => {
        const slot = addMs(at("2026-06-15T14:00Z"), offset * minuteMs);
        const now = addMs(slot, late * minuteMs);
        const control = exampleControl({ automation, tradingState });
        const judgement = judge({ slot, now, control, task: exampleTask(task), ...of });
        const [isOpenThen, isOpenNow] = [slot, now].map((instant) => decideWindow(exampleWindow(), instant).open);
        const runnable =
          automation === "started" &&
          tradingState !== "halted" &&
          of.mode === "paper" &&
          task.enabled &&
          isOpenThen === true &&
          isOpenNow === true &&
          late <= task.graceMinutes &&
          { latest: of.newestDue, none: of.newestDue && late <= 1, all: true }[task.catchUp] &&
          (task.overlap === "queue" || of.underWay === undefined);
        expect(judgement.kind).toBe(runnable ? "run" : "end");
        if (judgement.kind === "run") runs++;
        else expect([judgement.code, judgement.reason]).not.toContain("");
      }),
      { numRuns: 2000 },
    );
    expect(runs).toBeGreaterThan(20);
  });
});
