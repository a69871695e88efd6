// The precheck: each reason to end a run before it begins, and that nothing else ends one.
import { expect, test } from "vitest";
import { price, usd } from "../../../src/core/model/money.ts";
import type { RunInputs } from "../../../src/core/model/run.ts";
import { precheck } from "../../../src/core/risk/precheck.ts";
import {
  at,
  day,
  exampleControl,
  exampleInputs,
  exampleLimits,
  exampleMarket,
  examplePortfolio,
  exampleTask,
  exampleWindow,
} from "../examples.ts";

test("a run in the window with prices goes on, also while trading is reducing", () => {
  expect(precheck(exampleInputs())).toBeUndefined();
  expect(precheck(exampleInputs({ control: exampleControl({ tradingState: "reducing" }) }))).toBeUndefined();
});

const noData = {
  ...exampleMarket(),
  excluded: [{ symbol: "AAA", code: "NO_PRICE", detail: "the feed has no latest price" } as const],
};

const marks = { dayStartEquity: usd(100_000), dailyLossFrom: usd(100_000), drawdownFrom: usd(120_000) };
const watched = exampleLimits({
  breakers: { dailyLoss: { fraction: 0.02, action: "halt" }, drawdown: { fraction: 0.1, action: "halt" } },
});

test.each<[string, Partial<RunInputs>, string, string]>([
  [
    "control 22: the broker blocks the account",
    { portfolio: examplePortfolio({ blocked: "trading_blocked" }) },
    "ACCOUNT_BLOCKED",
    "the broker has blocked the account: trading_blocked",
  ],
  [
    "control 22: the account is another one than the app is set to trade on",
    { trades: { mode: "paper", expectedAccountId: "A-2" } },
    "WRONG_ACCOUNT",
    "the broker's account is another one than ALPACA_ACCOUNT_ID names",
  ],
  [
    "control 22: the task is of the other mode",
    { trades: { mode: "live", expectedAccountId: "A-1" } },
    "WRONG_ACCOUNT",
    "it is a paper task and this app trades live",
  ],
  [
    "control 21: trading is halted",
    { control: exampleControl({ tradingState: "halted", actor: "operator", reason: "strange prices" }) },
    "HALTED",
    "trading was halted by operator: strange prices",
  ],
  [
    "the task has been disabled",
    { task: exampleTask({ enabled: false }) },
    "TASK_DISABLED",
    'task "trend" is disabled',
  ],
  [
    "control 26: the window is closed",
    { asOf: at("2026-06-15T20:00Z"), slot: at("2026-06-15T19:59Z") },
    "WINDOW_CLOSED",
    "after the window closed at 16:00 New York; next open Tue 2026-06-16 09:30 New York",
  ],
  [
    "control 26: it is a holiday",
    { window: exampleWindow({ holidays: [day("2026-06-15")] }) },
    "HOLIDAY",
    "holiday: 2026-06-15 is a holiday of the trading window; next open Tue 2026-06-16 09:30 New York",
  ],
  [
    "it begins later than its grace",
    { slot: at("2026-06-15T13:54:59Z") },
    "SLOT_EXPIRED",
    "begun 5 minutes late, past its grace of 5 minutes",
  ],
  [
    "no symbol has a price",
    { market: noData },
    "NO_MARKET_DATA",
    "none of 3 symbols can be traded, such as AAA: the feed has no latest price",
  ],
  [
    "no symbol has a price, and none is left out for a reason",
    { market: exampleMarket() },
    "NO_MARKET_DATA",
    "none of 3 symbols can be traded",
  ],
])("skips when %s", (_, changes, code, reason) => {
  expect(precheck(exampleInputs(changes))).toEqual({ code, reason });
});

const lossOf = (equity: number, changes: Partial<RunInputs> = {}) =>
  precheck(exampleInputs({ portfolio: examplePortfolio({ equity }), limits: watched, lossMarks: marks, ...changes }));

