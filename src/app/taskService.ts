// Tasks as an operator keeps them: read, created, changed, deleted, run by hand, and asked when they are due.
import { type By, describePrincipal, stampOf } from "../core/model/control.ts";
import { differencesOf } from "../core/model/differences.ts";
import { RefusedError } from "../core/model/errors.ts";
import { taskIdPattern } from "../core/model/ids.ts";
import { isJsonObject, mergePatch } from "../core/model/mergePatch.ts";
import type { Task } from "../core/model/task.ts";
import { latestOf } from "../core/model/time.ts";
import { type Occurrence, occurrencesOf } from "../core/schedule/occurrences.ts";
import type { Clock } from "../ports/clock.ts";
import type { SettingsStore, StoredTask, TaskStore } from "../ports/stores.ts";
import { readSettings } from "./automationSettings.ts";
import type { ConfigImporter } from "./configImporter.ts";
import type { AskedRun, DryRun, RunByHand } from "./runByHand.ts";
import { saveAgain } from "./saveAgain.ts";
import type { TaskJudge } from "./taskJudge.ts";

/** A version that was stored, or would be; warnings say what could not be checked. */
export type SavedTask = { readonly stored: StoredTask; readonly warnings: readonly string[] };

/** The version that a change is meant for; `"*"`: whatever version is there. */
type ExpectedVersion = number | "*";
type Options = { readonly dryRun?: boolean };

/** Everything that cannot be done as asked throws RefusedError, and then nothing has changed. */
export type TaskService = {
  /** Sorted by id, without tombstones; `next` is the `after` of the page that follows. */
  list(page: {
    readonly limit: number;
    readonly after?: string;
  }): Promise<{ readonly items: readonly StoredTask[]; readonly next?: string }>;
  /** A deleted task only with its version. */
  get(id: string, version?: number): Promise<StoredTask>;
  create(input: unknown, by: By, options?: Options): Promise<SavedTask>;
  /** What is there already makes no new version. */
  replace(id: string, input: unknown, expected: ExpectedVersion, by: By, options?: Options): Promise<SavedTask>;
  /** Applies a merge patch (RFC 7396); the result is judged whole. */
  patch(id: string, patch: unknown, expected: ExpectedVersion, by: By, options?: Options): Promise<SavedTask>;
  /** Leaves a tombstone, by which history still finds the task. */
  remove(id: string, expected: ExpectedVersion, by: By): Promise<StoredTask>;
  /** A new version only where it changes. */
  setEnabled(id: string, enabled: boolean, by: By): Promise<StoredTask>;
  /** When it is due next, soonest first; none of it runs where it is not enabled. */
  next(id: string, count: number): Promise<{ readonly enabled: boolean; readonly items: readonly Occurrence[] }>;
  /** Queues a run of the current minute. Asked twice within it: one run, and the second time `queued` is false. */
  runNow(id: string, by: By): Promise<AskedRun>;
  /** Gathers and plans as a run now would, stopped or halted too: the plan then says why it would be skipped. */
  dryRun(id: string): Promise<DryRun>;
};

type Next = { readonly task: Task; readonly deleted?: boolean; readonly warnings?: readonly string[] };

