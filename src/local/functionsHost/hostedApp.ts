// An app inside the host: its functions, routes and keys, what runs them, and what fires them.
import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../../ports/clock.ts";
import { installCoreModule, type Worker } from "./coreModule.ts";
import { type HostConfig, readHostConfig } from "./hostConfig.ts";
import { categories, type HostEvent, type Log, messageOf } from "./hostEvents.ts";
import { type HostedFunction, hostedFunctions, textOption } from "./hostedFunctions.ts";
import { hostVersion } from "./http/adminRoutes.ts";
import { type FunctionRoute, functionRoutes, hostCallReason } from "./http/functionRoutes.ts";
import { type Keys, loadKeys } from "./http/keys.ts";
import { createInvoker, type Invocation, type Invoker } from "./invoker.ts";
import type { Listener } from "./listener.ts";
import { loadApp } from "./loadApp.ts";
import { createServiceBusClients, type ServiceBusClients } from "./serviceBus/clients.ts";
import { byHandInvocation } from "./serviceBus/messageRun.ts";
import { createOutputSender } from "./serviceBus/outputs.ts";
import { startServiceBusListener } from "./serviceBus/serviceBusListener.ts";
import { startTimerListener } from "./timer/timerListener.ts";
import { openTimerStatus } from "./timer/timerStatus.ts";

/** How long appTerminate hooks may take. */
const terminateGraceMs = 5_000;

export type HostedApp = {
  /** Undefined when host.json cannot be used: the app is not loaded then. */
  readonly config: HostConfig | undefined;
  readonly functions: readonly HostedFunction[];
  readonly routes: readonly FunctionRoute[];
  readonly keys: Keys;
  readonly invoker: Invoker;
  /** Where the library takes requests itself, when the app switched streaming on. */
  readonly httpUri: string | undefined;
  /** Runs a function as POST /admin/functions/NAME does: a timer gets its ordinary object, anything else the text that was given. */
  runByHand(hosted: HostedFunction, input: string): Promise<void>;
  /** Begins to fire timers and queues. */
  startListeners(): void;
  /** Fires nothing more; resolves when what runs has ended and is settled. */
  stopListeners(): Promise<void>;
  /** Runs the appTerminate hooks, within their time. */
  terminate(): Promise<void>;
};

type Options = {
  readonly scriptRoot: string;
  readonly clock: Clock;
  readonly stateDir?: string;
  readonly cancelGraceMs?: number;
  readonly onEvent: (event: HostEvent) => void;
  readonly onWorkerLost: (reason: string) => Promise<void>;
  readonly log: Log;
};

/** Loads the app. What is wrong with it is in the log, and costs it its functions. */
export async function startHostedApp(options: Options): Promise<HostedApp> {
  const { scriptRoot, clock, stateDir, cancelGraceMs = 12_000, onEvent, onWorkerLost, log } = options;
  const worker = installCoreModule({
    hostVersion,
    write: (level, category, message, name) =>
      log(level, category === "user" && name !== undefined ? `Function.${name}.User` : "Worker", message),
  });
  const config = readConfig(scriptRoot, log);
  if (config !== undefined) await loadApp(worker, scriptRoot);
  const functions = hostedFunctions(worker, log);
  logFunctions(functions, log);
  const routes = functionRoutes(functions, config?.routePrefix ?? "", log);
  const clients = config && createServiceBusClients(config.serviceBus);
  const invoker = createInvoker({
    worker,
    clock,
    functionTimeoutMs: config?.functionTimeoutMs ?? Number.POSITIVE_INFINITY,
    cancelGraceMs,
    onEvent,
    sendOutputs: clients === undefined ? async () => {} : createOutputSender(clients),
    onWorkerLost: (reason) => void onWorkerLost(reason),
  });
  return {
    config,
    functions,
    routes,
    invoker,
    keys: loadKeys(
      stateDir,
      functions.map(({ name }) => name),
    ),
    httpUri: await httpUriOf(worker),
    ...firing({ ...options, functions, invoker, config, clients }),
    terminate: async () => {
      const hooks = worker.runHooks("appTerminate", {
        hookData: worker.appLevelHookData,
        appHookData: worker.appHookData,
      });
      const failed = hooks.catch((failure: unknown) =>
        log("error", categories.host, `appTerminate: ${messageOf(failure)}`),
      );
      await Promise.race([failed, delay(terminateGraceMs)]);
    },
  };
}

