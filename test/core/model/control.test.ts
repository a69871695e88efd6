// The switches: of the account's and those of the parts the strictest holds, and how they are told.
import { describe, expect, test } from "vitest";
import {
  breakerPrincipal,
  controlEventSchema,
  controlStateSchema,
  describePrincipal,
  initialControl,
  principalSchema,
  type Restriction,
  scopeSchema,
  scopeText,
  stampOf,
  standingBreakers,
  switchFor,
} from "../../../src/core/model/control.ts";
import { ConfigError, InvariantError, RefusedError, TransientError } from "../../../src/core/model/errors.ts";
import { isAtLeast, moreSevere } from "../../../src/core/model/notification.ts";
import {
  type BrokerOrder,
  bySendingOrder,
  isFinalOutcome,
  isTerminal,
  type OrderOutcome,
  type OrderTicket,
  withLegs,
} from "../../../src/core/model/order.ts";
import { partOf } from "../../../src/core/model/task.ts";
import { at, exampleControl, exampleIntent, exampleOrder } from "../examples.ts";

const restriction = (
  kind: "task" | "symbol" | "strategy",
  id: string,
  changes: Partial<Pick<Restriction, "automation" | "tradingState">>,
): Restriction => ({
  scope: { kind, id },
  automation: "started",
  tradingState: "running",
  reason: `${kind} reason`,
  actor: `${kind} actor`,
  changedAt: at("2026-06-15T12:00Z"),
  ...changes,
});
const part = { taskId: "trend", symbol: "SPY", strategies: ["macd", "rsi"] };

describe("the switch that holds for a part", () => {
  test("is the account's where nothing else concerns it", () => {
    const others = [
      restriction("task", "other", { tradingState: "halted" }),
      restriction("symbol", "QQQ", { tradingState: "halted" }),
      restriction("strategy", "pairs", { tradingState: "halted" }),
      // Of another kind under a name that fits.
      restriction("symbol", "trend", { tradingState: "halted" }),
      restriction("strategy", "SPY", { tradingState: "halted" }),
      restriction("task", "macd", { tradingState: "halted" }),
    ];
    const control = exampleControl({ restrictions: others });
    const by = "operator: first start";
    const account = { automation: "started", automationBy: by, tradingState: "running", tradingStateBy: by };
    expect(switchFor(control, part)).toEqual(account);
    expect(
      switchFor(exampleControl({ restrictions: [restriction("strategy", "macd", { tradingState: "halted" })] }), {}),
    ).toMatchObject({
      tradingState: "running",
    });
  });

  test.each([
    restriction("task", "trend", { tradingState: "reducing" }),
    restriction("symbol", "SPY", { tradingState: "reducing" }),
    restriction("strategy", "rsi", { tradingState: "reducing" }),
  ])("is that of its $scope.kind, with its reason", (own) => {
    expect(switchFor(exampleControl({ restrictions: [own] }), part)).toEqual({
      automation: "started",
      tradingState: "reducing",
      automationBy: "operator: first start",
      tradingStateBy: `${own.actor}: ${own.reason}`,
    });
  });

  test("is the strictest of several, and a looser one takes nothing back", () => {
    const halted = restriction("symbol", "SPY", { tradingState: "halted" });
    const reducing = restriction("task", "trend", { tradingState: "reducing" });
    for (const restrictions of [
      [halted, reducing],
      [reducing, halted],
    ])
      expect(switchFor(exampleControl({ restrictions }), part)).toMatchObject({
        tradingState: "halted",
        tradingStateBy: "symbol actor: symbol reason",
      });
    expect(switchFor(exampleControl({ tradingState: "halted", restrictions: [reducing] }), part)).toMatchObject({
      tradingState: "halted",
      tradingStateBy: "operator: first start",
    });
  });

  test("says of each of the two switches who turned it, which need not be the same", () => {
    const turned = (actor: string) => ({ actor, reason: `why ${actor}`, changedAt: at("2026-06-15T12:00Z") });
    const control = exampleControl({ automationChange: turned("ann"), tradingStateChange: turned("bob") });
    expect(switchFor(control, part)).toMatchObject({ automationBy: "ann: why ann", tradingStateBy: "bob: why bob" });
    const own = { ...restriction("task", "trend", { automation: "stopped" }), automationChange: turned("eve") };
    expect(switchFor({ ...control, restrictions: [own] }, part)).toMatchObject({
      automationBy: "eve: why eve",
      tradingStateBy: "bob: why bob",
    });
  });

  test("stops the automation for a task and leaves its trading as it is", () => {
    const stopped = restriction("task", "trend", { automation: "stopped" });
    expect(switchFor(exampleControl({ tradingState: "reducing", restrictions: [stopped] }), part)).toEqual({
      automation: "stopped",
      tradingState: "reducing",
      automationBy: "task actor: task reason",
      tradingStateBy: "operator: first start",
    });
    expect(switchFor(exampleControl({ automation: "stopped", restrictions: [stopped] }), part)).toMatchObject({
      automation: "stopped",
      automationBy: "operator: first start",
    });
    const halted = restriction("symbol", "SPY", { tradingState: "halted" });
    expect(switchFor(exampleControl({ restrictions: [stopped, halted] }), part)).toMatchObject({
      automation: "stopped",
      tradingState: "halted",
    });
  });
});

