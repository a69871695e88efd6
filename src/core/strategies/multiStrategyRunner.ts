// MultiStrategyRunner: lets every strategy of a task speak on the same snapshot, and makes of what they say one target a symbol.
import { bySymbol } from "../model/bySymbol.ts";
import type { BarSeries, Timeframe } from "../model/market.ts";
import type { RunInputs, StrategyFailure, Untraded } from "../model/run.ts";
import type { Signal } from "../model/signal.ts";
import type { StrategyUse } from "../model/task.ts";
import { canonicalJson } from "../planning/canonicalJson.ts";
import { sessionOn, tradingDayOf } from "../schedule/tradingCalendar.ts";
import { type Conflict, combine, conflictIn, type Target, type Wish } from "./combine.ts";
import { findStrategy } from "./registry.ts";
import type { StrategyView } from "./strategy.ts";

export type StrategyRun = {
  /** Sorted by strategy and symbol. */
  readonly signals: readonly Signal[];
  readonly failures: readonly StrategyFailure[];
  /** By symbol, in sorted order. A symbol that nobody speaks on has none. */
  readonly targets: ReadonlyMap<string, Target>;
  /** Symbols that are left as they are because a strategy failed that might have decided otherwise, sorted. */
  readonly undecided: readonly Untraded[];
  /** Sorted by symbol. */
  readonly conflicts: readonly Conflict[];
};

type RunnerInputs = Pick<RunInputs, "task" | "asOf" | "market" | "portfolio">;
type Spoken = { readonly use: StrategyUse; readonly signals: readonly Signal[] };

/**
 * Every strategy on the same data, combined by the task's rule. A strategy that throws or answers nonsense is set aside with its reason:
 * the others go on as far as what it would have said could not have changed their decision. The order of the list has no effect. `find` knows the strategies by name.
 */
export function runStrategies(inputs: RunnerInputs, find = findStrategy): StrategyRun {
  const { task } = inputs;
  const viewOf = viewsOf(inputs);
  const spoken: Spoken[] = [];
  const signals: Signal[] = [];
  const failures: StrategyFailure[] = [];
  const failed: StrategyUse[] = [];
  for (const use of [...task.strategies].sort(byNameAndParams)) {
    try {
      const own = decide(use, viewOf, find);
      spoken.push({ use, signals: own });
      signals.push(...own);
    } catch (failure) {
      failed.push(use);
      failures.push({ strategy: use.name, message: failure instanceof Error ? failure.message : String(failure) });
    }
  }
  const totalWeight = task.strategies.reduce((sum, { weight }) => sum + weight, 0);
  const panel = { strategies: task.strategies.length, totalWeight, failed };
  const targets = new Map<string, Target>();
  const conflicts: Conflict[] = [];
  const undecided: Untraded[] = [];
  for (const [symbol, wishes] of wishesBySymbol(spoken)) {
    const target = combine(task.combine, wishes, panel);
    if (target !== undefined) targets.set(symbol, target);
    else if (failed.length > 0) undecided.push({ symbol, reason: whyUndecided(failed, task.combine) });
    const conflict = conflictIn(symbol, task.combine, wishes, target);
    if (conflict !== undefined) conflicts.push(conflict);
  }
  return { signals: signals.sort(byStrategyAndSymbol), failures, targets, undecided, conflicts };
}

const whyUndecided = (failed: readonly StrategyUse[], rule: string): string =>
  `${failed.map(({ name }) => name).join(", ")} failed, and what it would have said might decide by ${rule}: left as it is`;

