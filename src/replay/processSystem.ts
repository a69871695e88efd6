// The whole system as processes that can be killed one by one, each started again on the port and the state that it had.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { AutomationConfig } from "../core/model/automation.ts";
import type { Instant } from "../core/model/time.ts";
import { writeAutomationConfig } from "../local/demoDay.ts";
import { createDemoTimeDriver } from "../local/demoTime.ts";
import { type HostProcess, startHostProcess } from "../local/hostProcess.ts";
import { createStandInProcesses, retried } from "./processStandIns.ts";

/** What is killed. */
export type Victim = "host" | "broker" | "simulator";
export const victims: readonly Victim[] = ["host", "broker", "simulator"];

export type Processes = Awaited<ReturnType<typeof startProcesses>>;

type RunningHost = { readonly process: HostProcess; readonly port: number };

const scriptRoot = fileURLToPath(new URL("../..", import.meta.url));
/** Demo time runs this much faster than real time between the instants at which it is made to stand. */
const speed = 3600;

export type ProcessOptions = {
  /** All state is kept here. */
  readonly dir: string;
  readonly seed: number;
  readonly config: AutomationConfig;
  /** Where the demo clock stands. */
  readonly at: Instant;
  /** Lines that the host printed. */
  readonly onLine: (line: string) => void;
};

/** Starts every process. Throws when one of them cannot start, once the others are gone. */
export async function startProcesses(options: ProcessOptions) {
  const { dir, at } = options;
  const clockFile = join(dir, "clock");
  mkdirSync(join(dir, "state"), { recursive: true });
  const time = createDemoTimeDriver({ file: clockFile, speed, at, otherwise: at });
  const standIns = createStandInProcesses({ ...options, clockFile });
  let host: RunningHost;
  try {
    await standIns.start();
    host = await startHost({ ...options, clockFile, standIns: standIns.settings(), port: 0 });
  } catch (failure) {
    await standIns.stop();
    throw failure;
  }

  return {
    simulatorUrl: standIns.addressOf("simulator"),
    runTo: time.runTo,
    /** Ends a process at once, as a power cut would, and starts it again where it was. */
    killAndRestart: async (victim: Victim): Promise<void> => {
      if (victim !== "host") return standIns.killAndRestart(victim);
      const { pid, ended } = host.process;
      if (pid !== undefined) process.kill(pid, "SIGKILL");
      await ended;
      const again = { ...options, clockFile, standIns: standIns.settings(), port: host.port };
      host = await retried(() => startHost(again));
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
      await standIns.stop();
    },
  };
}

async function startHost({
  dir,
  config,
  clockFile,
  standIns,
  port,
  onLine,
}: ProcessOptions & {
  readonly clockFile: string;
  /** The settings that lead to them. */
  readonly standIns: Readonly<Record<string, string>>;
  readonly port: number;
}): Promise<RunningHost> {
  const started = await startHostProcess({
    scriptRoot,
    port,
    stateDir: dir,
    clockFile,
    settings: {
      ...standIns,
      AUTOMATION_CONFIG_FILE: writeAutomationConfig(config, dir),
      TRADEWIND_CLOCK_FILE: clockFile,
    },
    onMessage: () => undefined,
    onLine,
  });
  return { process: started, port: Number(new URL(started.url).port) };
}
