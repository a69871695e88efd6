// The whole system in one process: tables, queues, exchange and clock of the simulation, and the app as processes that can die at any call.
import { createAlpacaBroker } from "../adapters/alpaca/broker.ts";
import { createAlpacaClient } from "../adapters/alpaca/client.ts";
import { createAlpacaMarketData } from "../adapters/alpaca/marketData.ts";
import { createMemoryTable } from "../adapters/memory/memoryTable.ts";
import { createStores, tableNames } from "../adapters/tables/stores.ts";
import type { Row, Table } from "../adapters/tables/table.ts";
import { type App, type AppPorts, createApp } from "../app/app.ts";
import type { AutomationConfig } from "../core/model/automation.ts";
import type { MonitorState } from "../core/model/monitor.ts";
import type { OrderTicket } from "../core/model/order.ts";
import { type Instant, instantFromMs, msFromInstant } from "../core/model/time.ts";
import type { Clock } from "../ports/clock.ts";
import type { EventFields, EventName } from "../ports/telemetry.ts";
import type { Effect } from "../simulator/exchangeState.ts";
import { type AlpacaFetch, createAlpacaFetch } from "../simulator/inProcess.ts";
import type { MarketTape } from "../simulator/marketTape.ts";
import type { Mutant } from "./mutants.ts";
import { type CallHook, describeCall, type PortCall, type ProcessKind, withHook } from "./portCalls.ts";
import { createWorldQueues, type Message, type WorldQueues } from "./worldQueues.ts";

/** One life of the app's process. Once it has crashed, none of its calls has an effect or an answer. */
export type Process = {
  readonly app: App;
  readonly ports: AppPorts;
  readonly startedMs: number;
  /** Runs one piece of work to its end, or to the end of the process. */
  run(work: (app: App) => Promise<unknown>): Promise<"done" | "failed" | "crashed">;
  crash(): Promise<never>;
};

/** What steers the calls of a process. */
export type Steering = (call: PortCall, perform: () => Promise<unknown>, process: Process) => Promise<unknown>;

export type World = {
  readonly alpaca: AlpacaFetch;
  readonly queues: WorldQueues;
  readonly clock: Clock;
  readonly config: AutomationConfig;
  /** Client order ids of the orders that the tables hold as intended. */
  readonly planned: ReadonlySet<string>;
  nowMs(): number;
  now(): Instant;
  /** Lets time pass: requests that are late reach the broker at their time. Never back. */
  advanceTo(ms: number): Promise<void>;
  start(kind: ProcessKind, steering?: Steering): Process;
  /** Delivers one run message to a new process. False when there is none to deliver. */
  deliverRun(steering?: Steering): Promise<boolean>;
  deliverNotification(steering?: Steering): Promise<boolean>;
  deliverDead(steering?: Steering): Promise<boolean>;
  /** The message of which a delivery is under way. */
  readonly inHand: () => Message | undefined;
  readonly trace: (line: string) => void;
};

export type WorldOptions = {
  readonly seed: number;
  readonly tape: MarketTape;
  readonly config: AutomationConfig;
  readonly at: Instant;
  readonly cash: string;
  readonly mutant?: Mutant | undefined;
  readonly onEffects?: (effects: readonly Effect[]) => void;
  /** Every order request as it leaves, and every one that reaches the broker; whether to lose its answer and bring it this late. */
  /** Every write to the slot ledger, and whether it was taken. */
  readonly onSlotWrite?: (call: PortCall, taken: unknown) => void;
  readonly onOrderSent?: (clientOrderId: string, process: ProcessKind) => void;
  /** How far the clock of a new process is ahead. */
  readonly skewMs?: () => number;
  readonly lateMs?: () => number | undefined;
  readonly trace?: (line: string) => void;
  readonly onEvent?: (name: EventName, fields: EventFields) => void;
};

const keys = { keyId: "key", secret: "secret" };
/** How long a message of a process that died stays locked. */
const lockMs = 30_000;
/** What a client waits for the answer to an order. */
const clientTimeoutMs = 10_000;

