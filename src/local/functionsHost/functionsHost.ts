// The Functions host for one machine: loads an app, serves its HTTP functions, fires its timers and queues, and stops in the host's order.
import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../../ports/clock.ts";
import { applyLocalSettings } from "./appSettings.ts";
import { installCoreModule, type Worker } from "./coreModule.ts";
import { type HostConfig, HostConfigError, readHostConfig } from "./hostConfig.ts";
import { categories, type HostEvent, type Log, messageOf } from "./hostEvents.ts";
import { type HostedFunction, hostedFunctions, textOption } from "./hostedFunctions.ts";
import { hostVersion, serveAdmin } from "./http/adminRoutes.ts";
import { type FunctionRoute, functionRoutes, hostCallReason, serveFunction } from "./http/functionRoutes.ts";
import { startHttpFront } from "./http/httpServer.ts";
import { type Keys, loadKeys } from "./http/keys.ts";
import { createInvoker, type Invocation, type Invoker } from "./invoker.ts";
import type { Listener } from "./listener.ts";
import { loadApp } from "./loadApp.ts";
import { createServiceBusClients, type ServiceBusClients } from "./serviceBus/clients.ts";
import { createOutputSender } from "./serviceBus/outputs.ts";
import { byHandInvocation, startServiceBusListener } from "./serviceBus/serviceBusListener.ts";
import { startTimerListener } from "./timer/timerListener.ts";
import { openTimerStatus } from "./timer/timerStatus.ts";

export type FunctionsHost = {
  readonly url: string;
  readonly port: number;
  readonly keys: Keys;
  readonly functions: readonly { readonly name: string; readonly type: string; readonly detail: string }[];
  /** How many invocations run now. */
  running(): number;
  /** What SIGTERM does: no new connections, HTTP calls end, listeners stop, their runs end, appTerminate hooks. */
  stop(): Promise<void>;
};

export type FunctionsHostOptions = {
  /** The folder with host.json and a package.json whose `main` names the files to load. */
  readonly scriptRoot: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly clock: Clock;
  /** Keeps keys.json and timers.json; without it they last as long as the process. */
  readonly stateDir?: string;
  readonly onEvent: (event: HostEvent) => void;
  /** A function ran into functionTimeout, its caller was answered: the process must be replaced. */
  readonly onWorkerLost: (reason: string) => void;
  /** How long running HTTP calls may go on at a stop. */
  readonly httpGraceMs?: number;
  /** How long running timer and queue functions may go on at a stop. */
  readonly triggerGraceMs?: number;
  /** From functionTimeout to the loss of the worker. */
  readonly cancelGraceMs?: number;
};

/** From the time-out of a function to the loss of its worker. */
const defaultCancelGraceMs = 12_000;
/** What the app's appTerminate hooks get. */
const terminateGraceMs = 5_000;
/** What connections to a broker get to close in order. */
const closeGraceMs = 500;

/**
 * Starts the app. Rejects only when the port cannot be had, or local.settings.json cannot be read; a bad host.json gives a host that answers
 * 503, a module that throws one without functions, as in Azure. One host per process: the functions library keeps its registrations for good.
 */
