// What settings and tasks may say: which words, what may be left out, and what is told of a fault.
import { describe, expect, test } from "vitest";
import type { z } from "zod";
import { automationConfigSchema } from "../../../src/core/model/automation.ts";
import { breakersSchema, riskLimitsSchema } from "../../../src/core/model/limits.ts";
import { faultsOf } from "../../../src/core/model/parse.ts";
import {
  monitorSettingsSchema,
  notificationSettingsSchema,
  tradingWindowSchema,
  universesSchema,
  windowOverridesSchema,
} from "../../../src/core/model/settings.ts";
import { orderPolicySchema, protectionSchema, sizingSchema } from "../../../src/core/model/sizing.ts";
import { taskSchema } from "../../../src/core/model/task.ts";

/** What is wrong with a value, as `path: message`. */
const faults = (schema: z.ZodType, value: unknown): readonly string[] => {
  const { error } = schema.safeParse(value);
  return error === undefined ? [] : faultsOf(error).map(({ path, message }) => `${path}: ${message}`);
};
const takes = (schema: z.ZodType, value: unknown): boolean => schema.safeParse(value).success;

const limits = { maxOrderNotionalUsd: 1000, maxPositionFraction: 0.5, maxGrossFraction: 1 };
const window = { zone: "America/New_York", weekdays: [1], ranges: [{ start: "09:30", end: "16:00" }] };
const task = {
  id: "trend",
  name: "Trend",
  schedule: { cron: "*/5 9-16 * * 1-5" },
  symbols: ["AAA"],
  strategies: [{ name: "buyAndHold" }],
  sizing: { method: "targetWeights" },
};
const sized = (method: string, more: object = {}) => ({ method, ...more });

describe("what is left out", () => {
  test("is what the limits say by themselves", () => {
    expect(riskLimitsSchema.parse(limits)).toEqual({
      ...limits,
      minOrderNotionalUsd: 1,
      priceCollarFraction: 0.05,
      maxPriceAgeSeconds: 900,
      minCoverageFraction: 0.95,
      implausibleMoveFraction: 0.5,
      maxClockSkewSeconds: 30,
      symbols: {},
      strategies: {},
    });
    expect(breakersSchema.parse({ drift: {} })).toEqual({ drift: { action: "halt" } });
  });

  test("is a window without closures, and every hour of it open", () => {
    expect(tradingWindowSchema.parse(window)).toEqual({
      ...window,
      holidays: [],
      earlyCloses: [],
      blackouts: [],
      openBufferMinutes: 0,
      closeBufferMinutes: 0,
      extendedHours: false,
      graceMinutes: 5,
    });
    expect(windowOverridesSchema.parse({})).toEqual({});
  });

  test("is a monitor that changes nothing by itself, and everything told to every channel", () => {
    expect(monitorSettingsSchema.parse({})).toEqual({
      unknownGraceMinutes: 5,
      unknownAlertMinutes: 10,
      driftPolicy: "adopt",
      cancelOnHalt: false,
      intradayBars: false,
      historyRetentionDays: 400,
    });
    expect(notificationSettingsSchema.parse({ routes: [{ channels: ["email"] }] })).toEqual({
      minSeverity: "info",
      runs: "all",
      routes: [{ channels: ["email"], minSeverity: "info", digest: false }],
      repeatMinutes: 60,
      budgetPerDay: 200,
    });
  });

  test("is a paper task that is on, in market orders of whole shares, skipping what it cannot do in time", () => {
    expect(taskSchema.parse(task)).toEqual({
      ...task,
      enabled: true,
      account: "main",
      mode: "paper",
      schedule: { cron: "*/5 9-16 * * 1-5", zone: "America/New_York" },
      strategies: [{ name: "buyAndHold", params: {}, weight: 1 }],
      combine: "netTargetWeights",
      badData: "exclude",
      sizing: {
        method: "targetWeights",
        rebalanceBandFraction: 0.01,
        cashBufferFraction: 0,
        slippageFraction: 0,
        feePerShareUsd: 0,
        fractionalShares: false,
      },
      orders: { type: "market", collarFraction: 0.005 },
      overlap: "skip",
      catchUp: "latest",
    });
    expect(taskSchema.parse({ ...task, schedule: { everyMinutes: 5 } }).schedule).toEqual({
      everyMinutes: 5,
      zone: "America/New_York",
    });
  });

  test("may be equal parts of a share of equity", () => {
    const given = sized("equalWeight", { equityFraction: 0.5 });
    expect(sizingSchema.parse(given)).toMatchObject(given);
  });

  test("is half of Kelly's fraction over sixty bars, and the volatility of twenty", () => {
    expect(sizingSchema.parse(sized("kelly", { capFraction: 1 }))).toMatchObject({ part: 0.5, lookbackBars: 60 });
    expect(sizingSchema.parse(sized("volatilityTarget", { annualVolatilityFraction: 0.1 }))).toMatchObject({
      lookbackBars: 20,
      maxWeight: 1,
    });
    expect(sizingSchema.parse(sized("riskPerTrade", { riskFraction: 0.1 }))).toMatchObject({ maxWeight: 1 });
  });
});