function decide(
  { name, params }: StrategyUse,
  viewOf: (timeframe: Timeframe) => StrategyView,
  find: typeof findStrategy,
): readonly Signal[] {
  const strategy = find(name);
  if (strategy === undefined) throw new RangeError(`there is no strategy "${name}"`);
  const faults = strategy.paramsFault(params);
  if (faults.length > 0) throw new RangeError(faults.map(({ path, message }) => `${path}: ${message}`).join("; "));
  const view = viewOf(strategy.needs(params).timeframe);
  const signals = [...strategy.decide(view, params)].sort(byStrategyAndSymbol);
  let before: string | undefined;
  for (const signal of signals) {
    const fault = faultOf(signal, view) ?? (signal.symbol === before ? "is its second" : undefined);
    if (fault !== undefined) throw new RangeError(`its signal for ${signal.symbol} ${fault}`);
    before = signal.symbol;
  }
  return signals;
}

function faultOf(signal: Signal, { bars }: StrategyView): string | undefined {
  const { symbol, targetWeight, strength, stopFraction, targetFraction, horizonBars, reasons } = signal;
  if (!bars.has(symbol)) return "names a symbol that takes no part in the run";
  if (!(targetWeight >= -1 && targetWeight <= 1)) return `has the weight ${targetWeight}`;
  if (!(strength >= 0 && strength <= 1)) return `has the strength ${strength}`;
  if (stopFraction !== undefined && !(stopFraction > 0 && stopFraction < 1)) return `has its stop at ${stopFraction}`;
  if (targetFraction !== undefined && !isPositiveNumber(targetFraction)) return `has its target at ${targetFraction}`;
  if (horizonBars !== undefined && !isPositiveNumber(horizonBars)) return `is meant for ${horizonBars} bars`;
  for (const name of Object.keys(reasons)) {
    const value = reasons[name];
    if (typeof value === "number" && !Number.isFinite(value)) return `gives ${name} as a reason, which is not a number`;
  }
  return undefined;
}

const isPositiveNumber = (value: number): boolean => value > 0 && Number.isFinite(value);

/** The same view for all strategies of one timeframe. */
function viewsOf({ task, asOf, market, portfolio }: RunnerInputs): (timeframe: Timeframe) => StrategyView {
  const common = {
    asOf,
    symbols: task.symbols,
    session: sessionOn(tradingDayOf(asOf)),
    latest: bySymbol(market.latest),
    positions: bySymbol(portfolio.positions),
    equity: portfolio.account.equity,
  };
  const views = new Map<Timeframe, StrategyView>();
  return (timeframe) => {
    const known = views.get(timeframe);
    if (known !== undefined) return known;
    const found = bySymbol(market.bars.filter((series) => series.timeframe === timeframe));
    const bars = new Map(
      market.latest.map(({ symbol }) => [symbol, found.get(symbol) ?? emptySeries(symbol, timeframe)]),
    );
    const view = { ...common, bars };
    views.set(timeframe, view);
    return view;
  };
}

const none = new Float64Array(0);
const emptyColumns = { timeMs: none, open: none, high: none, low: none, close: none, volume: none };
/** Of a symbol for which nobody asked for bars. */
const emptySeries = (symbol: string, timeframe: Timeframe): BarSeries => ({ symbol, timeframe, ...emptyColumns });

/** Symbols sorted; the wishes for each in the order of the strategies. */
function wishesBySymbol(spoken: readonly Spoken[]): readonly (readonly [string, readonly Wish[]])[] {
  const wishes = new Map<string, Wish[]>();
  for (const { use, signals } of spoken) {
    for (const signal of signals) {
      const wish = { signal, weight: use.weight };
      const same = wishes.get(signal.symbol);
      if (same === undefined) wishes.set(signal.symbol, [wish]);
      else same.push(wish);
    }
  }
  return [...wishes].sort(([a], [b]) => compareText(a, b));
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const byStrategyAndSymbol = (a: Signal, b: Signal): number =>
  compareText(a.strategy, b.strategy) || compareText(a.symbol, b.symbol);
/** A strategy may be listed twice with other parameters; then those decide, so that sums are always taken in the same order. */
const byNameAndParams = (a: StrategyUse, b: StrategyUse): number =>
  compareText(a.name, b.name) || compareText(canonicalJson(a.params), canonicalJson(b.params)) || a.weight - b.weight;
