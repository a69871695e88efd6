// The whole configuration, tasks and settings, moved between environments: shown, compared, and taken over all or nothing.
import type { AutomationConfig } from "../core/model/automation.ts";
import type { By } from "../core/model/control.ts";
import type { Difference } from "../core/model/differences.ts";
import type { Broker } from "../ports/broker.ts";
import type { Clock } from "../ports/clock.ts";
import type { SettingsStore, TaskStore } from "../ports/stores.ts";

export type ConfigDifference = {
  readonly kind: "added" | "changed" | "removed";
  /** `task demo-trend`, `risk_limits`. */
  readonly what: string;
  readonly differences: readonly Difference[];
};

/** Everything that cannot be done as asked throws RefusedError, and then nothing has changed. */
export type ConfigService = {
  export(): Promise<{ readonly config: AutomationConfig; readonly digest: string }>;
  /** What importing it would change, and the digest of what is there now. */
  diff(config: unknown): Promise<{ readonly differences: readonly ConfigDifference[]; readonly digest: string }>;
  /** All or nothing, and only onto the state that was shown. Limits that it loosens on a live account are refused, with what to do. */
  import(
    config: unknown,
    expectedDigest: string,
    by: By,
  ): Promise<{ readonly differences: readonly ConfigDifference[] }>;
};

export function createConfigService(_ports: {
  readonly mode: "paper" | "live";
  readonly tasks: TaskStore;
  readonly settings: SettingsStore;
  readonly broker: Broker;
  readonly clock: Clock;
}): ConfigService {
  const notYet = async (): Promise<never> => {
    throw new Error("not yet");
  };
  return { export: notYet, diff: notYet, import: notYet };
}
