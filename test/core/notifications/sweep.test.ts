// What time alone makes due: escalations, what waited, and the report of a day.
import { describe, expect, test } from "vitest";
import type { Usd } from "../../../src/core/model/money.ts";
import { notificationSchema } from "../../../src/core/model/notification.ts";
import { addMs, type Instant, minuteMs, type TradingDay } from "../../../src/core/model/time.ts";
import { dailyReportOf } from "../../../src/core/notifications/dailyReport.ts";
import { emptyDesk, withLine } from "../../../src/core/notifications/desk.ts";
import { reportDue, sweep } from "../../../src/core/notifications/sweep.ts";
import { decideAll, newNotification, problem, settingsOf, success, ten } from "./notificationExamples.ts";

const inMinutes = (minutes: number): Instant => addMs(ten, minutes * minuteMs);

describe("a trouble that nobody acknowledges", () => {
  const settings = settingsOf({ escalation: { afterMinutes: 15, channels: ["email"] } });
  const { desk } = decideAll([{ notification: problem({ severity: "error" }) }], settings);

  test("is told to the channels of the escalation once", () => {
    expect(sweep(desk, settings, inMinutes(14)).posts).toEqual([]);
    const { posts, desk: next } = sweep(desk, settings, inMinutes(15));
    expect(posts).toMatchObject([{ channels: ["email"], severity: "error", title: "Not acknowledged: A title" }]);
    expect(posts[0]?.text).toContain(`/api/notifications/${desk.troubles[0]?.id}/ack`);
    expect(sweep(next, settings, inMinutes(90)).posts).toEqual([]);
    // A sweep that was cut off before the desk was stored queues the same id again.
    expect(sweep(desk, settings, inMinutes(16)).posts[0]?.id).toBe(posts[0]?.id);
  });

  test("that comes back is escalated under another id, for the queue takes none twice", () => {
    const [post] = sweep(desk, settings, inMinutes(15)).posts;
    const back = { ...desk, troubles: desk.troubles.map((each) => ({ ...each, since: inMinutes(60) })) };
    const [again] = sweep(back, settings, inMinutes(75)).posts;
    expect(again?.title).toBe(post?.title);
    expect(again?.id).not.toBe(post?.id);
  });

  test("says of which task it is, and fits a notification however long its title", () => {
    const long = { ...desk, troubles: desk.troubles.map((each) => ({ ...each, title: "x".repeat(200) })) };
    const [post] = sweep(long, settings, inMinutes(15)).posts;
    expect(post).toMatchObject({ taskId: "trend", kind: "escalation", title: `Not acknowledged: ${"x".repeat(182)}` });
    const without = { ...desk, troubles: desk.troubles.map(({ taskId: _, ...each }) => each) };
    expect(sweep(without, settings, inMinutes(15)).posts[0]).not.toHaveProperty("taskId");
  });

  test("is escalated by itself: another that is not due stays as it is", () => {
    const other = problem({ severity: "error", fingerprint: "run.other/failed", at: inMinutes(10) });
    const both = decideAll([{ notification: other, at: inMinutes(10) }], settings, ["slack"], desk).desk;
    const { desk: next } = sweep(both, settings, inMinutes(15));
    expect(next.troubles.map(({ escalatedAt }) => escalatedAt)).toEqual([inMinutes(15), undefined]);
  });

  test("is told once although it is told again to the others meanwhile", () => {
    const { desk: told } = sweep(desk, settings, inMinutes(15));
    const again = decideAll(
      [{ notification: problem({ severity: "error" }), at: inMinutes(90) }],
      settings,
      ["slack"],
      told,
    );
    expect(again.decisions).toMatchObject([{ outcome: "told" }]);
    expect(sweep(again.desk, settings, inMinutes(120)).posts).toEqual([]);
  });

  test.each([
    ["acknowledged", { ...desk, troubles: desk.troubles.map((each) => ({ ...each, acknowledgedAt: inMinutes(3) })) }],
    [
      "over",
      decideAll([{ notification: success({ at: inMinutes(3) }), at: inMinutes(3) }], settings, ["slack"], desk).desk,
    ],
    ["no error", decideAll([{ notification: problem() }], settings).desk],
  ])("is not escalated when it is %s", (_, calm) => {
    expect(sweep(calm, settings, inMinutes(30)).posts).toEqual([]);
  });

  test("is forgotten when nothing was heard of it for a week", () => {
    expect(sweep(desk, settingsOf(), inMinutes(7 * 24 * 60 - 1)).desk).toBe(desk);
    expect(sweep(desk, settingsOf(), inMinutes(7 * 24 * 60)).desk.troubles).toEqual([]);
  });
});

