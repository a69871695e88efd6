// The function-level retry policies: how long to wait before a failed run is tried again, and what the next attempt is told.
import { messageOf } from "./hostEvents.ts";
import type { RetryOptions } from "./rpc.ts";

/** Seconds to wait after attempt `retryCount` (0 = the first run) failed. */
export function retryDelaySeconds(policy: RetryOptions, retryCount: number): number {
  if (policy.retryStrategy !== "exponentialBackoff") return policy.delayInterval?.seconds ?? 0;
  const least = policy.minimumInterval?.seconds ?? 0;
  return Math.min(policy.maximumInterval?.seconds ?? Number.POSITIVE_INFINITY, least * 2 ** retryCount);
}

/** What `retryContext.exception` holds after a run that failed with `error`. */
export const retryException = (functionName: string, error: unknown): { readonly message: string } => ({
  message: [
    `Microsoft.Azure.WebJobs.Host.FunctionInvocationException : Exception while executing function: Functions.${functionName} ---> `,
    `Microsoft.Azure.WebJobs.Script.Workers.Rpc.RpcException : Result: Failure\nException: ${messageOf(error)}`,
    `\nStack: ${error instanceof Error ? error.stack : ""}`,
  ].join(""),
});
