// Why a task did or did not trade at a moment: its slots, past, under way and to come.
import type { ControlState } from "../core/model/control.ts";
import { RefusedError } from "../core/model/errors.ts";
import { taskIdPattern } from "../core/model/ids.ts";
import type { SlotEntry } from "../core/model/slot.ts";
import { addMs, earliestOf, type Instant, latestOf, msBetween } from "../core/model/time.ts";
import { dueSlots } from "../core/schedule/dueSlots.ts";
import { scheduleEnd, scheduleStart } from "../core/schedule/occurrences.ts";
import { dueView, endedView, expectedView, mergeViews, openView, type SlotView } from "../core/schedule/slotViews.ts";
import type { Clock } from "../ports/clock.ts";
import type {
  AutomationSettings,
  ControlStore,
  SettingsStore,
  SlotLedger,
  StoredTask,
  TaskStore,
} from "../ports/stores.ts";
import { readSettings } from "./automationSettings.ts";
import type { DueTasks } from "./dueTasks.ts";

type SlotQuery = { readonly taskId: string; readonly from: Instant; readonly to: Instant; readonly limit: number };

export type SlotService = {
  /**
   * Oldest first, both ends included; where there are more than `limit` the list is cut at its end. Deleted tasks answer their past. Throws
   * RefusedError `TASK_NOT_FOUND`.
   */
  list(query: SlotQuery): Promise<{ readonly items: readonly SlotView[]; readonly truncated: boolean }>;
};

/** Rows of the ledger that are read at once. */
const rowsAtOnce = 1000;

export function createSlotService(ports: {
  readonly mode: "paper" | "live";
  readonly tasks: TaskStore;
  readonly settings: SettingsStore;
  readonly control: ControlStore;
  readonly slots: SlotLedger;
  readonly dueTasks: DueTasks;
  readonly clock: Clock;
}): SlotService {
  const { mode, tasks, settings, control, slots, dueTasks, clock } = ports;

  async function list(asked: SlotQuery) {
    const stored = taskIdPattern.test(asked.taskId) ? await tasks.get(asked.taskId) : undefined;
    if (stored === undefined) throw new RefusedError("TASK_NOT_FOUND", `there is no task "${asked.taskId}"`);
    // No slot lies outside the trading calendar.
    const query = { ...asked, from: latestOf(asked.from, scheduleStart), to: earliestOf(asked.to, scheduleEnd) };
    if (query.from > query.to) return { items: [], truncated: false };
    const now = clock.now();
    const one = { ...query, limit: query.limit + 1 };
    const [automation, { state }, ended, open] = await Promise.all([
      readSettings(settings),
      control.read(),
      endedFrom(one),
      slots.listOpen({ from: query.from, to: query.to }),
    ]);
    const views = mergeViews([
      ended.map(endedView),
      open.filter(({ taskId }) => taskId === query.taskId).map(openView),
      await dueOf(one, automation, now),
      expectedOf(stored, one, { automation, state, now }),
    ]);
    return { items: views.slice(0, query.limit), truncated: views.length > query.limit };
  }

  /**
   * The oldest ended slots of a stretch, which the ledger tells newest first: a stretch that holds more than is read at once is halved until
   * its first part does not.
   */
  async function endedFrom({ taskId, from, to, limit }: SlotQuery): Promise<readonly SlotEntry[]> {
    const rows = await slots.ended(taskId, from, to, rowsAtOnce);
    if (rows.length < rowsAtOnce || from === to) return rows.toReversed().slice(0, limit);
    const middle = addMs(from, Math.floor(msBetween(from, to) / 2));
    const first = await endedFrom({ taskId, from, to: middle, limit });
    if (first.length === limit) return first;
    return [...first, ...(await endedFrom({ taskId, from: addMs(middle, 1), to, limit: limit - first.length }))];
  }

  /** What the agenda says is due: it names the version of the task whose slots those are. */
  async function dueOf(query: SlotQuery, { window }: AutomationSettings, now: Instant): Promise<readonly SlotView[]> {
    const entries = (await slots.due(now)).filter(({ taskId }) => taskId === query.taskId);
    const owners = await dueTasks.load(entries, now);
    return entries.flatMap((entry) => {
      const owner = owners.get(entry);
      if (owner === undefined) return [];
      const after = latestOf(addMs(entry.dueAt, -1), addMs(query.from, -1));
      const last = earliestOf(now, query.to, owner.until === undefined ? now : addMs(owner.until, -1));
      return dueSlots(owner.task, window, after, last, query.limit).map((slot) => dueView(query.taskId, slot));
    });
  }

  function expectedOf(
    { task, deleted }: StoredTask,
    query: SlotQuery,
    { automation, state, now }: { automation: AutomationSettings; state: ControlState; now: Instant },
  ): readonly SlotView[] {
    if (deleted) return [];
    const judged = { task, mode, control: state, window: automation.window };
    const after = latestOf(now, addMs(query.from, -1));
    return dueSlots(task, automation.window, after, query.to, query.limit).map((slot) => expectedView(slot, judged));
  }

  return { list };
}