export async function createWorld(options: WorldOptions): Promise<World> {
  const { seed, tape, config, cash, mutant } = options;
  const trace = options.trace ?? (() => undefined);
  const isTraced = options.trace !== undefined;
  let nowMs = msFromInstant(options.at);
  const late: { readonly atMs: number; readonly send: () => Promise<unknown> }[] = [];
  const tables = new Map(
    Object.values(tableNames).map((name): [string, Table] => {
      const table = createMemoryTable();
      return [name, mutant?.changeTable?.(name, table) ?? table];
    }),
  );
  const queues = createWorldQueues(() => nowMs);
  const planned = new Set<string>();
  let inHand: Message | undefined;

  async function advanceTo(ms: number): Promise<void> {
    for (;;) {
      const next = late.filter(({ atMs }) => atMs <= ms).sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      late.splice(late.indexOf(next), 1);
      nowMs = Math.max(nowMs, Math.round(next.atMs));
      await next.send();
    }
    nowMs = Math.max(nowMs, Math.round(ms));
  }

  const clock: Clock = {
    now: () => instantFromMs(nowMs),
    realMs: () => nowMs,
    realMsUntil: (instant) => Math.max(0, msFromInstant(instant) - nowMs),
    sleep: (ms) => advanceTo(nowMs + ms),
  };

  const alpaca = createAlpacaFetch({
    tape,
    seed,
    nowMs: () => nowMs,
    startingCash: cash,
    ...keys,
    onEffects: (effects) => options.onEffects?.(effects),
  });

  /** Requests of one process: an order whose answer is to be lost reaches the broker later, or has done so already. */
  const transportOf =
    (kind: ProcessKind): typeof fetch =>
    async (input, init) => {
      const isOrder = init?.method === "POST" && String(input).includes("/v2/orders");
      if (!isOrder) return alpaca.fetch(input, init);
      const id = /"client_order_id":"([^"]*)"/.exec(String(init.body))?.[1] ?? "";
      options.onOrderSent?.(id, kind);
      const lateMs = options.lateMs?.();
      if (lateMs === undefined) return alpaca.fetch(input, init);
      trace(`  order ${id} is ${Math.round(lateMs / 1000)} s late`);
      const { signal: _, ...request } = init;
      late.push({ atMs: nowMs + lateMs, send: () => alpaca.fetch(input, request).catch(() => undefined) });
      await advanceTo(nowMs + clientTimeoutMs);
      throw new TypeError("fetch failed", {
        cause: Object.assign(new Error("timed out"), { code: "UND_ERR_ABORTED" }),
      });
    };
  const clients = new Map<ProcessKind, ReturnType<typeof createAlpacaClient>>();
  const clientOf = (kind: ProcessKind) => {
    const transport = transportOf(kind);
    const access = { ...keys, tradingOrigin: "http://broker", dataOrigin: "http://broker", requestsPerMinute: 0 };
    const client = clients.get(kind) ?? createAlpacaClient({ ...access, retryDelayMs: 0, transport });
    clients.set(kind, client);
    return client;
  };

  /** What is stored is what counts: a plan is one once its row is in the table, and so is the order that trades a drift back. */
  function watch(call: PortCall, answer: unknown): void {
    if (call.port === `table ${tableNames.slots}`) options.onSlotWrite?.(call, answer);
    if (answer !== true || (call.method !== "insert" && call.method !== "put")) return;
    const { rowKey, payload } = call.given[0] as Row;
    if (call.port === `table ${tableNames.executions}` && rowKey === "plan") {
      const { plan } = payload as { readonly plan: { readonly tickets: readonly OrderTicket[] } };
      for (const { clientOrderId } of plan.tickets) planned.add(clientOrderId);
    }
    if (call.port === `table ${tableNames.book}` && rowKey === "now_monitor") {
      for (const { clientOrderId } of (payload as MonitorState).drifts) {
        if (clientOrderId !== undefined) planned.add(clientOrderId);
      }
    }
  }

  function start(kind: ProcessKind, steering: Steering = (_, perform) => perform()): Process {
    const skewMs = options.skewMs?.() ?? 0;
    let alive = true;
    const dying = Promise.withResolvers<"crashed">();
    const never = new Promise<never>(() => undefined);
    const crash = (): Promise<never> => {
      trace(`  ${kind} crashes`);
      alive = false;
      dying.resolve("crashed");
      return never;
    };
    const hook: CallHook = async (call, perform) => {
      if (!alive) return never;
      if (isTraced) trace(`  ${kind} ${describeCall(call)}`);
      const answer = await steering(
        call,
        async () => {
          const performed = await perform();
          watch(call, performed);
          return performed;
        },
        process,
      );
      return alive ? answer : never;
    };
    const open = (name: string): Table => {
      const table = tables.get(name);
      if (table === undefined) throw new Error(`there is no table ${name}`);
      return withHook(`table ${name}`, table, hook);
    };
    const client = clientOf(kind);
    const plain: AppPorts = {
      ...createStores(open),
      mode: "paper",
      expectedAccountId: undefined,
      version: "0.0.0",
      broker: withHook("broker", createAlpacaBroker(client), hook),
      marketData: withHook("marketData", createAlpacaMarketData(client, { feed: "iex", adjustment: "split" }), hook),
      runs: withHook("runs", queues.runs, hook),
      notifications: withHook("notifications", queues.notifications, hook),
      canary: { check: async () => [] },
      queueWatch: { look: async () => ({ deadLetters: 0 }) },
      channels: [withHook("notifier", { name: "webhook", send: async () => undefined }, hook)],
      clock: { ...clock, now: () => instantFromMs(nowMs + skewMs) },
      telemetry: {
        event: (_, name, fields) => {
          options.onEvent?.(name, fields);
          if (isTraced) trace(`    ${name} ${JSON.stringify(fields)}`);
        },
      },
    };
    const ports = mutant?.change?.(plain, kind) ?? plain;
    const process: Process = {
      app: createApp(ports),
      ports,
      startedMs: nowMs,
      crash,
      run: (work) => {
        const ended = work(process.app).then(
          () => "done" as const,
          (failure: unknown) => {
            trace(`    failed: ${String(failure)}`);
            return "failed" as const;
          },
        );
        return Promise.race([ended, dying.promise]);
      },
    };
    return process;
  }

  async function deliver(
    queue: Message["queue"],
    steering: Steering | undefined,
    work: (app: App, body: unknown) => Promise<unknown>,
  ): Promise<boolean> {
    const message = queues.receive(queue);
    if (message === undefined) return false;
    trace(`${clock.now()} deliver ${message.id}, delivery ${message.deliveries}`);
    const before = inHand;
    inHand = message;
    const process = start("worker", steering);
    const ending = await process.run((app) => work(app, message.body));
    inHand = before;
    if (ending === "done") queues.complete(message);
    else queues.giveBack(message, ending === "crashed" ? lockMs : 0);
    return true;
  }

  await start("observer").ports.settings.seed(config, clock.now());
  return {
    alpaca,
    queues,
    clock,
    config,
    planned,
    nowMs: () => nowMs,
    now: clock.now,
    advanceTo,
    start,
    deliverRun: (steering) => deliver("runs", steering, (app, body) => app.runDelivery.deliver(body)),
    deliverNotification: (steering) =>
      deliver("notifications", steering, (app, body) => app.notificationManager.deliver(body)),
    deliverDead: async (steering) => {
      const message = queues.dead.find(({ queue }) => queue === "runs");
      if (message === undefined) return false;
      const dead = { messageId: message.id, reason: "MaxDeliveryCountExceeded" };
      const ending = await start("worker", steering).run((app) => app.runDelivery.deliverDead(message.body, dead));
      if (ending === "done") queues.dead.splice(queues.dead.indexOf(message), 1);
      return true;
    },
    inHand: () => inHand,
    trace,
  };
}
