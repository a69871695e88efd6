// Ready-made values for the core's tests: each is valid and unremarkable, so that a test shows only what it is about.
import type { ControlState } from "../../src/core/model/control.ts";
import { type Task, type TradingWindow, taskSchema, tradingWindowSchema } from "../../src/core/model/settings.ts";
import { type Instant, parseInstant, parseTradingDay, type TradingDay } from "../../src/core/model/time.ts";

/** An instant as tests write it: `at("2026-06-15T14:00Z")`. */
export function at(text: string): Instant {
  const instant = parseInstant(text);
  if (instant === undefined) throw new RangeError(`"${text}" is no instant`);
  return instant;
}

export function day(text: string): TradingDay {
  const parsed = parseTradingDay(text);
  if (parsed === undefined) throw new RangeError(`"${text}" is no day`);
  return parsed;
}

export const exampleWindow = (changes: Partial<TradingWindow> = {}): TradingWindow =>
  tradingWindowSchema.parse({
    zone: "America/New_York",
    weekdays: [1, 2, 3, 4, 5],
    start: "09:30",
    end: "16:00",
    ...changes,
  });

export const exampleControl = (changes: Partial<ControlState> = {}): ControlState => ({
  automation: "started",
  tradingState: "running",
  reason: "first start",
  actor: "operator",
  changedAt: at("2026-06-01T12:00Z"),
  ...changes,
});

export const exampleTask = (changes: Partial<Task> = {}): Task =>
  taskSchema.parse({
    id: "trend",
    name: "Trend",
    schedule: { cron: "*/5 9-16 * * 1-5" },
    symbols: ["AAA", "BBB", "CCC"],
    strategies: [{ name: "targetWeights", params: { weights: { AAA: 0.5, BBB: 0.25 } } }],
    sizing: { method: "percentOfEquity", equityFraction: 1, rebalanceBandFraction: 0 },
    ...changes,
  });

export const everyMinute = (zone = "America/New_York"): Partial<Task> => ({ schedule: { cron: "* * * * *", zone } });
