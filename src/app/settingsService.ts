// The settings as an operator keeps them: read and changed by section; what loosens a risk limit on a live account waits for a second person.
import { digestOf } from "../core/audit/chain.ts";
import { type By, describePrincipal, type Principal, stampOf } from "../core/model/control.ts";
import { type Difference, sectionDifferences } from "../core/model/differences.ts";
import { InvariantError, RefusedError, TransientError } from "../core/model/errors.ts";
import { type Automation, type SectionName, sectionNames } from "../core/model/settings.ts";
import { latestOf } from "../core/model/time.ts";
import type { Clock } from "../ports/clock.ts";
import type { PendingChange, SettingsStore, StoredSection } from "../ports/stores.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import type { ConfigImporter } from "./configImporter.ts";
import { saveAgain } from "./saveAgain.ts";
import type { SectionJudge } from "./sectionJudge.ts";

export type SettingsChange = {
  /** `waiting`: stored as a change that another person has to confirm. */
  readonly outcome: "unchanged" | "changed" | "wouldChange" | "waiting";
  /** As it is stored now; of a dry run, as it would be. */
  readonly section: StoredSection;
  readonly differences: readonly Difference[];
  readonly change?: PendingChange;
  /** What could not be checked. */
  readonly warnings: readonly string[];
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
  /** Changes that wait for a second person and can still be made, oldest first. */
  pending(): Promise<readonly PendingChange[]>;
  confirm(changeId: string, by: By): Promise<SettingsChange>;
};

