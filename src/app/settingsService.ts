// The settings as an operator keeps them: read and changed by section; what loosens a risk limit on a live account waits for a second person.
import type { By } from "../core/model/control.ts";
import type { Difference } from "../core/model/differences.ts";
import type { Broker } from "../ports/broker.ts";
import type { Clock } from "../ports/clock.ts";
import type { PendingChange, SettingsStore, StoredSection } from "../ports/stores.ts";

export type SettingsChange = {
  /** `waiting`: stored as a change that another person has to confirm. */
  readonly outcome: "unchanged" | "changed" | "wouldChange" | "waiting";
  /** As it is stored now; of a dry run, as it would be. */
  readonly section: StoredSection;
  readonly differences: readonly Difference[];
  readonly change?: PendingChange;
};

/** Everything that cannot be done as asked throws RefusedError, and then nothing has changed. */
export type SettingsService = {
  get(section: string, version?: number): Promise<StoredSection>;
  put(
    section: string,
    value: unknown,
    expected: number | "*",
    by: By,
    options?: { readonly dryRun?: boolean },
  ): Promise<SettingsChange>;
  /** Changes that wait for a second person, oldest first. */
  pending(): Promise<readonly PendingChange[]>;
  confirm(changeId: string, by: By): Promise<SettingsChange>;
};

export function createSettingsService(_ports: {
  readonly mode: "paper" | "live";
  readonly settings: SettingsStore;
  readonly broker: Broker;
  readonly clock: Clock;
}): SettingsService {
  const notYet = async (): Promise<never> => {
    throw new Error("not yet");
  };
  return { get: notYet, put: notYet, pending: notYet, confirm: notYet };
}
