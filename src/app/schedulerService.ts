// What an operator sees: the state of the automation, in five reads of the tables.
import type { ControlState } from "../core/model/control.ts";
import type { MonitorState } from "../core/model/monitor.ts";
import type { RunSummary } from "../core/model/run.ts";
import type { SectionName, TradingWindow } from "../core/model/settings.ts";
import type { AgendaEntry } from "../core/model/slot.ts";
import { windowOf } from "../core/model/task.ts";
import { addMs, dayMs, type Instant, msFromInstant, type TradingDay } from "../core/model/time.ts";
import { type Heartbeat, heartbeatOf } from "../core/operations/probe.ts";
import { type TodaysFigures, todaysFigures } from "../core/reporting/todaysFigures.ts";
import { expectedView } from "../core/schedule/slotViews.ts";
import { dayStart, tradingDayOf } from "../core/schedule/tradingCalendar.ts";
import { decideWindow, type WindowDecision } from "../core/schedule/tradingWindow.ts";
import { openUntilMs } from "../core/schedule/windowHours.ts";
import type { Clock } from "../ports/clock.ts";
import type { ExecutionRepository, SlotLedger, StatusStore, StoredTask, TaskStore } from "../ports/stores.ts";
import { narrowed } from "./calendarKeeper.ts";

/** Automation and trading state with their reason, actor and since when; the switches of single parts; what waits for its time. */
export type SchedulerStatus = ControlState & {
  readonly at: Instant;
  readonly mode: "paper" | "live";
  readonly window: WindowDecision;
  /** The window after the one that is open; while it is closed, the next one. Null when it never opens again. */
  readonly nextWindow: { readonly openAt: Instant; readonly until: Instant } | null;
  readonly lastExecution: RunSummary | null;
  /** What is due soonest, and what will become of it as things stand. */
  readonly nextExecution: NextExecution | null;
  readonly heartbeat: Heartbeat | null;
  /** Runs on their way: queued and not ended. `moreQueued`: more than were counted. */
  readonly queueDepth: number;
  readonly moreQueued: boolean;
  /** Runs of today whose message was dead-lettered or could not be read. */
  readonly deadLettersToday: number;
  /** Orders of which it is not known whether they are at the broker. */
  readonly unknownOrders: number;
  readonly drifts: MonitorState["drifts"];
  /** Shares held, by symbol and strategy. */
  readonly attributed: MonitorState["attributed"];
  readonly today: TodaysFigures;
  readonly versions: {
    readonly app: string;
    /** Of what is stored. */
    readonly schema: number;
    readonly settings: Readonly<Record<SectionName, number>>;
    readonly settingsHash: string;
  };
};

type NextExecution = {
  readonly taskId: string;
  readonly slot: Instant;
  /** Whether the task's window is open then. */
  readonly windowOpen: boolean;
  /** Empty where it runs. */
  readonly code: string;
  readonly reason: string;
};

export type SchedulerService = {
  status(): Promise<SchedulerStatus>;
  /** The figures of a day, also of an earlier one: what the account gained then is known until the monitor has looked at a later day. */
  figures(day: TradingDay): Promise<TodaysFigures>;
};

/** Runs that are read at once, whatever their day: more than a quiet day has. */
const newestRuns = 200;
/** One fewer than a page of the service holds: one more is read to know whether there are more. */
const runsCounted = 999;
/** How far back the last execution is looked for: so far that no more than two years of the history are asked. */
const lastWithinMs = 300 * dayMs;

export function createSchedulerService(ports: {
  readonly mode: "paper" | "live";
  readonly version: string;
  readonly status: StatusStore;
  readonly slots: SlotLedger;
  readonly tasks: TaskStore;
  readonly executions: ExecutionRepository;
  readonly clock: Clock;
}): SchedulerService {
  const { mode, version, status, slots, tasks, executions, clock } = ports;

  /** The newest run of all, and today's: a day that has more than are read at once is read by itself. */
  async function readRuns(now: Instant) {
    const day = tradingDayOf(now);
    const [from, to] = [addMs(dayStart(day), -lastWithinMs), addMs(now, dayMs)];
    const newest = await executions.list({ limit: newestRuns, from, to });
    const todays = newest.items.filter(({ slot }) => tradingDayOf(slot) === day);
    const ofDay = todays.length < newestRuns ? { day, items: todays, truncated: false } : await readDay(day);
    return { ...ofDay, last: newest.items[0] ?? null };
  }

  async function readDay(day: TradingDay) {
    const { items, cursor } = await executions.list({ limit: runsCounted, day });
    return { day, items, truncated: cursor !== undefined };
  }

  async function readNext(): Promise<
    { readonly entry: AgendaEntry; readonly stored: StoredTask | undefined } | undefined
  > {
    const [entry] = await slots.upcoming(1);
    return entry && { entry, stored: await tasks.get(entry.taskId) };
  }

  return {
    figures: async (day) => {
      const [{ monitor, settings }, runs] = await Promise.all([status.read(), readDay(day)]);
      const figures = todaysFigures(runs, monitor, settings.limits);
      return monitor?.tradingDay === day ? figures : { ...figures, drawdown: null };
    },
    status: async () => {
      const now = clock.now();
      const [stored, next, runs] = await Promise.all([status.read(), readNext(), readRuns(now)]);
      const { control, lastBeat, monitor, openSlots } = stored;
      const settings = narrowed(stored.settings);
      const window = decideWindow(settings.window, now);
      return {
        at: now,
        mode,
        ...control,
        window,
        nextWindow: windowFrom(settings.window, window.open ? window.until : now),
        lastExecution: runs.last,
        nextExecution: next === undefined ? null : prospectOf(next, { mode, control, window: settings.window }),
        heartbeat: heartbeatOf(lastBeat, now),
        queueDepth: openSlots.count,
        moreQueued: openSlots.more,
        deadLettersToday: runs.items.filter(({ code }) => code === "DEAD_LETTERED" || code === "UNREADABLE_MESSAGE")
          .length,
        unknownOrders: monitor?.unknownOrders ?? 0,
        drifts: monitor?.drifts ?? [],
        attributed: monitor?.attributed ?? {},
        today: todaysFigures(runs, monitor, settings.limits),
        versions: { app: version, schema: stored.schema, settings: settings.versions, settingsHash: settings.hash },
      };
    },
  };
}

function prospectOf(
  { entry: { taskId, dueAt }, stored }: { readonly entry: AgendaEntry; readonly stored: StoredTask | undefined },
  judged: { readonly mode: "paper" | "live"; readonly control: ControlState; readonly window: TradingWindow },
): NextExecution {
  const window = stored === undefined ? judged.window : windowOf(stored.task, judged.window);
  const at = { taskId, slot: dueAt, windowOpen: openUntilMs(window, msFromInstant(dueAt)) !== undefined };
  if (stored === undefined) return { ...at, code: "UNREADABLE_ROW", reason: "its task cannot be read" };
  const { code, reason } = expectedView(dueAt, { task: stored.task, ...judged });
  return { ...at, code, reason };
}

/** The stretch in which the window is open next, from an instant at which it is closed. */
function windowFrom(window: TradingWindow, closedAt: Instant): SchedulerStatus["nextWindow"] {
  try {
    const closed = decideWindow(window, closedAt);
    const next = closed.open ? closed : decideWindow(window, closed.nextOpenAt);
    return next.open ? { openAt: closed.open ? closedAt : closed.nextOpenAt, until: next.until } : null;
  } catch (failure) {
    if (failure instanceof RangeError) return null;
    throw failure;
  }
}