describe("what waited", () => {
  const lines = ["first", "second"].reduce(
    (bundle, title) => withLine(bundle, newNotification({ title, severity: "warning" }), ten),
    emptyDesk.quiet,
  );

  test("in quiet hours is told as one when they are over", () => {
    const settings = settingsOf({ quietHours: { zone: "UTC", start: "14:00", end: "14:30" } });
    const desk = { ...emptyDesk, quiet: lines };
    expect(sweep(desk, settings, inMinutes(29))).toEqual({ posts: [], desk });
    const { posts, desk: next } = sweep(desk, settings, inMinutes(30));
    expect(posts).toMatchObject([{ title: "2 notifications in quiet hours", severity: "warning" }]);
    expect(posts[0]?.id).toMatch(/^quiet\../);
    expect(posts[0]?.text).toMatch(/14:00 UTC {2}warning: first\n.*second/);
    expect(next.quiet.lines).toEqual([]);
    const one = withLine(emptyDesk.quiet, newNotification({ title: "alone" }), ten);
    expect(sweep({ ...desk, quiet: one }, settings, inMinutes(30)).posts).toMatchObject([
      { title: "1 notification in quiet hours", severity: "info", text: "14:00 UTC  info: alone" },
    ]);
  });

  test("has an id that is another for anything else that waited, and the same for the same", () => {
    const settings = settingsOf({ quietHours: { zone: "UTC", start: "14:00", end: "14:30" } });
    const told = newNotification({ id: "n-a" });
    const idOf = (...waited: readonly (readonly [string, Instant])[]) => {
      const quiet = waited.reduce((bundle, [id, at]) => withLine(bundle, { ...told, id, at }, at), emptyDesk.quiet);
      return sweep({ ...emptyDesk, quiet }, settings, inMinutes(30)).posts[0]?.id;
    };
    const ids = [
      [["n-a", ten]],
      [["n-b", ten]],
      [["n-a", inMinutes(1)]],
      [
        ["n-a", ten],
        ["n-b", ten],
      ],
    ] as const;
    expect(new Set(ids.map((each) => idOf(...each))).size).toBe(4);
    expect(idOf(["n-a", ten])).toBe(idOf(["n-a", ten]));
  });

  test("above the budget is told as one on the next day", () => {
    const desk = { ...emptyDesk, day: "2026-06-15", collapsed: lines };
    const spent = sweep(desk, settingsOf(), inMinutes(13 * 60));
    expect(spent.posts).toMatchObject([{ id: "budget.2026-06-15", severity: "warning" }]);
    expect(sweep(spent.desk, settingsOf(), inMinutes(13 * 60)).posts).toEqual([]);
    expect(sweep(desk, settingsOf(), inMinutes(14 * 60)).posts).toMatchObject([
      { title: "2 notifications above the day's budget", id: expect.stringMatching(/^collapsed\../) },
    ]);
  });

  test("in thousands still fits a notification, with how many are not shown", () => {
    let collapsed = emptyDesk.collapsed;
    for (let count = 0; count < 3000; count++)
      collapsed = withLine(collapsed, newNotification({ title: "x".repeat(200) }), ten);
    const [post] = sweep({ ...emptyDesk, day: "2026-06-14", collapsed }, settingsOf(), ten).posts;
    expect(notificationSchema.safeParse(post).success).toBe(true);
    expect(post?.title).toBe("3000 notifications above the day's budget");
    expect(post?.text).toContain("and 2960 more");
  });
});

