// The stand-ins and the Functions host as processes that can be killed one by one and started again on the same port and state.
import { type ChildProcess, fork } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { AutomationConfig } from "../core/model/settings.ts";
import type { Instant } from "../core/model/time.ts";
import { writeAutomationConfig } from "../local/demoDay.ts";
import { createDemoTimeDriver } from "../local/demoTime.ts";
import { type HostProcess, startHostProcess } from "../local/hostProcess.ts";
import { startNotificationSink } from "../local/notificationSink.ts";
import { appSettings } from "../local/standIns.ts";

export type PartOptions = {
  readonly part: "tables" | "broker" | "simulator";
  readonly seed: number;
  readonly stateDir: string;
  readonly clockFile: string;
  /** 0: any free one. */
  readonly port: number;
};
/** Where a part listens: its URL or its connection string. */
export type PartAddress = { readonly port: number; readonly address: string };

/** What is killed. */
export type Victim = "host" | "broker" | "simulator";
export const victims: readonly Victim[] = ["host", "broker", "simulator"];

export type Processes = Awaited<ReturnType<typeof startProcesses>>;

type RunningPart = PartAddress & { readonly kill: () => Promise<void> };
type RunningHost = { readonly process: HostProcess; readonly port: number };

const entry = fileURLToPath(new URL("./processPart.ts", import.meta.url));
const scriptRoot = fileURLToPath(new URL("../..", import.meta.url));
/** Demo time runs this much faster than real time between the instants at which it is made to stand. */
const speed = 3600;
const restartTries = 5;

/** Starts every process, with the demo clock standing at `at`, and keeps all state in `dir`. */
export async function startProcesses(options: {
  readonly dir: string;
  readonly seed: number;
  readonly config: AutomationConfig;
  readonly at: Instant;
  /** Lines that the host printed. */
  readonly onLine: (line: string) => void;
}) {
  const { dir, seed, config, at, onLine } = options;
  const clockFile = join(dir, "clock");
  const stateDir = join(dir, "state");
  mkdirSync(stateDir, { recursive: true });
  const time = createDemoTimeDriver({ file: clockFile, speed, at, otherwise: at });
  const configFile = writeAutomationConfig(config, dir);
  const start = (part: PartOptions["part"], port: number): Promise<RunningPart> =>
    startPart({ part, seed, stateDir, clockFile, port });

  const sink = await startNotificationSink({});
  const [tables, broker, simulator] = await Promise.all([
    start("tables", 0),
    start("broker", 0),
    start("simulator", 0),
  ]);
  const parts = { tables, broker, simulator };
  const settings = {
    ...appSettings({
      tables: { connectionString: tables.address },
      broker: { connectionString: broker.address },
      simulator: { url: simulator.address },
      sink,
    }),
    AUTOMATION_CONFIG_FILE: configFile,
    TRADEWIND_CLOCK_FILE: clockFile,
  };
  const startHost = async (port: number): Promise<RunningHost> => {
    const onMessage = (): void => undefined;
    const started = await startHostProcess({ scriptRoot, port, stateDir: dir, clockFile, settings, onMessage, onLine });
    return { process: started, port: Number(new URL(started.url).port) };
  };
  let host = await startHost(0);

  return {
    simulatorUrl: simulator.address,
    runTo: time.runTo,
    /** Ends a process at once, as a power cut would, and starts it again where it was. */
    killAndRestart: async (victim: Victim): Promise<void> => {
      if (victim === "host") {
        if (host.process.pid !== undefined) process.kill(host.process.pid, "SIGKILL");
        await host.process.ended;
        host = await retried(() => startHost(host.port));
        return;
      }
      await parts[victim].kill();
      parts[victim] = await retried(() => start(victim, parts[victim].port));
    },
    /** Of the app's own HTTP API; undefined for what is not there. */
    get: async <T>(path: string): Promise<T | undefined> => {
      const headers = { "x-functions-key": host.process.key };
      const response = await fetch(`${host.process.url}/api/${path}`, { headers });
      if (response.status === 404) return undefined;
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      return (await response.json()) as T;
    },
    stop: async (): Promise<void> => {
      time.stop();
      await host.process.stop();
      await Promise.all([...Object.values(parts).map(({ kill }) => kill()), sink.stop()]);
    },
  };
}

async function startPart(options: PartOptions): Promise<RunningPart> {
  const child: ChildProcess = fork(entry, [JSON.stringify(options)], {
    execArgv: [],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    // Ctrl-C reaches the parent only; what it started ends with it.
    detached: true,
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const address = await new Promise<PartAddress>((resolve, reject) => {
    child.once("message", (message) => resolve(message as PartAddress));
    child.once("exit", (code) => reject(new Error(`the ${options.part} process ended with ${code} before it was up`)));
  });
  return {
    ...address,
    kill: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** Someone else may hold the port for a moment: a connection that the system gave the same number. */
async function retried<T>(start: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await start();
    } catch (failure) {
      if (tries === restartTries) throw failure;
      await delay(100 * tries);
    }
  }
}
