// The app in one process: memory tables and queues, the real Alpaca adapter over HTTP to the simulator, a clock in the test's hand.
import { createAlpacaBroker } from "../../src/adapters/alpaca/broker.ts";
import { createAlpacaClient } from "../../src/adapters/alpaca/client.ts";
import { createAlpacaMarketData } from "../../src/adapters/alpaca/marketData.ts";
import { createMemoryQueues, type MemoryQueues } from "../../src/adapters/memory/memoryQueues.ts";
import { createMemoryTable } from "../../src/adapters/memory/memoryTable.ts";
import { createStores } from "../../src/adapters/tables/stores.ts";
import type { Table } from "../../src/adapters/tables/table.ts";
import { type App, type AppPorts, createApp } from "../../src/app/app.ts";
import type { ControlRequest } from "../../src/app/controlService.ts";
import { type AutomationConfig, automationConfigSchema } from "../../src/core/model/automation.ts";
import type { ControlAction } from "../../src/core/model/control.ts";
import { TransientError } from "../../src/core/model/errors.ts";
import { runIdOf } from "../../src/core/model/ids.ts";
import type { Notification } from "../../src/core/model/notification.ts";
import type { ExecutionRecord } from "../../src/core/model/run.ts";
import { type Instant, msFromInstant, parseInstant } from "../../src/core/model/time.ts";
import { nextDue } from "../../src/core/schedule/dueSlots.ts";
import type { EventFields } from "../../src/ports/telemetry.ts";
import type { MarketTape } from "../../src/simulator/marketTape.ts";
import { createSeededTape } from "../../src/simulator/seededTape.ts";
import { type Simulator, startSimulator } from "../../src/simulator/server.ts";

export type MemoryStack = {
  readonly app: App;
  readonly ports: AppPorts;
  readonly tables: ReadonlyMap<string, Table>;
  readonly queues: MemoryQueues;
  readonly simulator: Simulator;
  readonly events: readonly { readonly level: string; readonly name: string; readonly fields: EventFields }[];
  readonly notifications: readonly Notification[];
  /** Answers the webhook with a failure from now on; undefined: with success. */
  failNotifications(failure: Error | undefined): void;
  setNow(instant: string): void;
  /** Delivers what waits in both queues until nothing does; delays are not waited for. */
  deliverAll(): Promise<void>;
  /** Goes to the next slot of the first task, ticks, delivers, and answers the record. */
  runNextSlot(): Promise<ExecutionRecord>;
  stop(): Promise<void>;
};

const keys = { keyId: "key", secret: "secret" };

/** What a test's operator asks of the switches. */
export const asked = (
  action: ControlAction,
  { reason = "a test", actor = "tester" }: { readonly reason?: string; readonly actor?: string } = {},
): ControlRequest => ({
  action,
  scope: { kind: "account" },
  principal: { kind: "claimed", name: actor },
  reason,
  source: "test",
});

export const at = (text: string): Instant => parseInstant(text) ?? fail(text);

/** A configuration of one task that trades the symbols every five minutes of the session. */
export const exampleConfig = (symbols: readonly string[], more: object = {}): AutomationConfig =>
  automationConfigSchema.parse({
    automation: {
      trading_window: {
        zone: "America/New_York",
        weekdays: [1, 2, 3, 4, 5],
        ranges: [{ start: "09:30", end: "16:00" }],
      },
      risk_limits: { maxOrderNotionalUsd: 50_000, maxPositionFraction: 0.5, maxGrossFraction: 0.95 },
    },
    tasks: [
      {
        id: "example",
        name: "Example",
        schedule: { cron: "*/5 9-16 * * 1-5" },
        symbols,
        strategies: [
          {
            name: "targetWeights",
            params: { weights: Object.fromEntries(symbols.map((symbol) => [symbol, 1 / symbols.length])) },
          },
        ],
        sizing: { method: "percentOfEquity", equityFraction: 0.8 },
        ...more,
      },
    ],
  });

