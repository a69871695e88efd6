// The whole configuration, tasks and settings, moved between environments: shown, compared, and taken over all or nothing.
import { digestOf } from "../core/audit/chain.ts";
import { type AutomationConfig, automationConfigSchema } from "../core/model/automation.ts";
import { type ConfigDifference, configDifferences } from "../core/model/configDifferences.ts";
import type { By } from "../core/model/control.ts";
import { type Fault, InvariantError, RefusedError, TransientError } from "../core/model/errors.ts";
import { inLanes } from "../core/model/lanes.ts";
import { isJsonObject } from "../core/model/mergePatch.ts";
import { faultsOf } from "../core/model/parse.ts";
import { sectionNames } from "../core/model/settings.ts";
import { taskWarnings } from "../core/model/taskWarnings.ts";
import { automationFaults, readableFaults } from "../core/strategies/registry.ts";
import type { Clock } from "../ports/clock.ts";
import type {
  ConfigImport,
  ImportStore,
  SettingsStore,
  StoredSection,
  StoredTask,
  TaskStore,
} from "../ports/stores.ts";
import type { ConfigImporter } from "./configImporter.ts";
import type { AssetLookup } from "./requestBudget.ts";
import { checkSymbols, type WrittenSymbol } from "./symbolCheck.ts";

/** Everything that cannot be done as asked throws RefusedError, and then nothing has changed. TransientError while an import is under way. */
export type ConfigService = {
  export(): Promise<{ readonly config: AutomationConfig; readonly digest: string }>;
  /** What importing it would change, and the digest of what is there now. */
  diff(config: unknown): Promise<{ readonly differences: readonly ConfigDifference[]; readonly digest: string }>;
  /**
   * All or nothing, and only onto the state that was shown, which `expectedDigest` names. Tasks that it does not hold are deleted. Limits that
   * it loosens on a live account are refused, with what to do. Warnings say what could not be checked.
   */
  import(
    config: unknown,
    expectedDigest: string,
    by: By,
  ): Promise<{ readonly differences: readonly ConfigDifference[]; readonly warnings: readonly string[] }>;
};

type Stored = {
  readonly config: AutomationConfig;
  readonly digest: string;
  readonly sections: readonly StoredSection[];
  readonly tasks: readonly StoredTask[];
};

const lanes = 16;
/** How often the configuration is read again when somebody saves at the same time. */
const tries = 5;

