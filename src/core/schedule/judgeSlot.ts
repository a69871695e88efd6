// What becomes of a slot that has come: a run, or an end without one and why.
import { type ControlState, switchFor } from "../model/control.ts";
import type { RunSummary } from "../model/run.ts";
import type { TradingWindow } from "../model/settings.ts";
import { type Task, windowOf } from "../model/task.ts";
import { type Instant, minuteMs, msBetween } from "../model/time.ts";
import { decideWindow, describeClosed } from "./tradingWindow.ts";

/** Due for a run, or ended without one and why. */
export type SlotJudgement =
  | { readonly kind: "run" }
  | {
      readonly kind: "end";
      readonly state: "skipped" | "missed" | "blocked";
      readonly code: RunSummary["code"];
      readonly reason: string;
    };

/** A slot looked at later than this after its time is late: the tick comes once a minute. */
const punctualMs = 1.5 * minuteMs;

/**
 * Decides what becomes of a slot that is due. A slot outside the trading window is skipped however late it is looked at, because it would
 * never have run; any other is missed when its grace is over, or when it is late and the task does not catch up on it.
 */
export function judgeSlot(due: {
  readonly slot: Instant;
  readonly now: Instant;
  /** No later slot of the same task is due. */
  readonly newestDue: boolean;
  /** The run of an earlier slot of the task that has not ended. */
  readonly underWay: string | undefined;
  readonly task: Task;
  readonly mode: "paper" | "live";
  readonly control: ControlState;
  /** The common window, without what the task says of its own. */
  readonly window: TradingWindow;
}): SlotJudgement {
  const { slot, now, newestDue, underWay, task, mode, control } = due;
  const window = windowOf(task, due.window);
  const { automation, automationBy, tradingState, tradingStateBy } = switchFor(control, { taskId: task.id });
  if (automation === "stopped") return end("blocked", "STOPPED", `the automation was stopped by ${automationBy}`);
  if (!task.enabled) return end("blocked", "TASK_DISABLED", `task "${task.id}" is disabled`);
  if (task.mode !== mode) {
    return end(
      "blocked",
      "WRONG_MODE",
      `it is a ${task.mode} task and this app trades ${mode}: set its mode to run it here`,
    );
  }
  const thenWindow = decideWindow(window, slot);
  if (!thenWindow.open) return end("skipped", thenWindow.code, describeClosed(thenWindow, window));
  const lateMs = msBetween(slot, now);
  const late = `looked at ${Math.floor(lateMs / minuteMs)} minutes late`;
  if (lateMs > window.graceMinutes * minuteMs) {
    return end("missed", "MISSED", `${late}, past its grace of ${window.graceMinutes} minutes`);
  }
  if (task.catchUp === "none" && lateMs > punctualMs) {
    return end("missed", "MISSED", `${late}, and the task does not catch up`);
  }
  if (task.catchUp !== "all" && !newestDue) {
    return end("missed", "MISSED", "superseded: a newer slot of the task was due as well");
  }
  const nowWindow = slot === now ? thenWindow : decideWindow(window, now);
  if (!nowWindow.open) return end("skipped", nowWindow.code, describeClosed(nowWindow, window));
  if (tradingState === "halted") return end("blocked", "HALTED", `trading was halted by ${tradingStateBy}`);
  if (task.overlap === "skip" && underWay !== undefined) {
    return end("blocked", "OVERLAP", `the run ${underWay} before it is still under way`);
  }
  return { kind: "run" };
}

const end = (state: "skipped" | "missed" | "blocked", code: RunSummary["code"], reason: string): SlotJudgement => ({
  kind: "end",
  state,
  code,
  reason,
});
