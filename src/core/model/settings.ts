// The automation's configuration: what `config/automation.json` holds, what the settings and task tables store, and the one schema that judges both.
import { z } from "zod";
import type { Fault } from "./errors.ts";
import { ConfigError } from "./errors.ts";
import { taskIdPattern } from "./ids.ts";
import { parseTradingDay, type TradingDay } from "./time.ts";

const timeOfDay = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, "must be a time of day such as 09:30");
const zone = z.string().refine(isTimeZone, "must be an IANA time zone such as America/New_York");
const fraction = z.number().gt(0).max(1);
const dollars = z.number().positive().max(1e12);
const tradingDay = z.string().transform((text, context): TradingDay => {
  const day = parseTradingDay(text);
  if (day !== undefined) return day;
  context.addIssue({ code: "custom", message: "must be a day such as 2026-12-24" });
  return z.NEVER;
});

/** When orders may be sent: within these hours, on these weekdays, on days the exchange trades, and never past an early close. */
export const tradingWindowSchema = z
  .strictObject({
    zone,
    /** ISO weekdays, 1 Monday to 7 Sunday. */
    weekdays: z.array(z.int().min(1).max(7)).min(1),
    start: timeOfDay,
    end: timeOfDay,
    /** Extra days without trading, on top of the exchange's own. */
    holidays: z.array(tradingDay).default([]),
    /** Minutes after the open and before the close (early closes too) without trading. */
    openBufferMinutes: z.int().min(0).max(120).default(0),
    closeBufferMinutes: z.int().min(0).max(120).default(0),
    /** A slot older than this when it is looked at is missed, not run late. */
    graceMinutes: z.int().min(1).max(1440).default(5),
  })
  .refine((window) => window.start < window.end, { path: ["end"], message: "must be later than start" });

export const riskLimitsSchema = z.strictObject({
  maxOrderNotionalUsd: dollars,
  minOrderNotionalUsd: dollars.default(1),
  /** Of equity, per symbol. */
  maxPositionFraction: fraction,
  /** Of equity, the sum of all positions' absolute values with open orders; above 1 is borrowing. */
  maxGrossFraction: z.number().gt(0).max(4),
});

/** How orders are looked after once they have been sent. */
export const orderHandlingSchema = z.strictObject({
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
});

export const strategyUseSchema = z.strictObject({
  name: z.string().min(1).max(32),
  /** Checked against the strategy's own schema. */
  params: z.record(z.string(), z.unknown()).default({}),
  /** This strategy's share when several are combined; shares are relative to their sum. */
  weight: z.number().positive().max(1000).default(1),
});

export const taskSchema = z.strictObject({
  id: z.string().regex(taskIdPattern, "must be 1 to 40 lower case letters, digits and inner hyphens"),
  name: z.string().min(1).max(100),
  enabled: z.boolean().default(true),
  account: z.string().regex(taskIdPattern, "must be lower case letters, digits and hyphens").default("main"),
  schedule: z.strictObject({ cron: z.string().min(9).max(120), zone: zone.default("America/New_York") }),
  symbols: z
    .array(z.string().regex(/^[A-Z][A-Z0-9.]{0,11}$/, "must be a symbol such as SPY"))
    .min(1)
    .max(1000)
    .refine((symbols) => new Set(symbols).size === symbols.length, "names a symbol twice"),
  strategies: z.array(strategyUseSchema).min(1).max(20),
  sizing: z.strictObject({
    method: z.literal("percentOfEquity"),
    /** The share of equity that a combined target weight of 1 stands for. */
    equityFraction: fraction,
    /** No order is made for a difference smaller than this share of equity. */
    rebalanceBandFraction: z.number().min(0).max(1).default(0.01),
  }),
  /** Exits attached to every order that buys into a long position, in shares of the price it was planned at. */
  protection: z
    .strictObject({
      stopLossFraction: z.number().gt(0).lt(1).optional(),
      takeProfitFraction: z.number().gt(0).max(10).optional(),
    })
    .refine((exits) => exits.stopLossFraction !== undefined || exits.takeProfitFraction !== undefined, "names no exit")
    .optional(),
  /** Overrides the trading window's. */
  graceMinutes: z.int().min(1).max(1440).optional(),
});

export const automationConfigSchema = z.strictObject({
  automation: z.strictObject({
    trading_window: tradingWindowSchema,
    risk_limits: riskLimitsSchema,
    order_handling: orderHandlingSchema.prefault({}),
  }),
  tasks: z
    .array(taskSchema)
    .max(10_000)
    .refine((tasks) => new Set(tasks.map((task) => task.id)).size === tasks.length, "two tasks have the same id"),
});

export type TradingWindow = Readonly<z.infer<typeof tradingWindowSchema>>;
export type RiskLimits = Readonly<z.infer<typeof riskLimitsSchema>>;
export type OrderHandling = Readonly<z.infer<typeof orderHandlingSchema>>;
export type StrategyUse = Readonly<z.infer<typeof strategyUseSchema>>;
export type Task = Readonly<z.infer<typeof taskSchema>>;
export type AutomationConfig = Readonly<z.infer<typeof automationConfigSchema>>;

/** Asking for a zone is slow, and few are ever asked for. */
const knownZones = new Set<string>();

function isTimeZone(name: string): boolean {
  if (knownZones.has(name)) return true;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    knownZones.add(name);
    return true;
  } catch {
    return false;
  }
}

/** Every issue of a failed validation as a fault with its path, `tasks[0].schedule.cron`. */
export const faultsOf = (error: z.ZodError, root = ""): readonly Fault[] =>
  error.issues.map((issue) => ({
    path:
      issue.path.reduce<string>(
        (path, key) =>
          typeof key === "number" ? `${path}[${key}]` : path === "" ? String(key) : `${path}.${String(key)}`,
        root,
      ) || "(whole)",
    message: issue.message,
  }));

/** Validates `value`; throws ConfigError with every fault, `what` naming the source. */
export function parseWith<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new ConfigError(what, faultsOf(result.error));
}
