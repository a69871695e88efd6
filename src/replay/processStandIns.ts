// The stand-ins for Azure and Alpaca, each a process that can be killed and started again on the port and the state that it had.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type NotificationSink, startNotificationSink } from "../local/notificationSink.ts";
import { appSettings } from "../local/standIns.ts";

const standInParts = ["tables", "broker", "simulator"] as const;
type StandIn = (typeof standInParts)[number];

export type PartOptions = {
  readonly part: StandIn;
  readonly seed: number;
  readonly stateDir: string;
  readonly clockFile: string;
  /** 0: any free one. */
  readonly port: number;
};
/** Where a part listens: its URL or its connection string. */
export type PartAddress = { readonly port: number; readonly address: string };

type RunningPart = PartAddress & { readonly child: ChildProcess };

const entry = fileURLToPath(new URL("./processPart.ts", import.meta.url));
const restartTries = 5;

/** Every stand-in a process of its own, but for the sink of notifications, which nobody kills. */
export function createStandInProcesses({
  dir,
  seed,
  clockFile,
}: {
  readonly dir: string;
  readonly seed: number;
  readonly clockFile: string;
}) {
  const running = new Map<StandIn, RunningPart>();
  const children = new Set<ChildProcess>();
  let sink: NotificationSink | undefined;

  const start = async (part: StandIn, port: number): Promise<void> => {
    running.set(part, await startPart({ part, seed, stateDir: join(dir, "state"), clockFile, port }, children));
  };
  const partOf = (part: StandIn): RunningPart => {
    const found = running.get(part);
    if (found === undefined) throw new Error(`the ${part} process was never up`);
    return found;
  };
  const addressOf = (part: StandIn): string => partOf(part).address;

  return {
    addressOf,
    start: async (): Promise<void> => {
      sink = await startNotificationSink({});
      await Promise.all(standInParts.map((part) => start(part, 0)));
    },
    settings: () =>
      appSettings({
        tables: { connectionString: addressOf("tables") },
        broker: { connectionString: addressOf("broker") },
        simulator: { url: addressOf("simulator") },
        sink: { url: sink?.url ?? "" },
      }),
    killAndRestart: async (part: StandIn): Promise<void> => {
      const { child, port } = partOf(part);
      await killed(child);
      await retried(() => start(part, port));
    },
    stop: async (): Promise<void> => {
      await Promise.all([...[...children].map(killed), sink?.stop()]);
    },
  };
}

/** Starts a stand-in; its process is among the children for as long as it lives. */
async function startPart(options: PartOptions, children: Set<ChildProcess>): Promise<RunningPart> {
  const child = fork(entry, [JSON.stringify(options)], {
    execArgv: [],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    // Ctrl-C reaches the parent only; what it started ends with it.
    detached: true,
  });
  children.add(child);
  child.once("exit", () => children.delete(child));
  const address = await new Promise<PartAddress>((resolve, reject) => {
    child.once("message", (message) => resolve(message as PartAddress));
    child.once("exit", (code) => reject(new Error(`the ${options.part} process ended with ${code} before it was up`)));
  });
  return { ...address, child };
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

/** Someone else may hold the port for a moment: a connection that the system gave the same number. */
export async function retried<T>(start: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await start();
    } catch (failure) {
      if (tries === restartTries) throw failure;
      await delay(100 * tries);
    }
  }
}
