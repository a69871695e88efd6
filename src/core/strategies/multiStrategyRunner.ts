// MultiStrategyRunner: lets every strategy of a task speak on the same view, and nets what they say into one target a symbol.
import type { Attribution } from "../model/order.ts";
import type { StrategyFailure } from "../model/run.ts";
import type { Signal } from "../model/signal.ts";
import { netStrategy, type StrategyUse, type Task } from "../model/task.ts";
import { canonicalJson } from "../planning/canonicalJson.ts";
import { findStrategy } from "./registry.ts";
import type { StrategyView } from "./strategy.ts";

/** The weight that a symbol should have, as a fraction of what the task may invest, and whose wish that is. */
export type Target = {
  readonly weight: number;
  /** The name of the one strategy that speaks on the symbol, else `net`. */
  readonly strategy: string;
  /** The share of each strategy in it, sorted by name. */
  readonly attribution: readonly Attribution[];
};

export type StrategyRun = {
  /** Sorted by strategy and symbol. */
  readonly signals: readonly Signal[];
  readonly failures: readonly StrategyFailure[];
  /** By symbol, in sorted order. A symbol that nobody speaks on has none. */
  readonly targets: ReadonlyMap<string, Target>;
};

/**
 * A target is the sum of the strategies' target weights, each by its strategy's share of the weights of all strategies that did not fail.
 * A strategy that throws or answers nonsense is set aside with its reason: it neither buys nor sells. The order of the list has no effect.
 */
export function runStrategies(task: Task, view: StrategyView): StrategyRun {
  const spoken: { use: StrategyUse; signals: readonly Signal[] }[] = [];
  const failures: StrategyFailure[] = [];
  for (const use of [...task.strategies].sort(byNameAndParams)) {
    try {
      spoken.push({ use, signals: decide(use, view) });
    } catch (failure) {
      failures.push({ strategy: use.name, message: failure instanceof Error ? failure.message : String(failure) });
    }
  }
  const signals = spoken.flatMap((each) => each.signals);
  return { signals: signals.sort(byStrategyAndSymbol), failures, targets: netTargets(spoken) };
}

function decide({ name, params }: StrategyUse, view: StrategyView): readonly Signal[] {
  const strategy = findStrategy(name);
  if (strategy === undefined) throw new RangeError(`there is no strategy "${name}"`);
  const faults = strategy.paramsFault(params);
  if (faults.length > 0) throw new RangeError(faults.map(({ path, message }) => `${path}: ${message}`).join("; "));
  const signals = [...strategy.decide(view, params)].sort(byStrategyAndSymbol);
  for (const [index, { symbol, targetWeight }] of signals.entries()) {
    if (!view.bars.has(symbol)) throw new RangeError(`it speaks on ${symbol}, which takes no part in the run`);
    if (signals[index - 1]?.symbol === symbol) throw new RangeError(`it speaks twice on ${symbol}`);
    if (!(targetWeight >= 0 && targetWeight <= 1)) throw new RangeError(`its weight for ${symbol} is ${targetWeight}`);
  }
  return signals;
}

function netTargets(spoken: readonly { use: StrategyUse; signals: readonly Signal[] }[]): ReadonlyMap<string, Target> {
  const total = spoken.reduce((sum, { use }) => sum + use.weight, 0);
  const targets = new Map<string, Target>();
  for (const { use, signals } of spoken) {
    for (const { symbol, strategy, targetWeight } of signals) {
      const before = targets.get(symbol);
      targets.set(symbol, {
        weight: (before?.weight ?? 0) + (targetWeight * use.weight) / total,
        strategy: before === undefined || before.strategy === strategy ? strategy : netStrategy,
        attribution: [...(before?.attribution ?? []), { strategy, weight: (targetWeight * use.weight) / total }],
      });
    }
  }
  // Twelve decimals say all that a weight means, and spare the records the tails of binary fractions.
  return new Map(
    [...targets]
      .sort(([a], [b]) => compareText(a, b))
      .map(([symbol, target]) => [symbol, { ...target, weight: Number(target.weight.toFixed(12)) }]),
  );
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const byStrategyAndSymbol = (a: Signal, b: Signal): number =>
  compareText(a.strategy, b.strategy) || compareText(a.symbol, b.symbol);
/** A strategy may be listed twice with other parameters; then those decide, so that sums are always taken in the same order. */
const byNameAndParams = (a: StrategyUse, b: StrategyUse): number =>
  compareText(a.name, b.name) || compareText(canonicalJson(a.params), canonicalJson(b.params)) || a.weight - b.weight;
