// What differs between two whole configurations, section by section and task by task.
import type { AutomationConfig } from "./automation.ts";
import { type Difference, differencesOf, sectionDifferences } from "./differences.ts";
import { sectionNames } from "./settings.ts";

export type ConfigDifference = {
  readonly kind: "added" | "changed" | "removed";
  /** `task demo-trend`, `risk_limits`. */
  readonly what: string;
  readonly differences: readonly Difference[];
};

/** Sections first, then tasks by id. A task needs no second person: of its own limits and the common ones the tighter hold. */
export function configDifferences(from: AutomationConfig, to: AutomationConfig): readonly ConfigDifference[] {
  const sections = sectionNames.map((name): ConfigDifference => {
    const differences = sectionDifferences(name, from.automation[name], to.automation[name]);
    return { kind: "changed", what: name, differences };
  });
  const [before, after] = [from, to].map(({ tasks }) => new Map(tasks.map((task) => [task.id, task])));
  const ids = [...new Set([...from.tasks, ...to.tasks].map(({ id }) => id))].sort();
  const tasks = ids.map((id): ConfigDifference => {
    const [old, next] = [before?.get(id), after?.get(id)];
    const kind = old === undefined ? "added" : next === undefined ? "removed" : "changed";
    return { kind, what: `task ${id}`, differences: differencesOf(old ?? {}, next ?? {}) };
  });
  return [...sections, ...tasks].filter(({ differences }) => differences.length > 0);
}
