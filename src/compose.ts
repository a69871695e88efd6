// The only place that builds adapters: turns settings into a running app, once per process.
import { readFileSync } from "node:fs";
import automation from "../config/automation.json" with { type: "json" };
import { createAlpacaBroker } from "./adapters/alpaca/broker.ts";
import { createAlpacaClient } from "./adapters/alpaca/client.ts";
import { createAlpacaMarketData } from "./adapters/alpaca/marketData.ts";
import { createNotificationQueue, createRunQueue, createServiceBusClient } from "./adapters/azure/serviceBusQueues.ts";
import { createTableStorage } from "./adapters/azure/tableStorage.ts";
import { createWebhookNotifier } from "./adapters/notify/webhook.ts";
import { createDemoClock, systemClock } from "./adapters/system/clock.ts";
import { createConsoleTelemetry } from "./adapters/system/consoleTelemetry.ts";
import { createStores } from "./adapters/tables/stores.ts";
import { createAutoTradingScheduler } from "./app/autoTradingScheduler.ts";
import { createDataFetcher } from "./app/dataFetcher.ts";
import { createNotificationManager } from "./app/notificationManager.ts";
import { createOrderExecutor } from "./app/orderExecutor.ts";
import { createRunCloser } from "./app/runCloser.ts";
import { createRunDelivery } from "./app/runDelivery.ts";
import { createSchedulerService } from "./app/schedulerService.ts";
import { createTaskManager } from "./app/taskManager.ts";
import { type Connection, notificationsQueue, parseSettings, runsQueue, type Settings } from "./config.ts";
import { ConfigError } from "./core/model/errors.ts";
import { type AutomationConfig, automationConfigSchema, parseWith } from "./core/model/settings.ts";
import { automationFaults } from "./core/strategies/registry.ts";

export type App = Awaited<ReturnType<typeof composeApp>>;

let composed: Promise<App> | undefined;

/**
 * The app of this process, composed and its empty tables seeded at the first call. Throws ConfigError while settings have faults; any
 * failure is forgotten, so that the next call tries again. Never called while modules load: a throw there would leave a host without functions.
 */
export function getApp(): Promise<App> {
  composed ??= start().catch((failure: unknown) => {
    composed = undefined;
    throw failure;
  });
  return composed;
}

async function start(): Promise<App> {
  const app = await composeApp(parseSettings(process.env));
  const seeded = await app.settingsStore.seed(app.automationConfig, app.clock.now());
  if (seeded) app.telemetry.event("info", "tables.seeded", { tasks: app.automationConfig.tasks.length });
  return app;
}

/** Builds the app without touching the network. Throws ConfigError for an automation configuration with faults. */
async function composeApp(settings: Settings) {
  const { mode, alpaca } = settings;
  const telemetry = createConsoleTelemetry();
  const clock = settings.clockFile === undefined ? systemClock : createDemoClock(settings.clockFile);
  const stores = createStores(await openTables(settings.tables));
  const serviceBus = createServiceBusClient(await access(settings.serviceBus));
  const runs = createRunQueue(serviceBus, runsQueue);
  const notifications = createNotificationQueue(serviceBus, notificationsQueue);
  const client = createAlpacaClient(alpaca);
  const broker = createAlpacaBroker(client, alpaca);
  const marketData = createAlpacaMarketData(client, { feed: alpaca.feed, adjustment: "split" });
  const notifier =
    settings.notifyWebhookUrl === undefined
      ? undefined
      : createWebhookNotifier({ url: settings.notifyWebhookUrl, timeoutMs: 10_000 });

  const ports = { ...stores, mode, clock, telemetry, broker, marketData, runs, notifications, notifier };
  const runCloser = createRunCloser(ports);
  const dataFetcher = createDataFetcher(ports);
  const orderExecutor = createOrderExecutor(ports);
  const taskManager = createTaskManager({ ...ports, dataFetcher, orderExecutor, runCloser });
  return {
    clock,
    telemetry,
    automationConfig: readAutomationConfig(settings.automationConfigFile),
    settingsStore: stores.settings,
    tasks: stores.tasks,
    executions: stores.executions,
    scheduler: createAutoTradingScheduler({ ...ports, runCloser }),
    schedulerService: createSchedulerService(ports),
    runDelivery: createRunDelivery({ ...ports, taskManager, runCloser }),
    notificationManager: createNotificationManager(ports),
  };
}

/** The configuration that seeds empty tables, judged whole: shape, strategies, parameters, schedules. Throws ConfigError. */
export function readAutomationConfig(file: string | undefined): AutomationConfig {
  const source = file ?? "config/automation.json";
  const config = parseWith(automationConfigSchema, file === undefined ? automation : readJson(file), source);
  const faults = automationFaults(config);
  if (faults.length > 0) throw new ConfigError(source, faults);
  return config;
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new ConfigError(file, [{ path: "(whole)", message: `cannot be read as JSON: ${String(cause)}` }], { cause });
  }
}

async function openTables(connection: Connection) {
  return createTableStorage(
    connection.kind === "connectionString"
      ? connection
      : { endpoint: connection.endpoint, credential: await identity(connection.clientId) },
  );
}

async function access(connection: Connection) {
  return connection.kind === "connectionString"
    ? connection
    : { fullyQualifiedNamespace: connection.endpoint, credential: await identity(connection.clientId) };
}

/** Loaded only where an identity is used: it is the slowest module to load. */
async function identity(clientId: string | undefined) {
  const { ManagedIdentityCredential } = await import("@azure/identity");
  return new ManagedIdentityCredential(clientId === undefined ? {} : { clientId });
}
