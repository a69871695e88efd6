// Makes an import that has begun, part by part, until all of it is done: whoever began it does, and every tick after a crash.
import { type By, stampOf } from "../core/model/control.ts";
import { tasksAtOnce } from "../core/model/task.ts";
import { type Instant, latestOf } from "../core/model/time.ts";
import type { Clock } from "../ports/clock.ts";
import type {
  ConfigImport,
  ImportStore,
  SettingsStore,
  StoredSection,
  StoredTask,
  TaskStore,
} from "../ports/stores.ts";
import { manyWriters, saveAgain } from "./saveAgain.ts";

export type ConfigImporter = {
  /**
   * Makes what is left of an import that has begun; does nothing where none has. Safe to call from several places at once: each version is
   * written once, and an import ends only when all of it is there. Throws TransientError, and is to be called again then.
   */
  finish(): Promise<void>;
};

export function createConfigImporter(ports: {
  readonly imports: ImportStore;
  readonly tasks: TaskStore;
  readonly settings: SettingsStore;
  readonly clock: Clock;
}): ConfigImporter {
  const { imports, tasks, settings, clock } = ports;

  async function finish(): Promise<void> {
    const pending = await imports.pending();
    if (pending === undefined) return;
    // The settings first: tasks are judged by the limits and lists that come with them.
    await untilMade(() => makeSections(pending));
    for (const batch of batchesOf(pending.tasks)) await untilMade(() => makeTasks(batch, pending));
    await imports.end(pending.id);
  }

  /** False when another one has made some of it meanwhile: what is left is looked at again. */
  async function makeSections({ id, by, sections }: ConfigImport): Promise<boolean> {
    const stored = await Promise.all(sections.map(({ name }) => settings.section(name)));
    const left = leftOf(sections, stored);
    return settings.save(
      left.map((each): StoredSection => ({ ...each, ...changeOf(by, stored) })),
      id,
    );
  }

  async function makeTasks(batch: ConfigImport["tasks"], { id, by }: ConfigImport): Promise<boolean> {
    const stored = await Promise.all(batch.map(({ task }) => tasks.get(task.id)));
    const left = leftOf(batch, stored);
    return tasks.save(
      left.map((each): StoredTask => ({ ...each, ...changeOf(by, stored) })),
      id,
    );
  }

  /** No version begins before the one that it follows, whatever a clock says. */
  const changeOf = (by: By, stored: readonly ({ readonly changedAt: Instant } | undefined)[]) =>
    stampOf(by, latestOf(clock.now(), ...stored.flatMap((each) => each?.changedAt ?? [])));

  return { finish };
}

const untilMade = (make: () => Promise<boolean>): Promise<true> =>
  saveAgain(
    async () => (await make()) || undefined,
    "an import is under way and could not be finished yet; try again",
    manyWriters,
  );

const leftOf = <T extends { readonly version: number }>(
  wanted: readonly T[],
  stored: readonly ({ readonly version: number } | undefined)[],
): readonly T[] => wanted.filter(({ version }, index) => (stored[index]?.version ?? 0) < version);

/** A transaction links its tasks in the chain of one account. */
function batchesOf(all: ConfigImport["tasks"]): readonly ConfigImport["tasks"][] {
  return [...Map.groupBy(all, ({ task }) => task.account).values()].flatMap((ofAccount) =>
    Array.from({ length: Math.ceil(ofAccount.length / tasksAtOnce) }, (_, index) =>
      ofAccount.slice(index * tasksAtOnce, (index + 1) * tasksAtOnce),
    ),
  );
}
