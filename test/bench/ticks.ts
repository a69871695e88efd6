// How long a tick takes on the local stack: with ten thousand tasks due at once, and with ten due of ten and of ten thousand.
import { createAlpacaBroker } from "../../src/adapters/alpaca/broker.ts";
import { createAlpacaClient } from "../../src/adapters/alpaca/client.ts";
import { createAlpacaMarketData } from "../../src/adapters/alpaca/marketData.ts";
import {
  createNotificationQueue,
  createRunQueue,
  createServiceBusClient,
} from "../../src/adapters/azure/serviceBusQueues.ts";
import { createTableStorage } from "../../src/adapters/azure/tableStorage.ts";
import { createStores } from "../../src/adapters/tables/stores.ts";
import { createApp } from "../../src/app/app.ts";
import { notificationsQueue, runsQueue } from "../../src/config.ts";
import { type AutomationConfig, automationConfigSchema } from "../../src/core/model/automation.ts";
import { addMs, type Instant, minuteMs } from "../../src/core/model/time.ts";
import { startAzuriteTables } from "../../src/local/azurite/azurite.ts";
import { startServiceBusBroker } from "../../src/local/serviceBus/broker.ts";
import { queues } from "../../src/local/standIns.ts";
import { at } from "../support/memoryStack.ts";
import type { Figure } from "./main.ts";

const many = 10_000;
const few = 10;
const rounds = 9;

export async function tickFigures(): Promise<readonly Figure[]> {
  const all = await measure(many, many, 1);
  const manyTasks = await measure(many, few, rounds);
  const fewTasks = await measure(few, few, rounds);
  return [
    { name: `tick, ${many} due: all enqueued after`, value: `${all.enqueuedMs} ms`, goal: "≤ 2000 ms" },
    { name: `tick, ${many} due: agenda moved on after`, value: `${all.tickMs} ms` },
    { name: `tick, ${few} due of ${many} tasks, median of ${rounds}`, value: `${manyTasks.tickMs} ms` },
    { name: `tick, ${few} due of ${few} tasks, median of ${rounds}`, value: `${fewTasks.tickMs} ms` },
    { name: `  the one over the other`, value: (manyTasks.tickMs / fewTasks.tickMs).toFixed(2), goal: "about 1" },
  ];
}

/** `due` of `count` tasks come due every minute from 10:00 New York, the others at 15:00. */
async function measure(count: number, due: number, ticks: number): Promise<{ enqueuedMs: number; tickMs: number }> {
  const [tables, broker] = await Promise.all([startAzuriteTables({}), startServiceBusBroker({ queues: [...queues] })]);
  const serviceBus = createServiceBusClient({ connectionString: broker.connectionString });
  try {
    let now = at("2026-06-15T13:00:00Z");
    const clock = {
      now: () => now,
      realMs: () => performance.now(),
      realMsUntil: () => 0,
      sleep: async () => undefined,
    };
    const stores = createStores(createTableStorage({ connectionString: tables.connectionString }));
    await stores.settings.seed(configOf(count, due), now);
    const runs = createRunQueue(serviceBus, runsQueue, clock);
    let enqueuedAtMs = 0;
    const origin = "http://127.0.0.1:9";
    const client = createAlpacaClient({ keyId: "none", secret: "none", tradingOrigin: origin, dataOrigin: origin });
    const { scheduler } = createApp({
      ...stores,
      version: "bench",
      mode: "paper",
      expectedAccountId: undefined,
      broker: createAlpacaBroker(client),
      marketData: createAlpacaMarketData(client, { feed: "iex", adjustment: "split" }),
      runs: {
        ...runs,
        enqueueAll: async (requests) => {
          await runs.enqueueAll(requests);
          enqueuedAtMs = performance.now();
        },
      },
      notifications: createNotificationQueue(serviceBus, notificationsQueue, clock),
      canary: { check: async () => [] },
      queueWatch: { look: async () => ({ deadLetters: 0 }) },
      channels: [],
      clock,
      telemetry: { event: () => undefined },
    });
    await scheduler.tick("timer");
    const took: { enqueuedMs: number; tickMs: number }[] = [];
    for (let round = 0; round < ticks; round++) {
      now = addMs(firstDue, round * minuteMs);
      const startMs = performance.now();
      const { slots } = await scheduler.tick("timer");
      const enqueued = slots.filter(({ outcome }) => outcome === "enqueued").length;
      if (enqueued !== due) throw new Error(`${enqueued} of ${due} slots were enqueued`);
      took.push({ enqueuedMs: enqueuedAtMs - startMs, tickMs: performance.now() - startMs });
    }
    return { enqueuedMs: median(took.map((each) => each.enqueuedMs)), tickMs: median(took.map((each) => each.tickMs)) };
  } finally {
    await serviceBus.close();
    await Promise.all([tables.stop(), broker.stop()]);
  }
}

const firstDue: Instant = at("2026-06-15T14:00:00Z");

function configOf(count: number, due: number): AutomationConfig {
  const every = due === count && count > 100 ? "0 10" : "* 10";
  return automationConfigSchema.parse({
    automation: {
      trading_window: {
        zone: "America/New_York",
        weekdays: [1, 2, 3, 4, 5],
        ranges: [{ start: "09:30", end: "16:00" }],
      },
      risk_limits: { maxOrderNotionalUsd: 1000, maxPositionFraction: 0.1, maxGrossFraction: 0.9 },
    },
    tasks: Array.from({ length: count }, (_, index) => ({
      id: `task-${index}`,
      name: `Task ${index}`,
      account: `account-${index % 50}`,
      schedule: { cron: `${index < due ? every : "0 15"} * * 1-5` },
      symbols: ["SPY"],
      strategies: [{ name: "targetWeights", params: { weights: { SPY: 1 } } }],
      sizing: { method: "percentOfEquity", equityFraction: 0.5 },
      overlap: "queue",
    })),
  });
}

const median = (values: readonly number[]): number =>
  Math.round([...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN);
