// The precheck: each reason to end a run before it begins, and that nothing else ends one.
import { expect, test } from "vitest";
import type { RunInputs } from "../../../src/core/model/run.ts";
import { precheck } from "../../../src/core/risk/precheck.ts";
import {
  at,
  day,
  exampleControl,
  exampleInputs,
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

test.each<[string, Partial<RunInputs>, string, string]>([
  [
    "the broker blocks the account",
    { portfolio: examplePortfolio({ blocked: "trading_blocked" }) },
    "ACCOUNT_BLOCKED",
    "the broker has blocked the account: trading_blocked",
  ],
  [
    "trading is halted",
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
    "the window is closed",
    { asOf: at("2026-06-15T20:00Z"), slot: at("2026-06-15T19:59Z") },
    "WINDOW_CLOSED",
    "after the window closed at 16:00 New York; next open Tue 2026-06-16 09:30 New York",
  ],
  [
    "it is a holiday",
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
])("skips when %s", (_, changes, code, reason) => {
  expect(precheck(exampleInputs(changes))).toEqual({ code, reason });
});

test("runs as late as the grace of its window allows", () => {
  const slot = at("2026-06-15T13:50Z");
  expect(precheck(exampleInputs({ slot }))).toMatchObject({ code: "SLOT_EXPIRED" });
  expect(precheck(exampleInputs({ slot, window: exampleWindow({ graceMinutes: 10 }) }))).toBeUndefined();
});