function readConfig(scriptRoot: string, log: Log): HostConfig | undefined {
  try {
    return readHostConfig(scriptRoot);
  } catch (failure) {
    log("error", categories.host, `A host error has occurred during startup operation: ${messageOf(failure)}`);
    return undefined;
  }
}

async function httpUriOf(worker: Worker): Promise<string | undefined> {
  const capabilities = await worker.programmingModel()?.getCapabilities?.({});
  return capabilities?.HttpUri;
}

function logFunctions(functions: readonly HostedFunction[], log: Log): void {
  log("information", categories.host, `${functions.length} functions loaded`);
  const names = functions.map(({ name }) => `Host.Functions.${name}`);
  if (names.length === 0) log("warning", categories.host, "No job functions found.");
  else log("information", categories.host, ["Found the following functions:", ...names].join("\n"));
}

/** The listeners of timers and queues, and runs by hand. */
function firing(
  parts: Options & {
    readonly functions: readonly HostedFunction[];
    readonly invoker: Invoker;
    readonly config: HostConfig | undefined;
    readonly clients: ServiceBusClients | undefined;
  },
): Pick<HostedApp, "runByHand" | "startListeners" | "stopListeners"> {
  const { clock, stateDir, log, functions, invoker, config, clients } = parts;
  const statuses = openTimerStatus(stateDir);
  const listeners = new Map<HostedFunction, Promise<Listener | undefined>>();

  async function start(hosted: HostedFunction): Promise<Listener | undefined> {
    try {
      if (hosted.kind === "timer") return startTimerListener({ hosted, clock, statuses, invoker, log });
      if (clients === undefined || config === undefined) return undefined;
      const client = await clients.get(textOption(hosted.trigger, "connection") ?? "");
      return startServiceBusListener({ hosted, client, options: config.serviceBus, invoker, log });
    } catch (failure) {
      log(
        "error",
        categories.host,
        `The listener for function 'Functions.${hosted.name}' was unable to start. ${messageOf(failure)}`,
      );
      return undefined;
    }
  }

  async function stopListener(starting: Promise<Listener | undefined>): Promise<void> {
    const listener = await starting;
    if (listener === undefined) return;
    log("information", categories.host, `Stopping the listener for function '${listener.hosted.name}'`);
    await listener.stop();
    log("information", categories.host, `Stopped the listener for function '${listener.hosted.name}'`);
  }

  return {
    startListeners: () => {
      for (const hosted of functions) if (hosted.kind !== "http") listeners.set(hosted, start(hosted));
    },
    stopListeners: async () => {
      await Promise.all([...listeners.values()].map(stopListener));
      await invoker.triggersIdle();
      await Promise.race([clients?.close(), delay(1_000)]);
    },
    runByHand: async (hosted, input) => {
      const listener = await listeners.get(hosted);
      if (listener?.runByHand !== undefined) return listener.runByHand(hostCallReason);
      const byHand = hosted.kind === "serviceBus" ? byHandInvocation : httpByHand;
      await invoker.invoke(hosted, byHand(hosted, input, hostCallReason));
    },
  };
}

function httpByHand({ triggerName }: HostedFunction, input: string, reason: string): Invocation {
  const http = { method: "POST", url: "http://localhost/", ...(input === "" ? {} : { body: { string: input } }) };
  return { reason, inputData: [{ name: triggerName, data: { http } }] };
}
