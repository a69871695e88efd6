// How what several strategies wish for one symbol becomes one target: four rules, none of which depends on the order of the list, and none of
// which lets a strategy that failed cause an order.
import type { Attribution } from "../model/order.ts";
import type { Signal } from "../model/signal.ts";
import { netStrategy, type StrategyUse, type Task } from "../model/task.ts";
import { twelveDecimals } from "../model/twelveDecimals.ts";

export type CombinationRule = Task["combine"];

/** A strategy's wish for the symbol, with the weight that its task gives to the strategy. */
export type Wish = { readonly signal: Signal; readonly weight: number };

/** The weight that a symbol should have, as a fraction of what the task may invest, and whose wish that is. */
export type Target = {
  readonly weight: number;
  /** The name of the one strategy whose wish it is, else `net`. */
  readonly strategy: string;
  /** The part of each strategy in it, sorted by name; the parts add up to the weight. */
  readonly attribution: readonly Attribution[];
  /** The nearest stop and the nearest target among the signals that point the same way. */
  readonly stopFraction?: number;
  readonly targetFraction?: number;
  /** Strategies that failed and could have made it another weight; absent where there are none. */
  readonly failed?: FailedPart;
};

/** `sideIsSure`: they could have changed the size alone. `isPart`: the weight is that of the others, to which theirs is to be added. */
export type FailedPart = {
  readonly names: readonly string[];
  readonly sideIsSure: boolean;
  readonly isPart: boolean;
};

/** All strategies of a task, those that failed included: what one of them fails to say makes no other one louder. */
export type Panel = {
  readonly strategies: number;
  readonly totalWeight: number;
  readonly failed: readonly Pick<StrategyUse, "name" | "weight">[];
};

/** Strategies that wish for different directions in one symbol, and what was made of it. */
export type Conflict = {
  readonly symbol: string;
  readonly rule: CombinationRule;
  readonly wishes: readonly Attribution[];
  /** Undefined: the position is left as it is. */
  readonly target: number | undefined;
};

/**
 * One target for what the strategies wish in a symbol; undefined where none follows, and the position is left as it is. A strategy that failed
 * might have wished for anything, so a target stands only as far as that could not have changed it.
 *
 * - `netTargetWeights`: the sum of the target weights, each by its strategy's share of the weights of all strategies.
 *   Those that failed keep their part of the position; where the sizes are no parts of one, see failedPart.ts.
 * - `weightedVote`: each strategy votes long, flat or short with its weight times its strength; the direction with the most votes wins, and
 *   its target is the mean of its voters' target weights by their votes. A tie is flat. No target while those that failed could have turned
 *   the vote.
 * - `firstThatSpeaks`: the strategy with the largest weight that speaks on the symbol, alone. No target while one that
 *   failed comes before it.
 * - `allMustAgree`: the smallest of the target weights while all strategies wish for the same direction, flat while they differ; no target
 *   while one of them does not speak, or failed.
 *
 * @param wishes by strategy name, then parameters: sums are always taken in the same order
 */
export function combine(rule: CombinationRule, wishes: readonly Wish[], panel: Panel): Target | undefined {
  const target = weigh(rule, wishes, panel);
  return target && withExits(target, wishes);
}

function weigh(rule: CombinationRule, wishes: readonly Wish[], panel: Panel): Target | undefined {
  const { strategies, totalWeight, failed } = panel;
  switch (rule) {
    case "netTargetWeights":
      return net(
        { totalWeight, failed },
        targetOf(
          wishes.map(({ signal: { strategy, targetWeight }, weight }) => ({
            strategy,
            part: (targetWeight * weight) / totalWeight,
          })),
        ),
      );
    case "weightedVote":
      return vote(wishes, failed);
    case "firstThatSpeaks":
      return first(wishes, failed);
    case "allMustAgree":
      return wishes.length < strategies ? undefined : agreement(wishes);
  }
}

/** The conflict in a symbol; undefined where all wish for the same direction. */
export function conflictIn(
  symbol: string,
  rule: CombinationRule,
  wishes: readonly Wish[],
  target: Target | undefined,
): Conflict | undefined {
  if (allAgree(wishes)) return undefined;
  const told = wishes.map(({ signal }) => ({ strategy: signal.strategy, weight: signal.targetWeight }));
  return { symbol, rule, wishes: told, target: target?.weight };
}

