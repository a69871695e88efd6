// The settings as an operator keeps them: versions, what is refused, and the second person that looser limits of a live account need.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createApp } from "../../src/app/app.ts";
import type { By, Principal } from "../../src/core/model/control.ts";
import type { Automation } from "../../src/core/model/settings.ts";
import { exampleConfig, flaky, type MemoryStack, runInMemory } from "../support/memoryStack.ts";

const ann: Principal = { kind: "entra", name: "ann@example.com" };
const ben: Principal = { kind: "key", name: "ben" };
const as = (principal: Principal): By => ({ principal, reason: `${principal.name} says so`, source: "test" });
const limits = (more: object = {}) => ({
  maxOrderNotionalUsd: 50_000,
  maxPositionFraction: 0.5,
  maxGrossFraction: 0.95,
  ...more,
});
const looser = limits({ maxPositionFraction: 0.6 });
const tighter = limits({ maxPositionFraction: 0.4 });

let stack: MemoryStack;
afterEach(() => stack.stop());
const settings = () => stack.app.settingsService;
const faultsOf = async (saving: Promise<unknown>) => {
  const failure: unknown = await saving.then(() => undefined).catch((refused: unknown) => refused);
  expect(failure).toMatchObject({ name: "RefusedError", code: "INVALID_SETTINGS" });
  return (failure as { faults: { path: string; message: string }[] }).faults;
};

describe("a section", () => {
  beforeEach(async () => {
    stack = await runInMemory();
  });

  test("keeps every version with who, when and why", async () => {
    stack.setNow("2026-06-15T13:36:00Z");
    const changed = await settings().put("risk_limits", tighter, 1, as(ann));
    expect(changed).toMatchObject({
      outcome: "changed",
      section: { version: 2, changedAt: "2026-06-15T13:36:00.000Z", changedBy: ann, reason: "ann@example.com says so" },
      differences: [{ path: "maxPositionFraction", from: 0.5, to: 0.4, loosens: false }],
    });
    expect(await settings().get("risk_limits")).toEqual(changed.section);
    expect(await settings().get("risk_limits", 1)).toMatchObject({ version: 1, value: { maxPositionFraction: 0.5 } });
    await expect(settings().get("risk_limits", 3)).rejects.toMatchObject({ code: "VERSION_NOT_FOUND" });
    await expect(settings().get("riskLimits")).rejects.toMatchObject({ code: "UNKNOWN_SECTION" });
    await expect(settings().put("constructor", {}, "*", as(ann))).rejects.toMatchObject({ code: "UNKNOWN_SECTION" });
  });

  test("is changed only from the version that the change was made for", async () => {
    await settings().put("risk_limits", tighter, 1, as(ann));
    await expect(settings().put("risk_limits", looser, 1, as(ben))).rejects.toMatchObject({ code: "VERSION_CONFLICT" });
    expect(await settings().put("risk_limits", looser, "*", as(ben))).toMatchObject({ section: { version: 3 } });
  });

  test("takes one of two changes that come at once, and refuses the other", async () => {
    const puts = [tighter, looser].map((value) => settings().put("risk_limits", value, 1, as(ann)));
    const ends = (await Promise.allSettled(puts)).map(({ status }) => status);
    expect(ends.sort()).toEqual(["fulfilled", "rejected"]);
  });

  test("that is written as it is there makes no new version", async () => {
    expect(await settings().put("risk_limits", limits(), 1, as(ann))).toMatchObject({
      outcome: "unchanged",
      section: { version: 1 },
    });
  });

  test("is shown but not stored by a dry run", async () => {
    expect(await settings().put("risk_limits", looser, 1, as(ann), { dryRun: true })).toMatchObject({
      outcome: "wouldChange",
      section: { version: 2, value: { maxPositionFraction: 0.6 } },
      differences: [{ path: "maxPositionFraction", loosens: true }],
    });
    expect(await settings().get("risk_limits")).toMatchObject({ version: 1 });
  });

  test("is judged whole, each fault with its path", async () => {
    const bad = limits({ maxPositionFraction: 2, maxLoss: 1, breakers: { dailyLoss: { fraction: -1 } } });
    expect((await faultsOf(settings().put("risk_limits", bad, 1, as(ann)))).map(({ path }) => path).sort()).toEqual([
      "breakers.dailyLoss.fraction",
      "maxLoss",
      "maxPositionFraction",
    ]);
    expect((await faultsOf(settings().put("monitor", null, 1, as(ann)))).map(({ path }) => path)).toEqual(["(whole)"]);
  });

  test("with looser limits is changed at once on paper", async () => {
    expect(await settings().put("risk_limits", looser, 1, as({ kind: "claimed", name: "zoe" }))).toMatchObject({
      outcome: "changed",
    });
    expect(await settings().pending()).toEqual([]);
  });
});

