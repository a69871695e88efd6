// The settings by section: what `automation` in config/automation.json holds, what the book stores, and the one schema that judges both.
import { z } from "zod";
import { taskIdPattern } from "./ids.ts";
import { riskLimitsSchema } from "./limits.ts";
import { channelNames, notificationKinds, severities } from "./notification.ts";
import { instant, symbols, timeOfDay, tradingDay, zone } from "./parse.ts";

const range = z
  .strictObject({ start: timeOfDay, end: timeOfDay })
  .refine(({ start, end }) => start < end, { path: ["end"], message: "must be later than start" });

/** A day counts whole, in the window's zone; an instant to the millisecond, `to` itself outside. */
const blackout = z
  .strictObject({
    from: z.union([tradingDay, instant]),
    to: z.union([tradingDay, instant]),
    reason: z.string().min(1).max(200).default("blackout"),
  })
  .refine(({ from, to }) => from <= to, { path: ["to"], message: "must not be earlier than from" });

const windowFields = {
  zone,
  /** ISO weekdays, 1 Monday to 7 Sunday. */
  weekdays: z
    .array(z.int().min(1).max(7))
    .min(1)
    .refine((days) => new Set(days).size === days.length, "names a weekday twice"),
  /** Hours of the day in the window's zone; `end` itself is outside. */
  ranges: z
    .array(range)
    .min(1)
    .max(10)
    .refine(
      (ranges) => ranges.every(({ start }, index) => index === 0 || (ranges[index - 1]?.end ?? "") <= start),
      "must be in order and must not overlap",
    ),
  /** Extra days without trading, on top of the exchange's own. */
  holidays: z.array(tradingDay).max(1000),
  /** Extra early closes, in the window's zone. */
  earlyCloses: z.array(z.strictObject({ day: tradingDay, at: timeOfDay })).max(1000),
  blackouts: z.array(blackout).max(1000),
  /** Minutes after the open and before the close (early closes too) without trading. */
  openBufferMinutes: z.int().min(0).max(120),
  closeBufferMinutes: z.int().min(0).max(120),
  /** Whether the sessions before the open (from 04:00) and after the close (until 20:00, 17:00 after an early close) count as open. */
  extendedHours: z.boolean(),
  /** A slot older than this when it is looked at is missed, not run late. */
  graceMinutes: z.int().min(1).max(1440),
};

/** When orders may be sent: within these hours, on these weekdays, on days the exchange trades, and never past an early close. */
export const tradingWindowSchema = z.strictObject({
  ...windowFields,
  holidays: windowFields.holidays.default([]),
  earlyCloses: windowFields.earlyCloses.default([]),
  blackouts: windowFields.blackouts.default([]),
  openBufferMinutes: windowFields.openBufferMinutes.default(0),
  closeBufferMinutes: windowFields.closeBufferMinutes.default(0),
  extendedHours: windowFields.extendedHours.default(false),
  graceMinutes: windowFields.graceMinutes.default(5),
});

/** What a task says of its own window. */
export const windowOverridesSchema = z.strictObject(windowFields).omit({ graceMinutes: true }).partial();

/** How orders and positions are looked after once orders have been sent, and how long history is kept. */
export const monitorSettingsSchema = z.strictObject({
  /** An order whose sending ended in doubt, and that the broker does not show for this long, is held to have never reached it. */
  unknownGraceMinutes: z.int().min(1).max(1440).default(5),
  /** An order that is still in doubt after this long wakes a person. */
  unknownAlertMinutes: z.int().min(1).max(1440).default(10),
  /** A position that differs from what the fills of our orders explain: take it as it is, leave it out, or trade it back. */
  driftPolicy: z.enum(["adopt", "ignore", "flatten"]).default("adopt"),
  /** Whether halting cancels the open orders that this system sent. */
  cancelOnHalt: z.boolean().default(false),
  /** Whether the monitor rebuilds the minute bars of what is held from single trades: at least one market data request a check. */
  intradayBars: z.boolean().default(false),
  /** Executions older than this are purged. */
  historyRetentionDays: z.int().min(30).max(3650).default(400),
});

/** Which notifications go to which channels: those of every route that fits. */
const route = z.strictObject({
  channels: z.array(z.enum(channelNames)).min(1).max(channelNames.length),
  minSeverity: z.enum(severities).default("info"),
  /** Only of these kinds; of all where absent. */
  kinds: z.array(z.enum(notificationKinds)).min(1).optional(),
  /** Only of these tasks; where absent of all, and what is of no task too. */
  taskIds: z
    .array(z.string().regex(taskIdPattern, "must be 1 to 40 lower case letters, digits and inner hyphens"))
    .min(1)
    .max(100)
    .optional(),
  /** Gathered, and told once a day with the daily report. */
  digest: z.boolean().default(false),
});

/** Who is told what, when and how often. Whatever is not told is logged and listed all the same. */
export const notificationSettingsSchema = z.strictObject({
  minSeverity: z.enum(severities).default("info"),
  /** `all`: every run; `orders`: runs that planned orders, and problems; `problems`: runs that did not end as planned. */
  runs: z.enum(["all", "orders", "problems"]).default("all"),
  /** Without one, everything goes to every channel. */
  routes: z.array(route).max(50).default([]),
  /** A trouble that goes on is told again after this long, with how often it was seen. */
  repeatMinutes: z.int().min(1).max(10_080).default(60),
  /** More than this many a day become one. Errors have as many again of their own. */
  budgetPerDay: z.int().min(1).max(10_000).default(200),
  /** From `start` to `end`, over midnight where `end` is earlier, only what is at least `minSeverity` is told at once; the rest as one afterwards. */
  quietHours: z
    .strictObject({ zone, start: timeOfDay, end: timeOfDay, minSeverity: z.enum(severities).default("error") })
    .refine(({ start, end }) => start !== end, { path: ["end"], message: "must not be the same as start" })
    .optional(),
  /** What nobody acknowledges for this long is told these channels too, once. */
  escalation: z
    .strictObject({
      afterMinutes: z.int().min(1).max(1440),
      channels: z.array(z.enum(channelNames)).min(1).max(channelNames.length),
      minSeverity: z.enum(severities).default("error"),
    })
    .optional(),
  /** The day's figures once a trading day, this long after the close. */
  dailyReport: z.strictObject({ minutesAfterClose: z.int().min(0).max(360) }).optional(),
});

export const universeName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/, "must be 1 to 40 lower case letters, digits and inner hyphens");
/** Lists of symbols by name, for tasks to share. */
export const universesSchema = z
  .record(universeName, symbols)
  .refine((lists) => Object.keys(lists).length <= 100, "holds more than 100 lists");

/** Every section by its name: all are stored, versioned and judged alike. */
export const sectionSchemas = {
  trading_window: tradingWindowSchema,
  risk_limits: riskLimitsSchema,
  notifications: notificationSettingsSchema.prefault({}),
  monitor: monitorSettingsSchema.prefault({}),
  universes: universesSchema.prefault({}),
} as const;
export const automationSchema = z.strictObject(sectionSchemas);

export type SectionName = keyof typeof sectionSchemas;
export const sectionNames = Object.keys(sectionSchemas) as readonly SectionName[];

export type TradingWindow = Readonly<z.infer<typeof tradingWindowSchema>>;
export type MonitorSettings = Readonly<z.infer<typeof monitorSettingsSchema>>;
export type NotificationSettings = Readonly<z.infer<typeof notificationSettingsSchema>>;
export type Universes = Readonly<z.infer<typeof universesSchema>>;
export type Automation = Readonly<z.infer<typeof automationSchema>>;