export function createSettingsService(ports: {
  readonly mode: "paper" | "live";
  readonly settings: SettingsStore;
  readonly configImporter: ConfigImporter;
  readonly sectionJudge: SectionJudge;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}): SettingsService {
  const { mode, settings, configImporter, sectionJudge, clock, telemetry } = ports;

  async function find(name: SectionName): Promise<StoredSection> {
    const section = await settings.section(name);
    if (section !== undefined) return section;
    throw new InvariantError("UNREADABLE_ROW", `the settings hold no section ${name}`);
  }

  async function get(name: string, version?: number): Promise<StoredSection> {
    const section = sectionNamed(name);
    const newest = await find(section);
    if (version === undefined) return newest;
    const stored = version > 0 && version <= newest.version ? await settings.section(section, version) : undefined;
    if (stored !== undefined) return stored;
    throw new RefusedError("VERSION_NOT_FOUND", `the section ${name} has versions 1 to ${newest.version}`);
  }

  async function put(
    section: string,
    input: unknown,
    expected: number | "*",
    by: By,
    { dryRun = false }: { readonly dryRun?: boolean } = {},
  ): Promise<SettingsChange> {
    const name = sectionNamed(section);
    return saveAgain<SettingsChange>(async () => {
      const before = await find(name);
      if (expected !== "*" && expected !== before.version) throw conflict(before);
      const { value, warnings } = await sectionJudge.judge(name, input);
      const differences = sectionDifferences(name, before.value, value);
      if (differences.length === 0) return { outcome: "unchanged", section: before, differences, warnings };
      const next = nextOf(before, value, by);
      if (dryRun) return { outcome: "wouldChange", section: next, differences, warnings };
      if (mode === "live" && differences.some(({ loosens }) => loosens)) {
        return { outcome: "waiting", section: before, differences, warnings, change: await propose(before, value, by) };
      }
      return (await save(next)) ? { outcome: "changed", section: next, differences, warnings } : undefined;
    }, cannotBeSaved(section));
  }

  const nextOf = (before: StoredSection, value: Automation[SectionName], by: By): StoredSection => ({
    name: before.name,
    value,
    version: before.version + 1,
    ...stampOf(by, latestOf(clock.now(), before.changedAt)),
  });

  async function save(next: StoredSection): Promise<boolean> {
    if (!(await settings.save([next]))) {
      await configImporter.finish();
      return false;
    }
    const { name, version, reason, changedBy, confirmedBy } = next;
    const confirmed = confirmedBy === undefined ? {} : { confirmedBy: describePrincipal(confirmedBy) };
    telemetry.event("warning", "settings.changed", {
      section: name,
      version,
      reason,
      by: describePrincipal(changedBy),
      ...confirmed,
    });
    await withdrawVoid(name);
    return true;
  }

  /** What waited to replace an older version. The change is made whether this succeeds or not, and what is void is never shown or made. */
  async function withdrawVoid(name: SectionName): Promise<void> {
    try {
      for (const each of await settings.listPending()) if (each.section === name) await settings.withdraw(each.id);
    } catch (failure) {
      if (!(failure instanceof TransientError)) throw failure;
    }
  }

  /** The same change proposed again is the one that waits already, whoever repeats it. */
  async function propose(before: StoredSection, value: Automation[SectionName], by: By): Promise<PendingChange> {
    refuseUnproven(by.principal, "loosen a risk limit");
    const id = `${before.name}-${before.version}-${digestOf(value).slice(0, 12)}`;
    const proposal = { id, section: before.name, replaces: before.version, value };
    const change = { ...proposal, proposedAt: clock.now(), proposedBy: by.principal, reason: by.reason };
    return (await settings.propose(change)) ? change : ((await settings.pending(id)) ?? change);
  }

  async function confirm(changeId: string, by: By): Promise<SettingsChange> {
    const change = changeIdPattern.test(changeId) ? await settings.pending(changeId) : undefined;
    if (change === undefined) throw new RefusedError("CHANGE_NOT_FOUND", `no change "${changeId}" waits`);
    refuseUnproven(by.principal, "confirm a change");
    if (isSamePerson(by.principal, change.proposedBy)) {
      const who = describePrincipal(change.proposedBy);
      throw new RefusedError("SECOND_PERSON_NEEDED", `${who} proposed it: another person has to confirm it`);
    }
    return saveAgain<SettingsChange>(async () => {
      const before = await find(change.section);
      if (before.version !== change.replaces) return settleVoid(change, by);
      const differences = sectionDifferences(change.section, before.value, change.value);
      const proposer = { principal: change.proposedBy, reason: change.reason, source: by.source };
      const next = { ...nextOf(before, change.value, proposer), confirmedBy: by.principal };
      return (await save(next)) ? { outcome: "changed", section: next, differences, warnings: [] } : undefined;
    }, cannotBeSaved(change.section));
  }

  /** A change that was made but for its last step is answered as made: a crash came between. */
  async function settleVoid(change: PendingChange, by: By): Promise<SettingsChange> {
    const now = await find(change.section);
    const made =
      now.version === change.replaces + 1 &&
      now.confirmedBy !== undefined &&
      isSamePerson(now.confirmedBy, by.principal) &&
      sectionDifferences(change.section, now.value, change.value).length === 0;
    if (made) {
      await settings.withdraw(change.id);
      return { outcome: "unchanged", section: now, differences: [], warnings: [] };
    }
    // It is left where it lies, for a refusal changes nothing: the next save of the section takes it away.
    const message = `the section ${change.section} has changed since to version ${now.version}: propose the change again on it`;
    throw new RefusedError("CHANGE_VOID", message);
  }

  async function pending(): Promise<readonly PendingChange[]> {
    const [changes, stored] = await Promise.all([settings.listPending(), settings.read()]);
    return changes
      .filter(({ section, replaces }) => stored?.versions[section] === replaces)
      .sort((a, b) => (a.proposedAt < b.proposedAt ? -1 : 1));
  }

  return { get, put, pending, confirm };
}

function sectionNamed(name: string): SectionName {
  const found = sectionNames.find((each) => each === name);
  if (found !== undefined) return found;
  throw new RefusedError("UNKNOWN_SECTION", `there is no section "${name}"; there are ${sectionNames.join(", ")}`);
}

const changeIdPattern = /^[a-z_]{1,30}-\d{1,9}-[0-9a-f]{12}$/;

/** A claimed name proves nobody: two of them may be one person. */
function refuseUnproven({ kind }: Principal, what: string): void {
  if (kind === "entra" || kind === "key") return;
  const message = `to ${what} on a live account, sign in or use a key of your own: a claimed name does not do`;
  throw new RefusedError("SECOND_PERSON_NEEDED", message);
}

const isSamePerson = (a: Principal, b: Principal): boolean => a.name.toLowerCase() === b.name.toLowerCase();

const cannotBeSaved = (section: string): string => `${section} could not be saved beside other changes; try again`;

const conflict = ({ name, version }: StoredSection): RefusedError =>
  new RefusedError(
    "VERSION_CONFLICT",
    `the section ${name} is at version ${version}: read it again and repeat the change on it`,
  );