describe("a trading window", () => {
  test("must open again, by itself and with what tasks say of their own", async () => {
    const config = exampleConfig(["AAA"], { window: { ranges: [{ start: "09:30", end: "12:00" }] } });
    stack = await runInMemory({ config });
    const window: Automation["trading_window"] = config.automation.trading_window;
    const shut = { ...window, blackouts: [{ from: "2026-01-01", to: "2030-12-31" }] };
    expect(await faultsOf(settings().put("trading_window", shut, 1, as(ann)))).toEqual([
      { path: "(whole)", message: "never opens while the exchange trades" },
    ]);
    // Open from 18:00 in Paris is noon in New York; the task's hours are over in Paris by then.
    const elsewhere = { ...window, zone: "Europe/Paris", ranges: [{ start: "18:00", end: "21:00" }] };
    expect((await faultsOf(settings().put("trading_window", elsewhere, 1, as(ann))))[0]?.message).toContain(
      "task example",
    );
    expect(await settings().put("trading_window", { ...window, closeBufferMinutes: 5 }, 1, as(ann))).toMatchObject({
      outcome: "changed",
    });
  });
});

describe("the lists of symbols", () => {
  beforeEach(async () => {
    stack = await runInMemory();
  });

  test("hold no symbol that the broker does not trade", async () => {
    const faults = await faultsOf(settings().put("universes", { good: ["AAA"], bad: ["BBB", "BBC"] }, 1, as(ann)));
    expect(faults).toEqual([{ path: "bad[1]", message: 'the broker trades no "BBC"' }]);
  });

  test("keep those that tasks use", async () => {
    await settings().put("universes", { pair: ["AAA", "BBB"] }, 1, as(ann));
    await stack.app.taskService.patch("example", { symbols: null, universe: "pair" }, 1, as(ann));
    expect(await faultsOf(settings().put("universes", {}, 2, as(ann)))).toEqual([
      { path: "pair", message: "is used by task example" },
    ]);
  });

  test("are stored with a warning while the broker cannot be reached", async () => {
    await stack.stop();
    const { outcome, warnings } = await settings().put("universes", { some: ["XYZ"] }, 1, as(ann));
    expect([outcome, warnings]).toEqual(["changed", [expect.stringContaining("XYZ are unchecked")]]);
  });
});