export async function startFunctionsHost(options: FunctionsHostOptions): Promise<FunctionsHost> {
  const { scriptRoot, clock, stateDir, onEvent } = options;
  const startedMs = clock.realMs();
  const log: Log = (level, category, message) => onEvent({ type: "log", level, category, message });
  applyLocalSettings(scriptRoot, (message) => log("information", categories.host, message));
  const hostId = `local-${createHash("sha256").update(scriptRoot).digest("hex").slice(0, 8)}`;
  log(
    "information",
    categories.host,
    `Starting Host (HostId=${hostId}, Version=${hostVersion}, ProcessId=${process.pid})`,
  );
  const worker = installCoreModule({
    hostVersion,
    write: (level, category, message, functionName) =>
      log(
        level,
        category === "user" && functionName !== undefined ? `Function.${functionName}.User` : "Worker",
        message,
      ),
  });
  const app = await startApp(options, worker, log);
  const { functions, routes, keys, invoker, config, httpUri } = app;
  let state: "Running" | "Error" | "Stopping" = app.config === undefined ? "Error" : "Running";

  const front = await startHttpFront({
    port: options.port,
    log,
    serveAdmin: (request, response, target) =>
      serveAdmin(request, response, {
        ...target,
        admin: {
          url: () => `http://${request.headers.host}`,
          hostId,
          state: () => state,
          startedMs,
          nowMs: clock.realMs,
          config,
          keys,
          functions,
          routes,
          runByHand: (hosted, input) => app.runByHand(hosted, input),
          log,
        },
      }),
    serveFunction: async (request, response, target) => {
      if (state === "Error") {
        response.writeHead(503, { "Content-Type": "text/plain; charset=utf-8" }).end("Function host is not running.");
      } else await serveFunction(request, response, { ...target, routes, keys, invoker, httpUri });
    },
  });
  await app.startListeners();
  const url = `http://127.0.0.1:${front.port}`;
  log("information", categories.host, `Host started (${Math.round(clock.realMs() - startedMs)}ms)`);
  log("information", categories.web, `Now listening on: ${url}`);

  let stopping: Promise<void> | undefined;
  async function stop(): Promise<void> {
    const { httpGraceMs = 30_000, triggerGraceMs = 10_000 } = options;
    log("information", categories.web, "Application is shutting down...");
    state = state === "Error" ? state : "Stopping";
    front.close();
    await idle(() => invoker.running("http"), httpGraceMs);
    front.destroy();
    log("information", categories.host, "Stopping JobHost");
    const jobsEnded = app.stopListeners().then(() => idle(() => invoker.running(), triggerGraceMs));
    await Promise.race([jobsEnded, delay(triggerGraceMs)]);
    log("information", categories.host, "Job host stopped");
    await terminate(worker, log);
    await Promise.race([app.clients?.close(), delay(closeGraceMs)]);
  }

  return {
    url,
    port: front.port,
    keys,
    functions: functions.map((hosted) => ({
      name: hosted.name,
      type: hosted.trigger.type,
      detail: detailOf(hosted, routes, url),
    })),
    running: () => invoker.running(),
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

/** Resolves when nothing is `running` any more or after `graceMs`, whichever is first. */
async function idle(running: () => number, graceMs: number): Promise<void> {
  const deadline = performance.now() + graceMs;
  while (running() > 0 && performance.now() < deadline) await delay(5);
}

type App = {
  /** Undefined for a host.json the host cannot run with. */
  readonly config: HostConfig | undefined;
  readonly functions: readonly HostedFunction[];
  readonly routes: readonly FunctionRoute[];
  readonly keys: Keys;
  readonly invoker: Invoker;
  readonly clients: ServiceBusClients | undefined;
  /** Where the functions library takes requests, when the app streams. */
  readonly httpUri: string | undefined;
  startListeners(): Promise<void>;
  stopListeners(): Promise<void>;
  runByHand(hosted: HostedFunction, input: string): void;
};

/** Loads the app and makes what runs it; nothing fires yet. */
async function startApp(options: FunctionsHostOptions, worker: Worker, log: Log): Promise<App> {
  const { scriptRoot, clock, stateDir, onEvent } = options;
  const config = readConfig(scriptRoot, log);
  const { functions, routes, httpUri } = await load(worker, { scriptRoot, config, log });
  const clients = config && createServiceBusClients(config.serviceBus);
  const invoker = createInvoker({
    worker,
    clock,
    functionTimeoutMs: config?.functionTimeoutMs ?? Number.POSITIVE_INFINITY,
    cancelGraceMs: options.cancelGraceMs ?? defaultCancelGraceMs,
    onEvent,
    sendOutputs: clients === undefined ? async () => {} : createOutputSender(clients),
    onWorkerLost: (reason) => void terminate(worker, log).then(() => options.onWorkerLost(reason)),
  });
  const statuses = openTimerStatus(stateDir);
  let listeners: readonly Listener[] = [];

  async function startListener(hosted: HostedFunction): Promise<readonly Listener[]> {
    try {
      if (hosted.kind === "timer") return [startTimerListener({ hosted, clock, statuses, invoker, log })];
      if (hosted.kind === "http" || config === undefined || clients === undefined) return [];
      const client = await clients.get(textOption(hosted.trigger, "connection") ?? "");
      return [startServiceBusListener({ hosted, client, options: config.serviceBus, invoker, log })];
    } catch (failure) {
      const what = `The listener for function 'Functions.${hosted.name}' was unable to start.`;
      log("error", categories.host, `${what} ${messageOf(failure)}`);
      return [];
    }
  }

  return {
    config,
    functions,
    routes,
    httpUri,
    clients,
    invoker,
    keys: loadKeys(
      stateDir,
      functions.map(({ name }) => name),
    ),
    startListeners: async () => {
      listeners = (await Promise.all(functions.map(startListener))).flat();
    },
    stopListeners: async () => {
      await Promise.all(listeners.map((listener) => stopListener(listener, log)));
    },
    runByHand: (hosted, input) => {
      const listener = listeners.find((candidate) => candidate.hosted === hosted);
      if (listener?.runByHand !== undefined) listener.runByHand(hostCallReason);
      else void invoker.invoke(hosted, invocationByHand(hosted, input));
    },
  };
}

function invocationByHand(hosted: HostedFunction, input: string): Invocation {
  if (hosted.kind === "serviceBus") return byHandInvocation(hosted, input, hostCallReason);
  const body = input === "" ? {} : { body: { string: input } };
  const data = { http: { method: "POST", url: "http://localhost/", ...body } };
  return { reason: hostCallReason, inputData: [{ name: hosted.triggerName, data }] };
}

/** Undefined for a host.json the host cannot run with: it stays up in error. */
function readConfig(scriptRoot: string, log: Log): HostConfig | undefined {
  try {
    return readHostConfig(scriptRoot);
  } catch (failure) {
    if (!(failure instanceof HostConfigError)) throw failure;
    log("error", categories.host, `A host error has occurred during startup operation: ${failure.message}`);
    return undefined;
  }
}

/** What the app registered; nothing when the host cannot run it. */
async function load(
  worker: Worker,
  {
    scriptRoot,
    config,
    log,
  }: { readonly scriptRoot: string; readonly config: HostConfig | undefined; readonly log: Log },
): Promise<Pick<App, "functions" | "routes" | "httpUri">> {
  if (config === undefined) return { functions: [], routes: [], httpUri: undefined };
  await loadApp(worker, scriptRoot);
  const capabilities = await worker.programmingModel()?.getCapabilities?.({});
  const functions = hostedFunctions(worker, log);
  log("information", categories.host, `${functions.length} functions loaded`);
  if (functions.length === 0) log("warning", categories.host, "No job functions found.");
  const routes = functionRoutes(functions, config.routePrefix, log);
  if (routes.length === 0) log("information", categories.routes, "No HTTP routes mapped");
  return { functions, routes, httpUri: capabilities?.HttpUri };
}

async function stopListener(listener: Listener, log: Log): Promise<void> {
  const { name } = listener.hosted;
  log("information", categories.host, `Stopping the listener for function '${name}'`);
  await listener.stop();
  log("information", categories.host, `Stopped the listener for function '${name}'`);
}

/** Runs the app's appTerminate hooks. Never rejects. */
async function terminate(worker: Worker, log: Log): Promise<void> {
  await Promise.race([
    worker.runHooks("appTerminate", { hookData: {}, appHookData: worker.appHookData }),
    delay(terminateGraceMs),
  ]).catch((failure: unknown) => log("error", categories.host, `An appTerminate hook failed: ${messageOf(failure)}`));
}

function detailOf(hosted: HostedFunction, routes: readonly FunctionRoute[], url: string): string {
  const { kind, trigger } = hosted;
  if (kind === "timer") return textOption(trigger, "schedule") ?? "";
  if (kind === "serviceBus") return textOption(trigger, "queueName") ?? textOption(trigger, "topicName") ?? "";
  const route = routes.find((candidate) => candidate.hosted === hosted);
  return route === undefined ? "" : `[${route.methods}] ${url}/${route.template}`;
}