test("as it is stored it names every kind of part, and nothing that it does not know", () => {
  const all = (["task", "symbol", "strategy"] as const).map((kind) =>
    restriction(kind, "x", { automation: "stopped" }),
  );
  const scheduled = (["start", "stop"] as const).map((action) => {
    return { action, at: at("2026-06-16T12:00Z"), scope: { kind: "account" as const }, reason: "r", actor: "a" };
  });
  for (const tradingState of ["running", "reducing", "halted"] as const) {
    const stored = exampleControl({ tradingState, trippedBy: "drift", restrictions: all, scheduled });
    expect(controlStateSchema.parse(JSON.parse(JSON.stringify(stored)))).toEqual(stored);
  }
  const event = {
    at: at("2026-06-15T12:00Z"),
    scope: { kind: "account" },
    principal: { kind: "key", name: "ops" },
    reason: "why",
    source: "request 1",
    previous: { automation: "started", tradingState: "running" },
    next: { automation: "stopped", tradingState: "halted" },
  };
  for (const action of ["start", "stop", "restart", "halt", "reduce", "resume"])
    for (const more of [{}, { scheduledFor: at("2026-06-16T12:00Z") }, { scheduledFor: "never" }])
      expect(controlEventSchema.parse({ ...event, action, ...more })).toEqual({ ...event, action, ...more });
  for (const changes of [{ action: "pause" }, { action: "stop", scheduledFor: "later" }, { action: "stop", more: 1 }])
    expect(controlEventSchema.safeParse({ ...event, ...changes }).success, JSON.stringify(changes)).toBe(false);
  for (const scope of [
    { kind: "other", id: "x" },
    { kind: "task", id: "" },
    { kind: "task", id: "x".repeat(41) },
    { kind: "account", id: "x" },
  ])
    expect(scopeSchema.safeParse(scope).success, JSON.stringify(scope)).toBe(false);
  for (const kind of ["entra", "key", "claimed", "app"])
    expect(principalSchema.parse({ kind, name: "n" })).toEqual({ kind, name: "n" });
  for (const name of ["", "n".repeat(201)])
    expect(principalSchema.safeParse({ kind: "key", name }).success).toBe(false);
});

test("of an order that nets several strategies the switches of all that its task uses hold", () => {
  const task = { id: "trend", strategies: ["macd", "rsi"].map((name) => ({ name, params: {}, weight: 1 })) };
  expect(partOf(task, { symbol: "SPY", strategy: "net" })).toEqual({ ...part, strategies: ["macd", "rsi"] });
  expect(partOf(task, { symbol: "SPY", strategy: "rsi" })).toEqual({ ...part, strategies: ["rsi"] });
});

test("orders are sent sells first, then by symbol, strategy and size", () => {
  const intent = (side: "buy" | "sell", symbol: string, strategy = "a", shares = 1) =>
    ({ ...exampleIntent(side, symbol, shares, 10), strategy }) as const;
  const sorted = [
    intent("sell", "BBB"),
    intent("sell", "CCC"),
    intent("buy", "AAA"),
    intent("buy", "AAA", "a", 2),
    intent("buy", "AAA", "b"),
    intent("buy", "BBB"),
  ];
  for (const given of [sorted.toReversed(), [...sorted.slice(3), ...sorted.slice(0, 3)]])
    expect(given.toSorted(bySendingOrder)).toEqual(sorted);
  expect(bySendingOrder(intent("buy", "AAA"), intent("buy", "AAA"))).toBe(0);
});

test("at first everything runs, and says that nobody decided it", () => {
  expect(initialControl(at("2026-06-15T12:00Z"))).toEqual({
    automation: "started",
    tradingState: "running",
    reason: "first start",
    actor: "seed",
    changedAt: "2026-06-15T12:00:00.000Z",
    restrictions: [],
    scheduled: [],
  });
});

