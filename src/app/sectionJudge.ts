// Judges a section of the settings that somebody wrote, whole: its shape, the tasks that have to live with it, and the symbols of its lists at the broker.
import { type Fault, RefusedError } from "../core/model/errors.ts";
import { faultsOf } from "../core/model/parse.ts";
import {
  type Automation,
  type SectionName,
  sectionSchemas,
  type TradingWindow,
  type Universes,
} from "../core/model/settings.ts";
import { listNamed, windowOf } from "../core/model/task.ts";
import { opensAfter } from "../core/strategies/registry.ts";
import type { Clock } from "../ports/clock.ts";
import type { TaskStore } from "../ports/stores.ts";
import type { AssetLookup } from "./requestBudget.ts";
import { checkSymbols } from "./symbolCheck.ts";

type Judged = { readonly faults: readonly Fault[]; readonly warnings: readonly string[] };

export type SectionJudge = {
  /** The value as it would be stored. Throws RefusedError `INVALID_SETTINGS` with every fault and its path; warnings say what could not be checked. */
  judge(
    name: SectionName,
    input: unknown,
  ): Promise<{ readonly value: Automation[SectionName]; readonly warnings: readonly string[] }>;
};

export function createSectionJudge(ports: {
  readonly tasks: TaskStore;
  readonly assets: AssetLookup;
  readonly clock: Clock;
}): SectionJudge {
  const { tasks, assets, clock } = ports;

  async function judge(name: SectionName, input: unknown) {
    const schema: (typeof sectionSchemas)[SectionName] = sectionSchemas[name];
    const result = schema.safeParse(input);
    if (!result.success) throw refusal(name, faultsOf(result.error));
    const value: Automation[SectionName] = result.data;
    const { faults, warnings } = await judgeAmongOthers(name, value);
    if (faults.length > 0) throw refusal(name, faults);
    return { value, warnings };
  }

  async function judgeAmongOthers(name: SectionName, value: Automation[SectionName]): Promise<Judged> {
    if (name === "trading_window") return { faults: await windowFaults(value as TradingWindow), warnings: [] };
    return name === "universes" ? judgeUniverses(value as Universes) : { faults: [], warnings: [] };
  }

  /** A task's own fields take the place of these: together they have to open too. */
  async function windowFaults(window: TradingWindow): Promise<readonly Fault[]> {
    const now = clock.now();
    if (!opensAfter(window, now)) return [{ path: "(whole)", message: "never opens while the exchange trades" }];
    const shut = (await tasks.list()).tasks
      .filter(({ task }) => task.window !== undefined && !opensAfter(windowOf(task, window), now))
      .map(({ task }) => task.id);
    return shut.length === 0
      ? []
      : [{ path: "(whole)", message: `the window of ${tasksNamed(shut)} never opens in it` }];
  }

  async function judgeUniverses(lists: Universes): Promise<Judged> {
    const used = Map.groupBy((await tasks.list()).tasks, ({ task }) => task.universe ?? "");
    const missing = [...used].flatMap(([name, by]): Fault[] =>
      name === "" || listNamed(name, lists) !== undefined
        ? []
        : [{ path: name, message: `is used by ${tasksNamed(by.map(({ task }) => task.id))}` }],
    );
    const written = Object.entries(lists).flatMap(([name, symbols]) =>
      symbols.map((symbol, index) => ({ symbol, path: `${name}[${index}]` })),
    );
    const { faults, warnings } = await checkSymbols(assets, written);
    return { faults: [...missing, ...faults], warnings };
  }

  return { judge };
}

const tasksNamed = (ids: readonly string[]): string =>
  ids.length <= 5 ? `task ${ids.join(", ")}` : `task ${ids.slice(0, 5).join(", ")} and ${ids.length - 5} more`;

const refusal = (name: SectionName, faults: readonly Fault[]): RefusedError =>
  new RefusedError("INVALID_SETTINGS", `the section ${name} has faults; nothing was changed`, faults);
