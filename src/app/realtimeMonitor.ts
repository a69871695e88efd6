// The monitor: holds what is believed against what the broker shows, every minute and after each run, and mends the difference.
import type { ControlState } from "../core/model/control.ts";
import { isCoded, TransientError } from "../core/model/errors.ts";
import type { Breakers } from "../core/model/limits.ts";
import type { BreakerMemory, Drift, MonitorState } from "../core/model/monitor.ts";
import { isOrderOf } from "../core/model/order.ts";
import type { ExecutionRecord, RunPlan } from "../core/model/run.ts";
import { addMs, type Instant } from "../core/model/time.ts";
import { idleMonitorState, nextMonitorState, type Shown } from "../core/monitoring/nextMonitorState.ts";
import { accountFigures } from "../core/reporting/accountFigures.ts";
import { isSettled } from "../core/reporting/amendedRecord.ts";
import { isSessionOpen } from "../core/schedule/tradingCalendar.ts";
import type { Clock } from "../ports/clock.ts";
import type {
  AutomationSettings,
  ControlStore,
  ExecutionRepository,
  MonitorStore,
  OutstandingRun,
  SettingsStore,
} from "../ports/stores.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import { readSettings } from "./automationSettings.ts";
import type { BreakerKeeper } from "./breakerKeeper.ts";
import type { CalendarKeeper } from "./calendarKeeper.ts";
import type { DriftResponse } from "./driftResponse.ts";
import type { HistoryKeeper } from "./historyKeeper.ts";
import type { IntradayRecorder } from "./intradayRecorder.ts";
import { lateFills, overlapMs } from "./lateFills.ts";
import type { LostRuns } from "./lostRuns.ts";
import type { OrderResolver } from "./orderResolver.ts";
import type { BudgetedBroker } from "./requestBudget.ts";
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
  /** Safe to call at any time, and twice at once. Throws TransientError when tables or broker are out of reach; every failure is told. */
  check(): Promise<MonitorReport>;
};