describe("a word out of a list", () => {
  test.each<[string, z.ZodType, (value: string) => unknown, readonly string[]]>([
    ["action of a breaker", breakersSchema, (action) => ({ drift: { action } }), ["reduce", "halt"]],
    ["drift policy", monitorSettingsSchema, (driftPolicy) => ({ driftPolicy }), ["adopt", "ignore", "flatten"]],
    ["runs that are told", notificationSettingsSchema, (runs) => ({ runs }), ["all", "orders", "problems"]],
    ["severity", notificationSettingsSchema, (minSeverity) => ({ minSeverity }), ["info", "warning", "error"]],
    ["mode", taskSchema, (mode) => ({ ...task, mode }), ["paper", "live"]],
    [
      "combination",
      taskSchema,
      (combine) => ({ ...task, combine }),
      ["netTargetWeights", "weightedVote", "firstThatSpeaks", "allMustAgree"],
    ],
    ["bad data", taskSchema, (badData) => ({ ...task, badData }), ["exclude", "skipRun"]],
    ["overlap", taskSchema, (overlap) => ({ ...task, overlap }), ["skip", "queue"]],
    ["catch-up", taskSchema, (catchUp) => ({ ...task, catchUp }), ["latest", "none", "all"]],
    [
      "type of order",
      orderPolicySchema,
      (type) => ({ type }),
      ["market", "limit", "marketableLimit", "marketOnOpen", "marketOnClose"],
    ],
    [
      "session",
      taskSchema,
      (at) => ({ ...task, schedule: { at } }),
      ["open", "open+5m", "open+120m", "close", "close-1m", "close-390m"],
    ],
    ["id", taskSchema, (id) => ({ ...task, id }), ["a", "a-1", "a".repeat(40)]],
    ["account", taskSchema, (account) => ({ ...task, account }), ["main", "second-1"]],
    ["list", universesSchema, (name) => ({ [name]: ["SPY"] }), ["a", "tech-10", "a".repeat(40)]],
    ["symbol", universesSchema, (symbol) => ({ one: [symbol] }), ["A", "BRK.B", "ABCDEFGHIJKL"]],
    ["zone", tradingWindowSchema, (zone) => ({ ...window, zone }), ["UTC", "Europe/Berlin"]],
    [
      "time of day",
      tradingWindowSchema,
      (start) => ({ ...window, ranges: [{ start, end: "23:59" }] }),
      ["00:00", "09:05", "19:59", "20:00", "23:58"],
    ],
  ])("%s", (_, schema, value, words) => {
    for (const word of words) expect(takes(schema, value(word)), word).toBe(true);
    for (const word of words) expect(takes(schema, value(`${word}\n`)), `${word} and more`).toBe(false);
    for (const word of ["", "other!", "-a", "a-", "Open", "A_", "a".repeat(41), "24:00", "12:60", "x09:30", " open"])
      expect(takes(schema, value(word)), word).toBe(false);
  });
});

