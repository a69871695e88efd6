// How much history a task's strategies need.
import type { Task } from "../model/task.ts";
import { findStrategy } from "../strategies/registry.ts";

/**
 * Closed daily bars a symbol: the most that any strategy of the task asks for, 0 for none. A strategy that cannot run counts for nothing:
 * the run will say why it failed.
 */
export const requiredDailyBars = ({ strategies }: Task): number =>
  Math.max(
    0,
    ...strategies.map(({ name, params }) => {
      const strategy = findStrategy(name);
      return strategy === undefined || strategy.paramsFault(params).length > 0 ? 0 : strategy.needs(params).bars;
    }),
  );