export function createRealtimeMonitor(ports: {
  readonly broker: BudgetedBroker;
  readonly settings: SettingsStore;
  readonly control: ControlStore;
  readonly executions: ExecutionRepository;
  readonly monitor: MonitorStore;
  readonly lostRuns: LostRuns;
  readonly orderResolver: OrderResolver;
  readonly tradingHalt: TradingHalt;
  readonly driftResponse: DriftResponse;
  readonly breakerKeeper: BreakerKeeper;
  readonly intradayRecorder: IntradayRecorder;
  readonly calendarKeeper: CalendarKeeper;
  readonly historyKeeper: HistoryKeeper;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}): RealtimeMonitor {
  const { broker, settings, control, executions, monitor, lostRuns, orderResolver, tradingHalt } = ports;
  const { driftResponse, breakerKeeper, intradayRecorder, calendarKeeper, historyKeeper, clock, telemetry } = ports;

  async function check(): Promise<MonitorReport> {
    try {
      return await checkAll();
    } catch (failure) {
      const isPassing = failure instanceof TransientError;
      const code = isCoded(failure) ? failure.code : "INTERNAL";
      telemetry.event(isPassing ? "warning" : "error", "monitor.failed", { code, message: String(failure) });
      throw failure;
    }
  }

  async function checkAll(): Promise<MonitorReport> {
    const now = clock.now();
    const [automation, { state: switches }] = await Promise.all([readSettings(settings), control.read()]);
    const context: Context = { now, automation, switches, breakers: automation.limits.breakers ?? {} };
    const runsEnded = await lostRuns.end(automation.window, now);
    const seen = await breakerKeeper.closingOnFailure(context.breakers, () => look(context));
    if (seen.kind === "checked") await answer(context, seen);
    await historyKeeper.purge(automation.monitor.historyRetentionDays);
    const { outstanding, drifts } = seen;
    return { at: now, askedBroker: seen.kind !== "idle", outstanding, drifts, runsEnded };
  }

  /** Brings records and state up to what the broker shows, and switches as the breakers say. `passed`: another check does the rest. */
  async function look(context: Context): Promise<Seen> {
    const { now, automation, switches, breakers } = context;
    const [outstanding, earlier] = await Promise.all([executions.outstanding(), monitor.read()]);
    const ended = await endedRecords(outstanding);
    const memory = await breakerKeeper.recall(earlier?.state.breakers, switches);
    const seen = { outstanding: outstanding.length, drifts: [] };
    if (isIdle(now, ended, earlier?.state)) {
      if (earlier !== undefined) await stayIdle(context, earlier, memory);
      for (const record of ended) await orderResolver.settle(record);
      return { ...seen, kind: "idle" };
    }
    if (switches.tradingState === "halted" && automation.monitor.cancelOnHalt) await tradingHalt.cancelOpenOrders();

    const since = addMs(earlier?.state.fillsThrough ?? oldest(outstanding) ?? now, -overlapMs);
    const underWay = withoutEnded(outstanding, ended);
    const shown = await askBroker(since, ordersFrom(since, underWay));
    // The first check takes the positions as they are, so no execution may have come while it read them.
    const unsettled = earlier === undefined && (await broker.fillsSince(since)).length !== shown.fills.length;
    if (unsettled) return { ...seen, kind: "passed" };
    const fills = await lateFills(broker, ended, { fills: shown.fills, since }, now);
    const records = await follow(ended, { ...shown, fills }, automation);
    const rules = { driftPolicy: automation.monitor.driftPolicy, breakers };
    const { next, confirmed } = nextMonitorState(earlier?.state, shown, records, rules, {
      now,
      memory,
      underWay: await plansOf(underWay, shown),
    });
    if (!(await monitor.write(next, earlier?.etag))) return { ...seen, kind: "passed", drifts: next.drifts };
    await breakerKeeper.carryOut(next.breakers.trips, switches);
    // Only now: what the breakers count of a run is stored.
    for (const record of records) await orderResolver.settle(record);
    return { ...seen, kind: "checked", drifts: next.drifts, state: next, confirmed, shown };
  }

  /** Breakers go by the equity that was last known: their limits may have been tightened, or a check died before it switched. */
  async function stayIdle(
    { now, switches, breakers }: Context,
    { state, etag }: { readonly state: MonitorState; readonly etag: string },
    memory: BreakerMemory,
  ): Promise<void> {
    const next = idleMonitorState(state, breakers, { now, memory });
    const { trips } = next.breakers;
    const isSame = JSON.stringify(trips) === JSON.stringify(state.breakers.trips);
    if (isSame || (await monitor.write(next, etag))) await breakerKeeper.carryOut(trips, switches);
  }

  async function answer({ automation }: Context, { confirmed, state, shown }: Checked): Promise<void> {
    await driftResponse.respond({ confirmed, standing: state.drifts }, shown.orders, automation.window);
    if (automation.monitor.intradayBars) await intradayRecorder.record(shown.positions.map(({ symbol }) => symbol));
    telemetry.event("info", "monitor.checked", {
      ...accountFigures(state, shown.positions, automation.limits),
      requestsLeft: broker.left(),
    });
    await calendarKeeper.check(automation.calendar);
  }

  /** Executions before positions: one that comes between the two reads makes a suspicion that the next check clears. */
  async function askBroker(since: Instant, ordersSince: Instant): Promise<Shown> {
    const [fills, orders] = await Promise.all([broker.fillsSince(since), broker.ordersSince(ordersSince)]);
    const [positions, account] = await Promise.all([broker.positions(), broker.account()]);
    return { account, positions, orders, fills };
  }

  async function endedRecords(outstanding: readonly OutstandingRun[]): Promise<readonly ExecutionRecord[]> {
    const records = await Promise.all(outstanding.map(({ executionId }) => executions.get(executionId)));
    return records.flatMap((record) => (record === undefined || record.status === "running" ? [] : [record]));
  }

  /** Of those of the runs whose orders are at the broker. */
  async function plansOf(underWay: readonly OutstandingRun[], { orders }: Shown): Promise<readonly RunPlan[]> {
    const sending = underWay.filter(({ executionId }) => orders.some((order) => isOrderOf(executionId, order)));
    const stored = await Promise.all(sending.map(({ executionId }) => executions.loadPlan(executionId)));
    return stored.flatMap((each) => each?.plan ?? []);
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

  return { check };
}

type Context = {
  readonly now: Instant;
  readonly automation: AutomationSettings;
  readonly switches: ControlState;
  readonly breakers: Breakers;
};
type Checked = {
  readonly kind: "checked";
  readonly state: MonitorState;
  readonly confirmed: readonly Drift[];
  readonly shown: Shown;
};
type Seen = { readonly outstanding: number; readonly drifts: readonly Drift[] } & (
  | Checked
  | { readonly kind: "idle" | "passed" }
);

/** Exits wait for the market, and so does whoever follows them; a run that has just ended still has orders to be counted. */
const isIdle = (now: Instant, ended: readonly ExecutionRecord[], earlier: MonitorState | undefined): boolean =>
  !isSessionOpen(now) &&
  ended.every(
    (record) =>
      isSettled(withoutLegs(record)) &&
      earlier !== undefined &&
      addMs(record.endedAt ?? now, overlapMs) < earlier.checkedAt,
  );

const withoutLegs = ({ outcomes, fills }: ExecutionRecord): Pick<ExecutionRecord, "outcomes" | "fills"> => ({
  fills,
  outcomes: outcomes.map((outcome) => {
    if (outcome.kind !== "accepted") return outcome;
    const { legs: _, ...order } = outcome.order;
    return { ...outcome, order };
  }),
});

function withoutEnded(
  outstanding: readonly OutstandingRun[],
  ended: readonly ExecutionRecord[],
): readonly OutstandingRun[] {
  const known = new Set(ended.map(({ executionId }) => executionId));
  return outstanding.filter(({ executionId }) => !known.has(executionId));
}

/** Orders of a run that has not ended stand in no record yet: they are listed from its start on, so that their executions are known as ours. */
function ordersFrom(since: Instant, underWay: readonly OutstandingRun[]): Instant {
  const begun = oldest(underWay);
  const from = begun === undefined ? since : addMs(begun, -overlapMs);
  return from < since ? from : since;
}

const oldest = (runs: readonly OutstandingRun[]): Instant | undefined => runs[0]?.startedAt;

/** For callers whose own work does not depend on the check: what went wrong has been told. */
export async function checkQuietly(monitor: RealtimeMonitor): Promise<void> {
  await monitor.check().catch(() => undefined);
}
