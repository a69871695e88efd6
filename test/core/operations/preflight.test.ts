// Go or no-go by its facts alone: what each item says, in which light, and what to do about it.
import { describe, expect, test } from "vitest";
import type { MonitorState } from "../../../src/core/model/monitor.ts";
import { addMs, dayMs } from "../../../src/core/model/time.ts";
import { judgePreflight, preflightNotification } from "../../../src/core/operations/preflight.ts";
import type { PreflightFacts } from "../../../src/core/operations/preflightFacts.ts";
import { heartbeatOf, isBeating, maskedAccount, type ProbeResult } from "../../../src/core/operations/probe.ts";
import { at, day, exampleControl, exampleLimits, examplePortfolio, exampleTask, exampleWindow } from "../examples.ts";

/** Half an hour before the open of a Monday. */
const now = at("2026-06-15T13:00Z");
const known = <T>(value: T) => ({ ok: true, value }) as const;
const probe = (name: string, changes: Partial<ProbeResult> = {}): ProbeResult => {
  return { name, ok: true, detail: `${name} is well`, latencyMs: 1, ...changes };
};
const breakers = { dailyLoss: { fraction: 0.1, action: "halt" }, drawdown: { fraction: 0.2, action: "halt" } } as const;
const health = "Look at GET /api/health/ready.";
const probes = ["broker.clock", "calendar", "data.feed", "table.book", "table.slots"];

const facts = (changes: Partial<PreflightFacts> = {}): PreflightFacts => ({
  now,
  mode: "paper",
  control: known(exampleControl()),
  settings: known({ window: exampleWindow(), limits: exampleLimits({ breakers }) }),
  tasks: known({ tasks: [exampleTask()], unreadable: [] }),
  account: known({ ...examplePortfolio({ equity: 5000 }).account, accountId: "PA-12345678" }),
  monitor: known({ unknownOrders: 0, drifts: [] } as unknown as MonitorState),
  heartbeat: known({ at: now, ageSeconds: 29.6 }),
  findings: known([]),
  deadLetters: known({ runs: 0, notifications: 0 }),
  channels: ["email", "teams"],
  probes: probes.map((name) => probe(name)),
  ...changes,
});
/** One item, as `light: detail → remedy`. */
function said(name: string, changes: Partial<PreflightFacts> = {}): string {
  const item = judgePreflight(facts(changes)).items.find((each) => each.name === name);
  return `${item?.light}: ${item?.detail}${item?.remedy === undefined ? "" : ` → ${item.remedy}`}`;
}
const control = (changes: Parameters<typeof exampleControl>[0]) => ({ control: known(exampleControl(changes)) });
const tasks = (...all: readonly Parameters<typeof exampleTask>[0][]) => ({
  tasks: known({ tasks: all.map((changes) => exampleTask(changes)), unreadable: [] }),
});
const windowed = (window: Parameters<typeof exampleWindow>[0]) => ({
  settings: known({ window: exampleWindow(window), limits: exampleLimits() }),
});
const limited = (changes: Parameters<typeof exampleLimits>[0]) => ({
  settings: known({ window: exampleWindow(), limits: exampleLimits(changes) }),
});
const finding = (kind: "breaking" | "changed" | "unanswered", detail = "qty is missing") => ({
  route: "GET /v2/x",
  kind,
  detail,
});
const monitored = (state: object) => ({
  monitor: known({ unknownOrders: 0, drifts: [], ...state } as unknown as MonitorState),
});
const drift = (symbol: string) => ({ symbol, state: "adopted" });
const without = (name: string, more: readonly ProbeResult[] = []) => ({
  probes: [...probes.filter((each) => !each.startsWith(name)).map((each) => probe(each)), ...more],
});

