// How large numbers, texts and lists of settings, tasks and notifications may be: what is just enough, and what is just too much.
import { describe, expect, test } from "vitest";
import type { z } from "zod";
import {
  breakersSchema,
  riskLimitsSchema,
  scopedLimitsSchema,
  taskLimitsSchema,
} from "../../../src/core/model/limits.ts";
import { notificationSchema } from "../../../src/core/model/notification.ts";
import {
  monitorSettingsSchema,
  notificationSettingsSchema,
  tradingWindowSchema,
  universesSchema,
} from "../../../src/core/model/settings.ts";
import { orderPolicySchema, protectionSchema, sizingSchema } from "../../../src/core/model/sizing.ts";
import { taskSchema } from "../../../src/core/model/task.ts";

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

/** The least and the most that a number may be, and what is just too little and too much. */
type Bounds = readonly [tooLittle: number, least: number, most: number, tooMuch: number];
const share: Bounds = [0, 1e-6, 1, 1.001];
const money: Bounds = [0, 1e-6, 1e12, 1e12 + 1];
const shares: Bounds = [0, 1e-6, 1e9, 1e9 + 1];
const count = (most: number, least = 1): Bounds => [least - 1, least, most, most + 1];

const scoped: readonly (readonly [string, Bounds])[] = [
  ["maxOrderQty", shares],
  ["maxOrderNotionalUsd", money],
  ["minOrderNotionalUsd", money],
  ["priceCollarFraction", share],
  ["maxPositionQty", shares],
  ["maxPositionUsd", money],
  ["maxPositionFraction", share],
  ["cooldownMinutes", count(10_080)],
  ["duplicateWindowSeconds", count(86_400)],
];
const ofTasksToo: readonly (readonly [string, Bounds])[] = [
  ["maxGrossFraction", [0, 1e-6, 4, 4.001]],
  ["maxNetFraction", [0, 1e-6, 4, 4.001]],
  ["maxOpenPositions", count(10_000)],
  ["maxOpenOrders", count(10_000)],
];
const ofAccount: readonly (readonly [string, Bounds])[] = [
  ["maxOrdersPerMinute", count(10_000)],
  ["maxOrdersPerDay", count(100_000)],
  ["maxPriceAgeSeconds", count(86_400)],
  ["minCoverageFraction", share],
  ["implausibleMoveFraction", [0, 1e-6, 10, 10.001]],
  ["maxClockSkewSeconds", count(3600)],
];

