// `npm run emulators`: the stand-ins on fixed ports without a host, for people who run `func start` themselves.
import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { systemClock } from "../adapters/system/clock.ts";
import { msFromInstant } from "../core/model/time.ts";
import { planDemoDay } from "./demoDay.ts";
import { appSettings, startStandIns } from "./standIns.ts";

const ports = { broker: 5672, tables: 10002, simulator: 4010, sink: 4011 };
/** Where `UseDevelopmentStorage=true` looks for blobs: the real host keeps its timers' status and its keys there. */
const blobPort = 10000;
const usage = `Usage: npm run emulators -- [--state DIR] [--seed N]

Starts the Service Bus broker (${ports.broker}), blobs for the host itself (${blobPort}), the tables (${ports.tables}), the Alpaca simulator
(${ports.simulator}) and the notification sink (${ports.sink}) in real time, and prints a local.settings.json to save beside host.json for func start.`;

async function main(): Promise<number> {
  const { state, seed, help } = readFlags();
  if (help) {
    console.log(usage);
    return 0;
  }
  const { tape } = await planDemoDay({ seed, data: undefined });
  const standIns = await startStandIns({
    tape,
    seed,
    nowMs: () => msFromInstant(systemClock.now()),
    stateDir: state,
    ports,
    onNotification: ({ severity, title }) => console.error(`notification ${severity}: ${title}`),
  });
  const blobs = startBlobs(state);
  const settings = { AzureWebJobsStorage: "UseDevelopmentStorage=true", ...appSettings(standIns) };
  console.log(JSON.stringify({ IsEncrypted: false, Values: settings }, null, 2));
  console.error(
    "The stand-ins are up; save the lines above as local.settings.json and run func start. Ctrl-C stops them.",
  );
  await new Promise((resolve) => process.once("SIGINT", resolve).once("SIGTERM", resolve));
  blobs.kill();
  await standIns.stop();
  return 0;
}

/** Azurite's own blob server, which its command starts. */
function startBlobs(state: string | undefined): ChildProcess {
  const main = createRequire(import.meta.url).resolve("azurite/dist/src/blob/main.js");
  const kept = state === undefined ? ["--inMemoryPersistence"] : ["--location", join(state, "blobs")];
  const flags = [
    "--blobHost",
    "127.0.0.1",
    "--blobPort",
    String(blobPort),
    "--silent",
    "--disableTelemetry",
    "--skipApiVersionCheck",
  ];
  const blobs = spawn(process.execPath, [main, ...flags, ...kept], { stdio: ["ignore", "ignore", "inherit"] });
  process.once("exit", () => blobs.kill());
  return blobs;
}

function readFlags(): { state: string | undefined; seed: number; help: boolean } {
  const { values } = parseArgs({
    options: {
      state: { type: "string" },
      seed: { type: "string", default: "1" },
      help: { type: "boolean", default: false },
    },
  });
  if (!/^\d{1,9}$/.test(values.seed)) throw new TypeError("--seed is a whole number.");
  return { state: values.state, seed: Number(values.seed), help: values.help };
}

try {
  process.exitCode = await main();
} catch (failure) {
  const message = failure instanceof Error ? failure.message : String(failure);
  const taken = /EADDRINUSE.*:(\d+)/.exec(message);
  console.error(
    taken === null ? message : `Port ${taken[1]} is taken. Stop what uses it; the emulators' ports are fixed.`,
  );
  process.exitCode = failure instanceof TypeError ? 2 : 1;
}
