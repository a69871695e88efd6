// The one list of strategies, and the judgement of a configuration by what they and the schedules accept.

import type { AutomationConfig } from "../model/automation.ts";
import type { Fault } from "../model/errors.ts";
import type { TradingWindow } from "../model/settings.ts";
import { type StrategyUse, schedulesOf, type Task } from "../model/task.ts";
import type { Instant } from "../model/time.ts";
import { scheduleFault } from "../schedule/scheduleTimes.ts";
import { calendarRange } from "../schedule/tradingCalendar.ts";
import { decideWindow } from "../schedule/tradingWindow.ts";
import { movingAverageCross } from "./movingAverageCross.ts";
import type { Strategy } from "./strategy.ts";
import { targetWeights } from "./targetWeights.ts";

export const strategies: readonly Strategy[] = [movingAverageCross, targetWeights];

export const findStrategy = (name: string): Strategy | undefined =>
  strategies.find((strategy) => strategy.name === name);

/** What the configuration's own schema cannot see: a window that never opens, schedules, strategies that do not exist, their parameters. Each fault has its full path. */
export const automationFaults = ({ automation, tasks }: AutomationConfig): Fault[] => [
  ...(opensEver(automation.trading_window)
    ? []
    : [{ path: "automation.trading_window", message: "never opens while the exchange trades" }]),
  ...tasks.flatMap((task, index) => taskFaults(task, `tasks[${index}]`)),
];

function opensEver(window: TradingWindow): boolean {
  try {
    decideWindow(window, `${calendarRange.from}T12:00:00.000Z` as Instant);
    return true;
  } catch (failure) {
    if (failure instanceof RangeError) return false;
    throw failure;
  }
}

/** What no schema sees in a task: schedules that are never due, unknown strategies, and parameters that a strategy does not take. */
export const taskFaults = (task: Pick<Task, "schedule" | "strategies">, path = ""): readonly Fault[] => {
  const inTask = (part: string): string => (path === "" ? part : `${path}.${part}`);
  const schedules = schedulesOf(task).flatMap((schedule, index): Fault[] => {
    const fault = scheduleFault(schedule);
    const each = Array.isArray(task.schedule) ? `schedule[${index}]` : "schedule";
    return fault === undefined ? [] : [{ path: inTask(`${each}.${fault.field}`), message: fault.message }];
  });
  return [...schedules, ...task.strategies.flatMap((use, index) => useFaults(use, inTask(`strategies[${index}]`)))];
};

function useFaults({ name, params }: StrategyUse, path: string): readonly Fault[] {
  const strategy = findStrategy(name);
  if (strategy === undefined) {
    const known = strategies.map((each) => each.name).join(", ");
    return [{ path: `${path}.name`, message: `there is no strategy "${name}"; there are ${known}` }];
  }
  return strategy
    .paramsFault(params)
    .map((fault) => ({ ...fault, path: fault.path === "(whole)" ? `${path}.params` : `${path}.params.${fault.path}` }));
}