describe("the report of a day", () => {
  const settings = settingsOf({ dailyReport: { minutesAfterClose: 10 } });
  test.each([
    ["before the close and ten minutes", "2026-06-15T20:09:00Z", undefined],
    ["from then on", "2026-06-15T20:10:00Z", "2026-06-15"],
    ["after an early close", "2026-11-27T18:10:00Z", "2026-11-27"],
    ["on a holiday", "2026-12-25T22:00:00Z", undefined],
    ["after midnight", "2026-06-16T04:00:00Z", undefined],
  ])("is due %s", (_, now, day) => {
    expect(reportDue(emptyDesk, settings, now as Instant)?.day).toBe(day);
    expect(reportDue({ ...emptyDesk, reportedDay: day ?? "" }, settings, now as Instant)).toBeUndefined();
  });

  test("is due without being asked for where the digest has gathered something", () => {
    const now = "2026-06-15T20:10:00Z" as Instant;
    expect(reportDue(emptyDesk, settingsOf(), now)).toBeUndefined();
    const digest = withLine(emptyDesk.digest, newNotification(), ten);
    expect(reportDue({ ...emptyDesk, digest }, settingsOf(), now)).toEqual({ day: "2026-06-15" });
    const later = "2026-06-16T14:00:00Z" as Instant;
    expect(reportDue({ ...emptyDesk, digest, reportedDay: "2026-06-12" }, settingsOf(), later)).toBeUndefined();
  });

  test.each([
    ["in the next morning", "2026-06-12", "2026-06-16T11:00:00Z", "2026-06-15"],
    ["on a Sunday, of the Friday", "2026-06-11", "2026-06-14T12:00:00Z", "2026-06-12"],
    ["the oldest first", "2026-06-10", "2026-06-15T21:00:00Z", "2026-06-11"],
    ["not longer than a week", "2026-05-01", "2026-06-15T21:00:00Z", "2026-06-08"],
    ["not twice", "2026-06-15", "2026-06-16T11:00:00Z", undefined],
    ["today's, once it is due", "2026-06-12", "2026-06-15T20:09:00Z", undefined],
    ["not before there was a first one", "", "2026-06-16T11:00:00Z", undefined],
  ])("is made up for where the app was away: %s", (_, reportedDay, now, day) => {
    const due = reportDue({ ...emptyDesk, reportedDay }, settings, now as Instant);
    expect(due?.day).toBe(day);
    if (due !== undefined) expect(due.lateSince).toBe(`${day}T20:10:00.000Z`);
  });

  test("says what the day was", () => {
    const figures = {
      day: "2026-06-15" as TradingDay,
      runs: 3,
      ordersPlanned: 5,
      ordersAccepted: 4,
      ordersFilled: 3,
      denials: 1,
      truncated: false,
      profitLoss: { usd: "-120.5" as Usd, fractionOfDayStart: -0.0012 },
      drawdown: { fraction: 0.02 },
    };
    const state = { mode: "paper", automation: "started", tradingState: "running", unknownOrders: 0 };
    const digest = withLine(emptyDesk.digest, newNotification({ title: "a calendar note" }), ten);
    const report = dailyReportOf(figures, state, digest, { at: ten });
    expect(notificationSchema.parse(report)).toMatchObject({ id: "report.2026-06-15", kind: "report" });
    expect(report.title).toBe("2026-06-15, paper: 3 runs, 3 orders filled, result -120.5 USD (-0.12 %)");
    expect(report.facts).toContainEqual({ name: "Orders", value: "5 planned, 4 accepted, 3 filled" });
    expect(report.text).toContain("a calendar note");
    expect(report.facts?.map(({ name, value }) => `${name}: ${value}`)).toEqual([
      "Runs: 3",
      "Orders: 5 planned, 4 accepted, 3 filled",
      "Denied: 1",
      "Result: -120.5 USD (-0.12 %)",
      "Below the highest equity: 2.00 %",
      "Orders in doubt: 0",
      "Automation: started, trading running",
    ]);
    const unknown = { ...figures, runs: 1, truncated: true, profitLoss: null, drawdown: null };
    const late = dailyReportOf(unknown, state, emptyDesk.digest, { at: inMinutes(60), lateSince: ten });
    expect(late.title).toBe("Late: 2026-06-15, paper: 1 run, 3 orders filled, result not known");
    expect(late.text).toBe(
      `The trading day 2026-06-15 has ended. This report was due at ${ten}: nothing told it then.`,
    );
    expect(late.facts).toContainEqual({ name: "Runs", value: "1 or more" });
    expect(late.facts?.map(({ name }) => name)).toEqual([
      "Runs",
      "Orders",
      "Denied",
      "Result",
      "Orders in doubt",
      "Automation",
    ]);
  });
});
