// What becomes of a notification: routes, repeats, recovery, quiet hours, the day's budget, and channels that take nothing.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { channelNames, notificationSchema, severities } from "../../../src/core/model/notification.ts";
import { addMs, type Instant, minuteMs } from "../../../src/core/model/time.ts";
import { deskSchema, emptyDesk } from "../../../src/core/notifications/desk.ts";
import { isQuiet } from "../../../src/core/notifications/quietHours.ts";
import { decideAll, newNotification, problem, settingsOf, success, ten } from "./notificationExamples.ts";

const inMinutes = (minutes: number): Instant => addMs(ten, minutes * minuteMs);
const outcomes = (...given: Parameters<typeof decideAll>): readonly string[] =>
  decideAll(...given).decisions.map(({ outcome }) => outcome);

describe("routes", () => {
  test("without any, everything goes to every channel; without channels, to the log", () => {
    expect(decideAll([{ notification: newNotification() }]).decisions).toMatchObject([
      { outcome: "told", channels: ["slack", "email"] },
    ]);
    expect(outcomes([{ notification: newNotification() }], settingsOf(), [])).toEqual(["logged"]);
  });

  const routes = [
    { channels: ["slack"], kinds: ["run"], taskIds: ["trend"] },
    { channels: ["email", "slack"], minSeverity: "error" },
    { channels: ["email"], kinds: ["report"] },
    { channels: ["email"], kinds: ["calendar"], digest: true },
  ];
  test.each([
    ["by task and kind", { kind: "run", taskId: "trend" }, "told", ["slack"]],
    ["of another task nowhere", { kind: "run", taskId: "pairs" }, "suppressed", []],
    ["of no task nowhere", { kind: "run" }, "suppressed", []],
    ["by severity, each channel once", { kind: "run", taskId: "trend", severity: "error" }, "told", ["slack", "email"]],
    ["by kind", { kind: "report" }, "told", ["email"]],
    ["into the digest", { kind: "calendar", severity: "warning" }, "digest", []],
    [
      "at once where a route says so and another is a digest",
      { kind: "calendar", severity: "error" },
      "told",
      ["slack", "email"],
    ],
  ] as const)("send %s", (_, more, outcome, channels) => {
    const { decisions } = decideAll([{ notification: newNotification(more) }], settingsOf({ routes }));
    expect(decisions).toMatchObject([{ outcome, channels }]);
  });

  test.each([
    ["all", 0, "told"],
    ["orders", 0, "suppressed"],
    ["orders", 2, "told"],
    ["problems", 2, "suppressed"],
  ])("of runs, %s with %i orders: %s", (runs, ordersPlanned, outcome) => {
    const notification = newNotification({ kind: "run", ordersPlanned });
    expect(outcomes([{ notification }, { notification: problem() }], settingsOf({ runs }))).toEqual([outcome, "told"]);
  });

  test("what is no run is told whatever runs are asked for", () => {
    for (const kind of ["report", "summary", undefined] as const) {
      const notification = newNotification(kind === undefined ? {} : { kind });
      expect(outcomes([{ notification }], settingsOf({ runs: "problems" }))).toEqual(["told"]);
    }
  });

  test("what is below the least severity is not told", () => {
    const steps = severities.map((severity) => ({ notification: newNotification({ severity }) }));
    expect(outcomes(steps, settingsOf({ minSeverity: "warning" }))).toEqual(["suppressed", "told", "told"]);
  });

  const resting = { since: ten, retryAt: inMinutes(15) };
  test.each([
    ["another channel takes its place", { slack: resting }, 0, ["email"]],
    ["all are asked where none takes anything", { slack: resting, email: resting }, 0, ["slack"]],
    ["it is asked again after its rest", { slack: resting }, 15, ["slack"]],
  ] as const)("when a channel fails, %s", (_, failing, minutes, channels) => {
    const settings = settingsOf({ routes: [{ channels: ["slack"] }] });
    const steps = [{ notification: newNotification(), at: inMinutes(minutes) }];
    const { decisions } = decideAll(steps, settings, ["slack", "email"], { ...emptyDesk, failing });
    expect(decisions).toMatchObject([{ outcome: "told", channels }]);
  });

  test("what names channels of its own goes there though no run is asked for, and to the log where there is no channel", () => {
    const steps = [{ notification: newNotification({ kind: "run", channels: ["email"] }) }];
    const settings = settingsOf({ runs: "problems", minSeverity: "error" });
    expect(decideAll(steps, settings).decisions).toMatchObject([
      { outcome: "told", reason: "goes to channels of its own", channels: ["email"] },
    ]);
    const { decisions, desk } = decideAll(steps, settings, []);
    expect(decisions).toEqual([
      { outcome: "logged", reason: "there is no channel", channels: [], notification: steps[0]?.notification },
    ]);
    expect(desk).toMatchObject({ told: 0, day: "2026-06-15" });
  });

  test.each([
    ["of no route", newNotification({ kind: "breaker" }), "no route fits it"],
    ["into a digest", newNotification({ kind: "calendar" }), "its route is a digest"],
  ])("say why it was not told at once: %s", (_, notification, reason) => {
    expect(decideAll([{ notification }], settingsOf({ routes })).decisions).toMatchObject([{ reason, channels: [] }]);
  });

  test("a route to channels that are not configured falls to one that is", () => {
    const settings = settingsOf({ routes: [{ channels: ["teams"] }] });
    expect(decideAll([{ notification: newNotification() }], settings).decisions[0]?.channels).toEqual(["slack"]);
  });
});

