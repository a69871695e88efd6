// What each change makes of the switches: of the account's, of a part's, by a breaker, and put off.
import { describe, expect, test } from "vitest";
import { eventOf, type Turn, withScheduled, withTrip, withTurn } from "../../../src/core/control/turnSwitch.ts";
import type { ControlState, Scope } from "../../../src/core/model/control.ts";
import { addMs, type Instant } from "../../../src/core/model/time.ts";
import { at, exampleControl } from "../examples.ts";

const now = at("2026-06-15T14:00Z");
const account: Scope = { kind: "account" };
const task: Scope = { kind: "task", id: "trend" };
const asked = <A extends Turn["action"]>(action: A, scope: Scope = account, reason = "why") => ({
  action,
  scope,
  principal: { kind: "key", name: "ops" } as const,
  reason,
  source: "request 1",
});
const turned = { reason: "why", actor: "key ops", changedAt: now };
const first = { reason: "first start", actor: "operator", changedAt: at("2026-06-01T12:00Z") };
const turnedTo = (state: ControlState, ...actions: readonly Turn["action"][]): ControlState =>
  actions.reduce((each, action) => withTurn(each, asked(action), now), state);

describe("a turn of the account's switches", () => {
  test.each([
    ["stop", { automation: "stopped", tradingState: "running" }],
    ["halt", { automation: "started", tradingState: "halted" }],
    ["reduce", { automation: "started", tradingState: "reducing" }],
  ] as const)("%s turns one of them and says by whom, and leaves who turned the other", (action, switches) => {
    const [automationChange, tradingStateChange] = action === "stop" ? [turned, first] : [first, turned];
    expect(withTurn(exampleControl(), asked(action), now)).toStrictEqual({
      ...exampleControl(),
      ...switches,
      ...turned,
      automationChange,
      tradingStateChange,
    });
  });

  test.each([
    ["start", "stop"],
    ["resume", "halt"],
    ["resume", "reduce"],
  ] as const)("%s takes back a %s", (back, there) => {
    expect(turnedTo(exampleControl(), there, back)).toMatchObject({ automation: "started", tradingState: "running" });
  });

  test("that changes nothing is the same state, except that a restart is always a change", () => {
    const state = exampleControl();
    for (const action of ["start", "resume"] as const) expect(turnedTo(state, action)).toBe(state);
    expect(turnedTo(state, "restart")).toMatchObject({ ...turned, automation: "started", automationChange: turned });
  });

  test("lets a breaker stand until trading is resumed", () => {
    const tripped = exampleControl({ tradingState: "halted", trippedBy: "drift" });
    for (const action of ["stop", "reduce"] as const) expect(turnedTo(tripped, action).trippedBy).toBe("drift");
    expect(turnedTo(tripped, "resume")).not.toHaveProperty("trippedBy");
  });
});

describe("a turn of a part's switches", () => {
  test("is kept beside those of other parts, once for each, and leaves the account's", () => {
    const symbol: Scope = { kind: "symbol", id: "trend" };
    let state = withTurn(exampleControl(), asked("halt", task), now);
    state = withTurn(state, asked("reduce", symbol), now);
    state = withTurn(state, asked("stop", task), addMs(now, 1));
    const { restrictions, ...rest } = state;
    expect(rest).toEqual((({ restrictions: _, ...own }) => own)(exampleControl()));
    const later = { ...turned, changedAt: addMs(now, 1) };
    expect(restrictions).toEqual([
      {
        scope: symbol,
        automation: "started",
        tradingState: "reducing",
        ...turned,
        automationChange: turned,
        tradingStateChange: turned,
      },
      {
        scope: task,
        automation: "stopped",
        tradingState: "halted",
        ...later,
        automationChange: later,
        tradingStateChange: turned,
      },
    ]);
  });

  test("that frees it of every switch forgets it, and one that changes nothing is the same state", () => {
    const state = withTurn(exampleControl(), asked("halt", task), now);
    expect(withTurn(state, asked("halt", task), addMs(now, 1))).toBe(state);
    expect(withTurn(exampleControl(), asked("resume", task), now).restrictions).toEqual([]);
    expect(withTurn(state, asked("resume", task), now)).toEqual(exampleControl());
    const both = withTurn(state, asked("stop", task), now);
    expect(withTurn(both, asked("resume", task), now).restrictions).toMatchObject([
      { automation: "stopped", tradingState: "running" },
    ]);
  });
});

