// What may not be asked of the switches, and when a change that was put off is made.
import { describe, expect, test } from "vitest";
import {
  instantOf,
  refuseReenabling,
  refuseUnfit,
  type TurnTime,
  undoesAnother,
} from "../../../src/core/control/refuseTurn.ts";
import type { Turn } from "../../../src/core/control/turnSwitch.ts";
import { type ControlState, noReason, type Scope, unnamed } from "../../../src/core/model/control.ts";
import { addMs } from "../../../src/core/model/time.ts";
import { at, exampleControl } from "../examples.ts";

const now = at("2026-06-15T14:00Z");
const account: Scope = { kind: "account" };
const turn = (action: Turn["action"], more: Partial<Turn> = {}): Turn => ({
  action,
  scope: account,
  principal: { kind: "key", name: "ops" },
  reason: "why",
  source: "request 1",
  ...more,
});
const actions = ["start", "stop", "restart", "halt", "reduce", "resume"] as const;

describe("is refused, whatever the state", () => {
  const refused = (given: Turn, time?: TurnTime): boolean => {
    try {
      refuseUnfit(given, time, now);
      return false;
    } catch (failure) {
      expect(failure).toMatchObject({ code: time === undefined ? "BAD_SCOPE" : "BAD_SCHEDULE" });
      return true;
    }
  };

  test.each(["account", "task", "symbol", "strategy"] as const)("what a %s cannot do", (kind) => {
    const scope = kind === "account" ? account : { kind, id: "x" };
    const isPart = kind === "symbol" || kind === "strategy";
    expect(actions.filter((action) => refused(turn(action, { scope })))).toEqual(
      isPart ? ["start", "stop", "restart"] : [],
    );
  });

  test("what cannot wait, and a time that has passed", () => {
    const waits = actions.filter((action) => !refused(turn(action), addMs(now, 1)));
    expect(waits).toEqual(["start", "stop"]);
    expect(
      [addMs(now, -1), now, addMs(now, 1), "close" as const, "never" as const].map((time) =>
        refused(turn("stop"), time),
      ),
    ).toEqual([true, true, false, false, false]);
  });

  test("in words that say what can be done", () => {
    expect(() => refuseUnfit(turn("stop", { scope: { kind: "symbol", id: "SPY" } }), undefined, now)).toThrow(
      "a symbol can be halted, reduced and resumed, not started or stopped",
    );
    expect(() => refuseUnfit(turn("halt"), "close", now)).toThrow("only start and stop can wait for a time");
    expect(() => refuseUnfit(turn("stop"), now, now)).toThrow("the time has passed: leave it out to do it now");
  });
});

describe("what a breaker switched off is switched on", () => {
  const tripped = exampleControl({ tradingState: "halted", trippedBy: "drift", reason: "it drifted" });
  const isRefused = (action: Turn["action"], more: Partial<Turn> = {}, state: ControlState = tripped): boolean => {
    try {
      refuseReenabling(turn(action, more), state);
      return false;
    } catch (failure) {
      expect(failure).toMatchObject({ code: "NAME_AND_REASON_NEEDED" });
      return true;
    }
  };
  const nobody = { principal: { kind: "claimed", name: unnamed } } as const;

  test("by a name and with a reason only, and not by the app", () => {
    expect(isRefused("resume")).toBe(false);
    expect(isRefused("resume", nobody)).toBe(true);
    expect(isRefused("resume", { reason: noReason })).toBe(true);
    expect(isRefused("resume", { principal: { kind: "app", name: "schedule" } })).toBe(true);
  });

  test("with those also where it is only loosened, and without where nothing is", () => {
    expect(actions.filter((action) => isRefused(action, nobody))).toEqual(["reduce", "resume"]);
    const reducing = { ...tripped, tradingState: "reducing" } as const;
    expect(actions.filter((action) => isRefused(action, nobody, reducing))).toEqual(["resume"]);
  });

  test("and by anybody where no breaker stands, or for a part", () => {
    expect(isRefused("resume", nobody, exampleControl({ tradingState: "halted" }))).toBe(false);
    expect(isRefused("resume", { ...nobody, scope: { kind: "task", id: "x" } })).toBe(false);
  });

  test("and who is refused is told which breaker it was and why, by who turned trading last", () => {
    const resume = turn("resume", nobody);
    expect(() => refuseReenabling(resume, tripped)).toThrow(
      "the breaker drift switched trading off (it drifted); say who you are and why it may go on",
    );
    const tradingStateChange = { reason: "of itself", actor: "breaker drift", changedAt: now };
    expect(() => refuseReenabling(resume, { ...tripped, tradingStateChange })).toThrow("(of itself)");
  });
});

test("what starts or loosens does not undo a change of its own switch meanwhile, and stopping and halting always win", () => {
  const seen = exampleControl({ automation: "stopped", tradingState: "reducing" });
  const undoing = (meanwhile: Partial<ControlState>) =>
    actions.filter((action) => undoesAnother(turn(action), seen, { ...seen, ...meanwhile }));
  expect(undoing({})).toEqual([]);
  expect(undoing({ automation: "started" })).toEqual(["start", "restart"]);
  expect(undoing({ tradingState: "halted" })).toEqual(["reduce", "resume"]);
});

test.each([
  ["in the session", "2026-06-15T14:00Z", "2026-06-15T20:00:00.000Z"],
  ["before the open", "2026-06-15T10:00Z", "2026-06-15T20:00:00.000Z"],
  ["at the close", "2026-06-15T20:00Z", "2026-06-16T20:00:00.000Z"],
  ["on a Saturday", "2026-06-13T14:00Z", "2026-06-15T20:00:00.000Z"],
  ["on a half day", "2026-11-27T15:00Z", "2026-11-27T18:00:00.000Z"],
])("the close, asked for %s, is that of the session that is open or comes next", (_, text, expected) => {
  expect(instantOf("close", at(text))).toBe(expected);
  expect(instantOf("never", at(text))).toBe("never");
  expect(instantOf(now, at(text))).toBe(now);
});
