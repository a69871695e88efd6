// What an operator sees: the state of the automation, in five reads of the tables.
import type { ControlState } from "../core/model/control.ts";
import type { MonitorState } from "../core/model/monitor.ts";
import type { RunSummary } from "../core/model/run.ts";
import type { SectionName, TradingWindow } from "../core/model/settings.ts";
import { addMs, dayMs, type Instant } from "../core/model/time.ts";
import { type Heartbeat, heartbeatOf } from "../core/operations/probe.ts";
import { type TodaysFigures, todaysFigures } from "../core/reporting/todaysFigures.ts";
import { dayStart, tradingDayOf } from "../core/schedule/tradingCalendar.ts";
import { decideWindow, type WindowDecision } from "../core/schedule/tradingWindow.ts";
import type { Clock } from "../ports/clock.ts";
import type { ExecutionRepository, SlotLedger, StatusStore } from "../ports/stores.ts";
import { narrowed } from "./calendarKeeper.ts";

/** Automation and trading state with their reason, actor and since when; the switches of single parts; what waits for its time. */
export type SchedulerStatus = ControlState & {
  readonly at: Instant;
  readonly mode: "paper" | "live";
  readonly window: WindowDecision;
  /** The window after the one that is open; while it is closed, the next one. Null when it never opens again. */
  readonly nextWindow: { readonly openAt: Instant; readonly until: Instant } | null;
  readonly lastExecution: RunSummary | null;
  /** What is due soonest, and what the common window says about that moment. */
  readonly nextExecution: { readonly taskId: string; readonly slot: Instant; readonly windowOpen: boolean } | null;
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

export type SchedulerService = { status(): Promise<SchedulerStatus> };

/** One fewer than a page of the service holds: one more is read to know whether there are more. */
const runsCounted = 999;
/** How far back the last execution is looked for: so far that no more than two years of the history are asked. */
const lastWithinMs = 300 * dayMs;

export function createSchedulerService(ports: {
  readonly mode: "paper" | "live";
  readonly version: string;
  readonly status: StatusStore;
  readonly slots: SlotLedger;
  readonly executions: ExecutionRepository;
  readonly clock: Clock;
}): SchedulerService {
  const { mode, version, status, slots, executions, clock } = ports;

  /** Today's runs, and the newest of all: an earlier one is looked for only where today has none. */
  async function readRuns(now: Instant) {
    const day = tradingDayOf(now);
    const { items, cursor } = await executions.list({ limit: runsCounted, day });
    const midnight = dayStart(day);
    const before = { limit: 1, from: addMs(midnight, -lastWithinMs), to: addMs(midnight, -1) };
    const last = items[0] ?? (await executions.list(before)).items[0] ?? null;
    return { day, items, truncated: cursor !== undefined, last };
  }

  return {
    status: async () => {
      const now = clock.now();
      const [stored, [next], runs] = await Promise.all([status.read(), slots.upcoming(1), readRuns(now)]);
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
        nextExecution:
          next === undefined
            ? null
            : {
                taskId: next.taskId,
                slot: next.dueAt,
                windowOpen: decideWindow(settings.window, next.dueAt).open,
              },
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
