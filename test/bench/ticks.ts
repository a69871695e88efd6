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
import { notificationsQueue, runsQueue, serviceBusSetting } from "../../src/config.ts";
import { type AutomationConfig, automationConfigSchema } from "../../src/core/model/automation.ts";
import { addMs, minuteMs } from "../../src/core/model/time.ts";
import { at } from "../support/memoryStack.ts";
import { startProcessStack } from "../support/processStack.ts";
import type { Figure } from "./main.ts";

const many = 10_000;
const few = 10;
/** Ticks that find few tasks due, from 9:31 on; and ticks that find all of them due at 10:00. */
const fewRounds = 25;
const manyRounds = 5;
/** Ticks before the measured ones: connections open, code is compiled. */
const warmUp = 3;
const seededAt = at("2026-06-15T13:30:30Z");
const firstDue = at("2026-06-15T13:31:00Z");
const allDue = at("2026-06-15T14:00:00Z");

type Took = { readonly tickMs: number; readonly enqueuedMs: number; readonly threadMs: number };
type Bench = Awaited<ReturnType<typeof startBench>>;

export async function tickFigures(): Promise<readonly Figure[]> {
  const [small, large] = [await startBench(few), await startBench(many)];
  try {
    const rounds = await fewDue([small, large]);
    const bursts = await manyDue(large);
    const [ofFew, ofMany] = [small, large].map((bench) => median(rounds.map((took) => took.get(bench)?.tickMs ?? 0)));
    const enqueued = bursts.map(({ enqueuedMs }) => enqueuedMs);
    return [
      {
        name: `tick, ${many} due: all enqueued after, median of ${manyRounds}`,
        value: `${Math.round(median(enqueued))} ms`,
        goal: "≤ 2000 ms",
      },
      { name: "  the fastest and the slowest of them", value: `${ends(enqueued).join(" to ")} ms` },
      { name: "  of a core, the app", value: `${Math.round(median(bursts.map(({ threadMs }) => threadMs)))} ms` },
      { name: `tick, ${many} due: agenda moved on after`, value: `${Math.round(bursts.at(-1)?.tickMs ?? 0)} ms` },
      { name: `tick, ${few} due of ${many} tasks, median of ${fewRounds}`, value: `${ofMany?.toFixed(1)} ms` },
      { name: `tick, ${few} due of ${few} tasks, median of ${fewRounds}`, value: `${ofFew?.toFixed(1)} ms` },
      { name: "  the one over the other", value: ((ofMany ?? 0) / (ofFew ?? 0)).toFixed(2), goal: "about 1" },
    ];
  } finally {
    await Promise.all([small.stop(), large.stop()]);
  }
}

/** The stacks take turns, so that what else the machine does slows both. */
async function fewDue(benches: readonly Bench[]): Promise<readonly ReadonlyMap<Bench, Took>[]> {
  const rounds: Map<Bench, Took>[] = [];
  for (let round = 0; round < warmUp + fewRounds; round++) {
    const took = new Map<Bench, Took>();
    for (const bench of round % 2 === 0 ? benches : benches.toReversed()) {
      took.set(bench, await bench.tick(addMs(firstDue, round * minuteMs), few));
      await bench.endOpenSlots();
    }
    if (round >= warmUp) rounds.push(took);
  }
  return rounds;
}

/** The agenda stays as it is until the last tick, so that each one finds all of them due. */
async function manyDue(bench: Bench): Promise<readonly Took[]> {
  const rounds: Took[] = [];
  for (let left = manyRounds; left-- > 0; ) rounds.push(await bench.tick(allDue, many, left === 0));
  return rounds;
}

/** The app in this process, its tables and queues in another one, as on the local stack. */
async function startBench(count: number) {
  const stack = await startProcessStack(seededAt, { keepState: false });
  const settings = stack.settings();
  const serviceBus = createServiceBusClient({ connectionString: settings[serviceBusSetting] ?? "" });
  const stores = createStores(createTableStorage({ connectionString: settings.TablesConnection ?? "" }));
  let now = seededAt;
  let ticks = 0;
  let agendaMoves = true;
  let enqueuedAtMs = 0;
  const clock = { now: () => now, realMs: () => performance.now(), realMsUntil: () => 0, sleep: async () => undefined };
  const runs = createRunQueue(serviceBus, runsQueue, clock);
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
      // Ids of each tick's own: the queue would drop those that it has seen.
      enqueueAll: async (requests) => {
        await runs.enqueueAll(requests.map((request) => ({ ...request, runId: `${request.runId}-${ticks}` })));
        enqueuedAtMs = performance.now();
      },
    },
    slots: { ...stores.slots, advance: async (moves) => (agendaMoves ? stores.slots.advance(moves) : undefined) },
    notifications: createNotificationQueue(serviceBus, notificationsQueue, clock),
    canary: { check: async () => [] },
    queueWatch: { look: async () => ({ deadLetters: 0 }) },
    channels: [],
    clock,
    telemetry: { event: () => undefined },
  });
  await stores.settings.seed(configOf(count), now);
  await scheduler.tick("timer");

  async function tick(instant: typeof now, due: number, moves = true): Promise<Took> {
    [now, agendaMoves] = [instant, moves];
    ticks++;
    const [startMs, before] = [performance.now(), process.threadCpuUsage()];
    const { slots } = await scheduler.tick("timer");
    const [tickMs, { user, system }] = [performance.now() - startMs, process.threadCpuUsage(before)];
    const enqueued = slots.filter(({ outcome }) => outcome === "enqueued").length;
    if (enqueued !== due) throw new Error(`${enqueued} of ${due} slots were enqueued`);
    return { tickMs, enqueuedMs: enqueuedAtMs - startMs, threadMs: (user + system) / 1000 };
  }

  async function endOpenSlots(): Promise<void> {
    for (const entry of await stores.slots.listOpen()) await stores.slots.end({ ...entry, state: "ran" });
  }

  return {
    tick,
    endOpenSlots,
    stop: async () => {
      await serviceBus.close();
      await stack.stop();
    },
  };
}

function configOf(count: number): AutomationConfig {
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
      schedule: { cron: `${index < few ? "* 9,10" : "0 10"} * * 1-5` },
      symbols: ["SPY"],
      strategies: [{ name: "targetWeights", params: { weights: { SPY: 1 } } }],
      sizing: { method: "percentOfEquity", equityFraction: 0.5 },
      overlap: "queue",
    })),
  });
}

const ends = (values: readonly number[]): readonly number[] =>
  [Math.min(...values), Math.max(...values)].map(Math.round);
const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
