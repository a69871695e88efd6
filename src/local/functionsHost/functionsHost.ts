// The Functions host for one machine: loads an app, serves its HTTP functions, fires its timers and queues, and stops in the host's order.
import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../../ports/clock.ts";
import { applyLocalSettings } from "./appSettings.ts";
import { categories, type HostEvent, type Log } from "./hostEvents.ts";
import { startHostedApp } from "./hostedApp.ts";
import { type HostedFunction, textOption } from "./hostedFunctions.ts";
import { hostVersion, serveAdmin } from "./http/adminRoutes.ts";
import { type FunctionRoute, serveFunction } from "./http/functionRoutes.ts";
import { startHttpFront } from "./http/httpServer.ts";
import type { Keys } from "./http/keys.ts";

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

/** How long a lost worker's calls, messages and appTerminate hooks may take to end. */
const workerLostGraceMs = 5_000;

/**
 * Starts the app. Rejects only when the port cannot be had, or local.settings.json cannot be read; a bad host.json gives a host that answers
 * 503, a module that throws one without functions, as in Azure. One host per process: the functions library keeps its registrations for good.
 */
export async function startFunctionsHost(options: FunctionsHostOptions): Promise<FunctionsHost> {
  const { scriptRoot, clock, onEvent, httpGraceMs = 30_000, triggerGraceMs = 10_000 } = options;
  const startedMs = clock.realMs();
  const uptimeMs = (): number => Math.round(clock.realMs() - startedMs);
  const log: Log = (level, category, message) => onEvent({ type: "log", level, category, message });
  applyLocalSettings(scriptRoot, (message) => log("information", categories.host, message));
  const hostId = `local-${createHash("sha256").update(scriptRoot).digest("hex").slice(0, 8)}`;
  const start = `Starting Host (HostId=${hostId}, Version=${hostVersion}, ProcessId=${process.pid})`;
  log("information", categories.host, start);
  const app = await startHostedApp({
    ...options,
    log,
    onWorkerLost: async (reason) => {
      // Its calls are answered and its messages given back first.
      const over = Promise.all([app.stopListeners(), front.idle(), app.terminate()]);
      await Promise.race([over, delay(workerLostGraceMs)]);
      options.onWorkerLost(reason);
    },
  });
  const { config, functions, routes, keys, invoker } = app;

  const front = await startHttpFront({
    port: options.port,
    log,
    serveAdmin: (request, response, target) => {
      const url = `http://${request.headers.host}`;
      const { runByHand } = app;
      const admin = { url, hostId, uptimeMs: uptimeMs(), config, keys, functions, routes, runByHand, log };
      return serveAdmin(request, response, { ...target, admin });
    },
    serveFunction: async (request, response, target) => {
      if (config !== undefined) return await serveFunction(request, response, { ...target, ...app });
      response.writeHead(503, { "Content-Type": "text/plain; charset=utf-8" }).end("Function host is not running.");
    },
  });
  app.startListeners();
  const url = `http://127.0.0.1:${front.port}`;
  log("information", categories.host, `Host started (${uptimeMs()}ms)`);
  log("information", categories.web, `Now listening on: ${url}`);

  async function stop(): Promise<void> {
    log("information", categories.web, "Application is shutting down...");
    front.close();
    await Promise.race([front.idle(), delay(httpGraceMs)]);
    front.destroy();
    log("information", categories.host, "Stopping JobHost");
    await Promise.race([app.stopListeners(), delay(triggerGraceMs)]);
    log("information", categories.host, "Job host stopped");
    await app.terminate();
  }

  let stopping: Promise<void> | undefined;
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

/** What fires a function, for people: its address, its schedule or its queue. */
function detailOf(hosted: HostedFunction, routes: readonly FunctionRoute[], url: string): string {
  const { kind, trigger } = hosted;
  if (kind === "timer") return textOption(trigger, "schedule") ?? "";
  if (kind === "serviceBus") return textOption(trigger, "queueName") ?? textOption(trigger, "topicName") ?? "";
  const route = routes.find((candidate) => candidate.hosted === hosted);
  return route === undefined ? "" : `[${route.methods}] ${url}/${route.template}`;
}