test("people, scopes and breakers are told by name", () => {
  const told = (["entra", "key", "claimed", "app"] as const).map((kind) => describePrincipal({ kind, name: "ann" }));
  expect(told).toEqual(["ann", "key ann", "ann (claimed)", "ann"]);
  expect(scopeText({ kind: "account" })).toBe("account");
  expect(scopeText({ kind: "task", id: "trend" })).toBe("task trend");
  expect(breakerPrincipal("drift")).toEqual({ kind: "app", name: "breaker drift" });
  expect(standingBreakers({ trippedBy: "dailyLoss, drift" })).toEqual(["dailyLoss", "drift"]);
  expect(standingBreakers({})).toEqual([]);
  const by = { principal: { kind: "key", name: "ops" }, reason: "why", source: "request 1" } as const;
  expect(stampOf(by, at("2026-06-15T12:00Z"))).toEqual({
    changedAt: "2026-06-15T12:00:00.000Z",
    changedBy: by.principal,
    reason: "why",
    source: "request 1",
  });
});

test("an error is worse than a warning, and a warning than what is only said", () => {
  expect([isAtLeast("warning", "info"), isAtLeast("warning", "warning"), isAtLeast("info", "warning")]).toEqual([
    true,
    true,
    false,
  ]);
  expect([moreSevere("info", "error"), moreSevere("error", "info"), moreSevere("warning", "info")]).toEqual([
    "error",
    "error",
    "warning",
  ]);
});

test("a failure carries what a person or a queue needs of it", () => {
  const cause = new Error("below");
  const config = new ConfigError(
    "settings",
    [
      { path: "a", message: "is wrong" },
      { path: "b[0]", message: "too" },
    ],
    { cause },
  );
  expect(config).toMatchObject({ name: "ConfigError", message: "settings: a: is wrong; b[0]: too", cause });
  expect(config.faults).toHaveLength(2);
  expect(new TransientError("BUSY", "later", { cause, retryAfterMs: 5 })).toMatchObject({
    name: "TransientError",
    code: "BUSY",
    message: "later",
    retryAfterMs: 5,
    cause,
  });
  expect(new TransientError("BUSY", "later").retryAfterMs).toBeUndefined();
  expect(new InvariantError("BAD", "never", { cause })).toMatchObject({ name: "InvariantError", code: "BAD", cause });
  expect(new RefusedError("NO", "no")).toMatchObject({ name: "RefusedError", code: "NO", message: "no", faults: [] });
  expect(new RefusedError("NO", "no", config.faults, { cause })).toMatchObject({ faults: config.faults, cause });
});

describe("an order", () => {
  test.each(["filled", "canceled", "expired", "rejected", "replaced"])("that is %s has ended", (status) => {
    expect(isTerminal({ status })).toBe(true);
  });
  test.each(["new", "accepted", "partially_filled", "pending_cancel", "something else"])(
    "that is %s has not",
    (status) => {
      expect(isTerminal({ status })).toBe(false);
    },
  );

  const ticket = {} as OrderTicket;
  const order = (changes: Partial<BrokerOrder> = {}) =>
    exampleOrder({ symbol: "SPY", side: "buy", status: "filled", ...changes });
  const leg = (status: string) => exampleOrder({ symbol: "SPY", side: "sell", status });
  const accepted = (sent: BrokerOrder): OrderOutcome => ({ ticket, kind: "accepted", order: sent });
  test.each<[string, () => OrderOutcome, boolean]>([
    ["accepted and filled", () => accepted(order()), true],
    ["accepted and open", () => accepted(order({ status: "new" })), false],
    ["filled, with an exit that is open", () => accepted(order({ legs: [leg("new")] })), false],
    ["filled, with an exit that has ended", () => accepted(order({ legs: [leg("canceled")] })), true],
    ["rejected", () => ({ ticket, kind: "rejected", code: "OTHER", message: "" }), true],
    ["in doubt", () => ({ ticket, kind: "unknown", message: "", since: at("2026-06-15T12:00Z") }), false],
  ])("%s: its outcome is final or not", (_, outcome, isFinal) => {
    expect(isFinalOutcome(outcome())).toBe(isFinal);
  });

  test("is followed by its exits", () => {
    const [alone, exit] = [order(), leg("new")];
    expect(withLegs(alone)).toEqual([alone]);
    expect(withLegs({ ...alone, legs: [exit] })).toEqual([{ ...alone, legs: [exit] }, exit]);
  });
});
