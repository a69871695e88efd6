// The only place that builds adapters: turns settings into a running app.
import { readFileSync } from "node:fs";
import type { TokenCredential } from "@azure/identity";
import automation from "../config/automation.json" with { type: "json" };
import manifest from "../package.json" with { type: "json" };
import { createAlpacaBroker } from "./adapters/alpaca/broker.ts";
import { createAlpacaClient } from "./adapters/alpaca/client.ts";
import { createContractCanary } from "./adapters/alpaca/contractCanary.ts";
import { createAlpacaMarketData } from "./adapters/alpaca/marketData.ts";
import {
  createNotificationQueue,
  createQueueWatch,
  createRunQueue,
  createServiceBusClient,
} from "./adapters/azure/serviceBusQueues.ts";
import { createTableStorage } from "./adapters/azure/tableStorage.ts";
import { createChannels } from "./adapters/notify/channels.ts";
import { createDemoClock, systemClock } from "./adapters/system/clock.ts";
import { type ConsoleTelemetry, createConsoleTelemetry, type Within } from "./adapters/system/consoleTelemetry.ts";
import { createOutsideMonitor } from "./adapters/system/outsideMonitor.ts";
import { createStores } from "./adapters/tables/stores.ts";
import { withPortSpans, withTableSpans } from "./adapters/telemetry/portSpans.ts";
import { createRedaction, type Redaction } from "./adapters/telemetry/redact.ts";
import { type App, type AppPorts, createApp } from "./app/app.ts";
import { withoutSecrets } from "./app/redactedPorts.ts";
import {
  type Callers,
  type Connection,
  notificationsQueue,
  parseSettings,
  runsQueue,
  type Settings,
  secretsOf,
} from "./config.ts";
import { type AutomationConfig, automationConfigSchema } from "./core/model/automation.ts";
import { ConfigError } from "./core/model/errors.ts";
import { parseWith } from "./core/model/parse.ts";
import type { AccountNames } from "./core/model/portfolio.ts";
import { createRedactor, type Redact } from "./core/operations/redact.ts";
import { automationFaults } from "./core/strategies/registry.ts";
import type { Telemetry } from "./ports/telemetry.ts";

/** The app, and what its HTTP functions need of the outside. */
export type Composed = App & {
  readonly callers: Callers;
  readonly telemetry: Telemetry & { readonly within: Within };
  /** Sends the telemetry that waits, where it is exported at all. Never throws. */
  readonly flush?: () => Promise<void>;
  /** Takes the settings' secrets out of an answer. */
  readonly redact: Redact;
};

/**
 * The app on its real adapters, with empty tables seeded. Throws ConfigError for app settings or an automation configuration with faults,
 * TransientError while the tables are out of reach.
 */
export async function compose(environment: Readonly<Record<string, string | undefined>>): Promise<Composed> {
  const settings = parseSettings(environment);
  const config = readAutomationConfig(settings.automationConfigFile);
  const secrets = secretsOf(settings);
  const { redact, learn } = createRedactor(secrets);
  // The account's id is no secret to who may read the records; it leaves in no log, no trace and no notification. Its number stays nowhere.
  const outside = createRedactor([...secrets, settings.alpaca.expectedAccountId ?? ""]);
  const onAccount = ({ id = "", number = "" }: AccountNames): void => {
    learn(number);
    outside.learn(number);
    outside.learn(id);
  };
  const redaction = createRedaction(outside.redact);
  const telemetry = createConsoleTelemetry(redaction);
  const exporting = await startExport(settings, telemetry, redaction);
  const ports = withoutSecrets(await composePorts(settings, telemetry, { onAccount }), {
    kept: redact,
    told: outside.redact,
  });
  if (await ports.settings.seed(config, ports.clock.now())) {
    telemetry.event("info", "tables.seeded", { tasks: config.tasks.length });
  }
  return { ...createApp(ports), callers: settings.callers, telemetry, redact, ...exporting };
}

/** Who connects where no connection string is given: the app's own identity, or the person who is signed in to Azure's command line. */
export type ConnectsAs = "app" | "person";

/** The real adapters, with nothing written and nothing asked yet. */
export async function composePorts(
  settings: Settings,
  telemetry: Telemetry,
  { as = "app", onAccount }: { readonly as?: ConnectsAs; readonly onAccount?: (names: AccountNames) => void } = {},
): Promise<AppPorts> {
  const { mode, alpaca } = settings;
  const clock = settings.clockFile === undefined ? systemClock : createDemoClock(settings.clockFile);
  const stores = createStores(withTableSpans(createTableStorage(await access(settings.tables, as))));
  const busAccess = await access(settings.serviceBus, as);
  const serviceBus = createServiceBusClient(busAccess);
  const client = createAlpacaClient({
    ...alpaca,
    onKeysSwitched: () => telemetry.event("warning", "broker.keysSwitched", {}),
  });
  return {
    ...stores,
    mode,
    expectedAccountId: alpaca.expectedAccountId,
    version: manifest.version,
    clock,
    telemetry,
    ...withPortSpans({
      broker: createAlpacaBroker(client, { ...alpaca, ...(onAccount && { onAccount }) }),
      marketData: createAlpacaMarketData(client, { feed: alpaca.feed, adjustment: "split" }),
      runs: createRunQueue(serviceBus, runsQueue, clock),
      notifications: createNotificationQueue(serviceBus, notificationsQueue, clock),
    }),
    canary: createContractCanary(client, { feed: alpaca.feed, clock }),
    queueWatch: createQueueWatch(() => createServiceBusClient(busAccess), {
      runs: runsQueue,
      notifications: notificationsQueue,
    }),
    channels: createChannels(settings.channels, clock),
    outsideMonitor: settings.heartbeatUrl === undefined ? undefined : createOutsideMonitor(settings.heartbeatUrl),
  };
}

/** From now on spans, events and metrics go to Azure Monitor as well, if the settings say where that is. */
async function startExport(
  { monitor }: Settings,
  telemetry: ConsoleTelemetry,
  redaction: Redaction,
): Promise<Pick<Composed, "flush">> {
  if (monitor === undefined) return {};
  const { connectionString, identity } = monitor;
  const { startAzureMonitor } = await import("./adapters/telemetry/azureMonitor.ts");
  const credential = identity && (await credentialOf(identity.clientId));
  const { sink, flush } = startAzureMonitor({
    connectionString,
    credential,
    redaction,
    version: manifest.version,
    shared: telemetry.shared,
  });
  telemetry.alsoTo(sink);
  return { flush };
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

/** A connection string, or the endpoint with the app's identity. The identity library is the slowest to load, so it is loaded only where used. */
async function access(connection: Connection, as: ConnectsAs) {
  if (connection.kind === "connectionString") return { connectionString: connection.connectionString };
  const { endpoint, clientId } = connection;
  return { endpoint, credential: await credentialOf(clientId, as) };
}

async function credentialOf(clientId: string | undefined, as: ConnectsAs = "app"): Promise<TokenCredential> {
  const { AzureCliCredential, ManagedIdentityCredential } = await import("@azure/identity");
  if (as === "person") return new AzureCliCredential();
  return new ManagedIdentityCredential(clientId === undefined ? {} : { clientId });
}
