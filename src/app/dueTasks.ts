// The tasks behind what is due: each in the version that the agenda names, and until when that version's slots are its own.
import { InvariantError } from "../core/model/errors.ts";
import { inLanes } from "../core/model/lanes.ts";
import type { AgendaEntry } from "../core/model/slot.ts";
import type { Task } from "../core/model/task.ts";
import { hourOf, type Instant } from "../core/model/time.ts";
import { rowFingerprint } from "../core/notifications/states.ts";
import type { SlotLedger, StoredTask, TaskStore, UnreadableRow } from "../ports/stores.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import type { Outbox } from "./outbox.ts";

/** `until` is absent for the newest version. */
export type DueTask = { readonly task: Task; readonly until?: Instant };
/** Some of what is due, with its tasks. */
export type DuePage = { readonly due: readonly AgendaEntry[]; readonly owners: Owners };

export type DueTasks = {
  /** Everything that is due by `now`, longest due first, a page at a time: so that one is worked on while the next one is read. */
  pages(now: Instant): AsyncGenerator<DuePage, undefined>;
  /**
   * A row that cannot be read is told. An entry whose version cannot be read has no task: it stays due and is looked at again at the next
   * tick. Where only the newest version cannot be read, the run fails by it and says so.
   */
  load(due: readonly AgendaEntry[], now: Instant): Promise<Owners>;
};
type Newest = Map<string, StoredTask>;
type Owners = ReadonlyMap<AgendaEntry, DueTask>;

/** As many as the service answers at once. */
const entriesAPage = 1000;
/** More tasks than this are read in one sweep instead of one by one. */
const fewTasks = 30;
/** A sweep costs what is due and not what there is: one row by itself is as dear as so many in a row. */
const rowsATask = 20;
const lanes = 16;

export function createDueTasks(ports: {
  readonly slots: Pick<SlotLedger, "due">;
  readonly tasks: TaskStore;
  readonly outbox: Outbox;
  readonly telemetry: Telemetry;
}): DueTasks {
  const { slots, tasks, outbox, telemetry } = ports;

  /** The entries of the next page are read beside the tasks of this one. A task that is changed after it was read is looked up by its version. */
  async function* pages(now: Instant): AsyncGenerator<DuePage, undefined> {
    const newest: Newest = new Map();
    for (let due = await slots.due(now, { limit: entriesAPage }); due.length > 0; ) {
      const [owners, next] = await Promise.all([load(due, now, newest), following(due, now)]);
      yield { due, owners };
      due = next;
    }
  }

  async function following(due: readonly AgendaEntry[], now: Instant): Promise<readonly AgendaEntry[]> {
    const after = due.at(-1);
    return after === undefined || due.length < entriesAPage ? [] : slots.due(now, { limit: entriesAPage, after });
  }

  async function load(due: readonly AgendaEntry[], now: Instant, newest: Newest = new Map()): Promise<Owners> {
    const missing = (): readonly string[] =>
      [...new Set(due.map(({ taskId }) => taskId))].filter((id) => !newest.has(id)).sort();
    if (missing().length > fewTasks) await sweep(missing(), newest, now);
    await inLanes(lanes, missing(), async (id) => {
      const stored = await readable(id, now, () => tasks.get(id));
      if (stored !== undefined) newest.set(id, stored);
    });
    return ownersOf(due, newest, now);
  }

  async function ownersOf(due: readonly AgendaEntry[], newest: Newest, now: Instant): Promise<Owners> {
    const found = await inLanes(lanes, due, async (entry) => [entry, await ownerOf(entry, newest, now)] as const);
    return new Map(found.flatMap(([entry, owner]) => (owner === undefined ? [] : [[entry, owner] as const])));
  }

  /** Adds the tasks between the first and the last of these ids, as far as it reaches. */
  async function sweep(ids: readonly string[], newest: Newest, now: Instant): Promise<void> {
    const [from = "", to = ""] = [ids[0], ids.at(-1)];
    const stored = await tasks.list({ from, to, limit: ids.length * rowsATask });
    for (const row of stored.unreadable) await alert(row, now);
    for (const each of stored.tasks) newest.set(each.task.id, each);
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
      id: `unreadable-row.${key}.${hourOf(now)}`,
      kind: "data",
      fingerprint: rowFingerprint(key),
      severity: "error",
      title: `A stored row cannot be read: ${key}`,
      text: `${row.detail.slice(0, 3000)}. Its task does not run until the row is mended.`,
      at: now,
      attempt: 1,
    });
  }

  return { pages, load };
}