function withExits(target: Target, wishes: readonly Wish[]): Target {
  const { weight } = target;
  if (weight === 0) return target;
  let [loss, gain] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const wish of wishes) {
    if (directionOf(wish) !== Math.sign(weight)) continue;
    loss = Math.min(loss, wish.signal.stopFraction ?? loss);
    gain = Math.min(gain, wish.signal.targetFraction ?? gain);
  }
  if (!Number.isFinite(Math.min(loss, gain))) return target;
  return {
    ...target,
    ...(Number.isFinite(loss) ? { stopFraction: loss } : {}),
    ...(Number.isFinite(gain) ? { targetFraction: gain } : {}),
  };
}

const directionOf = ({ signal }: Wish): number => Math.sign(signal.targetWeight);
const allAgree = (wishes: readonly Wish[]): boolean => {
  const [first] = wishes;
  return first === undefined || wishes.every((wish) => directionOf(wish) === directionOf(first));
};

/** The others' part; all that failed together, each wishing for the whole, might turn it. */
function net({ totalWeight, failed }: Pick<Panel, "totalWeight" | "failed">, target: Target): Target {
  const unheard = sumOf(failed.map(({ weight }) => weight)) / totalWeight;
  return withFailed(failed, { sideIsSure: Math.abs(target.weight) > unheard, isPart: true }, target);
}

const withFailed = (failed: Panel["failed"], how: Omit<FailedPart, "names">, target: Target): Target =>
  failed.length === 0
    ? target
    : { ...target, failed: { names: [...new Set(failed.map(({ name }) => name))].sort(), ...how } };

function vote(wishes: readonly Wish[], failed: Panel["failed"]): Target | undefined {
  const votes = wishes.map((wish) => ({ ...wish, votes: wish.weight * wish.signal.strength }));
  const sums = [1, 0, -1].map((direction) => ({
    direction,
    sum: sumOf(votes.map((each) => (directionOf(each) === direction ? each.votes : 0))),
  }));
  const most = Math.max(...sums.map(({ sum }) => sum));
  // All of them together, wholly sure, for what came second.
  const unheard = sumOf(failed.map(({ weight }) => weight));
  if (failed.length > 0 && sums.filter(({ sum }) => sum + unheard >= most).length > 1) return undefined;
  const winners = sums.filter(({ sum }) => sum === most);
  const direction = winners.length === 1 && most > 0 ? winners[0]?.direction : 0;
  const voters = votes.filter((each) => directionOf(each) === direction);
  if (direction === 0) return targetOf(wishes.map(({ signal }) => ({ ...signal, part: 0 })));
  const parts = voters.map(({ signal, votes: own }) => ({ ...signal, part: (signal.targetWeight * own) / most }));
  return withFailed(failed, { sideIsSure: true, isPart: false }, targetOf(parts));
}

function first(wishes: readonly Wish[], failed: Panel["failed"]): Target | undefined {
  const [speaker] = heaviest(wishes);
  if (speaker === undefined) return undefined;
  const { signal, weight } = speaker;
  const isBefore = (other: Panel["failed"][number]): boolean =>
    other.weight > weight || (other.weight === weight && other.name <= signal.strategy);
  return failed.some(isBefore) ? undefined : targetOf([{ ...signal, part: signal.targetWeight }]);
}

function agreement(wishes: readonly Wish[]): Target {
  const agreed = allAgree(wishes);
  const smallest = Math.min(...wishes.map(({ signal }) => Math.abs(signal.targetWeight)));
  const weights = sumOf(wishes.map(({ weight }) => weight));
  return targetOf(
    wishes.map((wish) => ({
      ...wish.signal,
      part: agreed ? (directionOf(wish) * smallest * wish.weight) / weights : 0,
    })),
  );
}

/** Of two of the same weight the first by name: the list's order has no say. */
const heaviest = (wishes: readonly Wish[]): readonly Wish[] =>
  wishes.reduce<readonly Wish[]>(
    (best, wish) => (best[0] === undefined || wish.weight > best[0].weight ? [wish] : best),
    [],
  );

function targetOf(parts: readonly { readonly strategy: string; readonly part: number }[]): Target {
  // A list of a few, searched faster than a map of them is made.
  const sums: { readonly strategy: string; weight: number }[] = [];
  for (const { strategy, part } of parts) {
    const known = sums.find((each) => each.strategy === strategy);
    if (known === undefined) sums.push({ strategy, weight: part });
    else known.weight += part;
  }
  const [only] = sums;
  return {
    weight: twelveDecimals(sumOf(sums.map(({ weight }) => weight))),
    strategy: only !== undefined && sums.length === 1 ? only.strategy : netStrategy,
    attribution: sums.map(({ strategy, weight }) => ({ strategy, weight: twelveDecimals(weight) })),
  };
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0);
