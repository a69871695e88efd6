// Judges a task that somebody wrote, whole: its shape, what no schema sees in it, and its symbols at the broker.
import { type Fault, RefusedError } from "../core/model/errors.ts";
import { isJsonObject } from "../core/model/mergePatch.ts";
import { faultsOf } from "../core/model/parse.ts";
import { listNamed, type Task, taskSchema } from "../core/model/task.ts";
import { taskWarnings } from "../core/model/taskWarnings.ts";
import { readableFaults, taskFaults } from "../core/strategies/registry.ts";
import type { Clock } from "../ports/clock.ts";
import type { AutomationSettings, SettingsStore } from "../ports/stores.ts";
import { readSettings } from "./automationSettings.ts";
import type { AssetLookup } from "./requestBudget.ts";
import { checkSymbols, type WrittenSymbol } from "./symbolCheck.ts";

export type TaskJudge = {
  /**
   * The task as it would be stored; `id` is its name in the address, where it has one. Throws RefusedError `INVALID_TASK` with every fault and
   * its path. Warnings say what could not be checked, and what keeps the task from trading.
   *
   * A task needs no second person, whatever it says of limits: of each limit the tighter one holds, its own or the common one.
   */
  judge(input: unknown, id?: string): Promise<{ readonly task: Task; readonly warnings: readonly string[] }>;
};

export function createTaskJudge(ports: {
  readonly mode: "paper" | "live";
  readonly settings: SettingsStore;
  readonly assets: AssetLookup;
  readonly clock: Clock;
}): TaskJudge {
  const { mode, settings, assets, clock } = ports;
  return {
    judge: async (input, id) => {
      const task = readTask(input, id);
      const stored = await readSettings(settings);
      const surroundings = { window: stored.window, universes: stored.universes, from: clock.now() };
      const [own, { faults, warnings }] = [
        taskFaults(task, surroundings),
        await checkSymbols(assets, writtenSymbols(task, stored)),
      ];
      refuse([...own, ...faults]);
      return { task, warnings: [...warnings, ...taskWarnings(task, { mode, at: surroundings.from })] };
    },
  };
}

function readTask(input: unknown, id: string | undefined): Task {
  const named = id !== undefined && isJsonObject(input) && input.id === undefined ? { ...input, id } : input;
  const result = taskSchema.safeParse(named);
  if (!result.success) throw refusal([...faultsOf(result.error), ...readableFaults(named)]);
  if (id !== undefined && result.data.id !== id)
    throw refusal([{ path: "id", message: `a task keeps its id: leave it out or write "${id}"` }]);
  return result.data;
}

/** A symbol of a list is the task's fault too: it would trade it. */
const writtenSymbols = ({ symbols, universe }: Task, { universes }: AutomationSettings): readonly WrittenSymbol[] =>
  symbols?.map((symbol, index) => ({ symbol, path: `symbols[${index}]` })) ??
  (listNamed(universe ?? "", universes) ?? []).map((symbol) => ({ symbol, path: "universe" }));

function refuse(faults: readonly Fault[]): void {
  if (faults.length > 0) throw refusal(faults);
}

const refusal = (faults: readonly Fault[]): RefusedError =>
  new RefusedError("INVALID_TASK", "the task has faults; nothing was changed", faults);
