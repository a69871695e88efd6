// The day in figures, and the report that tells them.
import { expect, test } from "vitest";
import { usd } from "../../../src/core/model/money.ts";
import type { MonitorState } from "../../../src/core/model/monitor.ts";
import type { RunSummary } from "../../../src/core/model/run.ts";
import { dailyReportOf } from "../../../src/core/notifications/dailyReport.ts";
import { emptyDesk } from "../../../src/core/notifications/desk.ts";
import { todaysFigures } from "../../../src/core/reporting/todaysFigures.ts";
import { at, day } from "../examples.ts";

const today = day("2026-06-15");
const run = (status: RunSummary["status"]) =>
  ({ status, ordersPlanned: 5, ordersAccepted: 3, ordersFilled: 2, denials: 1 }) as RunSummary;
const monitor = (changes: Partial<MonitorState> = {}) =>
  ({
    tradingDay: today,
    equity: usd(98_000),
    dayStartEquity: usd(100_000),
    peakEquity: usd(122_500),
    ...changes,
  }) as MonitorState;
const breakers = {
  dailyLoss: { fraction: 0.03, action: "halt" },
  drawdown: { fraction: 0.25, action: "halt" },
} as const;
const items = (["succeeded", "partial", "failed", "running", "skipped", "missed", "blocked"] as const).map(run);

test("count the runs that did work, the orders of all, and equity against the day's first and its highest", () => {
  expect(todaysFigures({ day: today, items, truncated: false }, monitor(), { breakers })).toEqual({
    day: today,
    runs: 4,
    ordersPlanned: 35,
    ordersAccepted: 21,
    ordersFilled: 14,
    denials: 7,
    truncated: false,
    profitLoss: { usd: "-2000", fractionOfDayStart: -0.02, dailyLossLimit: 0.03 },
    drawdown: { fraction: 0.2, limit: 0.25 },
  });
});

test("leave out limits that are not set, and equity of another day or of none", () => {
  const figures = (state: MonitorState | undefined) =>
    todaysFigures({ day: today, items: [], truncated: true }, state, {});
  expect(figures(monitor())).toMatchObject({ runs: 0, truncated: true });
  expect(figures(monitor()).profitLoss).toStrictEqual({ usd: "-2000", fractionOfDayStart: -0.02 });
  expect(figures(monitor()).drawdown).toStrictEqual({ fraction: 0.2 });
  expect(figures(monitor({ tradingDay: day("2026-06-12") }))).toMatchObject({
    profitLoss: null,
    drawdown: { fraction: 0.2 },
  });
  expect(figures(undefined)).toMatchObject({ profitLoss: null, drawdown: null });
  const empty = monitor({ equity: usd(0), dayStartEquity: usd(0), peakEquity: usd(0) });
  expect(figures(empty)).toMatchObject({ profitLoss: { fractionOfDayStart: 0 }, drawdown: { fraction: 0 } });
});

const state = { mode: "paper", automation: "started", tradingState: "running", unknownOrders: 2 };

test("are told once a day with what the digest gathered", () => {
  const figures = todaysFigures({ day: today, items, truncated: true }, monitor(), {});
  const line = { id: "n-1", at: at("2026-06-15T14:05Z"), severity: "warning", title: "Something" } as const;
  expect(dailyReportOf(figures, state, { lines: [line], more: 1 }, { at: at("2026-06-15T20:10Z") })).toEqual({
    schemaVersion: 1,
    id: "report.2026-06-15",
    kind: "report",
    severity: "info",
    title: "2026-06-15, paper: 4 runs, 14 orders filled, result -2000 USD (-2.00 %)",
    text: "The trading day 2026-06-15 has ended.\n\nAlso of today:\n14:05 UTC  warning: Something\nand 1 more: GET /api/notifications",
    facts: [
      { name: "Runs", value: "4 or more" },
      { name: "Orders", value: "35 planned, 21 accepted, 14 filled" },
      { name: "Denied", value: "7" },
      { name: "Result", value: "-2000 USD (-2.00 %)" },
      { name: "Below the highest equity", value: "20.00 %" },
      { name: "Orders in doubt", value: "2" },
      { name: "Automation", value: "started, trading running" },
    ],
    at: "2026-06-15T20:10:00.000Z",
    attempt: 1,
  });
});

test("of a day of which nothing is known say so", () => {
  const figures = todaysFigures({ day: today, items: [run("failed")], truncated: false }, undefined, {});
  const report = dailyReportOf(figures, state, emptyDesk.digest, { at: at("2026-06-15T20:10Z") });
  expect(report).toMatchObject({
    title: "2026-06-15, paper: 1 run, 2 orders filled, result not known",
    text: "The trading day 2026-06-15 has ended.",
  });
  expect(report.facts?.map(({ name }) => name)).toEqual([
    "Runs",
    "Orders",
    "Denied",
    "Result",
    "Orders in doubt",
    "Automation",
  ]);
  expect(report.facts?.[0]).toEqual({ name: "Runs", value: "1" });
});
