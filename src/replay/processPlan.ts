// What a proof under real processes goes through, all drawn from its seed: the market, the two tasks, and who is killed when.

import { type AutomationConfig, automationConfigSchema } from "../core/model/automation.ts";
import { runIdOf } from "../core/model/ids.ts";
import { addMs, type Instant, minuteMs, parseInstant, type TradingDay } from "../core/model/time.ts";
import { sessionsBetween } from "../core/schedule/tradingCalendar.ts";
import type { MarketTape } from "../simulator/marketTape.ts";
import { generatorOf } from "../simulator/random.ts";
import { createSeededTape } from "../simulator/seededTape.ts";
import { type Victim, victims } from "./processSystem.ts";

export type Round = {
  readonly victim: Victim;
  /** Real milliseconds from the moment at which the slot became due to the kill. */
  readonly killAfterMs: number;
};

const startPrices = { SPY: 590, TLT: 88, GLD: 245 };
const symbols = Object.keys(startPrices);

export const tapeOf = (seed: number): MarketTape =>
  createSeededTape({
    seed,
    fromDay: "2026-05-01",
    symbols: Object.entries(startPrices).map(([symbol, startPrice]) => ({ symbol, startPrice })),
  });

/** Two tasks of one account that take turns by the minute and want different shares, so that every slot has something to trade. */
export const twoTasks: AutomationConfig = automationConfigSchema.parse({
  automation: {
    trading_window: { zone: "America/New_York", weekdays: [1, 2, 3, 4, 5], ranges: [{ start: "09:30", end: "16:00" }] },
    risk_limits: { maxOrderNotionalUsd: 60_000, maxPositionFraction: 0.6, maxGrossFraction: 0.95 },
  },
  tasks: [
    task("even", "*/2 10-14 * * 1-5", { SPY: 0.5, TLT: 0.3, GLD: 0.1 }),
    task("odd", "1-59/2 10-14 * * 1-5", { SPY: 0.2, TLT: 0.2, GLD: 0.5 }),
  ],
});

function task(id: string, cron: string, weights: Readonly<Record<string, number>>) {
  return {
    id,
    name: `Minutes that are ${id}`,
    schedule: { cron },
    symbols,
    strategies: [{ name: "targetWeights", params: { weights } }],
    sizing: { method: "percentOfEquity", equityFraction: 0.8, rebalanceBandFraction: 0.001 },
  };
}

export type Slot = { readonly at: Instant; readonly runId: string };

/** Just before the first slot. */
export const beginning = parseInstant("2026-06-15T13:59:00Z") as Instant;

/** Every minute in which a slot is due, in order: those of 10:00 to 14:59 New York on each trading day. */
export function* slots(): Generator<Slot> {
  for (const { openAt } of sessionsBetween("2026-06-15" as TradingDay, "2026-12-31" as TradingDay)) {
    for (let minute = 30; minute < 330; minute++) {
      const at = addMs(openAt, minute * minuteMs);
      yield { at, runId: runIdOf(minute % 2 === 0 ? "even" : "odd", at) };
    }
  }
}

/**
 * The rounds of a seed. Each three of them kill each kind of process once, in an order of their own; early moments are likelier, because
 * that is when the work is done.
 */
export function drawRounds(seed: number, count: number, latestMs: number): readonly Round[] {
  const { uniform } = generatorOf(`processes ${seed}`);
  let left: Victim[] = [];
  return Array.from({ length: count }, () => {
    if (left.length === 0) left = [...victims];
    const [victim = "host"] = left.splice(Math.floor(uniform() * left.length), 1);
    return { victim, killAfterMs: Math.round(uniform() ** 2 * latestMs) };
  });
}