export function createConfigService(ports: {
  readonly mode: "paper" | "live";
  readonly tasks: TaskStore;
  readonly settings: SettingsStore;
  readonly imports: ImportStore;
  readonly configImporter: ConfigImporter;
  readonly assets: AssetLookup;
  readonly clock: Clock;
}): ConfigService {
  const { mode, tasks, settings, imports, configImporter, assets, clock } = ports;

  async function read(): Promise<Stored> {
    const [listed, ...sections] = await Promise.all([tasks.list(), ...sectionNames.map(readSection)]);
    const [bad] = listed.unreadable;
    if (bad !== undefined) throw new InvariantError("UNREADABLE_ROW", `task ${bad.key} cannot be read: ${bad.detail}`);
    const automation = Object.fromEntries(sections.map(({ name, value }) => [name, value]));
    const config = {
      automation: automation as AutomationConfig["automation"],
      tasks: listed.tasks.map(({ task }) => task),
    };
    return { config, digest: digestOf(config), sections, tasks: listed.tasks };
  }

  async function readSection(name: (typeof sectionNames)[number]): Promise<StoredSection> {
    const section = await settings.section(name);
    if (section !== undefined) return section;
    throw new InvariantError("UNREADABLE_ROW", `the settings hold no section ${name}`);
  }

  /** As it was at one moment. A reader makes no part of an import: it waits for those who do. */
  async function readWhole(): Promise<Stored> {
    for (let tried = 0; tried < tries; tried++) {
      const mark = await imports.mark();
      if ((await imports.pending()) !== undefined) break;
      const stored = await read();
      if ((await imports.mark()) === mark) return stored;
    }
    throw new TransientError("STORE_UNAVAILABLE", "the configuration is being changed; try again in a minute");
  }

  function judge(input: unknown): AutomationConfig {
    const result = automationConfigSchema.safeParse(input);
    const faults = result.success
      ? automationFaults(result.data, clock.now())
      : [...faultsOf(result.error), ...faultsInTasks(input)];
    if (!result.success || faults.length > 0) throw refusal(faults);
    return result.data;
  }

  async function importConfig(input: unknown, expectedDigest: string, by: By) {
    const config = judge(input);
    await configImporter.finish();
    const mark = await imports.mark();
    const stored = await read();
    if (stored.digest !== expectedDigest) throw changedMeanwhile();
    const differences = configDifferences(stored.config, config);
    refuseLoosening(differences);
    const { faults, warnings: unchecked } = await checkSymbols(assets, writtenSymbols(config));
    if (faults.length > 0) throw refusal(faults);
    const warnings = [...unchecked, ...warningsOf(config)];
    if (differences.length === 0) return { differences, warnings };
    const next = await planImport(config, stored, differences);
    const id = digestOf({ mark, to: digestOf(config) }).slice(0, 16);
    if (!(await begin({ id, by, ...next }, mark))) throw changedMeanwhile();
    await configImporter.finish();
    return { differences, warnings };
  }

  const warningsOf = ({ tasks: all }: AutomationConfig): readonly string[] =>
    all.flatMap((task) =>
      taskWarnings(task, { mode, at: clock.now() }).map((warning) => `task ${task.id}: ${warning}`),
    );

  async function begin(next: ConfigImport, mark: string): Promise<boolean> {
    try {
      return await imports.begin(next, mark);
    } catch (failure) {
      if (!(failure instanceof InvariantError) || failure.code !== "PAYLOAD_TOO_LARGE") throw failure;
      const message = "changes more at once than can be stored: import it in several steps";
      throw refusal([{ path: "tasks", message }]);
    }
  }

  function refuseLoosening(differences: readonly ConfigDifference[]): void {
    const looser = differences.flatMap(({ what, differences: parts }) =>
      parts
        .filter(({ loosens }) => loosens)
        .map(({ path }) => ({ path: `automation.${what}.${path}`, message: "loosens a risk limit" })),
    );
    if (mode !== "live" || looser.length === 0) return;
    const message =
      "it loosens risk limits of a live account, which needs a second person: change risk_limits by itself first, have it confirmed, and import then";
    throw new RefusedError("SECOND_PERSON_NEEDED", message, looser);
  }

  /** The version that follows each section and task that differs. A tombstone of the same id is followed too, so that its history goes on. */
  async function planImport(
    config: AutomationConfig,
    stored: Stored,
    differences: readonly ConfigDifference[],
  ): Promise<Pick<ConfigImport, "sections" | "tasks">> {
    const changed = new Set(differences.map(({ what }) => what));
    const there = new Map(stored.tasks.map((each) => [each.task.id, each]));
    const kept = new Set(config.tasks.map(({ id }) => id));
    const now = clock.now();
    const written = config.tasks.filter(({ id }) => changed.has(`task ${id}`));
    const saved = await inLanes(lanes, written, async (task) => {
      const before = there.get(task.id) ?? (await tasks.get(task.id));
      return { task, version: (before?.version ?? 0) + 1, createdAt: before?.createdAt ?? now, deleted: false };
    });
    const removed = stored.tasks
      .filter(({ task }) => !kept.has(task.id))
      .map(({ task, version, createdAt }) => ({ task, version: version + 1, createdAt, deleted: true }));
    const sections = stored.sections
      .filter(({ name }) => changed.has(name))
      .map(({ name, version }) => ({ name, value: config.automation[name], version: version + 1 }));
    return { sections, tasks: [...saved, ...removed] };
  }

  return {
    export: async () => {
      const { config, digest } = await readWhole();
      return { config, digest };
    },
    diff: async (input) => {
      const config = judge(input);
      const stored = await readWhole();
      return { differences: configDifferences(stored.config, config), digest: stored.digest };
    },
    import: importConfig,
  };
}

/** What shows in the tasks of a configuration whose shape is wrong. */
const faultsInTasks = (input: unknown): readonly Fault[] =>
  isJsonObject(input) && Array.isArray(input.tasks)
    ? input.tasks.flatMap((task: unknown, index) => readableFaults(task, `tasks[${index}]`))
    : [];

const writtenSymbols = ({ automation, tasks }: AutomationConfig): readonly WrittenSymbol[] => [
  ...Object.entries(automation.universes).flatMap(([name, symbols]) =>
    symbols.map((symbol, index) => ({ symbol, path: `automation.universes.${name}[${index}]` })),
  ),
  ...tasks.flatMap(({ symbols = [] }, at) =>
    symbols.map((symbol, index) => ({ symbol, path: `tasks[${at}].symbols[${index}]` })),
  ),
];

const refusal = (faults: readonly Fault[]): RefusedError =>
  new RefusedError("INVALID_CONFIG", "the configuration has faults; nothing was changed", faults);

const changedMeanwhile = (): RefusedError =>
  new RefusedError("CONFIG_CHANGED", "the configuration is not as it was shown: look at the difference again");
