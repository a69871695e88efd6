// The local stack for tests: stand-ins in one process, the Functions host in another, the demo clock in the test's hand.
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeDemoTime } from "../../src/adapters/system/clock.ts";
import type { AutomationConfig } from "../../src/core/model/automation.ts";
import type { Notification } from "../../src/core/model/notification.ts";
import type { ExecutionRecord } from "../../src/core/model/run.ts";
import { msFromInstant, parseInstant } from "../../src/core/model/time.ts";
import { planDemoDay, writeAutomationConfig } from "../../src/local/demoDay.ts";
import { type HostMessage, type HostProcess, startHostProcess } from "../../src/local/hostProcess.ts";
import { readTelemetryLine, type TelemetryLine } from "../../src/local/liveView.ts";
import { poll } from "./poll.ts";

type Ready = { settings: Record<string, string>; simulatorUrl: string; ports: Record<string, number> };
export type SimulatorOrder = {
  client_order_id: string;
  symbol: string;
  side: string;
  status: string;
  qty: string;
  filled_qty: string;
};

export type ProcessStack = Awaited<ReturnType<typeof startProcessStack>>;

/** Starts the stand-ins and sets the clock to stand at `at`; the host is started by the test. Stand-ins without state are faster. */
export async function startProcessStack(
  at: string,
  {
    settings = {},
    keepState = true,
    change = (config) => config,
  }: {
    settings?: Record<string, string>;
    keepState?: boolean;
    change?: (config: AutomationConfig) => AutomationConfig;
  } = {},
) {
  const dir = mkdtempSync(join(tmpdir(), "tradewind-test-"));
  const clockFile = join(dir, "clock");
  let standsAtMs = msFromInstant(parseInstant(at) ?? fail(at));
  setClock(at);
  const { config } = await planDemoDay({ seed: 7, data: undefined });
  const configFile = writeAutomationConfig(change(config), dir);
  const notifications: Notification[] = [];
  const events: TelemetryLine[] = [];
  const hostMessages: HostMessage[] = [];
  let standIns: ChildProcess;
  let ready: Ready | undefined;
  let host: HostProcess | undefined;

  function setClock(instant: string): void {
    const untilMs = msFromInstant(parseInstant(instant) ?? fail(instant));
    writeDemoTime(clockFile, { fromMs: standsAtMs, realFromMs: Date.now(), speed: 3600, untilMs });
    standsAtMs = untilMs;
  }

  async function startStandIns(): Promise<void> {
    const entry = fileURLToPath(new URL("./standInsProcess.ts", import.meta.url));
    const again = ready === undefined ? [] : [JSON.stringify(ready.ports)];
    standIns = fork(entry, [keepState ? join(dir, "state") : "", clockFile, ...again], {
      execPath: process.execPath,
      execArgv: [],
    });
    ready = await new Promise<Ready>((resolve, reject) => {
      standIns.once("exit", (code) => reject(new Error(`the stand-ins ended with ${code}`)));
      standIns.on("message", (message: { type: string; notification: Notification } & Ready) => {
        if (message.type === "ready") resolve(message);
        else notifications.push(message.notification);
      });
    });
  }

  async function startHost(): Promise<HostProcess> {
    host = await startHostProcess({
      scriptRoot: fileURLToPath(new URL("../..", import.meta.url)),
      port: 0,
      stateDir: dir,
      clockFile,
      settings: {
        ...standInsReady().settings,
        AUTOMATION_CONFIG_FILE: configFile,
        TRADEWIND_CLOCK_FILE: clockFile,
        ...settings,
      },
      onMessage: (message) => hostMessages.push(message),
      onLine: (line) => {
        const event = readTelemetryLine(line);
        if (event !== undefined) events.push(event);
      },
    });
    return host;
  }

  const standInsReady = (): Ready => ready ?? fail("the stand-ins are not up");

  async function get<T>(path: string): Promise<T> {
    if (host === undefined) throw new Error("the host is not up");
    const response = await fetch(`${host.url}/api/${path}`, { headers: { "x-functions-key": host.key } });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  await startStandIns();
  return {
    dir,
    notifications,
    events,
    hostMessages,
    setClock,
    startHost,
    startStandIns,
    get,
    settings: (): Record<string, string> => standInsReady().settings,
    /** Ends a process at once, as a power cut would. */
    killHost: async () => {
      const gone = host?.ended;
      if (host?.pid !== undefined) process.kill(host.pid, "SIGKILL");
      await gone;
    },
    /** Ends the stand-ins in order, as Ctrl-C does: the table server writes its state every five seconds and at its end only. */
    stopStandIns: async () => {
      const gone = new Promise((resolve) => standIns.once("exit", resolve));
      standIns.kill("SIGTERM");
      await gone;
    },
    disarm: async () => {
      await fetch(`${standInsReady().simulatorUrl}/_control/faults`, { method: "DELETE" });
    },
    arm: async (fault: { method: string; path: string; count: number; kind: string; delayMs?: number }) => {
      const response = await fetch(`${standInsReady().simulatorUrl}/_control/faults`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(fault),
      });
      if (!response.ok) throw new Error(`arming failed: ${response.status} ${await response.text()}`);
    },
    /** Every order that the exchange ever took: the truth that the app's own records are held against. */
    ordersAtBroker: async (): Promise<SimulatorOrder[]> =>
      (await (await fetch(`${standInsReady().simulatorUrl}/_control/orders`)).json()) as SimulatorOrder[],
    requestsAtBroker: async (): Promise<Record<string, number>> =>
      (await (await fetch(`${standInsReady().simulatorUrl}/_control/requests`)).json()) as Record<string, number>,
    /** The record of a run once it has ended. */
    ended: (executionId: string): Promise<ExecutionRecord> =>
      poll(`the end of ${executionId}`, async () => {
        const record = await get<ExecutionRecord>(`scheduler/executions/${executionId}`).catch(() => undefined);
        return record === undefined || record.status === "running" ? undefined : record;
      }),
    stop: async () => {
      await host?.stop().catch(() => undefined);
      // They read the clock in this folder until they are gone.
      if (standIns.exitCode === null && standIns.signalCode === null) {
        const gone = new Promise((resolve) => standIns.removeAllListeners("exit").once("exit", resolve));
        standIns.kill();
        await gone;
      }
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function fail(what: string): never {
  throw new Error(what);
}
