// Runs functions through the library's own converters and hooks, with the host's log lines, retries and time limit.
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Instant } from "../../core/model/time.ts";
import type { Clock } from "../../ports/clock.ts";
import type { LogScope, Worker } from "./coreModule.ts";
import { categories, type HostEvent, messageOf, type TriggerKind } from "./hostEvents.ts";
import type { HostedFunction } from "./hostedFunctions.ts";
import { retryDelaySeconds, retryException } from "./retryPolicy.ts";
import type { CoreInvocationContext, InvocationRequest, InvocationResponse } from "./rpc.ts";

export type Invocation = {
  readonly reason: string;
  readonly inputData: InvocationRequest["inputData"];
  readonly triggerMetadata?: InvocationRequest["triggerMetadata"];
  /** Second line of the log, as `Trigger Details: …`. */
  readonly details?: string;
  readonly scheduledFor?: Instant;
  readonly invocationId?: string;
  /** Why the input cannot be bound: the invocation fails with it and the function is not called. */
  readonly fault?: Error;
};

/** `response` is there when the function succeeded. A failure is in the log already. */
export type InvocationResult =
  | { readonly ok: true; readonly response: InvocationResponse }
  | { readonly ok: false; readonly error: unknown };

export type Invoker = {
  /** Never rejects. */
  invoke(hosted: HostedFunction, invocation: Invocation): Promise<InvocationResult>;
  /** How many invocations run now, or those of one kind. */
  running(kind?: TriggerKind): number;
  /** Resolves when no timer or queue function runs. */
  triggersIdle(): Promise<void>;
};

const listenersStopMs = 100;

export function createInvoker(options: {
  readonly worker: Worker;
  readonly clock: Clock;
  readonly functionTimeoutMs: number;
  /** From the time-out of a function to the end of its worker. */
  readonly cancelGraceMs: number;
  readonly onEvent: (event: HostEvent) => void;
  /** Sends what the named outputs of a function hold. */
  readonly sendOutputs: (hosted: HostedFunction, response: InvocationResponse) => Promise<void>;
  readonly onWorkerLost: (reason: string) => void;
}): Invoker {
  const { worker, clock, functionTimeoutMs, cancelGraceMs, onEvent, sendOutputs, onWorkerLost } = options;
  const counts: Record<TriggerKind, number> = { http: 0, timer: 0, serviceBus: 0 };
  let ended = Promise.withResolvers<void>();
  const running: Invoker["running"] = (kind) =>
    kind === undefined ? counts.http + counts.timer + counts.serviceBus : counts[kind];
  const workerLost = Promise.withResolvers<never>();
  workerLost.promise.catch(() => {});

  /** Ends with the function, with the loss of the worker, or with the function's own time-out, whichever is first. */
  async function runInTime(hosted: HostedFunction, request: InvocationRequest): Promise<InvocationResponse> {
    const over = new AbortController();
    try {
      return await Promise.race([
        runOnce(worker, hosted, request),
        workerLost.promise,
        ...(Number.isFinite(functionTimeoutMs) ? [timeOut(hosted, request.invocationId, over.signal)] : []),
      ]);
    } finally {
      over.abort();
    }
  }

  async function timeOut(hosted: HostedFunction, invocationId: string, signal: AbortSignal): Promise<never> {
    await sleepUnlessEnded(functionTimeoutMs, signal);
    const span = new Date(functionTimeoutMs).toISOString().slice(11, 19);
    const message = `Timeout value of ${span} exceeded by function 'Functions.${hosted.name}' (Id: '${invocationId}'). Initiating cancellation.`;
    onEvent({ type: "log", level: "error", category: categories.results, message });
    await sleepUnlessEnded(cancelGraceMs, signal);
    const reason = `A function timeout has occurred. Restarting worker process executing invocationId '${invocationId}'.`;
    onEvent({ type: "log", level: "error", category: categories.host, message: reason });
    onWorkerLost(reason);
    // The listeners stop first: a message that is given back must not come to the lost worker again.
    await delay(listenersStopMs);
    workerLost.reject(new Error(reason));
    throw new Error(message);
  }

  /** One run and its retries: the same invocation id throughout. */
  async function attempts(hosted: HostedFunction, invocation: Invocation, id: string): Promise<InvocationResult> {
    const { inputData, triggerMetadata } = invocation;
    // Only timers are retried here: a queue delivers again by itself, and an HTTP client has gone.
    const policy = hosted.kind === "timer" ? hosted.metadata.retryOptions : undefined;
    const maxRetryCount = policy?.maxRetryCount ?? 0;
    let exception: { readonly message: string } | undefined;
    for (let retryCount = 0; ; retryCount++) {
      const startedMs = clock.realMs();
      logStart(hosted, invocation, id);
      try {
        if (invocation.fault !== undefined) throw invocation.fault;
        const response = await runInTime(hosted, {
          invocationId: id,
          inputData,
          triggerMetadata,
          traceContext: { traceParent: "", traceState: "", attributes: {} },
          retryContext:
            policy === undefined
              ? undefined
              : { retryCount, maxRetryCount, ...(exception === undefined ? {} : { exception }) },
        });
        await sendOutputs(hosted, response);
        logEnd(hosted, id, "Succeeded", clock.realMs() - startedMs);
        return { ok: true, response };
      } catch (error) {
        logEnd(hosted, id, "Failed", clock.realMs() - startedMs, error);
        exception = retryException(hosted.name, error);
        if (policy === undefined) return { ok: false, error };
        if (maxRetryCount >= 0 && retryCount >= maxRetryCount) {
          log("error", `Function execution failed after '${retryCount}' retries.`);
          return { ok: false, error };
        }
        await clock.sleep(retryDelaySeconds(policy, retryCount) * 1000);
      }
    }
  }

  const log = (level: "information" | "error", message: string): void =>
    onEvent({ type: "log", level, category: categories.results, message });

  function logStart(hosted: HostedFunction, { reason, details }: Invocation, id: string): void {
    log("information", `Executing 'Functions.${hosted.name}' (Reason='${reason}', Id=${id})`);
    if (details !== undefined) log("information", `Trigger Details: ${details}`);
  }

  function logEnd(hosted: HostedFunction, id: string, outcome: string, durationMs: number, error?: unknown): void {
    const line = `Executed 'Functions.${hosted.name}' (${outcome}, Id=${id}, Duration=${Math.round(durationMs)}ms)`;
    if (outcome === "Succeeded") log("information", line);
    else log("error", `${line}\n${error instanceof Error ? error.stack : String(error)}`);
  }

  return {
    running,
    triggersIdle: async () => {
      while (running("timer") + running("serviceBus") > 0) await ended.promise;
    },
    invoke: async (hosted, invocation) => {
      const { reason, scheduledFor, invocationId = randomUUID() } = invocation;
      const facts = {
        functionName: hosted.name,
        invocationId,
        trigger: hosted.kind,
        ...(scheduledFor === undefined ? {} : { scheduledFor }),
      };
      const startedMs = clock.realMs();
      counts[hosted.kind]++;
      onEvent({ type: "invocationStarted", ...facts, reason });
      const result = await attempts(hosted, invocation, invocationId);
      counts[hosted.kind]--;
      ended.resolve();
      ended = Promise.withResolvers();
      onEvent({ type: "invocationEnded", ...facts, ok: result.ok, durationMs: clock.realMs() - startedMs });
      return result;
    },
  };
}

