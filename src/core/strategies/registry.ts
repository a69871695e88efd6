// The one list of strategies, and the judgement of a configuration by what they and the schedules accept.

import { z } from "zod";
import type { AutomationConfig } from "../model/automation.ts";
import type { Fault } from "../model/errors.ts";
import type { TradingWindow, Universes } from "../model/settings.ts";
import { listNamed, type StrategyUse, schedulesOf, type Task, taskSchema, windowOf } from "../model/task.ts";
import type { Instant } from "../model/time.ts";
import { scheduleFault } from "../schedule/scheduleTimes.ts";
import { calendarRange } from "../schedule/tradingCalendar.ts";
import { decideWindow } from "../schedule/tradingWindow.ts";
import { bollingerBreakout } from "./bollingerBreakout.ts";
import { bollingerReversion } from "./bollingerReversion.ts";
import { buyAndHold } from "./buyAndHold.ts";
import { crossSectionalMomentum } from "./crossSectionalMomentum.ts";
import { dollarCostAveraging } from "./dollarCostAveraging.ts";
import { donchianBreakout } from "./donchianBreakout.ts";
import { macdTrend } from "./macdTrend.ts";
import { movingAverageCross } from "./movingAverageCross.ts";
import { openingRangeBreakout } from "./openingRangeBreakout.ts";
import { pairs } from "./pairs.ts";
import { rsiReversion } from "./rsiReversion.ts";
import type { Strategy } from "./strategy.ts";
import { targetWeights } from "./targetWeights.ts";
import { timeSeriesMomentum } from "./timeSeriesMomentum.ts";
import { volatilityTrend } from "./volatilityTrend.ts";

/** By name. */
export const strategies: readonly Strategy[] = [
  bollingerBreakout,
  bollingerReversion,
  buyAndHold,
  crossSectionalMomentum,
  dollarCostAveraging,
  donchianBreakout,
  macdTrend,
  movingAverageCross,
  openingRangeBreakout,
  pairs,
  rsiReversion,
  targetWeights,
  timeSeriesMomentum,
  volatilityTrend,
];

export const findStrategy = (name: string): Strategy | undefined =>
  strategies.find((strategy) => strategy.name === name);

/** Everything, where a configuration is judged that no moment is known for. */
const always = `${calendarRange.from}T12:00:00.000Z` as Instant;

/** What the configuration's own schema cannot see: windows that never open after `from`, schedules, strategies that do not exist, their parameters. Each fault has its full path. */
export const automationFaults = ({ automation, tasks }: AutomationConfig, from: Instant = always): Fault[] => {
  const [window, universes] = [automation.trading_window, automation.universes];
  return [
    ...(opensAfter(window, from) ? [] : [{ path: "automation.trading_window", message: neverOpens }]),
    ...tasks.flatMap((task, index) => taskFaults(task, { window, universes, from }, `tasks[${index}]`)),
  ];
};

const neverOpens = "never opens while the exchange trades";

/** Whether a window opens at this moment or later. */
export function opensAfter(window: TradingWindow, at: Instant): boolean {
  try {
    decideWindow(window, at);
    return true;
  } catch (failure) {
    if (failure instanceof RangeError) return false;
    throw failure;
  }
}

/** What a task is judged in: the common window, the lists of symbols, and the moment from which its window must open. */
type Surroundings = { readonly window: TradingWindow; readonly universes: Universes; readonly from: Instant };

/**
 * What no schema sees in a task: schedules that are never due, unknown strategies, parameters that a strategy does not take, a list of
 * symbols that is not there, and a window of its own that never opens.
 */
export const taskFaults = (task: Task, { window, universes, from }: Surroundings, path = ""): readonly Fault[] => {
  const inTask = (part: string): string => (path === "" ? part : `${path}.${part}`);
  const missing = task.universe !== undefined && listNamed(task.universe, universes) === undefined;
  const shut = task.window !== undefined && opensAfter(window, from) && !opensAfter(windowOf(task, window), from);
  return [
    ...partFaults(task, inTask),
    ...(missing ? [{ path: inTask("universe"), message: `there is no list "${task.universe}" in the settings` }] : []),
    ...(shut ? [{ path: inTask("window"), message: neverOpens }] : []),
  ];
};

/** What of these faults shows in a task whose shape is wrong elsewhere: all are told at once. */
export const readableFaults = (input: unknown, path = ""): readonly Fault[] => {
  const parts = readableParts.safeParse(input);
  return parts.success ? partFaults(parts.data, (part) => (path === "" ? part : `${path}.${part}`)) : [];
};

const { schedule, strategies: uses } = taskSchema.shape;
const readableParts = z.object({ schedule: schedule.catch([]), strategies: uses.catch([]) });

function partFaults(task: Pick<Task, "schedule" | "strategies">, inTask: (part: string) => string): readonly Fault[] {
  const schedules = schedulesOf(task).flatMap((schedule, index): Fault[] => {
    const fault = scheduleFault(schedule);
    const each = Array.isArray(task.schedule) ? `schedule[${index}]` : "schedule";
    return fault === undefined ? [] : [{ path: inTask(`${each}.${fault.field}`), message: fault.message }];
  });
  return [...schedules, ...task.strategies.flatMap((use, index) => useFaults(use, inTask(`strategies[${index}]`)))];
}

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
