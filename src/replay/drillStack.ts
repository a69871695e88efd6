// The stack that a drill plays on: the whole app in this process on a simulated exchange, an operator's hands on it, and everything that people are told.
import type { App } from "../app/app.ts";
import { type AutomationConfig, automationConfigSchema } from "../core/model/automation.ts";
import { runIdOf } from "../core/model/ids.ts";
import type { Notification } from "../core/model/notification.ts";
import type { ExecutionRecord, RunRequest } from "../core/model/run.ts";
import { type Instant, minuteMs, msFromInstant } from "../core/model/time.ts";
import { nextDue } from "../core/schedule/dueSlots.ts";
import { isCounted, type Metric, metrics } from "../core/telemetry/metrics.ts";
import type { EventFields, EventName } from "../ports/telemetry.ts";
import { createSeededTape } from "../simulator/seededTape.ts";
import { createOperatorShell, type OperatorShell } from "./operatorShell.ts";
import type { Steering, World } from "./world.ts";
import { createWorld } from "./world.ts";

export type DrillStack = {
  readonly world: World;
  /** The app as the drill looks into it; an operator has the shell. */
  readonly app: App;
  /** Runs a command line as the runbook has it, without `npm run tradewind --`. */
  readonly shell: OperatorShell;
  /** What reached the channel, oldest first. */
  readonly told: readonly Notification[];
  /** How often something happened that this metric of the catalogue counts. */
  counted(metric: string): number;
  /** Goes to the task's next slot, and on until its run has ended; its record. */
  nextSlot(): Promise<ExecutionRecord | undefined>;
  /** Puts a message on the runs queue that no version of the app can read. */
  poison(): Promise<void>;
  ordersAtBroker(): number;
};

/** As the runbook's examples have it, so that its lines are played as they are written. */
const drilledTask = "demo-trend";
const startAt = "2026-06-15T13:57:00.000Z" as Instant;
/** A run whose dependencies are away is tried again for less than this. */
const patienceMs = 3 * minuteMs;

const symbols = ["AAA", "BBB"];
const config: AutomationConfig = automationConfigSchema.parse({
  automation: {
    trading_window: { zone: "America/New_York", weekdays: [1, 2, 3, 4, 5], ranges: [{ start: "09:30", end: "16:00" }] },
    risk_limits: { maxOrderNotionalUsd: 100_000, maxPositionFraction: 0.9, maxGrossFraction: 0.95 },
  },
  tasks: [
    {
      id: drilledTask,
      name: "Drill",
      schedule: { cron: "*/5 9-15 * * 1-5" },
      symbols,
      strategies: [{ name: "targetWeights", params: { weights: { AAA: 0.5, BBB: 0.5 } } }],
      sizing: { method: "percentOfEquity", equityFraction: 0.8 },
    },
  ],
});

export async function createDrillStack(): Promise<DrillStack> {
  const listed = symbols.map((symbol, index) => ({ symbol, startPrice: 40 + 60 * index }));
  const tape = createSeededTape({ seed: 7, fromDay: "2026-05-01", symbols: listed });
  const events: { readonly name: EventName; readonly fields: EventFields }[] = [];
  const onEvent = (name: EventName, fields: EventFields): void => void events.push({ name, fields });
  const world = await createWorld({ seed: 7, tape, config, at: startAt, cash: "100000", onEvent });
  const { app } = world.start("observer");
  const told: Notification[] = [];
  const listening: Steering = (call, perform) => {
    if (call.port === "notifier") told.push(call.given[0] as Notification);
    return perform();
  };

  /** Delivers what there is, and what comes within the patience of a run that is tried again. */
  async function settle(): Promise<void> {
    const untilMs = world.nowMs() + patienceMs;
    for (;;) {
      while ((await world.deliverRun()) || (await world.deliverDead()) || (await world.deliverNotification(listening)));
      const next = world.queues.nextVisibleMs();
      if (next === undefined || next > untilMs) return;
      await world.advanceTo(next);
    }
  }

  return {
    world,
    app,
    told,
    shell: createOperatorShell(app, {
      nowMs: world.nowMs,
      // A run by hand is one of the minute, and the minute of the slot has had its run.
      wait: async (ms) => {
        await world.advanceTo(world.nowMs() + ms);
        await settle();
      },
    }),
    counted: (name) => {
      const metric: Metric | undefined = Object.entries<Metric>(metrics).find(([each]) => each === name)?.[1];
      return events.filter((event) => metric !== undefined && isCounted(metric, event.name, event.fields)).length;
    },
    nextSlot: async () => {
      const [task] = config.tasks;
      const slot = task && nextDue(task, world.now());
      if (slot === undefined) return undefined;
      await world.advanceTo(msFromInstant(slot));
      await world.start("timer").run((each) => each.scheduler.tick("timer"));
      await settle();
      return app.executions.get(runIdOf(drilledTask, slot));
    },
    poison: async () => {
      const nobodys = { runId: "poison", taskId: drilledTask, account: "main", attempt: 1, forged: true };
      await world.queues.runs.enqueue(nobodys as unknown as RunRequest);
      await settle();
    },
    ordersAtBroker: () => world.alpaca.state().orders.length,
  };
}
