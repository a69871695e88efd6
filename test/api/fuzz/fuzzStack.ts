// The app for the fuzz: memory tables that can be looked at whole, the exchange in process, a clock that goes on between requests.
import { createHash } from "node:crypto";
import { createAlpacaBroker } from "../../../src/adapters/alpaca/broker.ts";
import { createAlpacaClient } from "../../../src/adapters/alpaca/client.ts";
import { createAlpacaMarketData } from "../../../src/adapters/alpaca/marketData.ts";
import { createMemoryQueues } from "../../../src/adapters/memory/memoryQueues.ts";
import { createMemoryTable, type MemoryTable } from "../../../src/adapters/memory/memoryTable.ts";
import { createStores, tableNames } from "../../../src/adapters/tables/stores.ts";
import { type App, createApp } from "../../../src/app/app.ts";
import { addMs, minuteMs, msFromInstant } from "../../../src/core/model/time.ts";
import { nextDue } from "../../../src/core/schedule/dueSlots.ts";
import { createAlpacaFetch } from "../../../src/simulator/inProcess.ts";
import { createSeededTape } from "../../../src/simulator/seededTape.ts";
import type { LoggedEvent } from "../../support/apiClient.ts";
import { at, deliverWaiting, exampleConfig } from "../../support/memoryStack.ts";

export type FuzzStack = {
  readonly app: App;
  readonly mode: "paper" | "live";
  readonly events: LoggedEvent[];
  /** A digest of every row of every table, byte for byte, of what was queued and of what the broker was sent. */
  state(): string;
  /** What no longer fits together in the books; nothing when all is well. */
  inconsistencies(): Promise<readonly string[]>;
  /** An operator lets everything trade again, and on a live account asks for a looser limit, which waits for a second person. */
  operate(): Promise<void>;
  /** Time goes on: a tick, runs, a look of the monitor. `doubt`: the answer to the next order is lost, and it is not known what became of it. */
  live(minutes: number, doubt: boolean): Promise<void>;
};

const keys = { keyId: "key", secret: "secret" };
const symbols = ["AAA", "BBB"];

export async function createFuzzStack(seed: number): Promise<FuzzStack> {
  const mode = seed % 3 === 0 ? "live" : "paper";
  let now = at("2026-06-15T13:34:00Z");
  // Waits pass at once.
  let sleptMs = 0;
  const listed = symbols.map((symbol, index) => ({ symbol, startPrice: 40 + 13 * index }));
  const tape = createSeededTape({ seed: 5, fromDay: "2026-01-02", symbols: listed });
  const alpaca = createAlpacaFetch({ tape, seed, nowMs: () => msFromInstant(now), startingCash: "100000", ...keys });
  const origins = { tradingOrigin: "http://broker", dataOrigin: "http://broker", requestsPerMinute: 0 };
  const client = createAlpacaClient({ ...keys, ...origins, retryDelayMs: 0, transport: alpaca.fetch });
  const tables = new Map<string, MemoryTable>();
  const stores = createStores((name) => {
    const table = createMemoryTable();
    tables.set(name, table);
    return table;
  });
  await stores.settings.seed(exampleConfig(symbols, { mode }), now);
  const queues = createMemoryQueues();
  const events: LoggedEvent[] = [];
  let queued = 0;
  const counted = <P extends object>(queue: P): P =>
    new Proxy(queue, {
      get: (target, name) => {
        queued++;
        return Reflect.get(target, name);
      },
    });
  const app = createApp({
    ...stores,
    mode,
    expectedAccountId: undefined,
    version: "0.0.0",
    broker: createAlpacaBroker(client),
    marketData: createAlpacaMarketData(client, { feed: "iex", adjustment: "split" }),
    runs: counted(queues.runs),
    notifications: counted(queues.notifications),
    queueWatch: queues.watch,
    canary: { check: async () => [] },
    channels: [],
    clock: {
      now: () => now,
      realMs: () => performance.now() + sleptMs,
      realMsUntil: () => 0,
      sleep: async (ms) => {
        sleptMs += ms;
      },
    },
    telemetry: { event: (level, name, fields) => void events.push({ level, name, fields }) },
  });

  const deliverAll = (): Promise<void> => deliverWaiting(app, queues);

  return {
    app,
    mode,
    events,
    state: () => {
      const hash = createHash("sha1");
      for (const [name, table] of tables)
        for (const { chunks, ...row } of table.contents()) {
          hash.update(`${name} ${JSON.stringify(row)}`);
          for (const chunk of chunks) hash.update(chunk);
        }
      const orders = Object.keys(alpaca.state().orders).length;
      return `${hash.digest("hex")} ${queued} messages ${orders} orders`;
    },
    inconsistencies: async () => [...(await brokenChains(app)), ...(await agendaFaults(app, tables))],
    operate: async () => {
      const why = { principal: { kind: "key", name: "carol" }, reason: "goes on", source: "fuzz" } as const;
      for (const action of ["start", "resume"] as const)
        await app.controlService.change({ action, scope: { kind: "account" }, ...why });
      if (mode === "paper") return;
      const { limits } = (await app.settings.read()) ?? {};
      const looser = { ...limits, maxOrderNotionalUsd: (limits?.maxOrderNotionalUsd ?? 0) + 1000 };
      await app.settingsService.put("risk_limits", looser, "*", why);
    },
    live: async (minutes, doubt) => {
      now = addMs(now, minutes * minuteMs);
      await app.scheduler.tick("timer");
      if (doubt) {
        alpaca.arm({ method: "POST", path: "/v2/orders", count: 1, kind: "dropBeforeEffect" });
        alpaca.arm({ method: "GET", path: "/v2/orders:by_client_order_id", count: 1000, kind: "status401" });
      }
      await deliverAll();
      if (!doubt) await app.realtimeMonitor.check();
      await deliverAll();
      alpaca.faults.clear();
    },
  };

  async function agendaFaults({ tasks }: App, all: ReadonlyMap<string, MemoryTable>): Promise<readonly string[]> {
    const rows = all.get(tableNames.book)?.contents() ?? [];
    const entries = rows.filter(({ rowKey }) => rowKey.startsWith("agenda_")).map(({ columns }) => columns);
    const stored = await tasks.list();
    const faults = stored.unreadable.map(({ key, detail }) => `task ${key} cannot be read: ${detail}`);
    for (const { task, version } of stored.tasks) {
      const own = entries.filter((entry) => entry.taskId === task.id && entry.version === version);
      const wanted = nextDue(task, now) === undefined ? [0, 1] : [1];
      if (!wanted.includes(own.length)) faults.push(`${task.id} v${version} is ${own.length} times in the agenda`);
    }
    for (const { taskId, version } of entries)
      if ((await tasks.version(String(taskId), Number(version)))?.deleted !== false)
        faults.push(`the agenda names ${taskId} v${version}, which is deleted or not there`);
    return faults;
  }
}

async function brokenChains({ auditService }: App): Promise<readonly string[]> {
  const { accounts } = await auditService.verify({});
  return accounts.flatMap(({ account, broken }) =>
    broken === undefined ? [] : [`the chain of ${account} is broken: ${JSON.stringify(broken)}`],
  );
}
