// What an operator sees and switches: the state of the automation, and the changes to it.
import type { ControlAction, ControlState } from "../core/model/control.ts";
import { TransientError } from "../core/model/errors.ts";
import type { RunSummary } from "../core/model/run.ts";
import { type Instant, msBetween } from "../core/model/time.ts";
import { nextSlot } from "../core/schedule/dueSlots.ts";
import { decideWindow } from "../core/schedule/tradingWindow.ts";
import type { Clock } from "../ports/clock.ts";
import type { ControlStore, ExecutionRepository, SettingsStore, SlotLedger, TaskStore } from "../ports/stores.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import { readSettings } from "./automationSettings.ts";
import type { TradingHalt } from "./tradingHalt.ts";

export type SchedulerStatus = {
  readonly at: Instant;
  readonly mode: "paper" | "live";
  readonly automation: ControlState["automation"];
  readonly tradingState: ControlState["tradingState"];
  readonly reason: string;
  readonly actor: string;
  readonly changedAt: Instant;
  readonly window: ReturnType<typeof decideWindow>;
  readonly lastExecution: RunSummary | null;
  /** The next slot of any enabled task, and what the window says about it. */
  readonly nextExecution: { readonly taskId: string; readonly slot: Instant; readonly windowOpen: boolean } | null;
  readonly heartbeat: { readonly at: Instant; readonly ageSeconds: number } | null;
  /** Runs on their way: claimed or enqueued and not ended. */
  readonly queueDepth: number;
  readonly settingsHash: string;
};

export type SchedulerService = {
  status(): Promise<SchedulerStatus>;
  /**
   * Idempotent: asking for the state that is there changes nothing. Once `halt` is answered, no order reaches the broker any more: it waits
   * for what is under way. Throws TransientError when others keep changing the state.
   */
  control(action: ControlAction, why: { readonly reason: string; readonly actor: string }): Promise<ControlState>;
};

export function createSchedulerService(ports: {
  readonly mode: "paper" | "live";
  readonly tasks: TaskStore;
  readonly settings: SettingsStore;
  readonly control: ControlStore;
  readonly slots: SlotLedger;
  readonly executions: ExecutionRepository;
  readonly tradingHalt: TradingHalt;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}): SchedulerService {
  const { mode, tasks, settings, control, slots, executions, clock, telemetry, tradingHalt } = ports;

  async function status(): Promise<SchedulerStatus> {
    const now = clock.now();
    const [{ state }, { window, hash }, { tasks: stored }, open, latest, beat] = await Promise.all([
      control.read(),
      readSettings(settings),
      tasks.list(),
      slots.open(),
      executions.list({ limit: 1 }),
      control.lastBeat(),
    ]);
    const next = stored
      .flatMap(({ task }) => {
        const slot = task.enabled ? nextSlot(task, now) : undefined;
        return slot === undefined ? [] : [{ taskId: task.id, slot, windowOpen: decideWindow(window, slot).open }];
      })
      .sort((a, b) => (a.slot < b.slot ? -1 : a.slot > b.slot ? 1 : 0))[0];
    return {
      at: now,
      mode,
      ...state,
      window: decideWindow(window, now),
      lastExecution: latest.items[0] ?? null,
      nextExecution: next ?? null,
      heartbeat: beat === undefined ? null : { at: beat, ageSeconds: Math.max(0, msBetween(beat, now)) / 1000 },
      queueDepth: open.length,
      settingsHash: hash,
    };
  }

  async function change(action: ControlAction, why: { reason: string; actor: string }): Promise<ControlState> {
    let seen: ControlState | undefined;
    for (let tries = 0; tries < 5; tries++) {
      const { state, etag } = await control.read();
      seen ??= state;
      if (undoesAnother(action, seen, state)) break;
      const next: ControlState = { ...state, ...effects[action], ...why, changedAt: clock.now() };
      if (next.automation === state.automation && next.tradingState === state.tradingState && action !== "restart") {
        if (action === "halt") await afterHalt();
        return state;
      }
      if (await control.write(next, etag)) {
        telemetry.event("warning", "control.changed", {
          action,
          automation: next.automation,
          tradingState: next.tradingState,
          ...why,
        });
        if (action === "halt") await afterHalt();
        return next;
      }
    }
    throw new TransientError("STORE_UNAVAILABLE", "the control state kept changing; look at it and try again");
  }

  /** The switch is set already. Who asked is told only once nothing is under way; the cancelling is repeated by the monitor every minute. */
  async function afterHalt(): Promise<void> {
    await tradingHalt.settle();
    try {
      const { orderHandling } = await readSettings(settings);
      if (orderHandling.cancelOnHalt) await tradingHalt.cancelOpenOrders();
    } catch (failure) {
      telemetry.event("error", "halt.notCancelled", { message: String(failure) });
    }
  }

  return { status, control: change };
}

/** Stopping and halting always win; anything else must not undo a change of its own switch that came while it was under way. */
const undoesAnother = (action: ControlAction, seen: ControlState, now: ControlState): boolean =>
  action === "start" || action === "restart"
    ? now.automation !== seen.automation
    : (action === "resume" || action === "reduce") && now.tradingState !== seen.tradingState;

const effects: Record<ControlAction, Partial<ControlState>> = {
  start: { automation: "started" },
  stop: { automation: "stopped" },
  restart: { automation: "started" },
  halt: { tradingState: "halted" },
  reduce: { tradingState: "reducing" },
  resume: { tradingState: "running" },
};