test("control 12: skips once the day's loss has reached its limit, and tells how far it is", () => {
  const lossMarks = { ...marks, drawdownFrom: usd(100_000) };
  expect(lossOf(98_000.01, { lossMarks })).toBeUndefined();
  expect(lossOf(97_900, { lossMarks })).toEqual({
    code: "MAX_DAILY_LOSS",
    reason: "equity has lost 2100 USD on this day; the limit is 2000 USD",
    figure: { rule: "dailyLoss", limit: "2000", figure: "2100", headroom: "-100" },
  });
});

test("control 12: counts the day's loss from where a person has resumed trading", () => {
  const lossMarks = { ...marks, drawdownFrom: usd(100_000), dailyLossFrom: usd(97_900) };
  expect(lossOf(97_900, { lossMarks })).toBeUndefined();
  expect(lossOf(95_900, { lossMarks })).toMatchObject({ code: "MAX_DAILY_LOSS" });
});

test("control 13: skips once equity has fallen from its highest by the limit", () => {
  const lossMarks = { ...marks, dailyLossFrom: usd(108_001) };
  expect(lossOf(108_000.01, { lossMarks })).toBeUndefined();
  expect(lossOf(108_000, { lossMarks })).toEqual({
    code: "MAX_DRAWDOWN",
    reason: "equity has lost 12000 USD from its highest; the limit is 12000 USD",
    figure: { rule: "drawdown", limit: "12000", figure: "12000", headroom: "0" },
  });
});

test("losses count for nothing where no limit is set, and before the monitor has looked for the first time", () => {
  expect(lossOf(1000, { limits: exampleLimits() })).toBeUndefined();
  expect(lossOf(1000, { lossMarks: undefined })).toBeUndefined();
});

test("control 23: skips while our clock is further from the broker's than its limit, either way", () => {
  const limits = exampleLimits({ maxClockSkewSeconds: 10 });
  expect(precheck(exampleInputs({ limits, clockSkewMs: -10_000 }))).toBeUndefined();
  expect(precheck(exampleInputs({ limits, clockSkewMs: 10_500 }))).toEqual({
    code: "CLOCK_SKEW",
    reason: "our clock is 10.5 seconds ahead of the broker's",
    figure: { rule: "clockSkew", limit: "10 seconds", figure: "10.5 seconds", headroom: "-0.5 seconds" },
  });
  expect(precheck(exampleInputs({ limits, clockSkewMs: -10_500 }))).toMatchObject({
    reason: "our clock is 10.5 seconds behind the broker's",
  });
});

test("a task that wants all of its symbols skips where one cannot be traded", () => {
  const one = { symbol: "AAA", code: "NO_PRICE", detail: "the feed has no latest price" } as const;
  const latest = [{ symbol: "BBB", price: price(1), at: at("2026-06-15T14:00Z") }];
  const market = { ...exampleMarket(), latest, excluded: [one] };
  expect(precheck(exampleInputs({ market }))).toBeUndefined();
  expect(precheck(exampleInputs({ market, task: exampleTask({ badData: "skipRun" }) }))).toEqual({
    code: "NO_MARKET_DATA",
    reason: "1 of 3 symbols cannot be traded and the task wants all of them, such as AAA: the feed has no latest price",
  });
});

test("exposure that is over its limits already is no reason to skip: only a run can lower it", () => {
  const portfolio = examplePortfolio({ equity: 1000, positions: { AAA: [90, 9000] } });
  expect(precheck(exampleInputs({ portfolio, limits: exampleLimits({ maxGrossFraction: 0.1 }) }))).toBeUndefined();
});

test("runs as late as the grace of its window allows", () => {
  const slot = at("2026-06-15T13:50Z");
  expect(precheck(exampleInputs({ slot }))).toMatchObject({ code: "SLOT_EXPIRED" });
  expect(precheck(exampleInputs({ slot, window: exampleWindow({ graceMinutes: 10 }) }))).toBeUndefined();
});
