// What a target is still worth when a strategy failed that might have made it another one.
import { addQty, isNegative, isPositive, type Qty, zeroQty } from "../model/money.ts";
import type { Attributed } from "../model/monitor.ts";
import type { Sizing } from "../model/sizing.ts";
import type { Target } from "../strategies/combine.ts";

/** `keeps`: strategies that failed, whose part of the position stays as it is while the others trade theirs. */
export type FollowedTarget = Target & { readonly keeps?: readonly string[] };

/** Whether the size of a position is its weight times something: only then is a part of the weight a part of the position. */
const isProportional = ({ method }: Sizing): boolean => method === "percentOfEquity" || method === "targetWeights";

/**
 * The target as far as an error may not decide, or why the position is left as it is. A part of a net weight is traded beside the part of those
 * that failed. Where the parts do not add up to the position, a position is opened on a side that those that failed could not have changed,
 * or one of the other side closed; one that is held on that side already stays, for its size might have been another.
 */
export function followed(target: Target, sizing: Sizing, held: Qty): FollowedTarget | { readonly reason: string } {
  const { failed, weight } = target;
  if (failed === undefined) return target;
  const { names, sideIsSure, isPart } = failed;
  if (isPart && isProportional(sizing)) return { ...target, keeps: names };
  const isThere = weight > 0 ? isPositive(held) : isNegative(held);
  if (sideIsSure && !isThere) return target;
  return {
    reason: `${names.join(", ")} failed, and what it would have said might make it another position: left as it is`,
  };
}

/** Shares of strategies that have not failed: what is nobody's may be a failed one's. Undefined where none has. */
export const heldByOthers = ({ keeps }: FollowedTarget, owners: Attributed[string]): Qty | undefined =>
  keeps &&
  addQty(zeroQty, ...Object.entries(owners).flatMap(([strategy, own]) => (keeps.includes(strategy) ? [] : own)));