const once = (since: Instant, repeats = 0) => ({ since, toldAt: since, repeats });

describe("a trouble", () => {
  test("that goes on is told once, and again after a while with how often it was seen", () => {
    const steps = [0, 5, 59, 60, 61].map((minutes) => ({ notification: problem(), at: inMinutes(minutes) }));
    const { decisions } = decideAll(steps);
    expect(decisions.map(({ outcome }) => outcome)).toEqual(["told", "suppressed", "suppressed", "told", "suppressed"]);
    expect(decisions[3]?.notification.text).toContain("Seen 3 times more");
    expect(decisions[1]?.reason).toContain(inMinutes(60));
  });

  test("that gets worse is told at once, acknowledged or not", () => {
    const first = decideAll([{ notification: problem() }]).desk;
    const troubles = first.troubles.map((each) => ({ ...each, acknowledgedAt: inMinutes(1) }));
    const again = [problem(), problem({ severity: "error" }), problem({ severity: "error" }), problem()];
    const steps = again.map((notification) => ({ notification, at: inMinutes(2) }));
    expect(outcomes(steps, settingsOf(), ["slack"], { ...first, troubles })).toEqual([
      "suppressed",
      "told",
      "suppressed",
      "suppressed",
    ]);
  });

  test("that was acknowledged is not told again however long it goes on", () => {
    const first = decideAll([{ notification: problem() }]).desk;
    const troubles = first.troubles.map((each) => ({ ...each, acknowledgedAt: inMinutes(1) }));
    const { decisions } = decideAll([{ notification: problem(), at: inMinutes(600) }], settingsOf(), ["slack"], {
      ...first,
      troubles,
    });
    expect(decisions).toMatchObject([{ outcome: "suppressed", reason: expect.stringContaining("acknowledged") }]);
  });

  test("that is told again fits a notification however long its text", () => {
    const text = "x".repeat(4000);
    const steps = [0, 60].map((minutes) => ({ notification: problem({ text }), at: inMinutes(minutes) }));
    const [first, again] = decideAll(steps).decisions.map(({ notification }) => notification);
    expect(first?.text).toBe(text);
    expect(again?.text).toMatch(/^x{3800}\nSeen 1 times more since it was last told; it goes on since /);
    expect(notificationSchema.safeParse(again).success).toBe(true);
  });

  test("is remembered with all that a list of troubles shows of it, and counted each time it is seen", () => {
    const [first, last] = [problem({ id: "first" }), problem({ id: "last" })];
    const { fingerprint: _, ...plain } = newNotification({ severity: "warning", id: "plain" });
    const { desk } = decideAll([
      { notification: first },
      { notification: last, at: inMinutes(5) },
      { notification: { ...plain, fingerprint: "contract" }, at: inMinutes(6) },
    ]);
    const common = { title: "A title", severity: "warning" };
    expect(desk.troubles).toEqual([
      { ...common, fingerprint: first.fingerprint, id: "first", kind: "run", taskId: "trend", ...once(ten, 1) },
      { ...common, fingerprint: "contract", id: "plain", since: ten, toldAt: inMinutes(6), repeats: 0 },
    ]);
  });

  test("keeps its beginning and its escalation when it is told again, but is escalated anew once it got worse", () => {
    const first = decideAll([{ notification: problem() }]).desk;
    const troubles = first.troubles.map((each) => ({ ...each, escalatedAt: inMinutes(30) }));
    const later = (severity: "warning" | "error") =>
      decideAll([{ notification: problem({ severity }), at: inMinutes(60) }], settingsOf(), ["slack"], {
        ...first,
        troubles,
      }).desk.troubles[0];
    expect(later("warning")).toMatchObject({ ...once(ten), toldAt: inMinutes(60), escalatedAt: inMinutes(30) });
    expect(later("error")).not.toHaveProperty("escalatedAt");
  });

  test("that was escalated is told as over to those channels too, as far as they are configured, each once", () => {
    const first = decideAll([{ notification: problem() }]).desk;
    const troubles = first.troubles.map((each) => ({ ...each, escalatedAt: inMinutes(1) }));
    const settings = settingsOf({
      routes: [{ channels: ["slack"] }],
      escalation: { afterMinutes: 30, channels: ["slack", "email", "teams"] },
    });
    const over = [{ notification: success({ at: inMinutes(2) }), at: inMinutes(2) }];
    const channelsOf = (desk: typeof first) =>
      decideAll(over, settings, ["slack", "email"], desk).decisions[0]?.channels;
    expect(channelsOf({ ...first, troubles })).toEqual(["slack", "email"]);
    expect(channelsOf(first)).toEqual(["slack"]);
    // Of two that are over one was escalated.
    const others = first.troubles.map((each) => ({ ...each, fingerprint: "run.trend/failed.Y" }));
    const both = [...others, ...troubles];
    expect(channelsOf({ ...first, troubles: both })).toEqual(["slack", "email"]);
    // Of settings that no longer escalate nothing is left to tell.
    const { escalation: _, ...without } = settings;
    expect(decideAll(over, without, ["slack", "email"], { ...first, troubles }).decisions[0]?.channels).toEqual([
      "slack",
    ]);
    const nowhere = decideAll(over, settings, [], { ...first, troubles }).decisions;
    expect(nowhere).toMatchObject([{ outcome: "logged", channels: [] }]);
  });

  test("with another cause is another trouble", () => {
    const other = problem({ fingerprint: "run.trend/failed.Y" });
    expect(outcomes([{ notification: problem() }, { notification: other }])).toEqual(["told", "told"]);
  });

  test("that is over is told as recovered to those who were told, though it is below every threshold", () => {
    const settings = settingsOf({
      minSeverity: "error",
      runs: "problems",
      routes: [{ channels: ["email"], minSeverity: "error" }],
    });
    const steps = [
      { notification: problem({ severity: "error" }) },
      { notification: success({ at: inMinutes(5) }), at: inMinutes(5) },
      { notification: success({ at: inMinutes(10) }), at: inMinutes(10) },
      { notification: problem({ severity: "error", at: inMinutes(15) }), at: inMinutes(15) },
    ];
    const { decisions } = decideAll(steps, settings);
    expect(decisions.map(({ outcome }) => outcome)).toEqual(["told", "told", "suppressed", "told"]);
    expect(decisions[1]).toMatchObject({ channels: ["email"], notification: { title: "Recovered: A title" } });
  });

  test("is over by a success of the same moment", () => {
    const { decisions, desk } = decideAll([{ notification: problem() }, { notification: success() }]);
    expect(decisions[1]?.notification.title).toBe("Recovered: A title");
    expect(desk.troubles).toEqual([]);
  });

  test("is not over by a success from before it, or of another task whose name begins alike", () => {
    const early = success({ at: addMs(ten, -1) });
    const alike = success({ fingerprint: "run.tre" });
    const { decisions, desk } = decideAll([problem(), early, alike].map((notification) => ({ notification })));
    expect(decisions.every(({ notification }) => !notification.title.startsWith("Recovered"))).toBe(true);
    expect(desk.troubles).toHaveLength(1);
  });
});

