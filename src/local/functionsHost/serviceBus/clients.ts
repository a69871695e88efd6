// Service Bus clients of the app's connections: one per connection, made when first needed.
import { ServiceBusClient, type ServiceBusClientOptions } from "@azure/service-bus";
import type { ServiceBusOptions } from "../hostConfig.ts";

export type ServiceBusClients = {
  /** The client of the connection setting `name`. Rejects with what to set when that setting is absent. */
  get(name: string): Promise<ServiceBusClient>;
  close(): Promise<void>;
};

const defaultSetting = "AzureWebJobsServiceBus";
/** The library gives up an attach after this time whatever it is told. */
const longestTryMs = 60_000;

export function createServiceBusClients(options: ServiceBusOptions): ServiceBusClients {
  const clients = new Map<string, Promise<ServiceBusClient>>();
  const retryOptions = {
    // The listeners try for ever: each failure is told at once instead of after a round of silent tries.
    maxRetries: 0,
    retryDelayInMs: options.retryDelayMs,
    timeoutInMs: Math.min(options.tryTimeoutMs, longestTryMs),
  };
  return {
    get: async (name) => {
      const target = readTarget(name === "" ? defaultSetting : name);
      const known = clients.get(target.key);
      if (known !== undefined) return await known;
      const connecting = connect(target, { retryOptions });
      clients.set(target.key, connecting);
      return await connecting;
    },
    close: async () => {
      await Promise.allSettled([...clients.values()].map(async (client) => (await client).close()));
    },
  };
}

type Target =
  | { readonly key: string; readonly connectionString: string }
  | { readonly key: string; readonly namespace: string; readonly clientId: string | undefined };

function readTarget(name: string): Target {
  const connectionString = process.env[name];
  if (connectionString) return { key: connectionString, connectionString };
  const namespace = process.env[`${name}__fullyQualifiedNamespace`];
  if (namespace) return { key: namespace, namespace, clientId: process.env[`${name}__clientId`] };
  throw new Error(
    `Service Bus account connection string '${name}' does not exist. Make sure that it is a defined App Setting (or set '${name}__fullyQualifiedNamespace').`,
  );
}

async function connect(target: Target, options: ServiceBusClientOptions): Promise<ServiceBusClient> {
  if ("connectionString" in target) return new ServiceBusClient(target.connectionString, options);
  const { DefaultAzureCredential } = await import("@azure/identity");
  const { namespace, clientId } = target;
  const credential = new DefaultAzureCredential(clientId === undefined ? {} : { managedIdentityClientId: clientId });
  return new ServiceBusClient(namespace, credential, options);
}