test("everything in order is go, item by item in the order of the page", () => {
  const { go, items, ...head } = judgePreflight(facts());
  expect(head).toEqual({ at: now, day: "2026-06-15", mode: "paper" });
  expect(go).toBe(true);
  expect(items.map(({ name, light, detail }) => `${name} ${light}: ${detail}`)).toEqual([
    "automation green: started, trading runs",
    "window green: open 2026-06-15T13:30:00.000Z to 2026-06-15T20:00:00.000Z",
    "tasks green: 1 enabled, 1 due today: trend at 2026-06-15T13:30:00.000Z",
    "account green: paper …5678, equity 5000 USD, buying power 5000 USD",
    "limits green: order 1000000 USD, position 1, gross 4 of equity",
    "clock green: broker.clock is well",
    "calendar green: calendar is well",
    "contract green: every route answers as recorded",
    "orders green: none in doubt, no drift",
    "deadLetters green: none",
    "notifications green: go to email, teams",
    "feed green: data.feed is well",
    "tables green: table.book is well; table.slots is well",
    "heartbeat green: last tick 30 s ago",
  ]);
  expect(items.every((item) => !("remedy" in item))).toBe(true);
});

const scope = { kind: "task", id: "trend" } as const;
const restriction = {
  scope,
  automation: "started",
  tradingState: "halted",
  reason: "r",
  actor: "a",
  changedAt: now,
} as const;