describe("quiet hours", () => {
  const quietHours = { zone: "America/New_York", start: "22:00", end: "07:00" };

  test.each([
    ["2026-06-16T01:59:00Z", false],
    ["2026-06-16T02:00:00Z", true],
    ["2026-06-16T10:59:00Z", true],
    ["2026-06-16T11:00:00Z", false],
    // Winter: New York is five hours behind.
    ["2026-01-15T02:30:00Z", false],
    ["2026-01-15T03:00:00Z", true],
    ["2026-01-15T11:59:00Z", true],
  ])("over midnight, %s: %s", (text, quiet) => {
    expect(isQuiet(quietHours, text as Instant)).toBe(quiet);
    expect(isQuiet({ ...quietHours, start: "07:00", end: "22:00" }, text as Instant)).toBe(!quiet);
  });

  test("keep what can wait, and let errors through", () => {
    const at = "2026-06-16T03:00:00.000Z" as Instant;
    const steps = [newNotification(), problem(), problem(), problem({ severity: "error" })];
    const { decisions, desk } = decideAll(
      steps.map((notification) => ({ notification, at })),
      settingsOf({ quietHours }),
    );
    expect(decisions.map(({ outcome }) => outcome)).toEqual(["quiet", "quiet", "suppressed", "told"]);
    expect(decisions[0]?.reason).toBe("waits for 07:00 (quietHours)");
    expect(desk.quiet.lines).toHaveLength(2);
    const day = [{ notification: newNotification(), at: "2026-06-16T12:00:00.000Z" as Instant }];
    expect(outcomes(day, settingsOf({ quietHours }))).toEqual(["told"]);
  });
});

