// The tasks behind what is due: each in the version that the agenda names, and until when that version's slots are its own.
import { InvariantError } from "../core/model/errors.ts";
import type { AgendaEntry } from "../core/model/slot.ts";
import type { Task } from "../core/model/task.ts";
import type { Instant } from "../core/model/time.ts";
import { rowFingerprint } from "../core/notifications/states.ts";
import type { SlotLedger, StoredTask, TaskStore, UnreadableRow } from "../ports/stores.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import { inLanes } from "./lanes.ts";
import type { Outbox } from "./outbox.ts";

/** `until` is absent for the newest version. */
export type DueTask = { readonly task: Task; readonly until?: Instant };

export type DueTasks = {
  /** Everything that is due by `now`, longest due first, with its tasks. */
  all(now: Instant): Promise<{ readonly due: readonly AgendaEntry[]; readonly owners: Owners }>;
  /**
   * A row that cannot be read is told. An entry whose version cannot be read has no task: it stays due and is looked at again at the next
   * tick. Where only the newest version cannot be read, the run fails by it and says so.
   */
  load(due: readonly AgendaEntry[], now: Instant): Promise<Owners>;
};
type Newest = ReadonlyMap<string, StoredTask>;
type Owners = ReadonlyMap<AgendaEntry, DueTask>;

/** More tasks than this are read in one sweep instead of one by one. */
const fewTasks = 30;
const lanes = 16;

export function createDueTasks(ports: {
  readonly slots: Pick<SlotLedger, "due">;
  readonly tasks: TaskStore;
  readonly outbox: Outbox;
  readonly telemetry: Telemetry;
}): DueTasks {
  const { slots, tasks, outbox, telemetry } = ports;

  /** Many are read side by side with their tasks: a task that is changed in between is looked up by its version. */
  async function all(now: Instant) {
    const first = await slots.due(now, fewTasks + 1);
    if (first.length <= fewTasks) return { due: first, owners: await load(first, now) };
    const [due, newest] = await Promise.all([slots.due(now), sweep(now)]);
    return { due, owners: await ownersOf(due, newest, now) };
  }

  async function load(due: readonly AgendaEntry[], now: Instant): Promise<Owners> {
    return ownersOf(due, await newestVersions(due, now), now);
  }

  async function ownersOf(due: readonly AgendaEntry[], newest: Newest, now: Instant): Promise<Owners> {
    const found = await inLanes(lanes, due, async (entry) => [entry, await ownerOf(entry, newest, now)] as const);
    return new Map(found.flatMap(([entry, owner]) => (owner === undefined ? [] : [[entry, owner] as const])));
  }

  async function sweep(now: Instant): Promise<Newest> {
    const stored = await tasks.list();
    for (const row of stored.unreadable) await alert(row, now);
    return new Map(stored.tasks.map((each) => [each.task.id, each]));
  }

  async function newestVersions(due: readonly AgendaEntry[], now: Instant): Promise<Newest> {
    if (due.length > fewTasks) return sweep(now);
    const ids = [...new Set(due.map(({ taskId }) => taskId))];
    const found = await inLanes(lanes, ids, (id) => readable(id, now, () => tasks.get(id)));
    return new Map(found.flatMap((stored) => (stored === undefined ? [] : [[stored.task.id, stored]])));
  }

  async function ownerOf({ taskId, version }: AgendaEntry, newest: Newest, now: Instant): Promise<DueTask | undefined> {
    const stored = newest.get(taskId);
    if (stored?.version === version && !stored.deleted) return { task: stored.task };
    return readable(taskId, now, async () => {
      const [own, successor] = await Promise.all([tasks.version(taskId, version), tasks.version(taskId, version + 1)]);
      return own && { task: own.task, ...(successor === undefined ? {} : { until: successor.changedAt }) };
    });
  }

  async function readable<T>(taskId: string, now: Instant, read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (failure) {
      if (!(failure instanceof InvariantError)) throw failure;
      await alert({ key: taskId, detail: failure.message }, now);
      return undefined;
    }
  }

  async function alert(row: UnreadableRow, now: Instant): Promise<void> {
    telemetry.event("error", "row.unreadable", { key: row.key, detail: row.detail });
    const key = row.key.slice(0, 60);
    await outbox.post({
      schemaVersion: 1,
      // Once an hour: how often it is told again, the settings say.
      id: `unreadable-row.${key}.${now.slice(0, 13)}`,
      kind: "data",
      fingerprint: rowFingerprint(key),
      severity: "error",
      title: `A stored row cannot be read: ${key}`,
      text: `${row.detail.slice(0, 3000)}. Its task does not run until the row is mended.`,
      at: now,
      attempt: 1,
    });
  }

  return { all, load };
}