describe("what is wrong is told with its place and what would be right", () => {
  const id = "must be 1 to 40 lower case letters, digits and inner hyphens";
  const ranges = (...hours: readonly (readonly [string, string])[]) => ({
    ...window,
    ranges: hours.map(([start, end]) => ({ start, end })),
  });
  const faulty: readonly (readonly [z.ZodType, unknown, string])[] = [
    [taskSchema, { ...task, id: "Trend" }, `id: ${id}`],
    [taskSchema, { ...task, account: "" }, "account: must be lower case letters, digits and hyphens"],
    [
      taskSchema,
      { ...task, schedule: { at: "noon" } },
      "schedule.at: must be such as open, open+5m, close or close-10m",
    ],
    [taskSchema, { ...task, symbols: undefined }, "symbols: give either symbols or the name of a universe"],
    [taskSchema, { ...task, universe: "core" }, "symbols: give either symbols or the name of a universe"],
    [taskSchema, { ...task, symbols: ["spy"] }, "symbols[0]: must be a symbol such as SPY"],
    [taskSchema, { ...task, symbols: ["SPY", "SPY"] }, "symbols: names a symbol twice"],
    [taskSchema, { ...task, expiresAt: "soon" }, "expiresAt: must be an instant such as 2026-06-15T13:30:00Z"],
    [taskSchema, { ...task, protection: {} }, "protection: names no exit"],
    [
      taskSchema,
      { ...task, protection: { fromSignals: true }, orders: { type: "marketOnOpen" } },
      "protection: orders for an auction cannot carry exits",
    ],
    [taskSchema, { ...task, enabeld: true }, "enabeld: is not known here"],
    [tradingWindowSchema, { ...window, zone: "Mars" }, "zone: must be an IANA time zone such as America/New_York"],
    [tradingWindowSchema, { ...window, weekdays: [1, 1] }, "weekdays: names a weekday twice"],
    [tradingWindowSchema, { ...window, weekdays: [] }, "weekdays: Too small: expected array to have >=1 items"],
    [tradingWindowSchema, ranges(["09:3", "16:00"]), "ranges[0].start: must be a time of day such as 09:30"],
    [tradingWindowSchema, ranges(["16:00", "16:00"]), "ranges[0].end: must be later than start"],
    [
      tradingWindowSchema,
      ranges(["12:00", "13:00"], ["10:00", "11:00"]),
      "ranges: must be in order and must not overlap",
    ],
    [tradingWindowSchema, { ...window, holidays: ["2026-02-30"] }, "holidays[0]: must be a day such as 2026-12-24"],
    [
      tradingWindowSchema,
      { ...window, blackouts: [{ from: "2026-06-16", to: "2026-06-15" }] },
      "blackouts[0].to: must not be earlier than from",
    ],
    [
      notificationSettingsSchema,
      { quietHours: { zone: "UTC", start: "22:00", end: "22:00" } },
      "quietHours.end: must not be the same as start",
    ],
    [notificationSettingsSchema, { routes: [{ channels: ["email"], taskIds: ["X"] }] }, `routes[0].taskIds[0]: ${id}`],
    [
      universesSchema,
      Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`list-${index}`, ["SPY"]])),
      "(whole): holds more than 100 lists",
    ],
  ];
  // By the fault and not by the schema, whose text is another once it has been used: a name that changes is not found again.
  test.each(faulty.map(([schema, value, fault]) => [fault, schema, value] as const))("%s", (fault, schema, value) => {
    expect(faults(schema, value)).toEqual([fault]);
  });

  test("hours that touch are in order, and a blackout may be of one day", () => {
    expect(faults(tradingWindowSchema, ranges(["09:30", "12:00"], ["12:00", "16:00"]))).toEqual([]);
    expect(faults(tradingWindowSchema, { ...window, blackouts: [{ from: "2026-06-15", to: "2026-06-15" }] })).toEqual(
      [],
    );
    expect(faults(protectionSchema, { fromSignals: true })).toEqual([]);
    const quietHours = { zone: "UTC", start: "22:00", end: "06:00" };
    expect(notificationSettingsSchema.parse({ quietHours }).quietHours).toEqual({
      ...quietHours,
      minSeverity: "error",
    });
  });

  test("of a whole configuration: two tasks of one id, and a list that is not there", () => {
    const automation = { trading_window: window, risk_limits: limits, universes: { core: ["SPY"] } };
    const { symbols: _, ...own } = task;
    const whole = (...tasks: readonly object[]) => faults(automationConfigSchema, { automation, tasks });
    expect(whole(task, { ...own, id: "second", universe: "core" })).toEqual([]);
    expect(whole(task, task)).toEqual(["tasks: two tasks have the same id"]);
    for (const universe of ["gone", "constructor"])
      expect(whole(task, { ...own, id: "second", universe })).toEqual([
        `tasks[1].universe: there is no list "${universe}" in automation.universes`,
      ]);
  });
});
