// What an operator sees: the state of the automation, in five reads of the tables.
import type { ControlState } from "../core/model/control.ts";
import type { MonitorState } from "../core/model/monitor.ts";
import type { RunSummary } from "../core/model/run.ts";
import { type Instant, msBetween } from "../core/model/time.ts";
import { decideWindow } from "../core/schedule/tradingWindow.ts";
import type { Clock } from "../ports/clock.ts";
import type { ControlStore, ExecutionRepository, MonitorStore, SettingsStore, SlotLedger } from "../ports/stores.ts";
import { readSettings } from "./automationSettings.ts";

export type SchedulerStatus = ControlState & {
  readonly at: Instant;
  readonly mode: "paper" | "live";
  readonly window: ReturnType<typeof decideWindow>;
  readonly lastExecution: RunSummary | null;
  /** What is due soonest, and what the common window says about that moment. */
  readonly nextExecution: { readonly taskId: string; readonly slot: Instant; readonly windowOpen: boolean } | null;
  readonly heartbeat: { readonly at: Instant; readonly ageSeconds: number } | null;
  /** Runs on their way: queued and not ended. */
  readonly queueDepth: number;
  readonly drifts: MonitorState["drifts"];
  readonly settingsHash: string;
};

export type SchedulerService = { status(): Promise<SchedulerStatus> };

export function createSchedulerService(ports: {
  readonly mode: "paper" | "live";
  readonly settings: SettingsStore;
  readonly control: ControlStore;
  readonly slots: SlotLedger;
  readonly executions: ExecutionRepository;
  readonly monitor: MonitorStore;
  readonly clock: Clock;
}): SchedulerService {
  const { mode, settings, control, slots, executions, monitor, clock } = ports;
  return {
    status: async () => {
      const now = clock.now();
      const [{ state }, { window, hash }, open, [next], latest, beat, watched] = await Promise.all([
        control.read(),
        readSettings(settings),
        slots.listOpen(),
        slots.upcoming(1),
        executions.list({ limit: 1 }),
        control.lastBeat(),
        monitor.read(),
      ]);
      return {
        at: now,
        mode,
        ...state,
        window: decideWindow(window, now),
        lastExecution: latest.items[0] ?? null,
        nextExecution:
          next === undefined
            ? null
            : { taskId: next.taskId, slot: next.dueAt, windowOpen: decideWindow(window, next.dueAt).open },
        heartbeat: beat === undefined ? null : { at: beat, ageSeconds: Math.max(0, msBetween(beat, now)) / 1000 },
        queueDepth: open.length,
        drifts: watched?.state.drifts ?? [],
        settingsHash: hash,
      };
    },
  };
}
