// Deliveries of the runs queue: reads the message, executes the run, and gives every failure its named end.
import { InvariantError, isCoded, TransientError } from "../core/model/errors.ts";
import { parseWith } from "../core/model/parse.ts";
import { type FailureCode, type RunRequest, runMessageSchema } from "../core/model/run.ts";
import { parseInstant } from "../core/model/time.ts";
import { endedRecord } from "../core/reporting/executionRecord.ts";
import type { Clock } from "../ports/clock.ts";
import type { RunQueue } from "../ports/queues.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import { checkQuietly, type RealtimeMonitor } from "./realtimeMonitor.ts";
import type { RunCloser } from "./runCloser.ts";
import type { TaskManager } from "./taskManager.ts";

/** Real milliseconds before the second, third, … try of a run that failed for the moment. */
export const retryDelaysMs: readonly number[] = [1_000, 5_000, 15_000, 60_000];

export type RunDelivery = {
  /**
   * Executes the run that `body` asks for. Resolves when the run has ended or a later try is queued. Throws for a message that cannot be
   * read, and when neither the run nor its failure could be stored: the queue then delivers again, and dead-letters in the end.
   */
  deliver(body: unknown): Promise<void>;
  /** Ends a run whose message was dead-lettered, as failed; a message that cannot be read is kept in its record. */
  deliverDead(body: unknown, delivery: { readonly messageId: string; readonly reason: string }): Promise<void>;
};

export function createRunDelivery(ports: {
  readonly mode: "paper" | "live";
  readonly taskManager: TaskManager;
  readonly runs: RunQueue;
  readonly runCloser: RunCloser;
  readonly realtimeMonitor: RealtimeMonitor;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}): RunDelivery {
  const { mode, taskManager, runs, runCloser, realtimeMonitor, clock, telemetry } = ports;

  async function deliver(body: unknown): Promise<void> {
    const { run } = readMessage(body);
    try {
      if (run.mode !== mode) throw new InvariantError("WRONG_ACCOUNT", `a ${run.mode} run reached the ${mode} app`);
      await taskManager.executeTask(run);
    } catch (failure) {
      await endOrRetry(run, failure);
      return;
    }
    await checkQuietly(realtimeMonitor);
  }

  /** A copy with a new message id, because the queue would drop the old one as a duplicate. */
  async function endOrRetry(run: RunRequest, failure: unknown): Promise<void> {
    const delayMs = failure instanceof TransientError ? retryDelaysMs[run.attempt - 1] : undefined;
    if (delayMs === undefined) {
      await taskManager.failTask(run, codeOf(failure), messageOf(failure));
      return;
    }
    telemetry.event("warning", "run.retry", {
      runId: run.runId,
      attempt: run.attempt,
      delayMs,
      code: codeOf(failure),
      message: messageOf(failure),
    });
    await runs.enqueue({ ...run, attempt: run.attempt + 1 }, delayMs);
  }

  async function deliverDead(
    body: unknown,
    { messageId, reason }: { messageId: string; reason: string },
  ): Promise<void> {
    const message = runMessageSchema.safeParse(body);
    telemetry.event("error", "run.deadLettered", { messageId, runId: message.data?.run.runId, reason });
    if (message.success) {
      await taskManager.failTask(message.data.run, "DEAD_LETTERED", reason);
      return;
    }
    const at = clock.now();
    const { taskId = "unknown", slot } = guess(body);
    const text = `${unreadable(body)}. Delivery ended with: ${reason}. Body: ${excerpt(body)}`;
    const executionId = `unreadable@${messageId.replace(/[^\w.@-]/g, "_").slice(0, 60)}`;
    const ended = endedRecord({
      executionId,
      taskId,
      mode,
      slot: slot ?? at,
      status: "failed",
      code: "UNREADABLE_MESSAGE",
      reason: text,
      at,
    });
    await runCloser.close(ended);
  }

  return { deliver, deliverDead };
}

function readMessage(body: unknown): { run: RunRequest } {
  try {
    return parseWith(runMessageSchema, body, "Message on the runs queue");
  } catch (cause) {
    throw new InvariantError("UNREADABLE_MESSAGE", messageOf(cause), { cause });
  }
}

const unreadable = (body: unknown): string => {
  try {
    readMessage(body);
    return "readable";
  } catch (failure) {
    return messageOf(failure);
  }
};

/** What an unreadable message says it is about, for the record only. */
function guess(body: unknown): { taskId?: string; slot?: ReturnType<typeof parseInstant> } {
  const run: unknown = typeof body === "object" && body !== null && "run" in body ? body.run : undefined;
  if (typeof run !== "object" || run === null) return {};
  const taskId =
    "taskId" in run && typeof run.taskId === "string" && /^[a-z0-9-]{1,40}$/.test(run.taskId) ? run.taskId : undefined;
  const slot = "slot" in run && typeof run.slot === "string" ? parseInstant(run.slot) : undefined;
  return { ...(taskId === undefined ? {} : { taskId }), ...(slot === undefined ? {} : { slot }) };
}

const excerpt = (body: unknown): string => {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return text.length > 2000 ? `${text.slice(0, 2000)}… (${text.length} characters)` : text;
};

const failureCodes: readonly FailureCode[] = [
  "UNKNOWN_TASK",
  "UNREADABLE_ROW",
  "BROKER_UNAUTHORIZED",
  "BROKER_UNAVAILABLE",
  "WRONG_ACCOUNT",
  "STORE_UNAVAILABLE",
];

const codeOf = (failure: unknown): FailureCode =>
  (isCoded(failure) ? failureCodes.find((code) => code === failure.code) : undefined) ?? "INTERNAL";

const messageOf = (failure: unknown): string => (failure instanceof Error ? failure.message : String(failure));
