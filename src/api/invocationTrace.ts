// The trace that an invocation goes on with: the one its message carries, or else the one that the host began.
import type { InvocationContext } from "@azure/functions";
import { context as active, propagation, ROOT_CONTEXT } from "@opentelemetry/api";
import { runMessageSchema } from "../core/model/run.ts";
import type { Composed } from "../getApp.ts";

type Telemetry = Pick<Composed["telemetry"], "within">;

/**
 * Runs `work` there as one span, named for the function, and with the run's ids where `body` is the message of one. Only a composed app
 * has an exporter to know of traces. A message of an older version carries none, and something else than a trace counts as none.
 */
export const traced = <T>(
  { telemetry }: { readonly telemetry: Telemetry },
  invocation: InvocationContext,
  work: () => Promise<T>,
  body?: unknown,
): Promise<T> => inTraceOf(invocation, () => telemetry.within(idsOf(body), work, invocation.functionName));

/** Runs `work` in that trace, without a span of its own. */
export function inTraceOf<T>(invocation: InvocationContext, work: () => Promise<T>): Promise<T> {
  const traceparent = carriedBy(invocation) ?? invocation.traceContext?.traceParent;
  return active.with(propagation.extract(ROOT_CONTEXT, { traceparent }), work);
}

function carriedBy({ triggerMetadata }: InvocationContext): string | undefined {
  const properties: unknown = triggerMetadata?.applicationProperties;
  const carried: unknown =
    typeof properties === "object" && properties !== null && "traceparent" in properties && properties.traceparent;
  return typeof carried === "string" ? carried : undefined;
}

function idsOf(body: unknown) {
  const message = runMessageSchema.safeParse(body);
  if (!message.success) return {};
  const { runId, taskId, slot, attempt } = message.data.run;
  return { runId, taskId, slot, attempt };
}
