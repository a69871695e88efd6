// The monitor: holds what is believed against what the broker shows, every minute and after each run, and mends the difference.
import { TransientError } from "../core/model/errors.ts";
import { maximum } from "../core/model/money.ts";
import type { Drift, MonitorState } from "../core/model/monitor.ts";
import { type BrokerFill, type BrokerOrder, withLegs } from "../core/model/order.ts";
import type { AccountSnapshot, Position } from "../core/model/portfolio.ts";
import type { ExecutionRecord, RunRequest } from "../core/model/run.ts";
import type { TradingWindow } from "../core/model/settings.ts";
import type { SlotEntry } from "../core/model/slot.ts";
import { windowOf } from "../core/model/task.ts";
import { addMs, type Instant, minuteMs, msBetween } from "../core/model/time.ts";
import { believedOf, reconcile, withFills } from "../core/monitoring/reconcile.ts";
import { isSettled } from "../core/reporting/amendedRecord.ts";
import { isSessionOpen, tradingDayOf } from "../core/schedule/tradingCalendar.ts";
import type { Broker } from "../ports/broker.ts";
import type { Clock } from "../ports/clock.ts";
import type {
  AutomationSettings,
  ControlStore,
  ExecutionRepository,
  MonitorStore,
  OutstandingRun,
  SettingsStore,
  SlotLedger,
  TaskStore,
} from "../ports/stores.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import { readSettings } from "./automationSettings.ts";
import type { CalendarKeeper } from "./calendarKeeper.ts";
import { type DriftResponse, isOfRun, withOrderId } from "./driftResponse.ts";
import type { IntradayRecorder } from "./intradayRecorder.ts";
import type { OrderResolver } from "./orderResolver.ts";
import type { RunCloser } from "./runCloser.ts";
import type { TaskManager } from "./taskManager.ts";
import type { TradingHalt } from "./tradingHalt.ts";

export type MonitorReport = {
  readonly at: Instant;
  /** False when nothing could have changed: no session, and no order outstanding. */
  readonly askedBroker: boolean;
  readonly outstanding: number;
  readonly drifts: readonly Drift[];
  readonly runsEnded: readonly string[];
};

export type RealtimeMonitor = {
  /** Safe to call at any time, and twice at once. Throws TransientError when tables or broker are out of reach. */
  check(): Promise<MonitorReport>;
};

/** Executions are read again this far back, because the broker may list one late. */
const overlapMs = 10 * minuteMs;
/** A run that has not ended this long after its grace has lost its message: by then the gate lets none of its orders through. */
const lostAfterMs = 10 * minuteMs;
/** Open slots looked at in one check, oldest first. */
const slotsACheck = 200;

