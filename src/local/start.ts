// `npm start`: the whole loop on this machine, from stand-ins and Functions host to a live line for everything that happens.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createDemoClock, systemClock } from "../adapters/system/clock.ts";
import { runsQueue } from "../config.ts";
import { ConfigError } from "../core/model/errors.ts";
import { addMs, type Instant, msFromInstant } from "../core/model/time.ts";
import { type DemoDay, planDemoDay, writeAutomationConfig } from "./demoDay.ts";
import { createDemoTimeDriver, type DemoTimeDriver, keptInstant } from "./demoTime.ts";
import { parseStartFlags, type StartFlags } from "./flags.ts";
import { type HostMessage, type HostProcess, startHostProcess } from "./hostProcess.ts";
import { createLiveView, newYorkTime, readTelemetryLine } from "./liveView.ts";
import { onceReport, onceTable, runOnce, slotToRun } from "./once.ts";
import { appSettings, type StandIns, startStandIns } from "./standIns.ts";

const scriptRoot = fileURLToPath(new URL("../..", import.meta.url));
const defaultPort = 7071;
/** How long the demo waits at a minute for its work, in real milliseconds, before time goes on regardless. */
const minutePatienceMs = 10_000;

const flags = parseStartFlags(process.argv.slice(2));
if ("exitCode" in flags) {
  (flags.exitCode === 0 ? console.log : console.error)(flags.text);
  process.exitCode = flags.exitCode;
} else {
  try {
    process.exitCode = await start(flags);
  } catch (failure) {
    console.error(explain(failure));
    process.exitCode = 1;
  }
}

async function start(flags: StartFlags): Promise<number> {
  const port = flags.port ?? (flags.once ? 0 : defaultPort);
  await checkPortIsFree(port);
  const day = await planDemoDay(flags);
  const target = flags.once ? slotToRun(day.config, flags.at ?? nextKeptInstant(flags) ?? day.inSession) : undefined;
  const dir = flags.state ?? mkdtempSync(join(tmpdir(), "tradewind-"));
  mkdirSync(dir, { recursive: true });
  try {
    return await runStack(flags, { day, dir, port, target });
  } finally {
    if (flags.state === undefined) rmSync(dir, { recursive: true, force: true });
  }
}

/** Just after where the demo clock of a kept state stands: what was due there has been decided. */
function nextKeptInstant({ state }: StartFlags): Instant | undefined {
  const kept = state === undefined ? undefined : keptInstant(join(state, "clock"));
  return kept === undefined ? undefined : addMs(kept, 1);
}

async function runStack(
  flags: StartFlags,
  {
    day,
    dir,
    port,
    target,
  }: { day: DemoDay; dir: string; port: number; target: ReturnType<typeof slotToRun> | undefined },
): Promise<number> {
  const clockFile = flags.clock === "demo" ? join(dir, "clock") : undefined;
  const time =
    clockFile === undefined
      ? undefined
      : createDemoTimeDriver({
          file: clockFile,
          speed: flags.speed,
          at: flags.at,
          otherwise: target ? day.inSession : day.beforeOpen,
        });
  const clock = clockFile === undefined ? systemClock : createDemoClock(clockFile);
  const work = createWorkWatch(target?.runId);
  const quiet = flags.json;
  const view = createLiveView({
    now: clock.now,
    verbose: flags.verbose,
    print: quiet ? (line) => flags.verbose && console.error(line) : (line) => console.log(line),
  });
  const standIns = await startStandIns({
    tape: day.tape,
    seed: flags.seed,
    nowMs: () => msFromInstant(clock.now()),
    stateDir: flags.state,
    onSimulatorEvent: view.simulatorEvent,
    onNotification: view.notification,
  });
  let host: HostProcess | undefined;
  try {
    host = await startHostProcess({
      scriptRoot,
      port,
      stateDir: dir,
      clockFile,
      settings: {
        ...appSettings(standIns),
        AUTOMATION_CONFIG_FILE: writeAutomationConfig(day.config, dir),
        ...(clockFile === undefined ? {} : { TRADEWIND_CLOCK_FILE: clockFile }),
      },
      onMessage: (message) => {
        work.hostMessage(message);
        if (flags.verbose && message.type === "log") console.error(`${message.category}: ${message.message}`);
      },
      onLine: (line) => {
        work.hostLine(line);
        view.hostLine(line);
      },
    });
    // The app composes itself at its first call: before time begins to run, so that no demo minute is spent on it.
    await fetch(`${host.url}/api/health/ready`, { headers: { "x-functions-key": host.key } });
    if (!quiet) console.log(whatIsUp(host, standIns, clock.now(), flags));
    if (target === undefined || time === undefined) return await runUntilStopped(host, standIns, time, work);
    const report = onceReport(await runOnce({ host, time, target, runEnded: work.runEnded }));
    console.log(flags.json ? JSON.stringify(report) : onceTable(report));
    return 0;
  } finally {
    time?.stop();
    await host?.stop();
    await standIns.stop();
  }
}