describe("a breaker", () => {
  const trip = (state: ControlState, breaker: string, action: "halt" | "reduce" = "halt") =>
    withTrip(state, asked(action, account, `${breaker} tripped`), breaker, now);

  test("that tightens turns trading and says why", () => {
    const change = { reason: "drift tripped", actor: "key ops", changedAt: now };
    expect(trip(exampleControl(), "drift")).toEqual({
      ...exampleControl(),
      ...change,
      tradingState: "halted",
      automationChange: first,
      tradingStateChange: change,
      trippedBy: "drift",
    });
  });

  test("that tightens no further is added to those that stand, its reason to theirs, and is told once", () => {
    const both = trip(trip(exampleControl(), "drift"), "dailyLoss", "reduce");
    expect(both).toMatchObject({
      tradingState: "halted",
      trippedBy: "drift, dailyLoss",
      reason: "drift tripped; dailyLoss tripped",
      tradingStateChange: { reason: "drift tripped; dailyLoss tripped", actor: "key ops" },
    });
    expect(trip(both, "drift")).toBe(both);
    const byHand = turnedTo(exampleControl(), "halt");
    expect(trip(byHand, "drift")).toMatchObject({ trippedBy: "drift", reason: "why; drift tripped" });
    const stoppedToo = withTurn(byHand, asked("stop", account, "the day is over"), addMs(now, 1));
    expect(trip(stoppedToo, "drift")).toMatchObject({ trippedBy: "drift", reason: "why; drift tripped" });
  });

  test("that stands and tightens further stands once", () => {
    const state = trip(trip(exampleControl(), "drift", "reduce"), "drift", "halt");
    expect(state).toMatchObject({ tradingState: "halted", trippedBy: "drift" });
  });
});

describe("a start or stop that waits", () => {
  const later = (minutes: number): Instant => addMs(now, minutes * 60_000);

  test("is kept by its time, once for each action and scope", () => {
    let state = withScheduled(exampleControl(), asked("stop"), later(20));
    state = withScheduled(state, asked("start"), later(10));
    state = withScheduled(state, asked("stop", task), later(15));
    const shown = () => state.scheduled.map(({ action, scope, at: due }) => [action, scope.kind, due]);
    expect(shown()).toEqual([
      ["start", "account", later(10)],
      ["stop", "task", later(15)],
      ["stop", "account", later(20)],
    ]);
    expect(state.scheduled[0]).toEqual({
      action: "start",
      scope: account,
      reason: "why",
      actor: "key ops",
      at: later(10),
    });
    state = withScheduled(state, asked("stop"), later(5));
    expect(shown()[0]).toEqual(["stop", "account", later(5)]);
    expect(state.scheduled).toHaveLength(3);
  });

  test("is taken back by its action and scope, and what changes nothing is the same state", () => {
    const state = withScheduled(exampleControl(), asked("stop"), later(20));
    expect(withScheduled(state, asked("stop"), later(20))).toBe(state);
    expect(withScheduled(state, asked("stop", account, "another reason"), later(20)).scheduled).toMatchObject([
      { reason: "another reason" },
    ]);
    expect(withScheduled(state, asked("start"), "never")).toBe(state);
    expect(withScheduled(state, asked("stop", task), "never")).toBe(state);
    expect(withScheduled(state, asked("stop"), "never")).toEqual(exampleControl());
  });
});

test("the event of a change tells the switches of its scope before and after, and who asked from where", () => {
  const free = { automation: "started", tradingState: "running" };
  const before = exampleControl({ tradingState: "reducing" });
  const halted = asked("halt");
  expect(eventOf(halted, before, withTurn(before, halted, now), now)).toEqual({
    ...halted,
    at: now,
    previous: { ...free, tradingState: "reducing" },
    next: { ...free, tradingState: "halted" },
  });
  const stopped = asked("stop", task);
  expect(eventOf(stopped, before, withTurn(before, stopped, now), now)).toMatchObject({
    previous: free,
    next: { ...free, automation: "stopped" },
  });
});
