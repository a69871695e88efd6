// Steps one after the other, their effects in order.
import type { Effect, ExchangeState, Stepped } from "./exchangeState.ts";

export type Step = (state: ExchangeState) => Stepped;

/** Runs steps one after the other, each on what the one before left. */
export function inTurn(state: ExchangeState, steps: Iterable<Step>): Stepped {
  let current = state;
  const effects: Effect[] = [];
  for (const step of steps) {
    const [next, more] = step(current);
    current = next;
    effects.push(...more);
  }
  return [current, effects];
}
