// What the demo trades and when: the built-in tasks on a seeded market, or the same tasks on the symbols of real bars.
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readAutomationConfig } from "../compose.ts";
import type { AutomationConfig } from "../core/model/automation.ts";
import { type StrategyUse, symbolsOf } from "../core/model/task.ts";
import { addMs, type Instant, minuteMs, parseInstant, parseTradingDay, type TradingDay } from "../core/model/time.ts";
import { sessionOn } from "../core/schedule/tradingCalendar.ts";
import { loadCsvTape } from "../simulator/csvTape.ts";
import type { MarketTape } from "../simulator/marketTape.ts";
import { createSeededTape } from "../simulator/seededTape.ts";

/** A Monday in June 2026 with a full session. */
const seededDemoDay = "2026-06-15";
/** About what these cost, so that a watcher is not startled; any other symbol starts at 100. */
const startPrices: Readonly<Record<string, number>> = { SPY: 590, QQQ: 510, IWM: 220, TLT: 88, GLD: 245, XLE: 87 };
/** History before the demo day, enough for any built-in strategy. */
const seededTapeFrom = "2025-01-02";

export type DemoDay = {
  readonly tape: MarketTape;
  readonly config: AutomationConfig;
  /** Six minutes before the open: the first slot is skipped before the eyes of who watches. */
  readonly beforeOpen: Instant;
  /** Half an hour into the session. */
  readonly inSession: Instant;
};

/** Throws ConfigError for a configuration with faults, Error for market data that cannot be read. */
export async function planDemoDay(options: {
  readonly seed: number;
  readonly data: string | undefined;
}): Promise<DemoDay> {
  const builtIn = readAutomationConfig(undefined);
  if (options.data === undefined) {
    const symbols = [...new Set(builtIn.tasks.flatMap((task) => symbolsOf(task, builtIn.automation.universes)))].sort();
    const tape = createSeededTape({
      seed: options.seed,
      fromDay: seededTapeFrom,
      symbols: symbols.map((symbol) => ({ symbol, startPrice: startPrices[symbol] ?? 100 })),
    });
    return { tape, config: builtIn, ...instantsOn(seededDemoDay) };
  }
  const tape = await loadCsvTape(options.data);
  return { tape, config: tradingOnly(builtIn, tape.symbols()), ...instantsOn(newestMinuteDay(options.data, tape)) };
}

/** The built-in tasks, on these symbols alone. */
function tradingOnly(config: AutomationConfig, symbols: readonly string[]): AutomationConfig {
  const universe = [...symbols].sort();
  return {
    ...config,
    tasks: config.tasks.map((task) => ({
      ...task,
      symbols: universe,
      strategies: task.strategies.flatMap((use) => kept(use, universe)),
    })),
  };
}

/** Target weights name symbols of their own, so they are taken out where those are not traded. */
const kept = (use: StrategyUse, universe: readonly string[]): readonly StrategyUse[] => {
  const weights = use.params.weights;
  if (typeof weights !== "object" || weights === null) return [use];
  const there = Object.fromEntries(Object.entries(weights).filter(([symbol]) => universe.includes(symbol)));
  return Object.keys(there).length === 0 ? [] : [{ ...use, params: { ...use.params, weights: there } }];
};

/** The newest day for which the folder has minutes of any symbol; without minutes, the newest day of the daily bars. */
function newestMinuteDay(data: string, tape: MarketTape): string {
  const newest = tape.symbols().flatMap((symbol) => {
    const days = tape
      .dailyBars(symbol, "2000-01-01", "2030-12-31")
      .map((bar) => new Date(bar.startMs).toISOString().slice(0, 10));
    return days.findLast((day) => tape.minuteBars(symbol, day).length > 0) ?? days.at(-1) ?? [];
  });
  const day = newest.sort().at(-1);
  if (day === undefined) throw new Error(`${data} holds no bars (${readdirSync(data).join(", ") || "it is empty"})`);
  return day;
}

function instantsOn(day: string): Pick<DemoDay, "beforeOpen" | "inSession"> {
  const session = sessionOn(parseTradingDay(day) as TradingDay);
  const openAt = session?.openAt ?? (parseInstant(`${day}T14:30:00Z`) as Instant);
  return { beforeOpen: addMs(openAt, -6 * minuteMs), inSession: addMs(openAt, 30 * minuteMs) };
}

/** Writes the configuration where the app will read it, and answers the file. */
export function writeAutomationConfig(config: AutomationConfig, dir: string): string {
  const file = join(dir, "automation.json");
  writeFileSync(file, `${JSON.stringify(config, null, 2)}\n`);
  return file;
}