export async function runInMemory(
  options: {
    readonly symbols?: readonly string[];
    readonly cash?: string;
    readonly now?: string;
    readonly config?: AutomationConfig;
    readonly ports?: Partial<AppPorts>;
    /** Makes the market another one, as `scriptedPrices` does. */
    readonly market?: (tape: MarketTape) => MarketTape;
  } = {},
): Promise<MemoryStack> {
  const { symbols = ["AAA", "BBB"], cash = "100000", config = exampleConfig(symbols) } = options;
  let now = at(options.now ?? "2026-06-15T13:34:00Z");
  const tape = createSeededTape({
    seed: 5,
    fromDay: "2026-01-02",
    symbols: symbols.map((symbol, index) => ({ symbol, startPrice: 40 + 13 * (index % 7) })),
  });
  const simulator = await startSimulator({
    tape: options.market?.(tape) ?? tape,
    seed: 5,
    nowMs: () => msFromInstant(now),
    startingCash: cash,
    requestsPerMinute: 0,
    ...keys,
  });
  const tables = new Map<string, Table>();
  const stores = createStores((name) => {
    const table = createMemoryTable();
    tables.set(name, table);
    return table;
  });
  await stores.settings.seed(config, now);
  const client = createAlpacaClient({
    ...keys,
    tradingOrigin: simulator.url,
    dataOrigin: simulator.url,
    requestsPerMinute: 0,
  });
  const queues = createMemoryQueues();
  const events: MemoryStack["events"][number][] = [];
  const notifications: Notification[] = [];
  let sleptMs = 0;
  let channelFailure: Error | undefined;
  const ports: AppPorts = {
    ...stores,
    mode: "paper",
    expectedAccountId: undefined,
    version: "0.0.0",
    broker: createAlpacaBroker(client),
    marketData: createAlpacaMarketData(client, { feed: "iex", adjustment: "split" }),
    runs: queues.runs,
    notifications: queues.notifications,
    queueWatch: queues.watch,
    canary: { check: async () => [] },
    channels: [
      {
        name: "webhook",
        send: async (notification) => {
          if (channelFailure !== undefined) throw channelFailure;
          notifications.push(notification);
        },
      },
    ],
    clock: {
      now: () => now,
      // A wait takes no time, and all who measure see that it passed.
      realMs: () => performance.now() + sleptMs,
      realMsUntil: () => 0,
      sleep: async (ms) => {
        sleptMs += ms;
      },
    },
    telemetry: { event: (level, name, fields) => events.push({ level, name, fields }) },
    ...options.ports,
  };
  const app = createApp(ports);

  const deliverAll = (): Promise<void> => deliverWaiting(app, queues);

  return {
    app,
    ports,
    tables,
    queues,
    simulator,
    events,
    notifications,
    failNotifications: (failure) => {
      channelFailure = failure;
    },
    setNow: (instant) => {
      now = at(instant);
    },
    deliverAll,
    runNextSlot: async () => {
      const [task] = config.tasks;
      if (task === undefined) throw new Error("the configuration has no task");
      now = nextDue(task, now) ?? fail("the task is never due again");
      await app.scheduler.tick("timer");
      await deliverAll();
      const id = runIdOf(task.id, now);
      return (await app.executions.get(id)) ?? fail(`${id} has no record`);
    },
    stop: () => simulator.stop(),
  };
}

/** Writes a task's row over by one that this version of the app cannot read. */
export async function spoilTask({ tables }: MemoryStack, id: string): Promise<void> {
  const row = { partitionKey: "book", rowKey: `task_${id}`, columns: { schemaVersion: 99 }, payload: {} };
  await tables.get("TradewindBook")?.put(row);
}

/** Delivers what waits in both queues until nothing does; delays are not waited for. */
export async function deliverWaiting(
  app: Pick<App, "runDelivery" | "notificationManager">,
  queues: Pick<MemoryQueues, "take">,
): Promise<void> {
  for (;;) {
    const run = queues.take("runs");
    const notification = queues.take("notifications");
    if (run === undefined && notification === undefined) return;
    if (run !== undefined) await app.runDelivery.deliver(run.body);
    if (notification !== undefined) await app.notificationManager.deliver(notification.body);
  }
}

/** A port that fails for the moment when `when` says so. */
export function flaky<P extends object>(port: P, when: (method: string) => boolean, code: string): P {
  return new Proxy(port, {
    get: (target, name, receiver) => {
      const method: unknown = Reflect.get(target, name, receiver);
      if (typeof method !== "function") return method;
      return async (...given: unknown[]) => {
        if (when(String(name))) throw new TransientError(code, `${String(name)} fails for the test`);
        return method.apply(target, given);
      };
    },
  });
}

function fail(what: string): never {
  throw new Error(what);
}
