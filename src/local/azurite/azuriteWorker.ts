// The worker thread in which Azurite's table server lives; it says when it listens and ends when told to.
import { createRequire } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import { type MetadataStore, seekKeyRanges } from "./keyRanges.ts";

const require = createRequire(import.meta.url);

type TableServer = { start(): Promise<void>; close(): Promise<void>; getHttpServerAddress(): string };
type Module<T> = { readonly default: T };

// Azurite has no entry for its table server alone; these paths are of the exact version that package.json pins.
const { default: TableServer } = require("azurite/dist/src/table/TableServer.js") as Module<
  new (
    configuration: object,
  ) => TableServer
>;
const { default: TableConfiguration } = require("azurite/dist/src/table/TableConfiguration.js") as Module<
  new (
    ...settings: readonly unknown[]
  ) => object
>;
const { default: LokiTableMetadataStore } =
  require("azurite/dist/src/table/persistence/LokiTableMetadataStore.js") as Module<{
    readonly prototype: MetadataStore;
  }>;
const { AzuriteTelemetryClient } = require("azurite/dist/src/common/Telemetry.js") as {
  AzuriteTelemetryClient: { init(location: string, enabled: boolean, environment: unknown): void };
};

const { port, file } = workerData as { port: number; file: string | undefined };
const keepAliveSeconds = 60;

seekKeyRanges(LokiTableMetadataStore);
AzuriteTelemetryClient.init("", false, undefined);
const server = new TableServer(
  new TableConfiguration(
    "127.0.0.1",
    port,
    keepAliveSeconds,
    file ?? "",
    false, // debug log
    false, // access log
    undefined,
    undefined,
    false, // loose
    true, // API versions newer than it knows are served
    "",
    "",
    "",
    undefined,
    false,
    file === undefined, // in memory
  ),
);

parentPort?.once("message", () => {
  // Closing waits for idle connections; what matters is that the state is written before the thread ends.
  void server.close().then(() => process.exit(0));
});

try {
  await server.start();
  parentPort?.postMessage({ url: server.getHttpServerAddress() });
} catch (failure) {
  parentPort?.postMessage({ failure: failure instanceof Error ? failure.message : String(failure) });
}