/** One pass through the library, in the worker's order: arguments, pre hooks, function, post hooks, response. */
async function runOnce(
  worker: Worker,
  { name, metadata, callback }: HostedFunction,
  request: InvocationRequest,
): Promise<InvocationResponse> {
  const model = worker.programmingModel();
  if (model === undefined) throw new Error("No programming model is set.");
  const hookData = {};
  let scope: LogScope = { hookData, invocationContext: undefined };
  const core: CoreInvocationContext = {
    invocationId: request.invocationId,
    request,
    metadata: { ...metadata, bindings: withoutProperties(metadata.bindings) },
    state: undefined,
    log: (level, category, message) => worker.log(level, category, message, scope, name),
  };
  const invocationModel = model.getInvocationModel(core);
  const { context: invocationContext, inputs } = await invocationModel.getArguments();
  scope = { hookData, invocationContext };
  const common = { hookData, appHookData: worker.appHookData, invocationContext };
  const pre = { ...common, functionCallback: callback, inputs };
  core.state = "preInvocationHooks";
  await worker.runHooks("preInvocation", pre);
  const post: typeof common & { inputs: unknown[]; result: unknown; error: unknown } = {
    ...common,
    inputs: pre.inputs,
    result: null,
    error: null,
  };
  core.state = "invocation";
  try {
    post.result = await invocationModel.invokeFunction(invocationContext, pre.inputs, pre.functionCallback);
  } catch (error) {
    post.error = error ?? new Error(`Function ${name} threw ${messageOf(error)}`);
  }
  core.state = "postInvocationHooks";
  await worker.runHooks("postInvocation", post);
  core.state = undefined;
  if (post.error !== null && post.error !== undefined) throw post.error;
  return await invocationModel.getResponse(invocationContext, post.result);
}

/** The worker hands functions their bindings without the flags that are meant for the host. */
const withoutProperties = (bindings: HostedFunction["metadata"]["bindings"]): typeof bindings =>
  Object.fromEntries(Object.entries(bindings).map(([name, { properties: _, ...binding }]) => [name, binding]));

async function sleepUnlessEnded(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => new Promise<never>(() => {}));
}