export function createTaskService(ports: {
  readonly tasks: TaskStore;
  readonly settings: SettingsStore;
  readonly configImporter: ConfigImporter;
  readonly taskJudge: TaskJudge;
  readonly runByHand: RunByHand;
  readonly clock: Clock;
}): TaskService {
  const { tasks, settings, configImporter, taskJudge, runByHand, clock } = ports;

  /** The newest version, a tombstone too. */
  async function find(id: string): Promise<StoredTask> {
    const stored = taskIdPattern.test(id) ? await tasks.get(id) : undefined;
    if (stored === undefined) throw new RefusedError("TASK_NOT_FOUND", `there is no task "${id}"`);
    return stored;
  }

  async function findLiving(id: string): Promise<StoredTask> {
    const stored = await find(id);
    if (!stored.deleted) return stored;
    throw new RefusedError("TASK_NOT_FOUND", `${describeDeletion(stored)}; its versions can still be read`);
  }

  async function findVersion(id: string, version: number): Promise<StoredTask> {
    const newest = await find(id);
    const stored = version > 0 && version <= newest.version ? await tasks.version(id, version) : undefined;
    if (stored !== undefined) return stored;
    throw new RefusedError("VERSION_NOT_FOUND", `task "${id}" has versions 1 to ${newest.version}`);
  }

  /** Stores what `make` makes of the version that is there; where others save at the same time, of the one that is there then. */
  async function change(
    id: string,
    expected: ExpectedVersion,
    by: By,
    make: (before: StoredTask) => Promise<Next>,
    { dryRun = false }: Options = {},
  ): Promise<SavedTask> {
    return saveAgain(async () => {
      const before = await findLiving(id);
      if (expected !== "*" && expected !== before.version) throw conflict(id, before.version);
      const { task, deleted = false, warnings = [] } = await make(before);
      if (!deleted && differencesOf(before.task, task).length === 0) return { stored: before, warnings };
      const stored: StoredTask = {
        task,
        version: before.version + 1,
        createdAt: before.createdAt,
        // A version owns the slots from its time on: whatever a clock says, it does not begin before the one that it follows.
        ...stampOf(by, latestOf(clock.now(), before.changedAt)),
        deleted,
      };
      return dryRun || (await save(stored)) ? { stored, warnings } : undefined;
    }, cannotBeSaved(id));
  }

  /** False where others have saved meanwhile; what an import has begun is then finished, for nothing else is saved before. */
  async function save(stored: StoredTask): Promise<boolean> {
    if (await tasks.save([stored])) return true;
    await configImporter.finish();
    return false;
  }

  async function create(input: unknown, by: By, { dryRun = false }: Options = {}): Promise<SavedTask> {
    const { task, warnings } = await taskJudge.judge(input);
    const at = clock.now();
    const stored: StoredTask = { task, version: 1, createdAt: at, ...stampOf(by, at), deleted: false };
    return saveAgain(async () => {
      const there = await tasks.get(task.id);
      if (there?.deleted)
        throw new RefusedError("TASK_EXISTS", `${describeDeletion(there)}; an id is never used again`);
      if (there !== undefined) throw new RefusedError("TASK_EXISTS", `there is a task "${task.id}" already`);
      return dryRun || (await save(stored)) ? { stored, warnings } : undefined;
    }, cannotBeSaved(task.id));
  }

  return {
    list: async ({ limit, after }) => {
      const { tasks: items, more } = await tasks.page(limit, after);
      const last = items.at(-1);
      return more && last !== undefined ? { items, next: last.task.id } : { items };
    },
    get: (id, version) => (version === undefined ? findLiving(id) : findVersion(id, version)),
    create,
    replace: (id, input, expected, by, options) => change(id, expected, by, () => taskJudge.judge(input, id), options),
    patch: async (id, patch, expected, by, options) => {
      if (!isJsonObject(patch)) throw new RefusedError("INVALID_PATCH", "a merge patch of a task is a JSON object");
      return change(id, expected, by, ({ task }) => taskJudge.judge(mergePatch(task, patch), id), options);
    },
    remove: async (id, expected, by) =>
      (await change(id, expected, by, async ({ task }) => ({ task, deleted: true }))).stored,
    // Judged when it was saved: it must be possible to switch a task off whatever has become of its symbols.
    setEnabled: async (id, enabled, by) =>
      (await change(id, "*", by, async ({ task }) => ({ task: { ...task, enabled } }))).stored,
    next: async (id, count) => {
      const [{ task }, { window }] = await Promise.all([findLiving(id), readSettings(settings)]);
      return { enabled: task.enabled, items: occurrencesOf(task, window, clock.now(), count) };
    },
    runNow: async (id, by) => runByHand.runNow((await findLiving(id)).task, by),
    dryRun: async (id) => runByHand.dryRun((await findLiving(id)).task),
  };
}

const describeDeletion = ({ task, version, changedAt, changedBy, reason }: StoredTask): string =>
  `task "${task.id}" was deleted at ${changedAt} by ${describePrincipal(changedBy)} (${reason}), as version ${version}`;

const cannotBeSaved = (id: string): string => `task "${id}" could not be saved beside other changes; try again`;

const conflict = (id: string, version: number): RefusedError =>
  new RefusedError(
    "VERSION_CONFLICT",
    `task "${id}" is at version ${version}: read it again and repeat the change on it`,
  );