export function createRealtimeMonitor(ports: {
  readonly mode: "paper" | "live";
  readonly broker: Broker;
  readonly tasks: TaskStore;
  readonly settings: SettingsStore;
  readonly control: ControlStore;
  readonly slots: SlotLedger;
  readonly executions: ExecutionRepository;
  readonly monitor: MonitorStore;
  readonly taskManager: TaskManager;
  readonly runCloser: RunCloser;
  readonly orderResolver: OrderResolver;
  readonly tradingHalt: TradingHalt;
  readonly driftResponse: DriftResponse;
  readonly intradayRecorder: IntradayRecorder;
  readonly calendarKeeper: CalendarKeeper;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}): RealtimeMonitor {
  const { mode, broker, tasks, settings, control, slots, executions, monitor, taskManager, runCloser } = ports;
  const { orderResolver, tradingHalt, driftResponse, intradayRecorder, calendarKeeper, clock, telemetry } = ports;

  async function check(): Promise<MonitorReport> {
    const now = clock.now();
    const [automation, { state: switches }] = await Promise.all([readSettings(settings), control.read()]);
    const runsEnded = await endOpenSlots(automation.window, now);
    const [outstanding, earlier] = await Promise.all([executions.outstanding(), monitor.read()]);
    const ended = await endedRecords(outstanding);
    const report = { at: now, outstanding: outstanding.length, runsEnded };
    for (const record of ended.filter(isSettled)) await executions.settle(record.executionId);
    // Exits wait for the market, and so does whoever follows them.
    const idle = !isSessionOpen(now) && ended.every((record) => isSettled(withoutLegs(record)));
    if (idle) return { ...report, askedBroker: false, drifts: [] };
    if (switches.tradingState === "halted" && automation.monitor.cancelOnHalt) await tradingHalt.cancelOpenOrders();

    const since = addMs(earlier?.state.fillsThrough ?? oldest(outstanding) ?? now, -overlapMs);
    const shown = await askBroker(since);
    // The first check takes the positions as they are, so no execution may have come while it read them.
    const unsettled = earlier === undefined && (await broker.fillsSince(since)).length !== shown.fills.length;
    if (unsettled) return { ...report, askedBroker: true, drifts: [] };
    const records = await follow(ended, shown, automation);
    const state = nextState(earlier?.state, shown, records, automation, now);
    if (!(await monitor.write(state.next, earlier?.etag)))
      return { ...report, askedBroker: true, drifts: state.next.drifts };
    const drifts = { confirmed: state.confirmed, standing: state.next.drifts };
    await driftResponse.respond(drifts, shown.orders, automation.window);
    if (automation.monitor.intradayBars) await intradayRecorder.record(shown.positions.map(({ symbol }) => symbol));
    tell(state.next);
    await calendarKeeper.check(automation.calendar);
    return { ...report, askedBroker: true, drifts: state.next.drifts };
  }

  type Shown = {
    readonly account: AccountSnapshot;
    readonly positions: readonly Position[];
    readonly orders: readonly BrokerOrder[];
    readonly fills: readonly BrokerFill[];
  };

  /** Executions before positions: one that comes between the two reads makes a suspicion that the next check clears. */
  async function askBroker(since: Instant): Promise<Shown> {
    const [fills, orders] = await Promise.all([broker.fillsSince(since), broker.ordersSince(since)]);
    const [positions, account] = await Promise.all([broker.positions(), broker.account()]);
    return { account, positions, orders, fills };
  }

  async function endedRecords(outstanding: readonly OutstandingRun[]): Promise<readonly ExecutionRecord[]> {
    const records = await Promise.all(outstanding.map(({ executionId }) => executions.get(executionId)));
    return records.flatMap((record) => (record === undefined || record.status === "running" ? [] : [record]));
  }

  async function follow(
    records: readonly ExecutionRecord[],
    { orders, fills }: Shown,
    { monitor: handling }: AutomationSettings,
  ): Promise<readonly ExecutionRecord[]> {
    const byId = new Map(orders.map((order) => [order.clientOrderId, order]));
    const followed: ExecutionRecord[] = [];
    for (const record of records) {
      followed.push(await orderResolver.follow(record, { orders: byId, fills }, handling));
    }
    return followed;
  }

  function nextState(
    earlier: MonitorState | undefined,
    { account, positions, orders, fills }: Shown,
    records: readonly ExecutionRecord[],
    { monitor: handling }: AutomationSettings,
    now: Instant,
  ): { readonly next: MonitorState; readonly confirmed: readonly Drift[] } {
    const read = new Set(earlier?.readFillIds);
    const own = ownOrderIds(orders, records);
    const fresh = fills.filter(({ id, brokerOrderId }) => !read.has(id) && own.has(brokerOrderId));
    // What is held at the first check is taken as it is; from then on only our own executions explain a change.
    const believed = earlier === undefined ? believedOf(positions) : withFills(earlier.believed, fresh);
    const drift = reconcile(believed, positions, earlier?.drifts ?? [], { now, policy: handling.driftPolicy });
    const drifts = drift.drifts.map((each) => withOrderId(each, now));
    const today = tradingDayOf(now);
    const next: MonitorState = {
      checkedAt: now,
      fillsThrough: fills.at(-1)?.at ?? earlier?.fillsThrough ?? now,
      readFillIds: fills.map(({ id }) => id),
      believed: drift.believed,
      drifts,
      equity: account.equity,
      peakEquity: maximum(account.equity, earlier?.peakEquity ?? account.equity),
      dayStartEquity: earlier?.tradingDay === today ? earlier.dayStartEquity : account.equity,
      tradingDay: today,
    };
    return { next, confirmed: drift.confirmed.map((each) => withOrderId(each, now)) };
  }

  /** Slots that are open although their run has ended are closed, and those whose run neither ended nor can still be under way are ended. */
  async function endOpenSlots(window: TradingWindow, now: Instant): Promise<readonly string[]> {
    const ended: string[] = [];
    const old = (await slots.listOpen()).filter(({ updatedAt }) => msBetween(updatedAt, now) >= minuteMs);
    for (const entry of old.slice(0, slotsACheck)) {
      const record = await executions.get(entry.runId);
      if (record !== undefined && record.status !== "running") {
        await runCloser.endSlot(record);
        continue;
      }
      const stored = await tasks.get(entry.taskId);
      const { graceMinutes } = stored === undefined ? window : windowOf(stored.task, window);
      if (msBetween(entry.slot, now) < graceMinutes * minuteMs + lostAfterMs) continue;
      const request = requestOf(entry, stored?.task.account);
      await taskManager.failTask(request, "RUN_LOST", "its message was lost, or its run died");
      ended.push(entry.runId);
    }
    return ended;
  }

  const requestOf = ({ runId, taskId, slot }: SlotEntry, account = "unknown"): RunRequest => ({
    schemaVersion: 1,
    runId,
    taskId,
    slot,
    account,
    mode,
    attempt: 1,
    tickStartedMs: 0,
    enqueuedMs: 0,
  });

  function tell({ believed, drifts, equity, peakEquity }: MonitorState): void {
    const positions = Object.keys(believed).length;
    telemetry.event("info", "monitor.checked", { equity, peakEquity, positions, drifts: drifts.length });
  }

  return { check };
}

/** Ids at the broker of the orders that runs sent, and of their legs. */
function ownOrderIds(orders: readonly BrokerOrder[], records: readonly ExecutionRecord[]): ReadonlySet<string> {
  const recorded = records.flatMap(({ outcomes }) =>
    outcomes.flatMap((outcome) => (outcome.kind === "accepted" ? [outcome.order] : [])),
  );
  const ofRuns = orders.filter(isOfRun);
  const all = [...ofRuns, ...recorded].flatMap(withLegs);
  return new Set(all.map(({ brokerOrderId }) => brokerOrderId));
}

const withoutLegs = ({ outcomes, fills }: ExecutionRecord): Pick<ExecutionRecord, "outcomes" | "fills"> => ({
  fills,
  outcomes: outcomes.map((outcome) => {
    if (outcome.kind !== "accepted") return outcome;
    const { legs: _, ...order } = outcome.order;
    return { ...outcome, order };
  }),
});

const oldest = (runs: readonly OutstandingRun[]): Instant | undefined => runs[0]?.startedAt;

/** For callers whose own work does not depend on the check: what went wrong is logged. */
export async function checkQuietly(monitor: RealtimeMonitor, telemetry: Telemetry): Promise<void> {
  try {
    await monitor.check();
  } catch (failure) {
    const level = failure instanceof TransientError ? "warning" : "error";
    telemetry.event(level, "monitor.failed", { message: String(failure) });
  }
}
