// Table Storage for one machine: Azurite's table server in a worker thread, in memory or kept in a folder.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";

export type AzuriteTables = { readonly url: string; readonly connectionString: string; stop(): Promise<void> };

/** The account that every storage emulator has; its key is public and opens nothing else. */
const account = "devstoreaccount1";
const accountKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/** Starts on 127.0.0.1, on any free port unless `port` names one. Rejects when the port is taken. */
export async function startAzuriteTables(options: {
  readonly stateDir?: string;
  readonly port?: number;
}): Promise<AzuriteTables> {
  const { stateDir, port = 0 } = options;
  if (stateDir !== undefined) mkdirSync(stateDir, { recursive: true });
  const worker = new Worker(new URL("./azuriteWorker.ts", import.meta.url), {
    workerData: { port, file: stateDir === undefined ? undefined : join(stateDir, "tables.json") },
    // Its own log lines are of no use here.
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 8 },
  });
  const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  const stop = async (): Promise<void> => {
    worker.postMessage("stop");
    const late = setTimeout(() => void worker.terminate(), 5000);
    await ended;
    clearTimeout(late);
  };
  const url = await new Promise<string>((resolve, reject) => {
    worker.once("error", reject);
    worker.once("message", (message: { url?: string; failure?: string }) =>
      message.url === undefined
        ? reject(new Error(`the table server did not start: ${message.failure}`))
        : resolve(message.url),
    );
  }).catch(async (failure: unknown) => {
    await worker.terminate();
    throw failure;
  });
  const endpoint = `${url}/${account}`;
  return {
    url: endpoint,
    connectionString: `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${accountKey};TableEndpoint=${endpoint};`,
    stop,
  };
}