describe("the day's budget", () => {
  const settings = settingsOf({ budgetPerDay: 2 });

  test("collapses what is above it, and errors have one of their own", () => {
    const error = () => newNotification({ severity: "error" });
    const steps = [newNotification(), newNotification(), newNotification(), error(), error(), error()];
    const { decisions, desk } = decideAll(
      steps.map((notification) => ({ notification })),
      settings,
    );
    expect(decisions.map(({ outcome }) => outcome)).toEqual(["told", "told", "collapsed", "told", "told", "collapsed"]);
    expect(decisions[2]?.reason).toBe("the day's budget of 2 is spent (budgetPerDay)");
    expect(desk.collapsed.lines).toHaveLength(2);
  });

  test("is another one on the next day in New York", () => {
    const steps = [
      "2026-06-16T03:59:00.000Z",
      "2026-06-16T03:59:30.000Z",
      "2026-06-16T03:59:59.000Z",
      "2026-06-16T04:00:00.000Z",
    ];
    expect(
      outcomes(
        steps.map((at) => ({ at: at as Instant, notification: newNotification() })),
        settings,
      ),
    ).toEqual(["told", "told", "collapsed", "told"]);
  });

  test.each([{ channels: ["email"] }, { kind: "summary" }, { kind: "report" }] as const)(
    "does not hold back %j",
    (more) => {
      const steps = [1, 2, 3].map(() => ({ notification: newNotification(more as object) }));
      expect(outcomes(steps, settings)).toEqual(["told", "told", "told"]);
    },
  );
});

const anyNotification = fc.record({
  minutes: fc.integer({ min: 0, max: 3000 }),
  severity: fc.constantFrom(...severities),
  fingerprint: fc.constantFrom(undefined, "run.a", "run.a/x", "run.b"),
  resolves: fc.boolean(),
  taskId: fc.constantFrom(undefined, "a", "b"),
});
const anySettings = fc.record({
  budgetPerDay: fc.integer({ min: 1, max: 5 }),
  repeatMinutes: fc.integer({ min: 1, max: 300 }),
  routes: fc.array(
    fc.record({
      channels: fc.uniqueArray(fc.constantFrom(...channelNames), { minLength: 1 }),
      minSeverity: fc.constantFrom(...severities),
      digest: fc.boolean(),
    }),
    { maxLength: 3 },
  ),
});

test("whatever comes, only configured channels are asked, the budget holds, and the desk stays readable", () => {
  fc.assert(
    fc.property(fc.array(anyNotification, { maxLength: 60 }), anySettings, (given, settings) => {
      const steps = [...given]
        .sort((a, b) => a.minutes - b.minutes)
        .map(({ minutes, ...more }) => ({
          at: inMinutes(minutes),
          notification: newNotification({ ...more, at: inMinutes(minutes) }),
        }));
      const { decisions, desk } = decideAll(steps, settingsOf(settings), ["slack", "email"]);
      expect(() => deskSchema.parse(JSON.parse(JSON.stringify(desk)))).not.toThrow();
      for (const { outcome, channels, reason } of decisions) {
        expect(channels.every((name) => name === "slack" || name === "email")).toBe(true);
        expect(channels.length > 0).toBe(outcome === "told");
        expect(outcome === "told" || reason !== "").toBe(true);
      }
      // Three days at most, each with one budget for errors and one for the rest.
      expect(decisions.filter(({ outcome }) => outcome === "told").length).toBeLessThanOrEqual(
        settings.budgetPerDay * 2 * 4,
      );
    }),
  );
});
