// The one list of strategies, and the judgement of a configuration by what they and the schedules accept.
import type { Fault } from "../model/errors.ts";
import type { AutomationConfig, StrategyUse, Task, TradingWindow } from "../model/settings.ts";
import type { Instant } from "../model/time.ts";
import { scheduleFault } from "../schedule/dueSlots.ts";
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

const taskFaults = ({ schedule, strategies: uses }: Task, path: string): readonly Fault[] => {
  const message = scheduleFault(schedule.cron, schedule.zone);
  return [
    ...(message === undefined ? [] : [{ path: `${path}.schedule.cron`, message }]),
    ...uses.flatMap((use, index) => useFaults(use, `${path}.strategies[${index}]`)),
  ];
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