/** Goes on until Ctrl-C, a SIGTERM, or the end of the host. */
async function runUntilStopped(
  host: HostProcess,
  standIns: StandIns,
  time: DemoTimeDriver | undefined,
  work: WorkWatch,
): Promise<number> {
  const asked = new Promise<number>((resolve) => {
    process.once("SIGINT", () => resolve(0));
    process.once("SIGTERM", () => resolve(0));
  });
  const running = time?.run(async (minute) => {
    const runsLeft = (): number => {
      const { active, locked } = standIns.broker.counts(runsQueue);
      return active + locked;
    };
    await work.minuteDone(minute, runsLeft);
  });
  const code = await Promise.race([asked, host.ended]);
  if (code !== 0) console.error(`The Functions host ended with code ${code}.`);
  else console.log("Stopping.");
  time?.stop();
  await running;
  return code;
}

type WorkWatch = ReturnType<typeof createWorkWatch>;

/** Knows from the host's messages when the work of a minute is done, and when the one run of `--once` has ended. */
function createWorkWatch(onceRunId: string | undefined) {
  const ticked = new Set<number>();
  const ended = Promise.withResolvers<void>();
  return {
    runEnded: ended.promise,
    hostMessage: (message: HostMessage): void => {
      if (message.type === "invocationEnded" && message.functionName === "tick" && message.scheduledFor !== undefined) {
        ticked.add(Date.parse(message.scheduledFor));
      }
    },
    hostLine: (line: string): void => {
      const event = readTelemetryLine(line);
      if (event?.event === "run.ended" && event.runId === onceRunId) ended.resolve();
    },
    minuteDone: async (minute: string, runsLeft: () => number): Promise<void> => {
      const at = Date.parse(minute);
      const until = Date.now() + minutePatienceMs;
      while ((!ticked.has(at) || runsLeft() > 0) && Date.now() < until) await systemClock.sleep(2);
      ticked.delete(at);
    },
  };
}

function whatIsUp(host: HostProcess, standIns: StandIns, now: string, flags: StartFlags): string {
  const rows = [
    ["status", `${host.url}/api/scheduler?code=${host.key}`],
    ["history", `${host.url}/api/scheduler/executions?code=${host.key}`],
    ["broker", `amqp://127.0.0.1:${standIns.broker.port}`],
    ["tables", standIns.tables.url],
    ["simulator", standIns.simulator.url],
    ["notifications", standIns.sink.url],
    ["state", flags.state ?? "not kept (keep it with --state DIR)"],
    [
      "clock",
      flags.clock === "real"
        ? "real time"
        : `${newYorkTime(now as Parameters<typeof newYorkTime>[0])} New York, ${flags.speed} times as fast as real time`,
    ],
  ];
  return [
    "Tradewind is up, on paper, with stand-ins for Azure and Alpaca. Ctrl-C stops it.",
    ...rows.map(([name = "", value]) => `  ${name.padEnd(14)}${value}`),
    "",
  ].join("\n");
}

async function checkPortIsFree(port: number): Promise<void> {
  if (port === 0) return;
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once("error", reject).listen(port, "127.0.0.1", resolve);
  }).catch((cause: unknown) => {
    throw new Error(
      `Port ${port} is taken. Stop what uses it, or choose another one: npm start -- --port ${port + 1}`,
      { cause },
    );
  });
  await new Promise((resolve) => probe.close(resolve));
}

function explain(failure: unknown): string {
  if (failure instanceof ConfigError) {
    return [
      "The configuration has faults; nothing was started:",
      ...failure.faults.map(({ path, message }) => `  ${path}: ${message}`),
    ].join("\n");
  }
  return failure instanceof Error ? failure.message : String(failure);
}