describe("looser limits of a live account", () => {
  beforeEach(async () => {
    stack = await runInMemory({ ports: { mode: "live" } });
  });
  const propose = async (value: unknown = looser) => {
    const { change } = await settings().put("risk_limits", value, "*", as(ann));
    if (change === undefined) throw new Error("nothing waits");
    return change;
  };

  test("wait, and hold once another person has confirmed them", async () => {
    const proposed = await settings().put("risk_limits", looser, 1, as(ann));
    expect(proposed).toMatchObject({
      outcome: "waiting",
      section: { version: 1, value: { maxPositionFraction: 0.5 } },
      change: { section: "risk_limits", replaces: 1, proposedBy: ann, reason: "ann@example.com says so" },
    });
    expect(await settings().pending()).toEqual([proposed.change]);
    expect(await settings().get("risk_limits")).toMatchObject({ version: 1 });
    const confirmed = await settings().confirm(proposed.change?.id ?? "", as(ben));
    expect(confirmed).toMatchObject({
      outcome: "changed",
      section: { version: 2, value: { maxPositionFraction: 0.6 }, changedBy: ann, confirmedBy: ben },
    });
    expect(await settings().get("risk_limits")).toEqual(confirmed.section);
    expect(await settings().pending()).toEqual([]);
    await expect(settings().confirm(proposed.change?.id ?? "", as(ben))).rejects.toMatchObject({
      code: "CHANGE_NOT_FOUND",
    });
  });

  test.each([
    ["the person who proposed them", ann],
    ["the same person under another proof", { kind: "key", name: "ANN@example.com" } as const],
    ["a name that is only claimed", { kind: "claimed", name: "ben" } as const],
    ["the app itself", { kind: "app", name: "breaker" } as const],
  ])("are not confirmed by %s", async (_, principal) => {
    const { id } = await propose();
    await expect(settings().confirm(id, as(principal))).rejects.toMatchObject({ code: "SECOND_PERSON_NEEDED" });
    expect(await settings().get("risk_limits")).toMatchObject({ version: 1 });
    expect(await settings().pending()).toHaveLength(1);
  });

  test("are not even proposed under a name that is only claimed: it may be the one who confirms", async () => {
    const claimed = as({ kind: "claimed", name: "zoe" });
    await expect(settings().put("risk_limits", looser, 1, claimed)).rejects.toMatchObject({
      code: "SECOND_PERSON_NEEDED",
    });
    expect(await settings().put("risk_limits", tighter, 1, claimed)).toMatchObject({ outcome: "changed" });
  });

  test("wait as a whole when the change tightens as well", async () => {
    const { id } = await propose(limits({ maxPositionFraction: 0.6, maxGrossFraction: 0.5 }));
    expect(await settings().get("risk_limits")).toMatchObject({ value: { maxGrossFraction: 0.95 } });
    await settings().confirm(id, as(ben));
    expect(await settings().get("risk_limits")).toMatchObject({
      value: { maxGrossFraction: 0.5, maxPositionFraction: 0.6 },
    });
  });

  test("are void once the limits have changed, and tightening is immediate", async () => {
    const { id } = await propose();
    expect(await settings().put("risk_limits", tighter, 1, as(ben))).toMatchObject({ outcome: "changed" });
    expect(await settings().pending()).toEqual([]);
    await expect(settings().confirm(id, as(ben))).rejects.toMatchObject({ code: "CHANGE_NOT_FOUND" });
  });

  test("that were proposed on an older version are void even where the proposal is still there", async () => {
    const change = await propose();
    await settings().put("risk_limits", tighter, 1, as(ben));
    await stack.ports.settings.propose(change);
    await expect(settings().confirm(change.id, as(ben))).rejects.toMatchObject({ code: "CHANGE_VOID" });
    // A refusal changes nothing, not even what is void: the next save of the section takes it away.
    expect(await stack.ports.settings.pending(change.id)).toEqual(change);
    expect(await settings().get("risk_limits")).toMatchObject({ version: 2, value: { maxPositionFraction: 0.4 } });
    await settings().put("risk_limits", limits({ maxPositionFraction: 0.3 }), 2, as(ben));
    await expect(settings().confirm(change.id, as(ben))).rejects.toMatchObject({ code: "CHANGE_NOT_FOUND" });
  });

  test("that are void do not fail the change that made them so, when they cannot be withdrawn", async () => {
    await propose();
    const away = flaky(stack.ports.settings, (method) => method === "listPending", "STORE_UNAVAILABLE");
    const { settingsService } = createApp({ ...stack.ports, settings: away });
    expect(await settingsService.put("risk_limits", tighter, 1, as(ben))).toMatchObject({ outcome: "changed" });
    expect(await settings().pending()).toEqual([]);
  });

  test("proposed twice wait once, for a person other than the first", async () => {
    const first = await propose();
    const again = await settings().put("risk_limits", looser, 1, as(ben));
    expect(again.change).toEqual(first);
    expect(await settings().confirm(first.id, as(ben))).toMatchObject({ outcome: "changed" });
  });

  test("confirmed but for the last step are answered as confirmed", async () => {
    const { id } = await propose();
    const listPending = async () => Promise.reject(new Error("the process ends here"));
    const doomed = createApp({ ...stack.ports, settings: { ...stack.ports.settings, listPending } });
    await expect(doomed.settingsService.confirm(id, as(ben))).rejects.toThrow("the process ends here");
    expect(await settings().confirm(id, as(ben))).toMatchObject({
      outcome: "unchanged",
      section: { version: 2, confirmedBy: ben },
    });
    expect(await settings().pending()).toEqual([]);
  });

  test.each(["nothing", "../risk_limits", "risk_limits-1-000000000000"])("by the id %s are not found", async (id) => {
    await expect(settings().confirm(id, as(ben))).rejects.toMatchObject({ code: "CHANGE_NOT_FOUND" });
  });

  test("of a dry run are shown as looser, and nothing waits", async () => {
    expect(await settings().put("risk_limits", looser, 1, as(ann), { dryRun: true })).toMatchObject({
      outcome: "wouldChange",
      differences: [{ loosens: true }],
    });
    expect(await settings().pending()).toEqual([]);
  });

  test("in other sections need nobody", async () => {
    const value = { unknownGraceMinutes: 60 };
    expect(await settings().put("monitor", value, 1, as(ann))).toMatchObject({ outcome: "changed" });
  });
});