describe("a number within its bounds", () => {
  test.each<[string, z.ZodType, (value: number) => unknown, Bounds]>([
    ...[...scoped, ...ofTasksToo, ...ofAccount].map(
      ([name, bounds]): [string, z.ZodType, (value: number) => unknown, Bounds] => [
        `risk limit ${name}`,
        riskLimitsSchema,
        (value) => ({ ...limits, [name]: value }),
        bounds,
      ],
    ),
    ...scoped.map(([name, bounds]): [string, z.ZodType, (value: number) => unknown, Bounds] => [
      `limit of a symbol ${name}`,
      scopedLimitsSchema,
      (value) => ({ [name]: value }),
      bounds,
    ]),
    ...[...scoped, ...ofTasksToo].map(([name, bounds]): [string, z.ZodType, (value: number) => unknown, Bounds] => [
      `limit of a task ${name}`,
      taskLimitsSchema,
      (value) => ({ [name]: value }),
      bounds,
    ]),
    ["daily loss", breakersSchema, (fraction) => ({ dailyLoss: { fraction } }), share],
    ["drawdown", breakersSchema, (fraction) => ({ drawdown: { fraction } }), share],
    ["repeated orders", breakersSchema, (orders) => ({ repeatedExecution: { orders, minutes: 5 } }), count(1000, 2)],
    ["minutes of them", breakersSchema, (minutes) => ({ repeatedExecution: { orders: 5, minutes } }), count(1440)],
    ["rejections", breakersSchema, (inARow) => ({ rejections: { inARow } }), count(1000)],
    ["weekday", tradingWindowSchema, (day) => ({ ...window, weekdays: [day] }), count(7)],
    ["open buffer", tradingWindowSchema, (openBufferMinutes) => ({ ...window, openBufferMinutes }), count(120, 0)],
    ["close buffer", tradingWindowSchema, (closeBufferMinutes) => ({ ...window, closeBufferMinutes }), count(120, 0)],
    ["grace", tradingWindowSchema, (graceMinutes) => ({ ...window, graceMinutes }), count(1440)],
    ["grace of a task", taskSchema, (graceMinutes) => ({ ...task, graceMinutes }), count(1440)],
    ["interval", taskSchema, (everyMinutes) => ({ ...task, schedule: { everyMinutes } }), count(1440)],
    [
      "weight of a strategy",
      taskSchema,
      (weight) => ({ ...task, strategies: [{ name: "x", weight }] }),
      [0, 1e-6, 1000, 1001],
    ],
    ["grace of doubt", monitorSettingsSchema, (unknownGraceMinutes) => ({ unknownGraceMinutes }), count(1440)],
    ["alert of doubt", monitorSettingsSchema, (unknownAlertMinutes) => ({ unknownAlertMinutes }), count(1440)],
    ["retention", monitorSettingsSchema, (historyRetentionDays) => ({ historyRetentionDays }), count(3650, 30)],
    ["repetition", notificationSettingsSchema, (repeatMinutes) => ({ repeatMinutes }), count(10_080)],
    ["budget", notificationSettingsSchema, (budgetPerDay) => ({ budgetPerDay }), count(10_000)],
    [
      "escalation",
      notificationSettingsSchema,
      (afterMinutes) => ({ escalation: { afterMinutes, channels: ["email"] } }),
      count(1440),
    ],
    [
      "daily report",
      notificationSettingsSchema,
      (minutesAfterClose) => ({ dailyReport: { minutesAfterClose } }),
      count(360, 0),
    ],
    ["band", sizingSchema, (value) => sized("targetWeights", { rebalanceBandFraction: value }), [-0.001, 0, 1, 1.001]],
    [
      "cash buffer",
      sizingSchema,
      (value) => sized("targetWeights", { cashBufferFraction: value }),
      [-0.001, 0, 1, 1.001],
    ],
    ["slippage", sizingSchema, (value) => sized("targetWeights", { slippageFraction: value }), [-0.001, 0, 0.1, 0.101]],
    ["fee", sizingSchema, (value) => sized("targetWeights", { feePerShareUsd: value }), [-0.001, 0, 10, 10.001]],
    ["share of equity", sizingSchema, (value) => sized("percentOfEquity", { equityFraction: value }), share],
    ["notional", sizingSchema, (value) => sized("fixedNotional", { notionalUsd: value }), money],
    ["quantity", sizingSchema, (qty) => sized("fixedQuantity", { qty }), shares],
    ["volatility", sizingSchema, (value) => sized("volatilityTarget", { annualVolatilityFraction: value }), share],
    [
      "lookback",
      sizingSchema,
      (lookbackBars) => sized("volatilityTarget", { annualVolatilityFraction: 0.1, lookbackBars }),
      count(500, 5),
    ],
    [
      "greatest weight",
      sizingSchema,
      (maxWeight) => sized("volatilityTarget", { annualVolatilityFraction: 0.1, maxWeight }),
      share,
    ],
    ["risk", sizingSchema, (riskFraction) => sized("riskPerTrade", { riskFraction }), [0, 1e-6, 0.2, 0.201]],
    [
      "stop",
      sizingSchema,
      (stopFraction) => sized("riskPerTrade", { riskFraction: 0.01, stopFraction }),
      [0, 1e-6, 0.999, 1],
    ],
    ["Kelly's part", sizingSchema, (part) => sized("kelly", { part, capFraction: 0.5 }), share],
    ["Kelly's cap", sizingSchema, (capFraction) => sized("kelly", { capFraction }), share],
    ["collar", orderPolicySchema, (collarFraction) => ({ collarFraction }), [-0.001, 0, 0.2, 0.201]],
    ["stop loss", protectionSchema, (stopLossFraction) => ({ stopLossFraction }), [0, 1e-6, 0.999, 1]],
    ["take profit", protectionSchema, (takeProfitFraction) => ({ takeProfitFraction }), [0, 1e-6, 10, 10.001]],
  ])("%s", (_, schema, value, [tooLittle, least, most, tooMuch]) => {
    expect([tooLittle, least, most, tooMuch].map((each) => takes(schema, value(each)))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });
});

const notification = { schemaVersion: 1, id: "n", severity: "info", title: "t", text: "", at: "now", attempt: 1 };
const fact = { name: "n", value: "v" };

test.each<[string, z.ZodType, (length: number) => unknown, number, number]>([
  [
    "letters of a notification's id",
    notificationSchema,
    (length) => ({ ...notification, id: "i".repeat(length) }),
    1,
    120,
  ],
  ["letters of its title", notificationSchema, (length) => ({ ...notification, title: "t".repeat(length) }), 1, 200],
  ["letters of its text", notificationSchema, (length) => ({ ...notification, text: "t".repeat(length) }), 0, 4000],
  ["letters of its task", notificationSchema, (length) => ({ ...notification, taskId: "t".repeat(length) }), 0, 40],
  [
    "letters of its execution",
    notificationSchema,
    (length) => ({ ...notification, executionId: "e".repeat(length) }),
    0,
    80,
  ],
  [
    "letters of its trouble",
    notificationSchema,
    (length) => ({ ...notification, fingerprint: "f".repeat(length) }),
    1,
    120,
  ],
  [
    "its facts",
    notificationSchema,
    (length) => ({ ...notification, facts: Array.from({ length }, () => fact) }),
    0,
    10,
  ],
  [
    "letters of a fact's name",
    notificationSchema,
    (length) => ({ ...notification, facts: [{ ...fact, name: "n".repeat(length) }] }),
    1,
    40,
  ],
  [
    "letters of a fact's value",
    notificationSchema,
    (length) => ({ ...notification, facts: [{ ...fact, value: "v".repeat(length) }] }),
    1,
    200,
  ],
  [
    "its channels",
    notificationSchema,
    (length) => ({ ...notification, channels: Array.from({ length }, () => "email") }),
    1,
    5,
  ],
  ["its attempt", notificationSchema, (attempt) => ({ ...notification, attempt }), 1, 100],
  [
    "symbols of a task",
    taskSchema,
    (length) => ({ ...task, symbols: Array.from({ length }, (_, index) => `S${index}`) }),
    1,
    1000,
  ],
  [
    "strategies of a task",
    taskSchema,
    (length) => ({ ...task, strategies: Array.from({ length }, () => ({ name: "x" })) }),
    1,
    20,
  ],
  [
    "schedules of a task",
    taskSchema,
    (length) => ({ ...task, schedule: Array.from({ length }, () => ({ everyMinutes: 5 })) }),
    1,
    10,
  ],
  ["letters of a name", taskSchema, (length) => ({ ...task, name: "n".repeat(length) }), 1, 100],
  ["letters of a schedule", taskSchema, (length) => ({ ...task, schedule: { cron: "*".repeat(length) } }), 9, 120],
  ["letters of a strategy", taskSchema, (length) => ({ ...task, strategies: [{ name: "s".repeat(length) }] }), 1, 32],
  [
    "ranges of hours",
    tradingWindowSchema,
    (length) => ({
      ...window,
      ranges: Array.from({ length }, (_, index) => ({ start: `1${index}:00`, end: `1${index}:30` })),
    }),
    1,
    10,
  ],
  [
    "letters of a blackout's reason",
    tradingWindowSchema,
    (length) => ({ ...window, blackouts: [{ from: "2026-06-15", to: "2026-06-16", reason: "r".repeat(length) }] }),
    1,
    200,
  ],
  [
    "channels of a route",
    notificationSettingsSchema,
    (length) => ({ routes: [{ channels: Array.from({ length }, () => "email") }] }),
    1,
    5,
  ],
  [
    "lists of symbols",
    universesSchema,
    (length) => Object.fromEntries(Array.from({ length }, (_, index) => [`list-${index}`, ["SPY"]])),
    0,
    100,
  ],
  [
    "channels of an escalation",
    notificationSettingsSchema,
    (length) => ({ escalation: { afterMinutes: 30, channels: Array.from({ length }, () => "email") } }),
    1,
    5,
  ],
  [
    "tasks of a route",
    notificationSettingsSchema,
    (length) => ({ routes: [{ channels: ["email"], taskIds: Array.from({ length }, () => "trend") }] }),
    1,
    100,
  ],
  [
    "routes",
    notificationSettingsSchema,
    (length) => ({ routes: Array.from({ length }, () => ({ channels: ["email"] })) }),
    0,
    50,
  ],
])("how many there may be: %s", (_, schema, value, least, most) => {
  const given = [least - 1, least, most, most + 1].filter((length) => length >= 0);
  expect(given.map((length) => takes(schema, value(length)))).toEqual(
    given.map((length) => length >= least && length <= most),
  );
});