test.each<[string, () => Partial<PreflightFacts>, string]>([
  [
    "automation",
    () => control({ tradingState: "halted", trippedBy: "dailyLoss" }),
    "red: halted, tripped by dailyLoss → Find out why, then resume by name and with a reason.",
  ],
  ["automation", () => control({ automation: "stopped" }), "red: stopped by operator: first start → Start it."],
  ["automation", () => control({ tradingState: "halted" }), "red: halted by operator: first start → Resume it."],
  [
    "automation",
    () => control({ tradingState: "reducing" }),
    "yellow: only reduces by operator: first start → Resume it when it may buy again.",
  ],
  [
    "automation",
    () => control({ restrictions: [restriction, { ...restriction, automation: "stopped" }] }),
    "yellow: started; task trend halted, task trend stopped → Look whether this is still wanted.",
  ],
  [
    "automation",
    () => control({ scheduled: [{ action: "stop", at: now, scope: { kind: "account" }, reason: "r", actor: "a" }] }),
    "yellow: started; stop of account at 2026-06-15T13:00:00.000Z → Look whether this is still wanted.",
  ],
  [
    "window",
    () => ({ now: at("2026-06-14T13:00Z") }),
    "yellow: no session today; the next is on 2026-06-15 → Nothing is to be done.",
  ],
  [
    "window",
    () => ({ now: at("2026-11-27T14:00Z") }),
    "yellow: early close: open 2026-11-27T14:30:00.000Z to 2026-11-27T18:00:00.000Z → Look whether slots after it matter.",
  ],
  [
    "window",
    () => windowed({ holidays: [day("2026-06-15")] }),
    "yellow: closed for today: holiday: 2026-06-15 is a holiday of the trading window; next open Tue 2026-06-16 09:30 New York → Look at trading_window if it should be open.",
  ],
  [
    "window",
    () => ({ now: at("2026-06-15T14:00Z") }),
    "green: open 2026-06-15T14:00:00.000Z to 2026-06-15T20:00:00.000Z",
  ],
  [
    "tasks",
    () => ({ tasks: known({ tasks: [exampleTask()], unreadable: ["a", "b", "c", "d", "e", "f"] }) }),
    "red: cannot be read: a, b, c, d, e and 1 more → Restore the rows, or save the tasks anew.",
  ],
  ["tasks", () => tasks({ enabled: false }), "red: none is enabled → Enable one: tasks enable ID."],
  ["tasks", () => tasks({ mode: "live" }), "red: all are of another mode than paper: trend → Change the tasks' mode."],
  [
    "tasks",
    () => tasks({ mode: "live" }, { id: "second" }),
    "yellow: of another mode than paper, so skipped: trend → Change their mode, or disable them.",
  ],
  [
    "tasks",
    () => tasks({ schedule: { cron: "0 10 * * 2", zone: "America/New_York" } }),
    "yellow: 1 enabled, 0 due today → Look at their schedules: tasks next ID.",
  ],
  [
    "tasks",
    () => tasks({ id: "later", schedule: { cron: "0 11 * * *", zone: "America/New_York" } }, { enabled: false }, {}),
    "green: 2 enabled, 2 due today: trend at 2026-06-15T13:30:00.000Z, later at 2026-06-15T15:00:00.000Z",
  ],
  [
    "account",
    () => ({ account: known(examplePortfolio({ blocked: "trading_blocked" }).account) }),
    "red: paper …A-1 is blocked: trading_blocked → Ask the broker.",
  ],
  [
    "account",
    () => ({ account: known(examplePortfolio({ equity: 5000, buyingPower: 0 }).account) }),
    "yellow: paper …A-1, equity 5000 USD, buying power 0 USD → Nothing can be bought until positions are sold.",
  ],
  [
    "limits",
    () => limited({}),
    "yellow: order 1000000 USD, position 1, gross 4 of equity; no breaker for dailyLoss and drawdown → Set risk_limits.breakers.",
  ],
  [
    "limits",
    () => limited({ breakers: { drawdown: breakers.drawdown } }),
    "yellow: order 1000000 USD, position 1, gross 4 of equity; no breaker for dailyLoss → Set risk_limits.breakers.",
  ],
  ["clock", () => without("broker"), `red: was not looked at → ${health}`],
  [
    "clock",
    () => without("broker", [probe("broker.clock", { ok: false, detail: "off", remedy: "Set it." })]),
    "red: off → Set it.",
  ],
  ["clock", () => without("broker", [probe("broker.clocks")]), `red: was not looked at → ${health}`],
  [
    "calendar",
    () => without("calendar", [probe("calendar", { ok: false, detail: "differs" })]),
    `yellow: differs → ${health}`,
  ],
  [
    "tables",
    () => without("table", [probe("table.book"), probe("table.slots", { ok: false, detail: "away" })]),
    `red: table.slots: away → ${health}`,
  ],
  [
    "contract",
    () => ({ findings: known([finding("changed"), finding("unanswered"), finding("breaking")]) }),
    "red: what the app reads has changed: GET /v2/x qty is missing → Halt, and look at the broker's change log.",
  ],
  [
    "contract",
    () => ({ findings: known([finding("changed"), finding("unanswered")]) }),
    "yellow: no answer: GET /v2/x qty is missing → Ask again: it may be over before the open.",
  ],
  [
    "contract",
    () => ({ findings: known([finding("changed"), finding("changed", "id is new")]) }),
    "yellow: changed, but not read: GET /v2/x qty is missing, GET /v2/x id is new → Look at the broker's change log, then record the contract anew.",
  ],
  [
    "orders",
    () => ({ monitor: known(undefined) }),
    "yellow: the monitor has not looked yet → It looks every minute while the exchange is open.",
  ],
  [
    "orders",
    () => monitored({ unknownOrders: 2, drifts: [drift("AAA")] }),
    "red: 2 in doubt: their symbols are blocked → executions show ID names them; docs/runbook.md says how to resolve one.",
  ],
  [
    "orders",
    () => monitored({ drifts: [drift("AAA"), drift("BBB")] }),
    "yellow: drift in AAA (adopted), BBB (adopted) → Find out who traded there.",
  ],
  [
    "deadLetters",
    () => ({ deadLetters: known({ runs: 1, notifications: 0 }) }),
    "red: 1 runs, 0 notifications → The function deadRun takes them: look whether it runs.",
  ],
  [
    "deadLetters",
    () => ({ deadLetters: known({ runs: 0, notifications: 1 }) }),
    "yellow: 0 runs, 1 notifications → Look at the channel, then at what was not told.",
  ],
  ["notifications", () => ({ channels: [] }), "yellow: are logged only → Name a channel: see docs/notifications.md."],
  ["heartbeat", () => ({ heartbeat: known(null) }), "red: no tick yet → Restart the app: its timer does not fire."],
  [
    "heartbeat",
    () => ({ heartbeat: known({ at: now, ageSeconds: 301 }) }),
    "red: last tick 301 s ago → Restart the app: its timer does not fire.",
  ],
])("%s, %#: says what it is and what to do", (name, changes, expected) => {
  expect(said(name, changes())).toBe(expected);
  expect(judgePreflight(facts(changes())).go).toBe(!expected.startsWith("red"));
});

