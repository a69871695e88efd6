// What telemetry costs: loading its exporter in a fresh process, a run with spans and export against one without, and what a run sends.
import { setDefaultCACertificates } from "node:tls";
import { createConsoleTelemetry } from "../../src/adapters/system/consoleTelemetry.ts";
import { startAzureMonitor } from "../../src/adapters/telemetry/azureMonitor.ts";
import { withPortSpans } from "../../src/adapters/telemetry/portSpans.ts";
import { createRedaction } from "../../src/adapters/telemetry/redact.ts";
import { createApp } from "../../src/app/app.ts";
import { createRedact } from "../../src/core/operations/redact.ts";
import { nextDue } from "../../src/core/schedule/dueSlots.ts";
import { startIngestion } from "../support/ingestion.ts";
import { deliverWaiting, exampleConfig, type MemoryStack, runInMemory } from "../support/memoryStack.ts";
import { bundleLoads, medianOf } from "./bundle.ts";
import type { Figure } from "./main.ts";

const runs = 40;
const warmUps = 10;

export async function telemetryFigures(): Promise<readonly Figure[]> {
  const loads = bundleLoads();
  const { plain, ms, kilobytes } = await timed();
  return [
    { name: "what the first invocation loads, without export", value: `${medianOf(loads, 1)} ms` },
    { name: "and the exporter, with a connection string only", value: `${medianOf(loads, 2)} ms` },
    { name: `a run without export, median of ${runs}`, value: `${plain.toFixed(1)} ms` },
    { name: "a run with spans, events and metrics exported, without tables", value: `${ms.toFixed(1)} ms` },
    { name: "what a run, its tick and its check send", value: `${kilobytes.toFixed(0)} kB` },
  ];
}

/** Runs with export and runs without, by turns, so that whatever else the machine does falls on both. */
async function timed(): Promise<{ readonly plain: number; readonly ms: number; readonly kilobytes: number }> {
  const ingestion = await startIngestion();
  setDefaultCACertificates([ingestion.certificate]);
  process.env.APPLICATION_INSIGHTS_NO_STATSBEAT = "true";
  const loud = { log: console.log, warn: console.warn, error: console.error };
  Object.assign(console, { log: () => {}, warn: () => {}, error: () => {} });
  const redaction = createRedaction(createRedact(["a secret that is nowhere"]));
  const telemetry = createConsoleTelemetry(redaction);
  const { connectionString } = ingestion;
  const { sink, flush } = startAzureMonitor({
    connectionString,
    credential: undefined,
    redaction,
    version: "0.0.0",
    shared: telemetry.shared,
  });
  telemetry.alsoTo(sink);
  const [without, stack] = await Promise.all([runInMemory(), runInMemory()]);
  const app = createApp({ ...stack.ports, ...withPortSpans(stack.ports), telemetry });
  const times: { readonly plain: number; readonly ms: number }[] = [];
  for (let run = 0; run < warmUps + runs; run++)
    times.push({ plain: await timeRun(without, without.app), ms: await timeRun(stack, app) });
  Object.assign(console, loud);
  await flush();
  const kilobytes = ingestion.bytes() / 1000 / times.length;
  await Promise.all([without.stop(), stack.stop(), ingestion.stop()]);
  const warm = times.slice(warmUps);
  return { plain: median(warm.map(({ plain }) => plain)), ms: median(warm.map(({ ms }) => ms)), kilobytes };
}

/** Milliseconds of one slot: tick, delivery, run, check. */
async function timeRun(stack: MemoryStack, app: MemoryStack["app"]): Promise<number> {
  const [task] = exampleConfig(["AAA", "BBB"]).tasks;
  if (task === undefined) throw new Error("the configuration has no task");
  stack.setNow(nextDue(task, stack.ports.clock.now()) ?? "");
  const started = performance.now();
  await app.scheduler.tick("timer");
  await deliverWaiting(app, stack.queues);
  return performance.now() - started;
}

const median = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[times.length >> 1] ?? Number.NaN;