test("without settings a task is due whenever its schedule says, for no window is known", () => {
  const expected = "green: 1 enabled, 1 due today: trend at 2026-06-15T13:05:00.000Z";
  expect(said("tasks", { settings: { ok: false, detail: "torn" } })).toBe(expected);
});

test.each([
  ["control", "automation"],
  ["settings", "window"],
  ["settings", "limits"],
  ["tasks", "tasks"],
  ["account", "account"],
  ["findings", "contract"],
  ["monitor", "orders"],
  ["deadLetters", "deadLetters"],
  ["heartbeat", "heartbeat"],
])("%s that cannot be found out make %s red: nobody may take silence for a go", (fact, name) => {
  expect(said(name, { [fact]: { ok: false, detail: "no answer" } })).toBe(`red: cannot be read: no answer → ${health}`);
});

describe("the morning's message", () => {
  test("has one id a day, and a line for each item with what is to be done about a red one", () => {
    const judged = judgePreflight(facts({ ...control({ automation: "stopped" }), channels: [] }));
    const { text, ...rest } = preflightNotification(judged);
    expect(rest).toEqual({
      schemaVersion: 1,
      id: "preflight.2026-06-15",
      severity: "error",
      title: "NO GO for 2026-06-15, paper: 1 red, 1 to know, 12 well",
      at: now,
      attempt: 1,
      fingerprint: "preflight/2026-06-15",
      resolves: false,
    });
    const lines = text.split("\n");
    expect(lines).toHaveLength(14);
    expect(lines[0]).toBe("NO GO  automation: stopped by operator: first start → Start it.");
    expect(lines[1]).toBe("ok     window: open 2026-06-15T13:30:00.000Z to 2026-06-15T20:00:00.000Z");
    expect(lines[10]).toBe("note   notifications: are logged only");
  });

  test("that was not told before the open says so first, and a day that is go after all has an id of its own", () => {
    const late = preflightNotification(judgePreflight(facts()), { lateSince: now, wasNoGo: true });
    expect(late.id).toBe("preflight.2026-06-15.go");
    expect(late.title).toMatch(/^Late: Go for 2026-06-15, paper: /);
    expect(late.text.split("\n")[0]).toBe(`Late: nothing was told before the open at ${now}.`);
  });

  test("is no alarm where all is well, and never longer than a channel takes", () => {
    expect(preflightNotification(judgePreflight(facts()))).toMatchObject({
      severity: "info",
      title: "Go for 2026-06-15, paper: 0 red, 0 to know, 14 well",
      fingerprint: "preflight",
      resolves: true,
    });
    const long = without("broker", [probe("broker.clock", { detail: "x".repeat(5000) })]);
    expect(preflightNotification(judgePreflight(facts(long))).text).toHaveLength(4000);
  });
});

test("the app is alive for five minutes after a tick, and a tick ahead of our clock is of now", () => {
  expect(heartbeatOf(undefined, now)).toBeNull();
  expect(heartbeatOf(addMs(now, -1500), now)).toEqual({ at: addMs(now, -1500), ageSeconds: 1.5 });
  expect(heartbeatOf(addMs(now, dayMs), now)?.ageSeconds).toBe(0);
  expect([300, 300.001].map((ageSeconds) => isBeating({ at: now, ageSeconds }))).toEqual([true, false]);
  expect(isBeating(null)).toBe(false);
  expect(maskedAccount("PA-12345678")).toBe("…5678");
});
